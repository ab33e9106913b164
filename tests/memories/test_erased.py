"""Erasing what memories came from: no word of it is left in a file, and yet the same is not learnt again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from harness.command_line import Result
from harness.kept import kept_bytes
from hypothesis import given, settings
from hypothesis import strategies as st
from memories.conftest import NOW, Store

from agentmem_cli.agent.erase import erase_forgotten
from agentmem_cli.errors import NotFound, UsageProblem
from agentmem_cli.memories import corrections
from agentmem_cli.memories.operations import Operation, Source
from agentmem_cli.memories.store import find_memory, history, list_memories
from agentmem_cli.memories.writer import apply_operations
from agentmem_cli.records import OFFLINE, TurnStatus
from agentmem_cli.sessions.turns import begin_turn, settle_turn
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

Cli = Callable[..., Result]
DOG = "My dog is called Quagga."
WORK = "I work at Zanzibar as a welder."


def memories(cli: Cli, *words: str) -> dict[str, str]:
    """Ids by text."""
    return {memory["text"]: memory["memory_id"] for memory in cli("memories", "list", *words, "--json").json()}


def tell(*sentences: str) -> None:
    """One settled turn of the settings' user, of which every sentence is kept."""
    settings = load_settings()
    with closing(open_database(settings)) as database:
        said = " ".join(sentences)
        turn = begin_turn(database, user_id=settings.user, session_id="s1", question=said, at=NOW, memory="auto")
        settle_turn(database, turn, TurnStatus.DONE, "Noted.", at=NOW)
        kept = [Operation("add", sentence, quote=sentence) for sentence in sentences]
        source = Source(turn.session_id, turn.run_id, NOW, OFFLINE)
        apply_operations(database, settings.user, kept, source, typed_text=said, mode="auto", now=NOW)


@pytest.fixture
def told(cli: Cli) -> Cli:
    """Somebody has said two things in one turn."""
    tell(DOG, WORK)
    return cli


def test_the_turn_goes_with_the_memory(told: Cli, home: Path) -> None:
    """The forgotten memory, its quote, its turn, its history: gone. The other memory of that turn loses its quote."""
    ids = memories(told)
    assert {DOG, WORK} == set(ids)
    erased = told("memories", "delete", ids[DOG], "--erase-turn", "--yes", "--json")
    assert {"erased": [ids[DOG]], "turns": 1} == erased.json()
    assert b"quagga" not in kept_bytes(home)
    assert [WORK] == list(memories(told))
    other = ids[WORK]
    assert "(its turn was erased)" in told("memories", "show", other).out
    assert [None, None] == [
        told("memories", "show", other, "--json").json()["quote"],
        told("memories", "export").json()[0]["quote"],
    ]
    assert [] == told("sessions", "list", "--json").json()


def test_it_is_still_not_learnt_again(told: Cli) -> None:
    """Of what it said only a hash is left, which stops it."""
    told("memories", "delete", memories(told)[DOG], "--erase-turn", "--yes")
    tell(DOG)
    assert [WORK] == list(memories(told))
    assert "(erased)" in told("memories", "list", "--status", "forgotten").out
    with closing(open_database(load_settings())) as database:
        rows = database.read("SELECT same_hash FROM memory_details")
    assert [] == [row[0] for row in rows if "quagga" in row[0] or len(row[0]) != 64]


def test_what_is_erased_cannot_be_undone(told: Cli) -> None:
    """Undo passes over it, and takes back what it can of the change before."""
    ids = memories(told)
    told("memories", "delete", ids[DOG], "--erase-turn", "--yes")
    assert 0 == told("memories", "undo").code
    assert ({}, 3) == (memories(told), told("memories", "undo").code)
    assert "(erased)" in told("memories", "history", ids[DOG]).out


def test_it_asks_first(told: Cli, home: Path) -> None:
    """Without a yes nothing is forgotten and nothing erased."""
    refused = told("memories", "delete", memories(told)[DOG], "--erase-turn")
    assert (2, True) == (refused.code, DOG in refused.err)
    assert (2, True) == (len(memories(told)), b"quagga" in kept_bytes(home))


def test_a_plain_delete_says_what_remains(told: Cli, home: Path) -> None:
    """And how it goes: that command works on the memory that is forgotten already."""
    memory_id = memories(told)[DOG]
    said = told("memories", "delete", memory_id, "--user", "sarah").err
    assert f"agentmem memories delete {memory_id[:8]} --erase-turn --user sarah" in said
    told("memories", "delete", memory_id[:8], "--erase-turn", "--yes")
    assert b"quagga" not in kept_bytes(home)


def test_a_memory_without_a_turn_is_erased_too(cli: Cli, home: Path) -> None:
    """What was added by hand came from no message."""
    cli("memories", "add", "Keeps a quagga")
    deleted = cli("memories", "delete", *memories(cli).values(), "--erase-turn", "--yes")
    assert "0 turns" in deleted.err
    assert b"quagga" not in kept_bytes(home)


def test_everything(told: Cli, home: Path) -> None:
    """`--all --erase-turn` leaves no memory and no turn that one came from."""
    told("memories", "delete", "--all", "--erase-turn", "--yes")
    assert [False, False] == [word in kept_bytes(home) for word in (b"quagga", b"zanzibar")]


def test_a_purged_session_leaves_no_quote(told: Cli, home: Path) -> None:
    """What is known stays known, without its quote; what was forgotten goes."""
    told("memories", "delete", memories(told)[DOG])
    (session,) = told("sessions", "list", "--json").json()
    told("sessions", "delete", session["session_id"])
    told("sessions", "delete", session["session_id"], "--purge", "--yes")
    assert [WORK] == list(memories(told))
    quote = told("memories", "show", memories(told)[WORK], "--json").json()["quote"]
    assert (None, False) == (quote, b"quagga" in kept_bytes(home))


def test_every_wording_goes(store: Store, home: Path) -> None:
    """An edited, undone or rejected memory of the turn leaves nothing; those of other turns and users keep all."""
    first = store.say("Keeps a quagga", actor="offline").added[0]
    corrections.edit_memory(store.database, "sarah", first.memory_id, "Keeps a tapir", now=NOW)
    undone = store.say("Likes okapis", actor="offline").added[0]
    corrections.undo_last(store.database, "sarah", now=NOW)
    rejected = store.say("Likes gnus", actor="offline", mode="review").proposed[0]
    corrections.reject(store.database, "sarah", [rejected.memory_id], now=NOW)
    of_tom = store.say("Keeps a zebra", user="tom").added[0]
    forgotten = corrections.forget_memories(store.database, "sarah", [first.memory_id], now=NOW)
    erase_forgotten(store.database, "sarah", forgotten)
    kept = kept_bytes(home)
    assert [False] * 4 + [True] == [word in kept for word in (b"quagga", b"tapir", b"okapi", b"gnu", b"zebra")]
    assert of_tom == find_memory(store.database, "tom", of_tom.memory_id)
    assert [] == [entry for entry in history(store.database, "sarah", undone.memory_id) if entry.before or entry.after]


def test_another_users_turn_is_not_there(store: Store) -> None:
    """And what rests on it keeps its quote."""
    memory = store.say("Keeps a zebra", user="tom").added[0]
    assert 0 == erase_forgotten(store.database, "sarah", [memory])
    assert memory == find_memory(store.database, "tom", memory.memory_id)


@settings(max_examples=20)
@given(st.lists(st.sampled_from(["say", "replace", "edit", "forget", "undo", "erase"]), max_size=12))
def test_undo_never_brings_an_erased_memory_back(store: Store, steps: list[str]) -> None:
    """Whatever is done in whatever order, no memory that is known is an erased one."""
    for number, step in enumerate(steps):
        known = list_memories(store.database, "sarah")
        _do(store, step, f"Likes tea {number}", known[0].memory_id if known else None)
        assert "(erased)" not in [
            each.text for each in list_memories(store.database, "sarah", status=None) if each.status != "forgotten"
        ]


def _do(store: Store, step: str, text: str, newest: str | None) -> None:
    """One change; nothing where there is nothing to change."""
    if step == "say":
        store.say(text)
    elif step == "undo":
        try:
            corrections.undo_last(store.database, "sarah", now=NOW)
        except NotFound:
            return
    elif newest and step == "replace":
        store.write(Operation("replace", text, replaces=(newest,)), actor="person")
    elif newest and step == "edit":
        with suppress(UsageProblem):  # the text of an earlier example
            corrections.edit_memory(store.database, "sarah", newest, text, now=NOW)
    elif newest:
        forgotten = corrections.forget_memories(store.database, "sarah", [newest], now=NOW)
        if step == "erase":
            erase_forgotten(store.database, "sarah", forgotten)


@pytest.mark.parametrize("then", ["forget", "forget all", "undo", "reject", "by the model"])
def test_what_is_forgotten_after_its_words_were_erased(told: Cli, home: Path, then: str) -> None:
    """Purged first and forgotten then, it is as gone as the other way round, and no undo brings it back."""
    ids = memories(told)
    if then == "reject":
        with closing(open_database(load_settings())) as database, database.write() as connection:
            connection.execute("UPDATE memory_details SET status = 'proposed'")
    told("sessions", "delete", "s1", "--purge", "--yes")
    assert b"quagga" in kept_bytes(home)

    if then == "by the model":
        forget = Operation("forget", quote="Forget my dog.", replaces=(ids[DOG],))
        with closing(open_database(load_settings())) as database:
            source = Source("s2", None, NOW, "model:any")
            apply_operations(database, "sarah", [forget], source, typed_text="Forget my dog.", mode="auto", now=NOW)
    else:
        words = {
            "forget": ("delete", ids[DOG]),
            "forget all": ("delete", "--all", "--yes"),
            "undo": ("undo",),
            "reject": ("reject", ids[DOG]),
        }[then]
        assert 0 == told("memories", *words).code

    assert b"quagga" not in kept_bytes(home)
    told("memories", "undo")
    assert DOG not in memories(told, "--all")
    assert b"quagga" not in kept_bytes(home)
    if then != "undo":
        tell(DOG)
        assert DOG not in memories(told)


def test_a_new_session_of_a_purged_one_is_no_erased_source(told: Cli) -> None:
    """What is learnt in it can be forgotten and taken back as ever."""
    told("sessions", "delete", "s1", "--purge", "--yes")
    tell("My cat is called Okapi.")
    told("memories", "delete", memories(told)["My cat is called Okapi."])
    told("memories", "undo")
    assert "My cat is called Okapi." in memories(told)
