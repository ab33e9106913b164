"""The interactive chat on a pseudo-terminal: keys in, screen out."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import AGENTMEM, Result
from harness.terminal import Terminal, on_terminal

Cli = Callable[..., Result]
HOSTILE = "A\x1b]52;c;ZXZpbA==\x07B\x1b]0;owned\x07C\x1b[2JD\x9b31mE &#x202E;F&#x2066;G \u202eH"


def last_turn(cli: Cli) -> list[tuple[str, str, str]]:
    """(role, text, status) of the messages of the user's last session."""
    (session, *_) = cli("sessions", "list", "--json").json()
    shown = cli("sessions", "show", session["session_id"], "--json").json()
    return [(message["role"], message["text"], message["status"]) for message in shown["messages"]]


def asked(anthropic: AnthropicServer, number: int = -1) -> str:
    """The question of a request, which is the last text that carries the cache mark."""
    marked = [
        part["text"]
        for message in anthropic.requests[number].body["messages"]
        for part in message["content"]
        if "cache_control" in part
    ]
    return str(marked[-1])


def leave(terminal: Terminal) -> None:
    terminal.send("\x04")
    assert 0 == terminal.wait_for_exit()


def test_it_remembers_in_the_next_session(chat: Callable[..., Terminal], home: Path) -> None:
    """Told who one is, it says what it remembers and how to come back; another session answers from memory."""
    with chat() as terminal:  # type: ignore[attr-defined]  # a context manager
        terminal.send("Hi, I'm Sarah. I prefer concise answers and I work in healthcare.\r")
        terminal.wait_for("memory +3")
        leave(terminal)
        resumes = re.search(r"agentmem chat --user sarah --resume ([0-9a-f-]{36})", terminal.text().replace("\n", ""))
        assert resumes
    with chat() as terminal:  # type: ignore[attr-defined]
        terminal.send("Where do I work?\r")
        shown = terminal.wait_for("You said on")
        assert "From memory: Works in healthcare" in shown
        terminal.send("/why\r")
        terminal.wait_for("profile")
        assert "you said “I work in healthcare”" in terminal.text()
        leave(terminal)
    (history,) = (home / "history").iterdir()
    assert 0o600 == history.stat().st_mode & 0o777
    assert "Where do I work?" in history.read_text()
