"""Sessions listed, found, renamed, searched, trashed and purged, through the command line."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from harness.command_line import Result
from harness.kept import kept_bytes

Cli = Callable[..., Result]


@pytest.fixture
def two_sessions(cli: Cli) -> Cli:
    """Two sessions whose ids share a beginning, and one of another user."""
    lines = [
        {"session": "abc-1", "role": "user", "content": "The boiler is broken.", "at": "2026-01-01T10:00:00Z"},
        {"session": "abc-1", "role": "assistant", "content": "Call a plumber.", "at": "2026-01-01T10:00:01Z"},
        {"session": "abc-2", "role": "user", "content": "Plan my garden.", "at": "2026-01-02T10:00:00Z"},
    ]
    cli("sessions", "import", "-", stdin="\n".join(map(json.dumps, lines)))
    other = {"session": "tom-1", "role": "user", "content": "Tom's boiler is fine.", "at": "2026-01-03T10:00:00Z"}
    cli("sessions", "import", "-", "--user", "tom", stdin=json.dumps(other))
    return cli


def ids(result: Result) -> list[str]:
    return [session["session_id"] for session in result.json()]


def test_list_shows_the_latest_first_and_only_ones_own(two_sessions: Cli) -> None:
    """A list is one user's, newest first, with titles and counts."""
    assert ["abc-2", "abc-1"] == ids(two_sessions("sessions", "list", "--json"))
    table = two_sessions("sessions", "list").out.splitlines()
    assert ["ID", "LAST", "TURNS", "TITLE"] == table[0].split()
    assert ["abc-2", "2026-01-02", "1", "Plan", "my", "garden"] == table[1].split()


def test_a_unique_prefix_is_enough(two_sessions: Cli) -> None:
    """An id may be cut short as long as it fits one."""
    assert "abc-2" == two_sessions("sessions", "show", "abc-2", "--json").json()["session_id"]
    assert "tom-1" == two_sessions("sessions", "show", "t", "--user", "tom", "--json").json()["session_id"]


@pytest.mark.parametrize("command", [["show"], ["rename", "title"], ["delete"], ["export"]])
def test_unknown_and_ambiguous_ids_are_exit_3(two_sessions: Cli, command: list[str]) -> None:
    """An unknown id says how to see them all; an ambiguous one lists the candidates."""
    name, *more = command
    unknown = two_sessions("sessions", name, "zzz", *more)
    assert (3, True) == (unknown.code, "`agentmem sessions list`" in unknown.err)
    ambiguous = two_sessions("sessions", name, "abc", *more)
    assert (3, True, True) == (ambiguous.code, "abc-1" in ambiguous.err, "abc-2" in ambiguous.err)


def test_another_users_session_is_not_there(two_sessions: Cli) -> None:
    """Users are walls: nobody shows, finds or deletes another's session."""
    assert 3 == two_sessions("sessions", "show", "tom-1").code
    assert 3 == two_sessions("sessions", "delete", "tom-1").code
    found = two_sessions("sessions", "search", "boiler", "--json").json()
    assert ["abc-1"] == [message["session"] for message in found]


def test_importing_into_another_users_session_is_refused(two_sessions: Cli) -> None:
    """A session id that is taken by another user is refused, and nothing of it is shown."""
    result = two_sessions("sessions", "import", "-", stdin='{"session": "tom-1", "role": "user", "content": "x"}')
    assert (3, True) == (result.code, "belongs to another user" in result.err)


def test_rename(two_sessions: Cli) -> None:
    """A title is what the person says it is; an empty one is refused."""
    two_sessions("sessions", "rename", "abc-1", "The", "cold", "flat")
    assert "The cold flat" == two_sessions("sessions", "show", "abc-1", "--json").json()["title"]
    assert 2 == two_sessions("sessions", "rename", "abc-1", " ").code


def test_delete_goes_to_the_trash_and_says_how_to_undo(two_sessions: Cli) -> None:
    """A deleted session is out of lists, search and recall, and comes back whole."""
    before = two_sessions("sessions", "export", "abc-1", "-f", "jsonl").out
    assert "agentmem sessions restore abc-1" in two_sessions("sessions", "delete", "abc-1").err
    assert ["abc-2"] == ids(two_sessions("sessions", "list", "--json"))
    assert ["abc-1"] == ids(two_sessions("sessions", "list", "--trash", "--json"))
    assert [] == two_sessions("sessions", "search", "boiler", "--json").json()
    assert [] == two_sessions("recall", "boiler", "--json").json()["items"]
    two_sessions("sessions", "restore", "abc-1")
    assert before == two_sessions("sessions", "export", "abc-1", "-f", "jsonl").out
    assert 1 == len(two_sessions("sessions", "search", "boiler", "--json").json())


def test_a_trashed_id_cannot_be_taken(two_sessions: Cli) -> None:
    """A new session under a trashed id would make the restore impossible, so it is refused with the way out."""
    two_sessions("sessions", "delete", "abc-1")
    result = two_sessions("sessions", "import", "-", stdin='{"session": "abc-1", "role": "user", "content": "x"}')
    assert (3, True) == (result.code, "sessions restore abc-1" in result.err)


def test_purge_leaves_no_byte_of_it(two_sessions: Cli, home: Path) -> None:
    """A purged session is in no file of the data folder, whether it was live or in the trash."""
    two_sessions("sessions", "delete", "abc-2")
    assert 2 == two_sessions("sessions", "delete", "abc-1", "--purge").code
    assert 0 == two_sessions("sessions", "delete", "abc-1", "abc-2", "--purge", "--yes").code
    kept = kept_bytes(home)
    assert (False, False, True) == (b"plumber" in kept, b"garden" in kept, b"tom's" in kept)


def test_search_prefers_messages_with_all_words(two_sessions: Cli) -> None:
    """All words first; if no message has them all, any of them."""
    found = two_sessions("sessions", "search", "broken", "boiler", "--json").json()
    assert ["The boiler is broken."] == [message["text"] for message in found]
    assert 2 == len(two_sessions("sessions", "search", "plumber", "garden", "--json").json())


@pytest.mark.parametrize("words", ['"', "AND", "NEAR(", "a OR", "*", "text:x", "'", "-x"])
def test_search_takes_any_words_as_words(two_sessions: Cli, words: str) -> None:
    """What means something to FTS5 means nothing here."""
    assert 0 == two_sessions("sessions", "search", "--", words).code


def test_empty_lists_say_so_on_stderr(cli: Cli) -> None:
    """An empty list says so on stderr: nothing is on stdout, and with --json an empty list."""
    assert ("", True) == (cli("sessions", "list").out, "No sessions" in cli("sessions", "list").err)
    assert [] == cli("sessions", "list", "--json").json()
    assert "" == cli("sessions", "search", "x").out


def test_show_is_word_for_word(two_sessions: Cli) -> None:
    """The transcript shows who said what, and when."""
    shown = two_sessions("sessions", "show", "abc-1").out
    assert "The boiler is broken." in shown
    assert "agent, 2026-01-01" in shown


@pytest.mark.parametrize("words", [("rename", "abc-1", "\udcff"), ("search", "\udcff"), ("show", "\udcff")])
def test_words_that_are_no_text(two_sessions: Cli, words: tuple[str, ...]) -> None:
    """Bytes on the command line that are not UTF-8 are wrong usage, in one line."""
    result = two_sessions("sessions", *words)
    assert (2, True) == (result.code, "is not UTF-8 text" in result.err)


@pytest.mark.sqlite
def test_one_session_is_found_without_the_others(two_sessions: Cli, home: Path) -> None:
    """What is read of one session is looked up by it: through all messages of a person an import took minutes."""
    two_sessions("sessions", "list")
    with closing(sqlite3.connect(home / "agentmem.db")) as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT run_id FROM messages WHERE session_id = ? AND user_id = ?", ("abc-1", "sarah")
        ).fetchall()
    assert ["user_id=? AND session_id=?"] == [step[3].partition("(")[2].rstrip(")") for step in plan]
