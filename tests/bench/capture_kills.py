"""How many memories are lost when the chat is killed between an answer and its capture? Run by hand.

    uv run --group dev python tests/bench/capture_kills.py [N]

N (100) processes answer one message each over a scripted model, and are killed at a random moment of the two seconds
after the answer was acknowledged, while the capture takes up to a second. One last start goes on with what waits.
Prints the turns that were acknowledged, those captured when the last kill came (each start goes on with what waits),
and those that are lost.
"""

from __future__ import annotations

import os
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parent.parent))

from harness.anthropic_server import AnthropicServer, Request, serving
from harness.anthropic_wire import Reply
from harness.captures import CAPTURE, operation, replied
from harness.command_line import run_process, started_process

LONGEST_CAPTURE = 1.0
LONGEST_LIFE = 2.0
"""Seconds after the answer."""
_MESSAGE = re.compile(r"<message-\w+>\\n(I own item number \d+)\\n")


def main(kills: int) -> None:
    """Kill, go on, and print."""
    chance = random.Random(1)  # noqa: S311 -- no secret
    with tempfile.TemporaryDirectory() as home, serving(AnthropicServer()) as server:
        environment = {
            "AGENTMEM_HOME": home,
            "AGENTMEM_USER": "bench",
            "ANTHROPIC_BASE_URL": server.url,
            "ANTHROPIC_API_KEY": "none",
        }
        os.environ.update(environment)
        with patch.object(AnthropicServer, "take", _taking(lambda: chance.uniform(0, LONGEST_CAPTURE))):
            acknowledged = sum(_is_killed_after_its_answer(number, chance) for number in range(kills))
            before = _memories()
        with patch.object(AnthropicServer, "take", _taking(lambda: 0.0)):
            while (known := _memories()) < acknowledged and _goes_on(known):
                pass
    print(f"{'acknowledged turns':<36}{acknowledged:>6}")
    print(f"{'captured at the last kill':<36}{before:>6}")
    print(f"{'captured by later starts':<36}{known - before:>6}")
    print(f"{'lost':<36}{acknowledged - known:>6}")


def _is_killed_after_its_answer(number: int, chance: random.Random) -> bool:
    """Whether the answer came."""
    words = ("chat", "-p", "--no-knowledge", "--session", f"s{number}", f"I own item number {number}")
    with started_process(*words) as child:
        assert child.stdin
        assert child.stdout
        child.stdin.close()
        is_answered = child.stdout.readline() == b"Noted.\n"
        time.sleep(chance.uniform(0, LONGEST_LIFE))
        child.kill()
        child.wait()
    return is_answered


def _goes_on(known: int) -> bool:
    """One more start; whether it captured anything."""
    run_process("chat", "-p", "--no-knowledge", "```\nnothing\n```", timeout=600)
    return _memories() > known


def _memories() -> int:
    return len(run_process("memories", "list", "--json").json())


def _taking(seconds: Callable[[], float]) -> Callable[[AnthropicServer, Request], Reply]:
    def take(_: AnthropicServer, request: Request) -> Reply:
        said = _MESSAGE.search(request.text)
        if CAPTURE not in request.text or said is None:
            return Reply(pieces=["Noted."])
        return Reply(pieces=[replied(operation(said[1].replace("I own", "Owns"), said[1]))], delay=seconds())

    return take


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
