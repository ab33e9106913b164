"""What of the commands only a terminal shows: the prompt that is filled in, and two windows on one session."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from harness.terminal import Terminal

Chat = Callable[..., AbstractContextManager[Terminal]]


def test_two_windows_and_an_edit(chat: Chat) -> None:
    """Each window sees what the other added; /edit fills the prompt, and what is sent takes the question's place."""
    with chat("--session", "s1") as one, chat("--session", "s1") as other:
        one.enter("I work at Initech.", "memory +1")
        other.enter("I prefer tea.", "memory +1")
        assert "[2]" in one.enter("/history", "I prefer tea.")
        one.enter("/edit 2", "› I prefer tea.")
        one.send("\x7f" * len("tea.") + "\x0c")
        one.wait_for("› I prefer")
        one.send("coffee.\r")
        one.wait_for("memory +1")
        assert "I prefer tea." not in other.enter("/history", "I prefer coffee.")
        known = other.enter("/memories", "Works at Initech")  # the last row
        assert (True, False) == ("Prefers coffee" in known, "Prefers tea" in known)
        other.enter("/undo", "Taken back: “I prefer coffee.” and 1 memory")
        one.enter("/redo", "Returned: “I prefer coffee.” and 1 memory")
        one.enter("/edit", "› I prefer coffee.")
        one.send("\x03\r")
        one.enter("I own a cat.", "memory +1")
        assert "I prefer coffee." in one.enter("/history", "[3]")
        for terminal in (one, other):
            terminal.enter("/quit", "Resume this session")
            assert 0 == terminal.wait_for_exit()
