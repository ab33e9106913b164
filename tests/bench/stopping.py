"""How long Ctrl-C takes to stop an answer that floods in: from the key to the next prompt. Run by hand.

    uv run --group dev python tests/bench/stopping.py [TIMES]

A scripted model sends words, points of a list, paragraphs or lines of code as fast as it can; Ctrl-C is pressed .7 s
after the first of them is on the screen. The target is a median of .3 s.
"""

from __future__ import annotations

import os
import select
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pexpect

TESTS = Path(__file__).parent.parent
sys.path.insert(0, str(TESTS))

from harness.anthropic_server import AnthropicServer, serving  # noqa: E402 -- found by the line above
from harness.anthropic_wire import block, message  # noqa: E402 -- the same
from harness.starting import AGENTMEM  # noqa: E402 -- the same

FLOODS = {
    "words": ("Begun ", "word word word word "),
    "points": ("Begun\n\n", "- a point of the list that is made\n"),
    "paragraphs": ("Begun\n\n", "Some words of a paragraph.\n\n"),
    "code": ("```python\nBegun = 1\n", "value = other + 1\n"),
}
PIECES = 60_000
CHUNK = 16_384
SHOWN_FOR = 0.7
WHERE_IS_THE_CURSOR, THERE = b"\x1b[6n", b"\x1b[1;1R"
MODEL = "anthropic:claude-sonnet-4-6"


def main() -> None:
    """Measure each flood, print the table."""
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    print(f"{'Ctrl-C to prompt, s':<22}{'median':>8}{'p90':>8}{'most':>8}")
    with tempfile.TemporaryDirectory() as folder, serving(AnthropicServer()) as server:
        os.environ.update(AGENTMEM_HOME=f"{folder}/home", AGENTMEM_USER="sarah", AGENTMEM_MEMORY="off")
        os.environ.update(ANTHROPIC_API_KEY="test-key", ANTHROPIC_BASE_URL=server.url, TERM="xterm-256color")
        for name, flood in FLOODS.items():
            seconds = sorted(stopped(server, *flood, times))
            most = seconds[-1]
            print(f"{name:<22}{statistics.median(seconds):>8.2f}{seconds[int(times * 0.9)]:>8.2f}{most:>8.2f}")


def stopped(server: AnthropicServer, first: str, piece: str, times: int) -> list[float]:
    """Seconds from Ctrl-C to the prompt, of so many answers in one chat."""
    deltas = [{"type": "text_delta", "text": text} for text in (first, *[piece] * PIECES)]
    whole = message(block(0, {"type": "text", "text": ""}, *deltas))
    parts = [whole[at : at + CHUNK] for at in range(0, len(whole), CHUNK)]
    child = pexpect.spawn(AGENTMEM, ["chat", "--no-knowledge", "--model", MODEL], dimensions=(40, 100))
    child.delaybeforesend = None
    seconds = []
    read_until(child, "›".encode())
    for _ in range(times):
        server.raw(*parts)
        child.send("Go on then\r")
        read_until(child, b"Begun")
        drain(child, SHOWN_FOR)
        pressed = time.perf_counter()
        child.send("\x03")
        read_until(child, b"Stopped", "›".encode())
        seconds.append(time.perf_counter() - pressed)
    child.close(force=True)
    return seconds


def read_until(child: pexpect.spawn[bytes], *wanted: bytes) -> None:
    """Read until these were written, one behind the other."""
    shown = b""
    for each in wanted:
        while each not in shown:
            shown += read(child, 20)
        shown = shown.partition(each)[2]


def drain(child: pexpect.spawn[bytes], seconds: float) -> None:
    """Read away what comes in the next moments."""
    ends = time.perf_counter() + seconds
    while (left := ends - time.perf_counter()) > 0:
        read(child, left)


def read(child: pexpect.spawn[bytes], seconds: float) -> bytes:
    """What the program writes within this time, its question for the cursor answered."""
    if not select.select([child.child_fd], [], [], seconds)[0]:
        return b""
    written = os.read(child.child_fd, 65_536)
    if WHERE_IS_THE_CURSOR in written:
        os.write(child.child_fd, THERE)
    return written


if __name__ == "__main__":
    main()
