"""Another course for a session: what is taken back is out of everything and comes back whole; a fork shares nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agentmem_cli.agent.undo import return_exchange, take_back_exchanges
from agentmem_cli.errors import NotFound, UsageProblem
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.records import TurnStatus
from agentmem_cli.sessions.branches import (
    exchanges_of,
    fork_session,
    last_run,
    related_runs,
    returnable_run,
    runs_from,
    taken_back,
)
from agentmem_cli.sessions.catalog import (
    find_session,
    list_sessions,
    purge_session,
    rename_session,
    restore_session,
    search_messages,
    transcript,
    trash_session,
)
from agentmem_cli.sessions.index import catch_up
from agentmem_cli.sessions.instructions import instructions_of, keep_instructions
from agentmem_cli.sessions.turns import begin_turn, history_before, settle_turn
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.erase import erase_deleted_text
from agentmem_cli.storage.opening import open_database

USER = "sarah"


@pytest.fixture
def database(home: Path) -> Iterator[Database]:  # noqa: ARG001 -- its environment is what is needed
    with closing(open_database(load_settings())) as opened:
        yield opened


def say(database: Database, *questions: str, session: str = "s1") -> None:
    for question in questions:
        turn = begin_turn(database, user_id=USER, session_id=session, question=question, at=1_000)
        settle_turn(database, turn, TurnStatus.DONE, f"Answer to {question}", at=1_001)


def undo(database: Database, session: str = "s1") -> str | None:
    run = last_run(database, USER, session)
    return take_back_exchanges(database, USER, [run] if run else [], 2_000).question


def redo(database: Database, session: str = "s1") -> str | None:
    return return_exchange(database, USER, session, 2_000).question


def questions(database: Database, session: str = "s1") -> list[str]:
    return [exchange.question for exchange in exchanges_of(database, USER, session)]


def test_what_is_taken_back_is_out_of_everything(database: Database) -> None:
    """Transcript, search, recall, counts, history and index know nothing of it, nor does a catch-up bring it back."""
    say(database, "The first zebra", "The second walrus")
    undo(database)
    catch_up(database, USER)
    session = find_session(database, USER, "s1")
    assert ["The first zebra", "Answer to The first zebra"] == [each.text for each in transcript(database, session)]
    assert (1, []) == (session.turns, search_messages(database, USER, "walrus", limit=5))
    assert [] == recall_for(database, USER, "Which walrus was it?").turns
    assert ["The first zebra"] == [each.question for each in history_before(database, "s1", 10)]
    assert 0 == database.read("SELECT count(*) FROM messages WHERE text LIKE '%walrus%'")[0][0]
    assert ["The second walrus"] == [each.question for each in taken_back(database, USER, "s1")]


def test_it_comes_back_in_its_place(database: Database) -> None:
    """Several are returned in the order in which they were said, with their words, ids and index."""
    say(database, "one", "two", "three")
    before = find_session(database, USER, "s1")
    said = transcript(database, before)
    assert ["three", "two", "one"] == [undo(database), undo(database), undo(database)]
    assert ([], "") == (questions(database), find_session(database, USER, "s1").title)
    assert ["one", "two", "three"] == [redo(database), redo(database), redo(database)]
    session = find_session(database, USER, "s1")
    assert (said, before.title) == (transcript(database, session), session.title)
    assert ["Answer to three", "three"] == sorted(
        each.text for each in search_messages(database, USER, "three", limit=5)
    )
    with pytest.raises(NotFound):
        redo(database)


def test_something_new_takes_its_place(database: Database) -> None:
    """After a new question what was taken back cannot be returned, its place is not given again, and it is kept."""
    say(database, "one", "two", "three")
    undo(database)
    undo(database)
    say(database, "another")
    assert None is returnable_run(database, USER, "s1")
    undo(database)
    assert "another" == redo(database)
    assert None is returnable_run(database, USER, "s1")
    assert ["two", "three"] == [each.question for each in taken_back(database, USER, "s1")]
    assert ["one", "another"] == [each.question for each in history_before(database, "s1", 10)]


def test_the_model_sees_as_many_exchanges_as_before(database: Database) -> None:
    """The places of what was taken back leave no hole in the history that goes with a request."""
    say(database, *(str(number) for number in range(20)))
    for _ in range(8):
        undo(database)
    say(database, "anew")
    assert 8 <= len(history_before(database, "s1", 10)) <= 10


def test_a_session_left_empty_is_named_by_its_next_question(database: Database) -> None:
    """A title that a person gave stays; one that the lost question gave goes with it."""
    say(database, "A wrong beginning")
    undo(database)
    say(database, "A right beginning")
    assert "A right beginning" == find_session(database, USER, "s1").title
    say(database, "And then?")
    undo(database)
    assert "A right beginning" == find_session(database, USER, "s1").title
    rename_session(database, find_session(database, USER, "s1"), "Mine")
    undo(database)
    assert "Mine" == find_session(database, USER, "s1").title


def test_what_is_taken_back_goes_with_its_session(database: Database, home: Path) -> None:
    """The trash and back keep it returnable; a purge leaves no word of it in any file."""
    say(database, "one", "The secret quokka")
    undo(database)
    trash_session(database, find_session(database, USER, "s1"), 3_000)
    restore_session(database, find_session(database, USER, "s1", trashed=True))
    assert "The secret quokka" == redo(database)
    undo(database)
    trash_session(database, find_session(database, USER, "s1"), 3_000)
    with database.write() as connection:
        purge_session(connection, find_session(database, USER, "s1", trashed=True))
    erase_deleted_text(database)
    assert [] == [file for file in home.iterdir() if file.is_file() and b"quokka" in file.read_bytes()]


def test_another_users_runs_are_out_of_reach(database: Database) -> None:
    """No question of one user can be listed, taken back or forked by another."""
    say(database, "mine")
    run = str(last_run(database, USER, "s1"))
    assert ([], None, []) == (
        exchanges_of(database, "tom", "s1"),
        last_run(database, "tom", "s1"),
        runs_from(database, "tom", "s1", run),
    )
    with pytest.raises(NotFound):
        fork_session(database, "tom", "s1", None, 2_000)
    undo(database)
    assert ([], None) == (taken_back(database, "tom", "s1"), returnable_run(database, "tom", "s1"))


def test_a_fork_holds_the_first_turns_and_shares_nothing(database: Database) -> None:
    """Words and dates are the same, every id is another, and neither session changes the other."""
    say(database, "First", "two", "three")
    keep_instructions(database, USER, "s1", "Be brief.")
    forked = fork_session(database, USER, "s1", 2, 2_000)
    assert (2, "First (fork)") == (forked.turns, forked.title)
    assert "Be brief." == instructions_of(database, USER, forked.session_id)
    say(database, "otherwise", session=forked.session_id)
    undo(database)
    assert ["First", "two", "otherwise"] == questions(database, forked.session_id)
    assert ["First", "two"] == questions(database)
    of_both = [each for session in ("s1", forked.session_id) for each in exchanges_of(database, USER, session)]
    assert 5 == len({each.run_id for each in of_both})
    copied = database.read("SELECT run_data FROM agno_runs WHERE session_id = ?", (forked.session_id,))
    assert not any('"s1"' in row["run_data"] for row in copied)


def test_the_names_of_forks(database: Database) -> None:
    """Forks of a session and of its forks are numbered; there is nothing to fork in an empty session."""
    say(database, "One")
    first = fork_session(database, USER, "s1", None, 2_000)
    fork_session(database, USER, first.session_id, None, 2_000)
    assert {"One", "One (fork)", "One (fork 2)"} == {each.title for each in list_sessions(database, USER)}
    for turn in (0, 2):
        with pytest.raises(UsageProblem):
            fork_session(database, USER, "s1", turn, 2_000)
    with pytest.raises(NotFound):
        fork_session(database, USER, "none", None, 2_000)


def test_the_family_of_a_run(database: Database) -> None:
    """A run, its copies and the copies of those are one family, whichever of them is asked for."""
    say(database, "one")
    fork = fork_session(database, USER, "s1", None, 2_000)
    again = fork_session(database, USER, fork.session_id, None, 2_000)
    runs = {str(last_run(database, USER, each)) for each in ("s1", fork.session_id, again.session_id)}
    assert [runs, runs, runs] == [related_runs(database, [run]) for run in runs]
    assert {"unknown"} == related_runs(database, ["unknown"])


def test_a_fork_ends_whole_or_not_at_all(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """When one of its turns cannot be written there is no fork."""
    say(database, "one", "two")

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("agentmem_cli.sessions.branches.index_messages", fail)
    with pytest.raises(Exception, match="full"):
        fork_session(database, USER, "s1", None, 2_000)
    assert 1 == len(list_sessions(database, USER))
