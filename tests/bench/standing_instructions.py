"""Which messages are standing orders, for every answer and not for one? Run by hand.

    uv run --group dev python tests/bench/standing_instructions.py [FILE] [--tell | --fit]

FILE is JSON lines, {"text": …, "instruction": true or false} each. Prints the share of standing instructions that the
rules capture, as an instruction or a preference, and the share of other messages on which they fire: of which they
make an instruction. A preference about the world, "I prefer trains", is rightly captured and not counted. Beside them
stands the baseline "whatever begins with always, never, don't, from now on or please".

Without FILE it reads the messages beside this program, made up for it. "check" was counted three times while earlier
rules grew, "final" once; "fresh" was written before the score of `standing.py` and never read while it was made. The
score is fitted on all the others: `--fit` prints its constants, and how it does on lines left out of the fit.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from agentmem_cli.memories.clauses import clauses, sentences
from agentmem_cli.memories.rules import _HYPOTHETICAL, _OTHERS_WORDS, _asked_part, capture_by_rules
from agentmem_cli.memories.standing import features_of

Line = dict[str, Any]
Matrix = np.ndarray[Any, np.dtype[np.float64]]
TENTHS = 10
OWN = Path(__file__).with_suffix(".jsonl")
UNREAD = ("check", "final", "fresh")
_BEGINS = re.compile(r"(?:always|never|don't|do not|from now on|please|stop|avoid|keep|use)\b", re.IGNORECASE)


def main(path: Path, *, tells: bool) -> None:
    """Measure and print; `tells` names the messages that were judged wrong."""
    lines = _lines(path)
    halves = _parts(lines) if path == OWN else [(path.name, lines)]
    print(f"{'':<14}{'instructions':>14}{'captured':>10}{'baseline':>10}{'others':>8}{'fired':>8}{'baseline':>10}")
    for name, half in halves:
        standing = [line["text"] for line in half if line["instruction"]]
        others = [line["text"] for line in half if not line["instruction"]]
        print(
            f"{name:<14}{len(standing):>14}{_share(standing, is_captured):>10.3f}{_share(standing, _begins):>10.3f}"
            f"{len(others):>8}{_share(others, is_fired):>8.3f}{_share(others, _begins):>10.3f}"
        )
        if tells and name not in UNREAD:
            print("\n".join(f"  missed    {text}" for text in standing if not is_captured(text)))
            print("\n".join(f"  fired on  {text}" for text in others if is_fired(text)))


def _lines(path: Path) -> list[Line]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _parts(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    first = [line for line in lines if "part" not in line]
    second = [(part, [line for line in lines if line.get("part") == part]) for part in ("dev", "fitted", *UNREAD)]
    return [("looked at", first[::2]), ("held out", first[1::2]), *second]


def is_captured(message: str) -> bool:
    """Whether the rules take it for a standing instruction, or a preference about answers."""
    return any(each.kind in ("instruction", "preference") for each in capture_by_rules(message, []))


def is_fired(message: str) -> bool:
    """Whether the rules make a standing instruction of it."""
    return any(each.kind == "instruction" for each in capture_by_rules(message, []))


def fit(lines: list[Line]) -> None:
    """Print the weights by name, and the shares at several thresholds when each tenth is judged by the others."""
    known = [line for line in lines if line.get("part") not in UNREAD]
    rows = [_rows(line["text"]) for line in known]
    truth = np.array([line["instruction"] for line in known], dtype=float)
    fold = np.arange(len(known)) * 7919 % TENTHS
    score = np.zeros(len(known))
    for tenth in range(TENTHS):
        weights = _weights([row for row, of in zip(rows, fold, strict=True) if of != tenth], truth[fold != tenth])
        for place in np.flatnonzero(fold == tenth):
            score[place] = 1 / (1 + np.exp(-(rows[place] @ weights).max())) if rows[place].any() else 0
    for threshold in np.arange(0.5, 0.8, 0.05):
        captured, fired = (score[truth == each] > threshold for each in (1, 0))
        print(f"from {threshold:.2f} on: captured {captured.mean():.3f}, fired {fired.mean():.3f}")
    names = features_of("").keys()
    print({name: round(float(weight), 1) for name, weight in zip(names, _weights(rows, truth), strict=True)})


def _rows(message: str) -> Matrix:
    """The features of each clause of the message, a row each; one row of zeros where nothing is asked."""
    said = [_asked_part(sentence) for sentence in sentences(message)]
    parts = [[each] if _HYPOTHETICAL.search(each) else [clause for clause, _ in clauses(each)] for each in said]
    asked = [clause.strip().rstrip(".!? ") for each in parts for clause in each if not _OTHERS_WORDS.search(clause)]
    return np.array([list(features_of(clause).values()) for clause in asked] or [[0.0] * len(features_of(""))])


def _weights(rows: list[Matrix], truth: Matrix) -> Matrix:
    """A logistic regression (Newton's method, L2) over the clause of each message that scores highest."""
    weights = np.zeros(rows[0].shape[1])
    penalty = np.ones(len(weights))
    penalty[0] = 0.001  # the bias is free
    for step in range(60):
        if step % 15 == 0:  # the first clause at first
            chosen = np.array([row[np.argmax(row @ weights)] for row in rows])
        chance = 1 / (1 + np.exp(-chosen @ weights))
        slope = chosen.T @ (chance - truth) + penalty * weights
        curve = (chosen * (chance * (1 - chance))[:, None]).T @ chosen + np.diag(penalty)
        weights = weights - np.linalg.solve(curve, slope)
    return weights


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
