"""What is typed before the prompt is there, or during an answer, waits for the prompt. Reads no key itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def type_ahead_kept() -> Iterator[None]:
    """Inside, the terminal holds typed keys as they are and shows none of them; Ctrl-C still interrupts.

    In its usual mode it would turn Enter into the Ctrl-J that only makes a line, lose Ctrl-D, and draw the keys
    into the answer.
    """
    if sys.platform == "win32":
        yield
        return
    import termios

    keyboard = sys.stdin.fileno()
    before, waiting = termios.tcgetattr(keyboard), termios.tcgetattr(keyboard)
    waiting[0] &= ~termios.ICRNL
    waiting[3] &= ~(termios.ICANON | termios.ECHO)
    termios.tcsetattr(keyboard, termios.TCSANOW, waiting)
    try:
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSANOW, before)
