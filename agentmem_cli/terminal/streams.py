"""The one module that owns stdout, stderr and the exit code. stdout is data, stderr is talk.

Everything printed here has passed `safe_text`. No Rich: a list must be on screen within 250 ms.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from agentmem_cli.errors import AgentmemError, ExitCode, described, is_failure
from agentmem_cli.key_masking import without_keys
from agentmem_cli.terminal.safe_text import safe_line, safe_text

CLIPBOARD_LIMIT = 74_994
"""Characters of base64 that terminals take; what is longer they drop."""


class ReaderLeft(Exception):
    """Who read our output closed the pipe. Not a BrokenPipeError: Typer's Click would make that exit code 1."""


def say(text: str = "") -> None:
    """A line of data on stdout."""
    _write(sys.stdout, safe_text(text) + "\n")


def say_prose(text: str, indent: str = "") -> None:
    """Text on stdout for a person to read: on a terminal it breaks between words, and goes on behind `indent`."""
    say(_wrapped(safe_text(text), indent) if sys.stdout.isatty() else text)


def say_part(text: str) -> None:
    """A piece of an answer on stdout, at once and with no newline after it."""
    _write(sys.stdout, safe_text(text), at_once=True)


def ask_terminal_to_copy(text: str) -> bool:
    """Ask the terminal to take a text to its clipboard (OSC 52); False where there is none that could."""
    content = base64.b64encode(text.encode("utf-8", "replace")).decode()
    if not sys.stdout.isatty() or os.environ.get("TERM", "dumb") == "dumb" or len(content) > CLIPBOARD_LIMIT:
        return False
    _write(sys.stdout, f"\x1b]52;c;{content}\x07", at_once=True)
    return True


def say_json(value: Any, *, one_line: bool = False) -> None:
    """A value as JSON on stdout. Not `safe_text`: JSON escapes what steers a terminal."""
    text = json.dumps(value, ensure_ascii=True) if one_line else json.dumps(value, ensure_ascii=True, indent=2)
    _write(sys.stdout, text + "\n", at_once=True)


def say_aside(text: str) -> None:
    """A line beside an answer, on a person's screen only: dim where the terminal can."""
    if sys.stdout.isatty():
        plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
        _write(sys.stdout, f"{safe_line(text)}\n" if plain else f"\x1b[2m{safe_line(text)}\x1b[22m\n")


def note(text: str) -> None:
    """A line of talk on stderr; on a terminal it breaks between words."""
    _write(sys.stderr, (_wrapped(safe_text(text)) if sys.stderr.isatty() else safe_text(text)) + "\n")


def _wrapped(text: str, indent: str = "") -> str:
    columns = _columns()
    return "\n".join(_broken(line, columns, indent) for line in text.split("\n"))


def _broken(line: str, columns: int, indent: str) -> str:
    """A line broken between words. What no row has room for, as Chinese without blanks, the terminal breaks itself."""
    if width(line) <= columns:
        return line
    parts: list[str] = []
    column = 0
    for word in line.split(" "):
        room, taken = columns - column, width(word)
        if parts and taken >= room and taken <= columns - width(indent):
            parts.append(f"\n{indent}{word}")
            column = width(indent) + taken
        else:
            column += taken + (1 if parts else 0)
            column = (column - 1) % columns + 1 if column else 0  # 0: blanks that the line begins with
            parts.append(f" {word}" if parts else word)
    return "".join(parts)


def say_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on stdout: aligned columns; on a terminal the last column is cut to its width."""
    cells = [[safe_line(cell) for cell in row] for row in rows]
    table = [list(headers), *cells]
    widths = [max(width(row[column]) for row in table) for column in range(len(headers) - 1)]
    room = _columns() - sum(widths) - 2 * len(widths) if sys.stdout.isatty() else 0
    for row in table:
        padded = [cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=False)]
        last = shortened(row[-1], room) if room > 10 else row[-1]
        _write(sys.stdout, "  ".join([*padded, last]).rstrip() + "\n")


def counted(number: int, what: str) -> str:
    """`1 page`, `2 pages`."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def width(text: str) -> int:
    """How many terminal columns the text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) != 0 for character in text)


def shortened(text: str, columns: int) -> str:
    """The text cut to a number of columns, with an ellipsis where something was cut."""
    if width(text) <= columns:
        return text
    kept = text
    while kept and width(kept) > columns - 1:
        kept = kept[: -max(1, (width(kept) - columns) // 2)]
    return kept + "…"


def is_interactive() -> bool:
    """Whether a person is at both ends: the keyboard and the screen."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask_line(question: str) -> str:
    """Ask on the terminal; the line that was typed."""
    _write(sys.stderr, safe_line(question))
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def confirm(question: str) -> bool:
    """Ask on the terminal; no terminal means no."""
    return sys.stdin.isatty() and ask_line(f"{question} [y/N] ").lower() in ("y", "yes")


def report(error: AgentmemError) -> ExitCode:
    """Print the one line of an error and give its exit code."""
    note(f"agentmem: {error.problem}" + (f" {error.remedy}" if error.remedy else ""))
    return error.exit_code


def run_reporting(command: Callable[[], ExitCode | int | None]) -> int:
    """Run a command; every way it can end becomes an exit code, and at most one line on stderr.

    A closed pipe ends quietly. A failure nobody planned for is one line too; AGENTMEM_DEBUG=1 shows its traceback.
    """
    _use_utf8()
    try:
        return int(_reported(command))
    finally:
        for stream in (sys.stdout, sys.stderr):
            _drop_unwritable(stream)


def _reported(command: Callable[[], ExitCode | int | None]) -> ExitCode | int:
    try:
        code = command() or ExitCode.OK
        sys.stdout.flush()
    except AgentmemError as error:
        code = report(error)
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    except (BrokenPipeError, ReaderLeft):
        code = ExitCode.OK
    except BaseException as error:
        if not is_failure(error):
            raise
        code = _show_traceback(error) if os.environ.get("AGENTMEM_DEBUG") else report(described(error))
    return code


def _show_traceback(error: BaseException) -> ExitCode:
    """The traceback on stderr, without the keys that its messages may hold."""
    import traceback

    note(without_keys("".join(traceback.format_exception(error)).rstrip()))
    return ExitCode.FAILURE


@contextmanager
def progress(label: str) -> Iterator[Callable[[str], None]]:
    """A line on stderr that each call rewrites, on a terminal only."""
    shown = sys.stderr.isatty()

    def update(state: str) -> None:
        if shown:
            _write(sys.stderr, "\r\x1b[K" + shortened(safe_line(f"{label} {state}"), _columns() - 1))
            sys.stderr.flush()

    try:
        yield update
    finally:
        if shown:
            _write(sys.stderr, "\r\x1b[K")
            sys.stderr.flush()


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or 80  # 0 where a terminal has no size
    except (OSError, ValueError):
        return 80


def _write(stream: TextIO, text: str, *, at_once: bool = False) -> None:
    try:
        stream.write(text)
        if at_once:
            stream.flush()
    except BrokenPipeError:
        raise ReaderLeft from None
    except OSError:
        if stream is not sys.stderr:  # talk that cannot be written is no failure of what was done
            raise


def _use_utf8() -> None:
    """Whatever the locale says: a C locale must not turn a name with an accent into a traceback."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="replace" if stream is not sys.stdin else "surrogateescape")


def _drop_unwritable(stream: TextIO) -> None:
    """Point a stream that takes nothing more at nothing, so that Python's own flush at exit does not complain."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
