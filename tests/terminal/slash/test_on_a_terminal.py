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
        other.enter("My daughter is called Mia.", "memory +1")
        assert "[2]" in one.enter("/history", "My daughter is called Mia.")
        one.enter("/edit 2", "› My daughter is called Mia.")
        one.send("\x7f" * len("Mia.") + "\x0c")
        one.wait_for("› My daughter is called")
        one.send("Ida.\r")
        one.wait_for("memory +1")
        assert "My daughter is called Mia." not in other.enter("/history", "My daughter is called Ida.")
        known = other.enter("/memories", "I work at Initech.")  # the last row
        assert (True, False) == ("Ida" in known, "Mia" in known)
        other.enter("/undo", "Taken back: “My daughter is called Ida.” and 1 memory")
        one.enter("/redo", "Returned: “My daughter is called Ida.” and 1 memory")
        one.enter("/edit", "› My daughter is called Ida.")
        one.send("\x03\r")
        one.enter("We have two cats, Miso and Tofu.", "memory +1")
        assert "My daughter is called Ida." in one.enter("/history", "[3]")
        for terminal in (one, other):
            terminal.enter("/quit", "Resume this session")
            assert 0 == terminal.wait_for_exit()
