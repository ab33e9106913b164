"""What it costs to show an answer while it streams: seconds of CPU for 8,000 characters at 60 tokens a second.

    python tests/bench/streaming.py [FILE]

FILE is an answer in Markdown; its first 8,000 characters are shown, on a pseudo-terminal. Baselines, in the same
run: the whole answer drawn anew ten times a second, and the bare text written as it comes. What sleeping between
the pieces costs is measured first and taken off each.
"""

from __future__ import annotations

import fcntl
import os
import pty
import statistics
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.markdown import Markdown

from agentmem_cli.terminal.render import LiveAnswer

CHARACTERS, A_TOKEN, TOKENS_A_SECOND = 8_000, 4, 60
RUNS = 3
SAMPLE = (
    "## What a memory is\n\n"
    + "A **memory** says what is true of a person, with the words it rests on, such as `I moved to Oslo`. " * 5
    + "\n\n"
    + "\n".join(f"- point {number} of a list, with *some* words behind it" for number in range(10))
    + "\n\n```python\n"
    + "\n".join(f"def step_{number}(value: int) -> int:\n    return value + {number}" for number in range(10))
    + "\n```\n\n| name | value |\n|---|---|\n| one | 1 |\n| two | 2 |\n\n"
)


def main() -> None:
    """Measure and print."""
    text = Path(sys.argv[1]).read_text(encoding="utf-8") if len(sys.argv) > 1 else SAMPLE * 20
    pieces = [text[start : start + A_TOKEN] for start in range(0, min(len(text), CHARACTERS), A_TOKEN)]
    with pseudo_terminal() as console:
        idle = seconds_of_cpu(lambda _: None, pieces)
        ways: dict[str, Callable[[list[str]], float]] = {
            "agentmem": lambda pieces: answered(console, pieces),
            "all of it drawn anew, 10 times a second": lambda pieces: drawn_anew(console, pieces),
            "bare text": lambda pieces: seconds_of_cpu(written(console), pieces),
        }
        print(
            f"{len(pieces)} pieces of {A_TOKEN} characters, median of {RUNS}; sleeping alone took {idle:.2f} s of CPU"
        )
        for name, show in ways.items():
            print(f"  {name:<42} {statistics.median(show(pieces) for _ in range(RUNS)) - idle:5.2f} s of CPU")


def answered(console: Console, pieces: list[str]) -> float:
    """As the chat shows it."""
    with LiveAnswer(console) as answer:
        return seconds_of_cpu(answer.add, pieces)


def drawn_anew(console: Console, pieces: list[str]) -> float:
    """Rich's own way: a live Markdown of all that came so far."""
    so_far: list[str] = []
    with Live(console=console, refresh_per_second=10, get_renderable=lambda: Markdown("".join(so_far)), transient=True):
        return seconds_of_cpu(so_far.append, pieces)


def written(console: Console) -> Callable[[str], None]:
    """Each piece as it is."""

    def write(piece: str) -> None:
        console.file.write(piece)
        console.file.flush()

    return write


def seconds_of_cpu(add: Callable[[str], None], pieces: list[str]) -> float:
    """The CPU time of this process, all threads, while the pieces come."""
    began = time.process_time()
    for piece in pieces:
        add(piece)
        time.sleep(1 / TOKENS_A_SECOND)
    return time.process_time() - began


@contextmanager
def pseudo_terminal() -> Iterator[Console]:
    """A console on a pseudo-terminal of 120 columns and 50 rows whose other end is read all the time."""
    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))

    def drain() -> None:
        try:
            while os.read(reader, 65_536):
                pass
        except OSError:
            return

    threading.Thread(target=drain, daemon=True).start()
    with os.fdopen(writer, "w", encoding="utf-8") as file:
        yield Console(file=file, force_terminal=True)


if __name__ == "__main__":
    main()
