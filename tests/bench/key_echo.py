"""How late a typed key is on the screen while the heavy packages load. Run by hand: a timing is never a test.

    uv run --group dev python tests/bench/key_echo.py [KEYS.txt]

Types the letters of a text (its own, or the file's) into `agentmem chat` on a pseudo-terminal, one each 25 ms,
from the moment the prompt is there: the imports go on below it. The baseline is the same prompt in a process
that imports nothing more, run in turn with it. The target is a p95 of 20 ms from key-press to echo.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import statistics
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

ROUNDS = 5
SECONDS = 4.0
PAUSE = 0.025
TARGET = 20
SIZE = (24, 80)
PROMPT = "\u203a".encode()
STEERING = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")
TEXT = "the quick brown fox jumps over the lazy dog and packs five dozen jugs "
BASELINE = """
from agentmem_cli.settings import load_settings
from agentmem_cli.terminal.prompt import ChatPrompt
from agentmem_cli.terminal.toolbar import Standing
standing = Standing("sarah", "new session", "offline", 0, None, 0)
ChatPrompt(load_settings(), None, lambda: standing).read()
"""


def main() -> None:
    """Measure in turn, print the table."""
    text = Path(sys.argv[1]).read_text(encoding="utf-8") if len(sys.argv) > 1 else TEXT
    letters = "".join(each for each in text if each.isascii() and each.isalnum()) or "a"
    programs = {
        "prompt alone": [sys.executable, "-c", BASELINE],
        "agentmem chat, while it loads": [str(Path(sys.executable).with_name("agentmem")), "chat"],
    }
    taken: dict[str, list[float]] = {name: [] for name in programs}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(ROUNDS + 1):
            for name, command in programs.items():
                env = {**os.environ, "AGENTMEM_HOME": f"{folder}/{number}", "AGENTMEM_USER": "sarah", "TERM": "xterm"}
                env.pop("PYTHONDONTWRITEBYTECODE", None)  # compiling anew each time would be measured, not importing
                measured = echoes(command, letters, {**env, "PYTHONPYCACHEPREFIX": f"{folder}/compiled"})
                taken[name] += measured if number else []  # the first run compiles and warms the disk
    print(f"{'key-press to echo, ms':<32}{'keys':>6}{'median':>8}{'p95':>8}{'p99':>8}{'most':>8}")
    for name, times in taken.items():
        cuts = statistics.quantiles(times, n=100)
        figures = f"{statistics.median(times):>8.1f}{cuts[94]:>8.1f}{cuts[98]:>8.1f}{max(times):>8.1f}"
        print(f"{name:<32}{len(times):>6}{figures}")
    print(f"target: p95 <= {TARGET} ms")


def echoes(command: list[str], letters: str, env: dict[str, str]) -> list[float]:
    """Milliseconds from each key to its echo, for some seconds from the moment of the prompt."""
    process, terminal = pty.fork()
    if process == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        os.execvpe(command[0], command, env)  # noqa: S606 -- the two programs above
    try:
        read_until(terminal, PROMPT)
        os.write(terminal, b"\x1b[1;1R")  # where the cursor is, which the prompt asks
        times: list[float] = []
        began = time.perf_counter()
        while time.perf_counter() - began < SECONDS:
            key = letters[len(times) % len(letters)].encode()
            pressed = time.perf_counter()
            os.write(terminal, key)
            read_until(terminal, key)
            times.append((time.perf_counter() - pressed) * 1000)
            drain(terminal, PAUSE)
        return times
    finally:
        os.close(terminal)
        os.kill(process, 9)
        os.waitpid(process, 0)


def read_until(terminal: int, wanted: bytes) -> None:
    """Read until this is written, escape sequences aside; TimeoutError after 20 seconds without a byte."""
    shown = b""
    while wanted not in STEERING.sub(b"", shown):
        if not select.select([terminal], [], [], 20)[0]:
            raise TimeoutError(f"{wanted!r} is not in {shown!r}")
        shown += os.read(terminal, 65536)


def drain(terminal: int, seconds: float) -> None:
    """Read away what comes in the next moments."""
    ends = time.perf_counter() + seconds
    while (left := ends - time.perf_counter()) > 0:
        if select.select([terminal], [], [], left)[0]:
            os.read(terminal, 65536)


if __name__ == "__main__":
    main()
