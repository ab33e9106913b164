"""Erasing one turn: what is gone, and what is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from harness.erasing import erase_turn

from agentmem_cli.agent.undo import take_back_exchanges
from agentmem_cli.errors import NotFound
from agentmem_cli.records import TurnStatus
from agentmem_cli.sessions.branches import fork_session, runs_from, taken_back
from agentmem_cli.sessions.catalog import find_session, list_sessions, search_messages, transcript, trash_session
from agentmem_cli.sessions.erase import question_of
from agentmem_cli.sessions.turns import begin_turn, settle_turn
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database


@pytest.fixture
def database(home: Path) -> Iterator[Database]:  # noqa: ARG001 -- its environment is what is needed
    with closing(open_database(load_settings())) as opened:
        yield opened


def say(database: Database, question: str, answer: str, user: str = "sarah", session: str = "s1") -> str:
    """A settled turn; its run id."""
    turn = begin_turn(database, user_id=user, session_id=session, question=question, at=1_000)
    settle_turn(database, turn, TurnStatus.DONE, answer, at=1_001)
    return turn.run_id


def test_every_word_of_it_goes(database: Database, home: Path) -> None:
    """Question, answer, the title made of them and the next message's key are in no file; the others stay."""
    first = say(database, "The zanzibar code", "It is quokka.")
    say(database, "And then?", "Then we wait.")
    erase_turn(database, "sarah", first)
    session = find_session(database, "sarah", "s1")
    assert ["And then?", "Then we wait."] == [message.text for message in transcript(database, session)]
    assert ("(erased)", 1) == (session.title, session.turns)
    assert [] == search_messages(database, "sarah", "zanzibar quokka", limit=5)
    assert ["And then?"] == [each.text for each in search_messages(database, "sarah", "then?", limit=1)]
    kept = b"".join(path.read_bytes() for path in home.rglob("agentmem.db*")).lower()
    assert [False, False] == [word in kept for word in (b"zanzibar", b"quokka")]


def test_a_session_of_one_turn_goes_with_it(database: Database) -> None:
    """No empty session is left, in sight or in the trash."""
    seen, trashed = say(database, "One", "Two"), say(database, "Three", "Four", session="s2")
    trash_session(database, find_session(database, "sarah", "s2"), 2_000)
    assert "Three" == question_of(database, "sarah", trashed)
    for run_id in (seen, trashed):
        erase_turn(database, "sarah", run_id)
        assert None is question_of(database, "sarah", run_id)
    assert ([], []) == (list_sessions(database, "sarah"), list_sessions(database, "sarah", trashed=True))


def test_another_users_turn(database: Database) -> None:
    """A turn of somebody else is not there, and stays."""
    of_tom = say(database, "Mine", "Yours", user="tom", session="t1")
    assert None is question_of(database, "sarah", of_tom)
    with pytest.raises(NotFound):
        erase_turn(database, "sarah", of_tom)
    assert "Mine" == question_of(database, "tom", of_tom)


def test_its_copies_go_too(database: Database, home: Path) -> None:
    """A turn that was forked, and taken back in the fork or in its own session, is erased wherever it is."""
    first = say(database, "The zanzibar code", "It is quokka.")
    say(database, "And then?", "Then we wait.")
    fork = fork_session(database, "sarah", "s1", None, 2_000).session_id
    fork_session(database, "sarah", fork, 1, 2_000)
    take_back_exchanges(database, "sarah", runs_from(database, "sarah", "s1", first), 2_000)
    assert "The zanzibar code" == question_of(database, "sarah", first)
    erase_turn(database, "sarah", first)
    assert ["And then?", "Then we wait."] == [
        each.text for each in transcript(database, find_session(database, "sarah", fork))
    ]
    assert ["And then?"] == [each.question for each in taken_back(database, "sarah", "s1")]
    assert {fork, "s1"} == {session.session_id for session in list_sessions(database, "sarah")}
    kept = b"".join(path.read_bytes() for path in home.rglob("agentmem.db*")).lower()
    assert (False, False) == (b"zanzibar" in kept, b"quokka" in kept)
