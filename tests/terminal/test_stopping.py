"""Ctrl-C where a prompt is not there yet."""

from __future__ import annotations

import asyncio
import gc
import signal

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from agentmem_cli.settings import load_settings
from agentmem_cli.terminal.prompt import ChatPrompt
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


def test_without_ctrl_c_the_line_is_read() -> None:
    """And Ctrl-C is afterwards what it was."""
    assert "sent" == _read("sent")
    assert signal.default_int_handler == signal.getsignal(signal.SIGINT)
