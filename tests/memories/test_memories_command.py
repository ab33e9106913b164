"""`agentmem memories`, driven as a person or a script drives it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.command_line import Result
from memories.conftest import NOW, Store

from agentmem_cli.memories import statements
from agentmem_cli.memories.operations import Operation
from agentmem_cli.memories.revising import Revised
from agentmem_cli.sessions.transfer import ImportedLine, import_lines

Cli = Callable[..., Result]
ANNA, ANA = "My name is Anna.", "My name is Ana."
FILM = "Hosts a film club with pizza for neighbours"
BOOK = "Hosts a book club with pizza for neighbours now"


def ids(cli: Cli, *words: str) -> list[str]:
    return [memory["memory_id"] for memory in cli("memories", "list", "--json", *words).json()]


def test_add_then_list_then_show(cli: Cli) -> None:
    """Data on stdout, talk on stderr, the undo said."""
    added = cli("memories", "add", "Works", "in", "healthcare", "--kind", "fact")
    assert (0, "Remembered. Undo: agentmem memories undo\n") == (added.code, added.err)
    memory_id = ids(cli)[0]
    assert f"{memory_id[:8]}  Works in healthcare\n" == added.out
    heading, line = cli("memories", "list").out.splitlines()
    assert ["ID", "KIND", "SAID", "TEXT"] == heading.split()
    assert line.startswith(f"{memory_id[:8]}  fact  20")
    shown = cli("memories", "show", memory_id[:6]).out
    assert "Works in healthcare" in shown
    assert "add, by person" in shown


@pytest.mark.parametrize(
    ("text", "kind"),
    [("Always answer in metric units", "instruction"), ("I prefer tea", "preference"), ("I live in Oslo", "fact")],
)
def test_the_kind_is_what_the_words_say(cli: Cli, text: str, kind: str) -> None:
    """A standing wish that is added by hand is followed like one that was said, unless a kind is given."""
    assert kind == cli("memories", "add", text, "--json").json()["kind"]
    assert "event" == cli("memories", "add", f"{text}.", "--kind", "event", "--user", "tom", "--json").json()["kind"]


def test_adding_the_same_again_says_so(cli: Cli) -> None:
    """It is one memory."""
    cli("memories", "add", "Likes tea")
    again = cli("memories", "add", "likes tea", "--json")
    assert ("Likes tea", "Known already.\n") == (again.json()["text"], again.err)
    assert 1 == len(ids(cli))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["add", ""], 2),
        (["add", " "], 2),
        (["add", "x" * 501], 2),
        (["add", "my password is hunter2"], 2),
        (["add", "x", "--kind", "wisdom"], 2),
        (["list", "--status", "lost"], 2),
        (["show", "nope"], 3),
        (["show", ""], 3),
        (["edit", "nope", "text"], 3),
        (["delete", "nope"], 3),
        (["delete"], 2),
        (["delete", "--all"], 2),
        (["delete", "x", "--all"], 2),
        (["approve"], 2),
        (["approve", "nope"], 3),
        (["reject", "nope"], 3),
        (["history", "nope"], 3),
        (["undo"], 3),
        (["list", "--as-of", "yesterday"], 2),
        (["list", "--as-of", "2026-06-01", "--all"], 2),
        (["pin", "nope"], 3),
        (["export", "--format", "xml"], 2),
        (["export", "/no/such/folder/x.json"], 1),
        (["import", "/no/such/file"], 3),
        (["search"], 2),
        (["list", "--user", "a b"], 4),
    ],
)
def test_bad_input_is_one_line_and_an_exit_code(cli: Cli, words: list[str], code: int) -> None:
    """What is wrong, and what to do; nothing on stdout."""
    ended = cli("memories", *words)
    assert (code, "", 1) == (ended.code, ended.out, ended.err.count("\n"))
    assert ended.err.startswith("agentmem: ")


def test_an_ambiguous_prefix_lists_the_candidates(cli: Cli, store: Store) -> None:
    """With their texts, and exit code 3."""
    store.write(*[Operation("add", f"Likes tea number {number}") for number in range(40)], actor="person")
    first = [memory_id[0] for memory_id in ids(cli)]
    ended = cli("memories", "show", max(first, key=first.count))
    assert (3, True) == (ended.code, "Likes tea number" in ended.err)


def test_show_tells_where_a_memory_came_from(cli: Cli, store: Store) -> None:
    """The quote, the session with its title, what it replaced, and every change."""
    import_lines(store.database, "sarah", [ImportedLine("session-1", "user", "About my work", NOW, None, None)])
    old = store.write(Operation("add", "Works at Acme", quote="I work at Acme")).added[0]
    operation = Operation(
        "replace", "Works at Globex", quote="I work at Globex now", topics=["work"], replaces=(old.memory_id,)
    )
    new = store.write(operation).replaced[0]
    shown = cli("memories", "show", new.memory_id).out
    assert '"I work at Globex now"' in shown
    assert "in session session- (About my work)" in shown
    assert f'replaced  {old.memory_id[:8]} "Works at Acme"' in shown
    assert "add, by offline" in shown
    assert f'{new.memory_id[:8]} "Works at Globex"' in cli("memories", "show", old.memory_id).out
    as_json = cli("memories", "show", new.memory_id, "--json").json()
    assert ("About my work", ["add"], "2026-05-28T20:26:41Z") == (
        as_json["session_title"],
        [entry["action"] for entry in as_json["history"]],
        as_json["said_at"],
    )


def test_edit_delete_undo_history(cli: Cli) -> None:
    """Each says how it is taken back, and the history tells all of it."""
    cli("memories", "add", "Likes tea", "--user", "tom")
    (memory_id,) = ids(cli, "--user", "tom")
    assert "Likes milk" in cli("memories", "edit", memory_id[:5], "Likes milk", "-u", "tom").out
    deleted = cli("memories", "delete", memory_id, "--user", "tom")
    assert "Forgot: Likes milk\nUndo: agentmem memories undo --user tom\n" == deleted.err
    assert [] == ids(cli, "--user", "tom")
    assert "Took back 1 change.\n" == cli("memories", "undo", "-u", "tom").err
    assert [memory_id] == ids(cli, "--user", "tom")
    entries = cli("memories", "history", memory_id, "-u", "tom", "--json").json()
    assert ["add", "edit", "forget", "undo"] == [entry["action"] for entry in entries]
    assert "Likes tea → Likes milk" in cli("memories", "history", "-u", "tom").out
    assert "Nothing was changed yet.\n" == cli("memories", "history").err


def test_delete_all_needs_yes_when_nobody_can_be_asked(cli: Cli) -> None:
    """And is undone as one change."""
    for number in range(7):
        cli("memories", "add", f"Likes tea {number}")
    assert 2 == cli("memories", "delete", "--all").code
    assert 7 == len(ids(cli))
    deleted = cli("memories", "delete", "--all", "--yes")
    assert ("", True) == (deleted.out, "… and 2 more." in deleted.err)
    assert 7 == len(ids(cli, "--status", "forgotten"))
    assert "forgotten" in cli("memories", "list", "--all").out
    cli("memories", "undo")
    assert 7 == len(ids(cli))
    assert 2 == len(ids(cli, "-n", "2"))


def test_an_update_says_what_it_replaced(cli: Cli) -> None:
    """And the list shows what was true before, at its date."""
    cli(
        "memories",
        "import",
        "-",
        stdin=json.dumps({"text": ANNA, "said_at": "2026-05-01T10:00:00Z", "topics": ["name"]}),
    )
    added = cli("memories", "add", ANA)
    assert f'Remembered, in the place of {ids(cli, "--status", "superseded")[0][:8]} "{ANNA}"' in added.err
    assert ANNA in cli("memories", "list", "--as-of", "2026-06-01").out
    assert [] == ids(cli, "--as-of", "2026-04-01T09:00")
    shown = cli("memories", "show", ids(cli, "--status", "superseded")[0]).out
    assert "valid     from 2026-05-01" in shown
    assert " to 20" in shown


def test_pin_and_unpin(cli: Cli) -> None:
    """Both say how they are undone."""
    cli("memories", "add", "Likes tea")
    (memory_id,) = ids(cli)
    assert "Pinned: Likes tea\nUndo: agentmem memories undo\n" == cli("memories", "pin", memory_id[:6]).err
    assert "active, pinned" in cli("memories", "show", memory_id).out
    assert "Unpinned: Likes tea" in cli("memories", "unpin", memory_id).err
    assert "There was nothing to do.\n" == cli("memories", "unpin", memory_id).err


def test_search(cli: Cli) -> None:
    """By words, with scores in JSON, and a word when there is nothing."""
    for text in ("Likes dark chocolate", "Works in healthcare"):
        cli("memories", "add", text)
    assert "Likes dark chocolate" in cli("memories", "search", "chocolates").out
    (found,) = cli("memories", "search", "chocolates", "-k", "5", "--json").json()
    assert found["score"] > 0
    assert "No memory holds these words.\n" == cli("memories", "search", "tea").err


def test_what_waits_is_approved_or_rejected(cli: Cli, store: Store) -> None:
    """One by one or all at once."""
    texts = ("Likes tea", "Likes milk", "Likes rain", "Likes snow")
    for text in texts:
        store.say(text, actor="offline", mode="review")
    waiting = [memory["memory_id"] for memory in cli("memories", "pending", "--json").json()]
    assert 4 == len(waiting)
    assert "Approved: Likes snow" in cli("memories", "approve", waiting[0][:12]).err
    assert ["rejected"] == [each["status"] for each in cli("memories", "reject", waiting[1], "--json").json()]
    cli("memories", "approve", "--all")
    assert "Nothing waits.\n" == cli("memories", "pending").err
    assert "There was nothing to do.\n" == cli("memories", "reject", "--all").err
    assert 3 == len(ids(cli))


def test_an_unsure_update_is_asked(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are known; `pending` shows what may replace what, `approve` replaces it, `reject` keeps both, undo asks."""
    monkeypatch.setattr(statements, "revised_by", lambda _, known: Revised(known[0], is_sure=False) if known else None)
    cli("memories", "add", FILM)
    added = cli("memories", "add", BOOK)
    new = added.out.partition(" ")[0]
    assert f"`agentmem memories approve {new}` does, `reject {new}` keeps both." in added.err
    (waiting,) = cli("memories", "pending", "--json").json()
    assert ("question", FILM) == (waiting["waits"], waiting["may_replace"])
    listed = cli("memories", "pending")
    assert ("active" in listed.out, f"{new} may replace" in listed.err) == (True, True)
    old = waiting["replaces_perhaps"]
    assert f"replaces? {old[:8]}" in cli("memories", "show", new).out
    assert f"newer?    {new}" in cli("memories", "show", old).out
    assert "Turned down" in cli("memories", "reject", new).err
    assert (2, []) == (len(ids(cli)), cli("memories", "pending", "--json").json())
    cli("memories", "undo")
    assert "Approved" in cli("memories", "approve", "--all").err
    assert [waiting["memory_id"]] == ids(cli)
    assert 2 == cli("memories", "approve", new).code


def test_export_and_import(cli: Cli, tmp_path: Path) -> None:
    """To a file or stdout, from a file or stdin; the same again adds nothing."""
    cli("memories", "add", "Likes tea")
    file = tmp_path / "memories.jsonl"
    assert "Wrote 1 memories to" in cli("memories", "export", str(file), "--format", "jsonl").err
    assert "Imported 1 memories.\n" == cli("memories", "import", str(file), "-u", "tom").err
    piped = cli("memories", "import", "-", "-u", "tom", "--json", stdin=cli("memories", "export").out)
    assert (["Likes tea"], "Imported 0 memories, 1 were known already.\n") == (
        [memory["text"] for memory in piped.json()["repeated"]],
        piped.err,
    )
    secret = cli("memories", "import", "-", stdin=json.dumps({"text": "my password is hunter2"}))
    assert "Imported 0 memories, left out a password.\n" == secret.err
    assert "## Preferences" in cli("memories", "export", "-f", "md").out
    assert 1 == cli("memories", "import", "-", stdin=b"\xff\xfe nonsense").code


def test_a_hostile_text_cannot_steer_the_terminal(cli: Cli) -> None:
    """Escape sequences are gone, also from what was said on the command line in bytes that are no text."""
    cli("memories", "add", "Likes \x1b[31mred\x1b[0m \udcff tea")
    assert "\x1b" not in cli("memories", "list").out
    assert "Likes [31mred [0m \ufffd tea" == cli("memories", "list", "--json").json()[0]["text"]


def test_an_empty_store_says_so(cli: Cli) -> None:
    """On stderr; JSON is an empty list."""
    assert ("", "No active memories of sarah.\n") == (cli("memories", "list").out, cli("memories", "list").err)
    assert [] == cli("memories", "list", "--json").json()


def test_listing_loads_nothing_heavy(cli: Cli, process: Callable[..., Result]) -> None:
    """The whole process must answer within 250 ms."""
    cli("memories", "add", "Likes tea")
    ended = process("memories", "list", env={"PYTHONPROFILEIMPORTTIME": "1"})
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in ended.err.splitlines()}
    assert {"typer", "sqlite3"} <= loaded
    assert set() == loaded & {"sqlalchemy", "agno", "anthropic", "chromadb", "numpy", "rich", "prompt_toolkit"}
