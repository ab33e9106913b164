"""What is typed before the prompt is there, or during an answer, waits for the prompt."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prompt_toolkit.input import Input


@contextmanager
def type_ahead_kept() -> Iterator[str]:
    """Inside, the terminal holds typed keys as they are and shows none of them; Ctrl-C still interrupts.

    In its usual mode it would turn Enter into the Ctrl-J that only makes a line, lose Ctrl-D, and draw the keys
    into the answer. Gives the keys that it has taken so already, while Python started, as they were pressed.
    """
    if sys.platform == "win32":
        yield ""
        return
    import termios

    keyboard = sys.stdin.fileno()
    before, waiting = termios.tcgetattr(keyboard), termios.tcgetattr(keyboard)
    waiting[0] &= ~termios.ICRNL
    waiting[3] &= ~(termios.ICANON | termios.ECHO)

    def stop(number: int, _frame: FrameType | None) -> None:
        """Ctrl-Z: the shell gets its terminal as it was, and after its `fg` this goes on with what it had."""
        held = termios.tcgetattr(keyboard)
        termios.tcsetattr(keyboard, termios.TCSANOW, before)
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)  # which stops nothing where no shell is there to go on with it
        signal.signal(number, stop)
        if held != before:  # else an editor may have it, which begins again by itself
            termios.tcsetattr(keyboard, termios.TCSANOW, held)

    termios.tcsetattr(keyboard, termios.TCSANOW, waiting)
    stopping = signal.getsignal(signal.SIGTSTP)
    if stopping == signal.SIG_DFL:
        signal.signal(signal.SIGTSTP, stop)
    try:
        yield _typed_before(keyboard)
    finally:
        signal.signal(signal.SIGTSTP, stopping)
        termios.tcsetattr(keyboard, termios.TCSANOW, before)


def give_back(keys: str) -> None:
    """Let the next prompt read these keys first."""
    from prompt_toolkit.input import create_input
    from prompt_toolkit.input.typeahead import store_typeahead
    from prompt_toolkit.input.vt100_parser import Vt100Parser
    from prompt_toolkit.key_binding import KeyPress

    pressed: list[KeyPress] = []
    parser = Vt100Parser(pressed.append)
    parser.feed_and_flush(keys)
    store_typeahead(create_input(), pressed)


def stay_raw(keyboard: Input) -> None:
    """Leave the keyboard to a prompt also while something is printed above it.

    The prompt library would put it into its usual mode meanwhile, where an Enter makes a line and a Ctrl-C interrupts.
    """
    keyboard.cooked_mode = nullcontext  # type: ignore[method-assign]  # the library knows no option for it


def usual_mode(keyboard: Input) -> AbstractContextManager[None]:
    """Inside, the keyboard is in the usual mode all the same: another program reads it."""
    return type(keyboard).cooked_mode(keyboard)


def _typed_before(keyboard: int) -> str:
    """What the terminal has taken in its usual mode, where Enter became a newline and Ctrl-D a NUL."""
    import fcntl
    import struct
    import termios

    waiting = struct.unpack("i", fcntl.ioctl(keyboard, termios.FIONREAD, b"\0" * 4))[0]
    typed = os.read(keyboard, waiting) if waiting else b""
    return typed.decode("utf-8", "replace").replace("\n", "\r").replace("\0", "\x04")
