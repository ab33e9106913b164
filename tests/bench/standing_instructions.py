"""Which messages are standing orders, for every answer and not for one? Run by hand.

    uv run --group dev python tests/bench/standing_instructions.py [FILE] [--tell | --fit]

FILE is JSON lines, {"text": …, "instruction": true or false} each. Prints the share of standing instructions that the
rules capture, as an instruction or a preference, and the share of other messages on which they fire: of which they
make an instruction. A preference about the world, "I prefer trains", is rightly captured and not counted. Beside them
stands the baseline "whatever begins with always, never, don't, from now on or please".

Without FILE it reads the messages beside this program, made up for it, in parts by who wrote them and when. The score
is fitted on all of them but "unread", so that only that part and other files measure it. `--fit` prints the tables of
`memories/order_weights.py`, and how each part fares when the score is fitted on the others.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from standing_fit import Line, as_module, fitted, score

from agentmem_cli.memories.rules import capture_by_rules

OWN = Path(__file__).with_suffix(".jsonl")
UNREAD, PROMISED = "unread", "tests"
PROMISES = 6
"""A message that the tests hold the rules to counts as so many: it must not fall on the wrong side for the others."""
_BEGINS = re.compile(r"(?:always|never|don't|do not|from now on|please|stop|avoid|keep|use)\b", re.IGNORECASE)


def main(path: Path, *, tells: bool) -> None:
    """Measure and print; `tells` names the messages that were judged wrong."""
    lines = _lines(path)
    print(f"{'':<18}{'instructions':>14}{'captured':>10}{'baseline':>10}{'others':>8}{'fired':>8}{'baseline':>10}")
    for name, part in _parts(lines).items() if path == OWN else [(path.name, lines)]:
        standing = [line["text"] for line in part if line["instruction"]]
        others = [line["text"] for line in part if not line["instruction"]]
        print(
            f"{name:<18}{len(standing):>14}{_share(standing, is_captured):>10.3f}{_share(standing, _begins):>10.3f}"
            f"{len(others):>8}{_share(others, is_fired):>8.3f}{_share(others, _begins):>10.3f}"
        )
        if tells and name != UNREAD:
            print("\n".join(f"  missed    {text}" for text in standing if not is_captured(text)))
            print("\n".join(f"  fired on  {text}" for text in others if is_fired(text)))


def fit(lines: list[Line]) -> None:
    """Print the tables, and at some thresholds the shares of each part when the others are known."""
    parts = {name: part for name, part in _parts(lines).items() if name != UNREAD}
    parts[PROMISED] *= PROMISES
    known = [line for part in parts.values() for line in part]
    print(as_module(fitted(known)))
    for name, part in parts.items():
        weights = fitted([line for line in known if line not in part])
        truth = np.array([line["instruction"] for line in part])
        chance = 1 / (1 + np.exp(-np.array([score(line["text"], weights) for line in part])))
        shares = (
            f"{(chance[truth] > each).mean():.3f} {(chance[~truth] > each).mean():.3f}" for each in (0.3, 0.4, 0.5)
        )
        print(f"{name:<12} captured and fired from .3, .4 and .5 on: {' | '.join(shares)}")


def _lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _parts(lines: list[Line]) -> dict[str, list[Line]]:
    names = dict.fromkeys(line["part"] for line in lines)
    return {name: [line for line in lines if line["part"] == name] for name in names}


def is_captured(message: str) -> bool:
    """Whether the rules take it for a standing instruction, or a preference about answers."""
    return any(each.kind in ("instruction", "preference") for each in capture_by_rules(message, []))


def is_fired(message: str) -> bool:
    """Whether the rules make a standing instruction of it."""
    return any(each.kind == "instruction" for each in capture_by_rules(message, []))


def _begins(message: str) -> bool:
    return _BEGINS.match(message) is not None


def _share(messages: list[str], judge: Callable[[str], bool]) -> float:
    return sum(map(judge, messages)) / len(messages) if messages else 0.0


if __name__ == "__main__":
    given = [word for word in sys.argv[1:] if not word.startswith("-")]
    if "--fit" in sys.argv:
        fit(_lines(OWN))
    else:
        main(Path(given[0]) if given else OWN, tells="--tell" in sys.argv)
