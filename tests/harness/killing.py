"""Kills a command at a random moment, as a power cut or the kernel would."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from harness.command_line import started_process

Moment = Callable[[], bool]


def killed(
    *words: str, chance: random.Random, longest: float, stdin: str = "", begun: Moment = lambda: True
) -> list[str]:
    """Kill `agentmem WORDS` at most `longest` seconds after it has begun; the whole lines that it had printed."""
    with started_process(*words) as child:
        child.stdin.write(stdin.encode())
        child.stdin.close()
        while not begun() and child.poll() is None:
            time.sleep(0.001)
        time.sleep(chance.uniform(0, longest))
        child.kill()
        printed = child.stdout.read()
    return printed.decode(errors="replace").split("\n")[:-1]
