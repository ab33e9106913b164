"""Nothing said is lost: killed processes, two at once, and a store that will not take the answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from harness.anthropic_server import AnthropicServer, Request
from harness.anthropic_wire import Reply
from harness.captures import CAPTURE, operation, replied
from harness.command_line import Result, started_process
from harness.waiting import PATIENCE, wait_until

from agentmem_cli.settings import load_settings
from agentmem_cli.storage.checks import check_database, finding_of
from agentmem_cli.storage.opening import open_database

Cli = Callable[..., Result]
PLAIN = ("--memory", "off", "--no-knowledge")


def messages(cli: Cli, session: str = "s1") -> list[tuple[str, str, str]]:
    """(role, status, text) of each message of a session."""
    shown = cli("sessions", "show", session, "--json").json()
    return [(message["role"], message["status"], message["text"]) for message in shown["messages"]]


def sent(anthropic: AnthropicServer) -> list[str]:
    """The texts of the last request."""
    return [message["content"][0]["text"] for message in anthropic.requests[-1].body["messages"]]


def test_a_killed_process_leaves_the_question(cli: Cli, home: Path, anthropic: AnthropicServer) -> None:
    """Killed in the middle of an answer, it leaves the question there, marked, and it goes with the next turn."""
    anthropic.reply(pieces=["First. ", *["more "] * 500], delay=0.05)
    words = ("chat", "-p", *PLAIN, "--session", "s1", "Did you hear me?")
    with started_process(*words, env={"AGENTMEM_HOME": str(home)}) as child:
        child.stdin.close()
        assert b"First." == child.stdout.read(6)
        child.kill()
        child.wait(PATIENCE)
    assert [("user", "pending", "Did you hear me?")] == messages(cli)
    anthropic.reply("Now I do.")
    assert 0 == cli("chat", "-p", *PLAIN, "--session", "s1", "And now?").code
    assert ["Did you hear me?", "(pending)", "And now?"] == sent(anthropic)
    assert "ok" == finding_of(lambda: check_database(open_database(load_settings()))).verdict


def test_killed_between_the_answer_and_the_capture(cli: Cli, home: Path, anthropic: AnthropicServer) -> None:
    """The answer is there, the capture hangs, the process is killed: the next start captures the message."""
    anthropic.hang(when=CAPTURE)
    anthropic.reply("Noted.")
    words = ("chat", "-p", "--no-knowledge", "--format", "stream-json", "I live in Oslo.")
    with started_process(*words, env={"AGENTMEM_HOME": str(home)}) as child:
        child.stdin.close()
        wait_until(lambda: any(CAPTURE in request.text for request in anthropic.requests))
        child.kill()
        child.wait(PATIENCE)
    assert [] == cli("memories", "list", "--json").json()
    anthropic.reply(replied(operation("Lives in Oslo", "I live in Oslo")), when="I live in Oslo")
    anthropic.reply("Nothing.", when="And now?")
    assert "memory +1: Lives in Oslo" in cli("chat", "-p", "--memory-model", "anthropic:small", "> And now?").err
    assert ["Lives in Oslo"] == [memory["text"] for memory in cli("memories", "list", "--json").json()]


def test_two_chats_on_one_session_see_each_other(cli: Cli, anthropic: AnthropicServer) -> None:
    """What one chat adds while another is open is in the history of the other's next turn."""
    from agentmem_cli.agent.conversation import Conversation

    cli("sessions", "list")
    for answer in ("One.", "Two.", "Three."):
        anthropic.reply(answer)
    settings = load_settings()
    chats = [
        Conversation(
            settings,
            open_database(settings),
            model="anthropic:claude-sonnet-4-6",
            session_id="s1",
            knowledge=False,
            warn=lambda _: None,
        )
        for _ in range(2)
    ]
    for chat in chats:
        chat.start()
    for chat, question in zip((*chats, chats[0]), ("first", "second", "third"), strict=True):
        list(chat.ask(question))
    for chat in chats:
        chat.close()
    assert ["first", "One.", "second", "Two.", "third"] == sent(anthropic)


def test_an_answer_that_cannot_be_stored(cli: Cli, anthropic: AnthropicServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is locked when the answer comes is one line and exit 1; nothing of it is half-written."""
    cli("sessions", "list")
    monkeypatch.setenv("AGENTMEM_LOCK_TIMEOUT", "0.3")
    take, locked = anthropic.take, ExitStack()

    def lock_and_take(request: Request) -> Reply:
        locked.enter_context(open_database(load_settings()).write())
        return take(request)

    monkeypatch.setattr(type(anthropic), "take", lambda _, request: lock_and_take(request))
    anthropic.reply("Yes.")
    with locked:
        result = cli("chat", "-p", *PLAIN, "--session", "s1", "Did you hear me?")
    assert (1, "Yes.\n", 1) == (result.code, result.out, len(result.err.splitlines())), result.err
    assert "locked" in result.err
    assert [("user", "pending", "Did you hear me?")] == messages(cli)
