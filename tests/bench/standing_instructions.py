"""Which messages are standing orders, for every answer and not for one? Run by hand.

    uv run --group dev python tests/bench/standing_instructions.py [FILE]

FILE is JSON lines, {"text": …, "instruction": true or false} each. Prints the share of standing instructions that the
rules capture and the share of other messages on which they fire, beside the baseline "whatever begins with always,
never, don't, from now on or please". Without FILE it reads the messages beside this program, made up for it: lines
with an even number were looked at while the rules were made, the others only counted. A second batch names its parts:
"dev" was looked at, "check" was counted three times while the rules grew, "final" once after that.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agentmem_cli.memories.rules import capture_by_rules

OWN = Path(__file__).with_suffix(".jsonl")
UNREAD = ("held out", "check", "final")
_BEGINS = re.compile(r"(?:always|never|don't|do not|from now on|please|stop|avoid|keep|use)\b", re.IGNORECASE)


def main(path: Path, *, tells: bool) -> None:
    """Measure and print; `tells` names the messages that were judged wrong."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    halves = _parts(lines) if path == OWN else [(path.name, lines)]
    print(f"{'':<14}{'instructions':>14}{'captured':>10}{'baseline':>10}{'others':>8}{'fired':>8}{'baseline':>10}")
    for name, half in halves:
        standing = [line["text"] for line in half if line["instruction"]]
        others = [line["text"] for line in half if not line["instruction"]]
        print(
            f"{name:<14}{len(standing):>14}{_share(standing, is_captured):>10.3f}{_share(standing, _begins):>10.3f}"
            f"{len(others):>8}{_share(others, is_captured):>8.3f}{_share(others, _begins):>10.3f}"
        )
        if tells and name not in UNREAD:
            print("\n".join(f"  missed    {text}" for text in standing if not is_captured(text)))
            print("\n".join(f"  fired on  {text}" for text in others if is_captured(text)))


def _parts(lines: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    first = [line for line in lines if "part" not in line]
    second = [(part, [line for line in lines if line.get("part") == part]) for part in ("dev", "check", "final")]
    return [("looked at", first[::2]), ("held out", first[1::2]), *second]


def is_captured(message: str) -> bool:
    """Whether the rules take it for a standing instruction, or a preference about answers."""
    return any(each.kind in ("instruction", "preference") for each in capture_by_rules(message, []))


def _begins(message: str) -> bool:
    return _BEGINS.match(message) is not None


def _share(messages: list[str], judge: Callable[[str], bool]) -> float:
    return sum(map(judge, messages)) / len(messages) if messages else 0.0


if __name__ == "__main__":
    given = [word for word in sys.argv[1:] if not word.startswith("-")]
    main(Path(given[0]) if given else OWN, tells="--tell" in sys.argv)
