"""What the tests of the terminal share: the chat on a pseudo-terminal, and conversations to find there."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from harness.command_line import Result
from harness.starting import AGENTMEM
from harness.terminal import Terminal, on_terminal

PROMPT = "›"


@contextmanager
def chat_on_terminal(*words: str, wait_for: str = PROMPT, **options: str) -> Iterator[Terminal]:
    """`agentmem chat WORDS` once it shows this text; what is named besides goes into its environment."""
    with on_terminal(AGENTMEM, "chat", *words, columns=100, rows=40, env=options) as terminal:
        terminal.wait_for(wait_for)
        yield terminal


@pytest.fixture
def chat(home: Path) -> Callable[..., AbstractContextManager[Terminal]]:  # noqa: ARG001 -- its environment is what is needed
    """What opens the chat, given words of the command line and variables, as a context."""
    return chat_on_terminal


@pytest.fixture
def two_sessions(cli: Callable[..., Result]) -> None:
    """A session on a boiler, and a later one whose title would take the terminal over."""
    lines = [
        {"session": "abc-1", "role": "user", "content": "The boiler is broken.", "at": "2026-01-01T10:00:00Z"},
        {"session": "abc-1", "role": "assistant", "content": "Call a plumber.", "at": "2026-01-01T10:00:01Z"},
        {"session": "abd-2", "role": "user", "content": "\x1b]0;owned\x07Garden\x1b[2J", "at": "2026-01-02T10:00:00Z"},
    ]
    cli("sessions", "import", "-", stdin="\n".join(map(json.dumps, lines)))
