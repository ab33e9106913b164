"""What another window does to an exchange while its answer is on its way, and how a settled turn is stored."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from harness.anthropic_server import AnthropicServer, Request
from harness.command_line import Result
from harness.erasing import erase_turn

from agentmem_cli.agent.capture import capture_offline
from agentmem_cli.agent.erase import erase_sessions
from agentmem_cli.agent.undo import ChatChanges, return_exchange
from agentmem_cli.memories.store import list_memories
from agentmem_cli.records import TurnStatus
from agentmem_cli.sessions.catalog import find_session, trash_session
from agentmem_cli.sessions.turns import begin_turn, settle_turn
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.captures import waiting_capture
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database

Ask = Callable[..., Result]
Act = Callable[[Database], object]


def undo(database: Database) -> None:
    ChatChanges(database, "sarah", lambda _: None).undo("s1", 5)


def trash(database: Database) -> None:
    trash_session(database, find_session(database, "sarah", "s1"), 5)


def erase(database: Database) -> None:
    erase_turn(database, "sarah", database.read("SELECT run_id FROM agno_runs")[0]["run_id"])


def purge(database: Database) -> None:
    erase_sessions(database, [find_session(database, "sarah", "s1")])


@pytest.fixture
def meanwhile(anthropic: AnthropicServer, monkeypatch: pytest.MonkeyPatch) -> Callable[[Act], None]:
    """Have another window act when the model is asked."""

    def arrange(act: Act) -> None:
        take = anthropic.take

        def act_and_take(request: Request) -> Any:
            with closing(open_database(load_settings())) as database:
                act(database)
            return take(request)

        monkeypatch.setattr(type(anthropic), "take", lambda _, request: act_and_take(request))

    return arrange


def said(cli: Ask) -> list[str]:
    return [message["text"] for message in cli("sessions", "show", "s1", "--json").json()["messages"]]


def test_taken_back_while_it_is_answered(
    cli: Ask, ask: Ask, anthropic: AnthropicServer, meanwhile: Callable[[Act], None]
) -> None:
    """The exchange stays taken back, one line says so, and /redo returns it with its answer."""
    meanwhile(undo)
    anthropic.reply("A bird.")
    result = ask("Which animal?")
    assert (1, "A bird.", True) == (result.code, result.json()["answer"], "taken back" in result.err)
    assert [] == said(cli)
    with closing(open_database(load_settings())) as database:
        return_exchange(database, "sarah", "s1", 7)
    assert ["Which animal?", "A bird."] == said(cli)


def test_put_into_the_trash_while_it_is_answered(
    cli: Ask, ask: Ask, anthropic: AnthropicServer, meanwhile: Callable[[Act], None]
) -> None:
    """The session stays in the trash, and comes back with the answer."""
    meanwhile(trash)
    anthropic.reply("A bird.")
    assert "into the trash, meanwhile" in ask("Which animal?").err
    assert [] == cli("sessions", "list", "--json").json()
    cli("sessions", "restore", "s1")
    assert ["Which animal?", "A bird."] == said(cli)


@pytest.mark.parametrize("act", [erase, purge])
def test_erased_while_it_is_answered(
    cli: Ask, ask: Ask, anthropic: AnthropicServer, meanwhile: Callable[[Act], None], act: Act
) -> None:
    """An erased question does not come back with its answer; one line says that the answer is not kept."""
    meanwhile(act)
    anthropic.reply("A bird.")
    result = ask("Which animal?")
    assert (3, 1, True) == (result.code, len(result.err.splitlines()), "Its answer is not kept." in result.err)
    assert ([], []) == (cli("sessions", "list", "--json").json(), cli("sessions", "list", "--trash", "--json").json())


def test_one_of_two_is_erased_while_it_is_answered(
    cli: Ask, ask: Ask, anthropic: AnthropicServer, meanwhile: Callable[[Act], None]
) -> None:
    """In a session that goes on the erased exchange stays away too."""
    anthropic.reply("Hello.")
    ask("Good day to you, friend")
    meanwhile(lambda database: erase_turn(database, "sarah", _last_run(database)))
    anthropic.reply("A bird.")
    assert 3 == ask("Which animal?").code
    assert ["Good day to you, friend", "Hello."] == said(cli)


@pytest.mark.parametrize("act", [undo, trash, erase, purge])
def test_gone_while_it_is_looked_through(home: object, act: Act) -> None:  # noqa: ARG001 -- as below
    """A message that another window took away in the meantime teaches nothing, and leaves no quote."""
    with closing(open_database(load_settings())) as database:
        asked = {"user_id": "sarah", "session_id": "s1", "question": "I live in Oslo.", "at": 1_000}
        turn = begin_turn(database, **asked, memory="auto")
        settle_turn(database, turn, TurnStatus.DONE, "Noted.", at=1_001)
        waiting = waiting_capture(database, turn.run_id)
        assert waiting is not None
        act(database)
        assert [] == capture_offline(database, waiting).added
        assert [] == list_memories(database, "sarah", status=None)


def test_a_retry_of_what_was_taken_back_is_a_new_turn(home: object) -> None:  # noqa: ARG001 -- its environment is what is needed
    """Two windows, one takes a question back, the other asks it again: one place for each."""
    with closing(open_database(load_settings())) as database:
        asked = {"user_id": "sarah", "session_id": "s1", "question": "Which animal?", "at": 1_000}
        first = begin_turn(database, **asked)
        undo(database)
        again = begin_turn(database, **asked, run_id=first.run_id)
    assert (True, 1) == (first.run_id != again.run_id, again.run_index)


def test_text_before_a_tool_call(cli: Ask, ask: Ask, anthropic: AnthropicServer) -> None:
    """It is a paragraph of its own, and one answer with what follows: in the transcript, and after a restore too."""
    anthropic.tool_use("recall", {"query": "animal"}, text="Let me look.")
    anthropic.reply("It is a bird.")
    answer = ask("Which animal did I choose?").json()["answer"]
    assert "Let me look.\n\nIt is a bird." == answer
    exported = cli("sessions", "export", "s1", "--format", "jsonl").out
    assert ["Which animal did I choose?", answer] == said(cli)
    cli("sessions", "delete", "s1")
    cli("sessions", "restore", "s1")
    assert exported == cli("sessions", "export", "s1", "--format", "jsonl").out


def test_an_empty_answer_is_a_failure(cli: Ask, ask: Ask, anthropic: AnthropicServer) -> None:
    """A model that says nothing is exit 5 and a line; the question is kept."""
    anthropic.reply("")
    result = ask("Which animal?")
    assert (5, "failed", True) == (result.code, result.json()["status"], "answered with nothing" in result.err)
    assert ["Which animal?"] == said(cli)


def test_a_model_that_only_calls_tools(ask: Ask, anthropic: AnthropicServer) -> None:
    """It is told that there are no more calls, and then stopped: every request costs."""
    for _ in range(20):
        anthropic.tool_use("recall", {"query": "animal"})
    result = ask("Which animal?")
    assert (5, True, 13) == (result.code, "only calls tools" in result.err, len(anthropic.requests))


@pytest.mark.parametrize("arguments", [{"wrong": 1}, {}, {"query": ["a", "b"]}])
def test_a_malformed_tool_call(ask: Ask, anthropic: AnthropicServer, arguments: dict[str, Any]) -> None:
    """The model is told what was wrong with it, and goes on."""
    anthropic.tool_use("recall", arguments)
    anthropic.tool_use("nothing_such", arguments)
    anthropic.reply("A bird.")
    assert (0, "A bird.") == ((result := ask("Which animal?")).code, result.json()["answer"])


def _last_run(database: Database) -> str:
    return str(database.read("SELECT run_id FROM agno_runs ORDER BY run_index DESC LIMIT 1")[0]["run_id"])
