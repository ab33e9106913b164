"""Ctrl-C where a prompt is not there yet, or no more."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from harness.anthropic_server import AnthropicServer
from harness.captures import CAPTURE
from harness.command_line import Result, started_process
from harness.terminal import Terminal
from harness.waiting import wait_until
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from agentmem_cli.agent.conversation import Conversation
from agentmem_cli.agent.events import TextDelta, TurnEnded
from agentmem_cli.records import TurnStatus
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database
from agentmem_cli.terminal.prompt import ChatPrompt
from agentmem_cli.terminal.stopping import stopped_by_ctrl_c
from agentmem_cli.terminal.toolbar import Standing


def _read(line: str) -> str:
    settings = load_settings(user="sarah", incognito=True)
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text(f"{line}\r")
        return ChatPrompt(settings, None, lambda: Standing("sarah", "new", "offline", 0, None, 0)).read().text


def test_ctrl_c_while_the_prompt_is_built_interrupts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop is built whole, so that nothing of it complains on the screen, and then the press counts."""
    built = asyncio.events.new_event_loop

    def pressed_meanwhile() -> asyncio.AbstractEventLoop:
        signal.raise_signal(signal.SIGINT)
        return built()

    monkeypatch.setattr(asyncio.events, "new_event_loop", pressed_meanwhile)
    with pytest.raises(KeyboardInterrupt):
        _read("not sent")
    gc.collect()  # a warning of what was left half-made is an error


def test_ctrl_c_while_the_prompt_is_cleared_away_interrupts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes just after Enter: what was sent is to be stopped."""
    clear = asyncio.Runner.close

    def pressed_meanwhile(runner: asyncio.Runner) -> None:
        signal.raise_signal(signal.SIGINT)
        clear(runner)

    monkeypatch.setattr(asyncio.Runner, "close", pressed_meanwhile)
    with pytest.raises(KeyboardInterrupt):
        _read("stopped at once")
    gc.collect()


def test_without_ctrl_c_the_line_is_read() -> None:
    """And Ctrl-C is afterwards what it was."""
    assert "sent" == _read("sent")
    assert signal.default_int_handler == signal.getsignal(signal.SIGINT)


def test_ctrl_c_that_does_not_end_the_wait_for_the_model(home: Path, anthropic: AnthropicServer) -> None:
    """It stops the answer all the same: as Python begins to wait there is a moment when a signal wakes nobody."""
    assert not home.exists()
    anthropic.hang()

    def press() -> None:
        wait_until(lambda: anthropic.requests)
        os.kill(os.getpid(), signal.SIGINT)

    settings = load_settings()
    conversation = Conversation(
        settings,
        open_database(settings),
        model="anthropic:claude-sonnet-4-6",
        knowledge=False,
        warn=lambda _: None,
    )
    pressing = threading.Thread(target=press)
    with closing(conversation), stopped_by_ctrl_c(conversation):
        conversation.start()
        pressing.start()
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # another thread takes it, and this one sleeps on
        try:
            ended = list(conversation.ask("Nobody answers"))[-1]
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
            pressing.join()
    assert isinstance(ended, TurnEnded)
    assert TurnStatus.INTERRUPTED is ended.status


def test_ctrl_c_while_a_capture_hangs(home: Path, cli: Callable[..., Result], anthropic: AnthropicServer) -> None:
    """It ends at once, not after the seconds that the end of a chat gives its captures; the message waits."""
    anthropic.hang(when=CAPTURE)
    anthropic.reply("Noted.")
    words = ("chat", "-p", "--no-knowledge", "I live in Oslo.")
    with started_process(*words, env={"AGENTMEM_HOME": str(home)}) as child:
        child.stdin.close()
        wait_until(lambda: any(CAPTURE in request.text for request in anthropic.requests))
        child.send_signal(signal.SIGINT)
        assert 130 == child.wait(5)
    for _ in range(2):
        anthropic.reply('{"operations": []}', when=CAPTURE)
    anthropic.reply("Yes.")
    assert 0 == cli("chat", "-p", "And now?").code
    assert 2 == sum("I live in Oslo." in each.text and CAPTURE in each.text for each in anthropic.requests)


def test_ctrl_c_twice_leaves_a_capture_that_hangs(
    chat: Callable[..., AbstractContextManager[Terminal]], anthropic: AnthropicServer
) -> None:
    """Ctrl-D waits for it and says so; Ctrl-C ends the wait, and twice at the prompt waits for nothing."""
    for leaving, said in (("\x03", "Ctrl-C again"), ("\x04", "Ctrl-C leaves that to the next start")):
        anthropic.hang(when=CAPTURE)
        anthropic.reply("Noted.")
        with chat("--no-knowledge") as terminal:
            terminal.send("I live in Oslo.\r")
            terminal.wait_for("Noted.")
            terminal.wait_for(re.compile(r"[1-9]\d*/200k"))
            wait_until(lambda: any(CAPTURE in request.text for request in anthropic.requests))
            terminal.send(leaving)
            terminal.wait_for(said)
            terminal.send("\x03")
            assert terminal.wait_for_exit(5) in (0, 130)
        anthropic.requests.clear()


def test_nothing_is_shown_after_a_stop(home: Path, anthropic: AnthropicServer) -> None:
    """What a flood brought before is not printed for seconds after Ctrl-C; it is kept."""
    assert not home.exists()
    anthropic.reply(pieces=["word "] * 20_000)
    settings = load_settings(memory="off")
    conversation = Conversation(
        settings, open_database(settings), model="anthropic:claude-sonnet-4-6", knowledge=False, warn=lambda _: None
    )
    with closing(conversation):
        conversation.start()
        events = conversation.ask("Go on then")
        shown = next(events)
        conversation.stop()
        ended = list(events)
    assert isinstance(shown, TextDelta)
    (last,) = ended
    assert isinstance(last, TurnEnded)
    assert last.answer.startswith(shown.text)
