"""Drives a program on a pseudo-terminal and reads the screen that it draws."""

from __future__ import annotations

import os
import re
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from select import select
from subprocess import TimeoutExpired

import pyte

from harness.environment import process_environment
from harness.starting import start
from harness.waiting import PATIENCE


class Screen(pyte.Screen):
    """A screen that answers what a program asks its terminal, such as where the cursor is."""

    def __init__(self, terminal: Terminal, columns: int, rows: int) -> None:
        super().__init__(columns, rows)
        self._terminal = terminal

    def resize(self, lines: int | None = None, columns: int | None = None) -> None:
        """Change the size as terminals do: the lines below the cursor go first, then those at the top.

        pyte alone drops the top ones and leaves the cursor where it was, on another line than before.
        """
        wanted = lines or self.lines
        row, column = self.cursor.y, self.cursor.x
        scrolled = max(0, row + 1 - wanted)
        if wanted < self.lines:
            self.cursor_position(1, 1)
            self.insert_lines(self.lines - wanted - scrolled)
        super().resize(wanted, columns)
        self.cursor_position(row - scrolled + 1, column + 1)

    def write_process_input(self, data: str) -> None:
        """Send the terminal's own answer, as if it were typed."""
        self._terminal.send(data)


class Terminal:
    """A running program and its screen. `raw` is every byte that the program wrote."""

    def __init__(self, command: Sequence[str], *, columns: int, rows: int, env: Mapping[str, str | None]) -> None:
        self.raw = bytearray()
        self._ended = False
        self.screen = Screen(self, columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        environment = process_environment({"TERM": "xterm-256color", "COLUMNS": None, "LINES": None, **env})
        self._file, of_child = os.openpty()
        termios.tcsetwinsize(of_child, (rows, columns))
        self._child = start(command, (of_child, of_child, of_child), environment, on_terminal=True)
        os.close(of_child)

    def send(self, keys: str) -> None:
        r"""Type: Enter is `\r`, Ctrl-C `\x03`, Ctrl-D `\x04`, Escape `\x1b`."""
        os.write(self._file, keys.encode())

    def enter(self, line: str, shows: str | re.Pattern[str]) -> str:
        """Type a line where Ctrl-L clears the screen first; the screen once it shows the text, below that line."""
        self.screen.erase_in_display(2)  # here at once: what was shown before must not be taken for the new
        self.send(f"\x0c{line}\r")
        return self.wait_for(shows)

    def text(self) -> str:
        """What is on the screen now, with no blanks at line ends and no empty lines at the bottom."""
        self._read(0.02)
        return self._drawn()

    def wait_for(self, wanted: str | re.Pattern[str], timeout: float = PATIENCE) -> str:
        """The screen once it shows the text; AssertionError with the screen if it does not in `timeout` seconds."""
        pattern = re.compile(re.escape(wanted)) if isinstance(wanted, str) else wanted
        ends = time.monotonic() + timeout
        shown = self.text()
        while not pattern.search(shown):
            assert time.monotonic() < ends, f"{pattern.pattern!r} is not on the screen:\n{shown}"
            assert not self._ended, f"It ended without {pattern.pattern!r}:\n{shown}"
            shown = self._drawn() if self._read(0.1) else shown
        return shown

    def wait_for_exit(self, timeout: float = PATIENCE) -> int:
        """The program's exit code, its last words read; a signal counts as its negative number.

        AssertionError if it goes on.
        """
        ends = time.monotonic() + timeout
        while not self._ended or self._child.poll() is None:
            self._read(0.02)
            assert time.monotonic() < ends, f"It still runs:\n{self.text()}"
        return self._child.wait()

    def resize(self, columns: int, rows: int) -> None:
        """Change the window's size; the program gets SIGWINCH."""
        self.screen.resize(rows, columns)
        termios.tcsetwinsize(self._file, (rows, columns))

    def close(self) -> None:
        """Hang up, and kill what does not leave."""
        os.close(self._file)
        with suppress(TimeoutExpired):
            self._child.wait(2)
        self._child.kill()
        self._child.wait()

    def _drawn(self) -> str:
        return "\n".join(line.rstrip() for line in self.screen.display).rstrip()

    def _read(self, seconds: float) -> bool:
        """Draw what the program writes within this time; whether there was anything.

        The end comes when all of it has been read.
        """
        ready, _, _ = select([] if self._ended else [self._file], [], [], seconds)
        if not ready:
            return False
        try:
            written = os.read(self._file, 65536)
        except OSError:  # Linux says so that nobody holds the terminal any more
            self._ended = True
            return False
        self.raw += written
        self._stream.feed(written)
        return True


@contextmanager
def on_terminal(
    *command: str, columns: int = 80, rows: int = 24, env: Mapping[str, str | None] | None = None
) -> Iterator[Terminal]:
    """The command on a terminal of this size, closed at the end."""
    terminal = Terminal(command, columns=columns, rows=rows, env=env or {})
    try:
        yield terminal
    finally:
        terminal.close()
