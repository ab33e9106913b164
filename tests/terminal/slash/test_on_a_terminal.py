"""What of the commands only a terminal shows: the prompt that is filled in, and two windows on one session."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from harness.terminal import Terminal

Chat = Callable[..., AbstractContextManager[Terminal]]


def typed(terminal: Terminal, line: str, shows: str) -> str:
    """Type a line on a cleared screen; the screen once it shows the text."""
    terminal.send(f"\x0c{line}\r")
    return terminal.wait_for(shows)


def test_two_windows_and_an_edit(chat: Chat) -> None:
    """Each window sees what the other added; /edit fills the prompt, and what is sent takes the question's place."""
    with chat("--session", "s1") as one, chat("--session", "s1") as other:
        typed(one, "I work at Initech.", "memory +1")
        typed(other, "I prefer tea.", "memory +1")
        assert "[2]" in typed(one, "/history", "I prefer tea.")
        typed(one, "/edit 2", "› I prefer tea.")
        one.send("\x7f" * len("tea.") + "\x0c")
        one.wait_for("› I prefer")
        one.send("coffee.\r")
        one.wait_for("memory +1")
        assert "I prefer tea." not in typed(other, "/history", "I prefer coffee.")
        assert "Prefers tea" not in typed(other, "/memories", "Prefers coffee")
        typed(other, "/undo", "Taken back: “I prefer coffee.” and 1 memory")
        typed(one, "/redo", "Returned: “I prefer coffee.” and 1 memory")
        typed(one, "/edit", "› I prefer coffee.")
        one.send("\x03\r")
        typed(one, "I own a cat.", "memory +1")
        assert "I prefer coffee." in typed(one, "/history", "[3]")
        for terminal in (one, other):
            typed(terminal, "/quit", "Resume this session")
            assert 0 == terminal.wait_for_exit()
