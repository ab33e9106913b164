"""What a newer statement ends, and how often it asks without cause, without a language model. Run by hand.

    uv run --group dev python tests/bench/memory_updates.py [--fit]

`revisions.jsonl` holds what a person said and a later message that ends one of it, or none. Prints the share of the
ended statements that are replaced at once or asked about, and the share of all messages that wrongly do either; the
baseline takes the statement that shares most words. `true_facts.jsonl` holds what is true of a person all at once,
told one by one: prints the share of it that raises a question, and what is replaced wrongly. Both were written by
somebody who did not know the program. Weights and thresholds of `memories/revising.py` were chosen on the first half
of the revisions and every other person ("fitted on"); `--fit` prints the weights anew.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from agentmem_cli.language.classifier import judge
from agentmem_cli.language.sentences import sentences
from agentmem_cli.language.stems import stems
from agentmem_cli.memories.revising import FEATURES, features
from agentmem_cli.memories.statements import statements_of
from agentmem_cli.records import Memory

HERE = Path(__file__).parent
TRUE_FACT = 0.3
"""What a pair of two true facts weighs in the fit: there are a hundred times as many."""
Found = tuple[set[str], set[str]]
"""The ids of the memories that are replaced or forgotten, and of those asked about."""


def main() -> None:
    """Measure and print."""
    cases, persons = rows("revisions.jsonl"), rows("true_facts.jsonl")
    middle = len(cases) // 2
    if "--fit" in sys.argv:
        fit(cases[:middle], persons[::2])
        return
    print(f"{'':<34}{'ended found':>12}{'at once':>9}{'asked':>7}{'wrong at once':>15}{'wrongly asked':>15}")
    for name, part in (("fitted on", cases[:middle]), ("held out", cases[middle:])):
        show_revisions(f"{name}, {len(part)} messages", part, by_statements)
        show_revisions("  baseline: most words shared", part, by_words)
    print()
    show_true_facts("fitted on", persons[::2])
    show_true_facts("held out", persons[1::2])


def fit(cases: Sequence[dict[str, Any]], persons: Sequence[dict[str, Any]]) -> None:
    """Print the weights of a logistic regression over pairs of a message and what was said before it."""
    rows_, truth, weights = [], [], []
    told = [(person["facts"][:place], person["facts"][place], None) for person in persons for place in range(3, 70)]
    for known, message, ends in [(case["known"], case["message"], case["ends"]) for case in cases] + told:
        said = sentences(message)
        pairs = features(said, judge(said), [memory(text, number) for number, text in enumerate(known)])
        rows_ += list(pairs)
        truth += [number == ends for number in range(len(known))]
        weights += [1.0 if len(known) < 7 else TRUE_FACT] * len(known)
    table = np.array(rows_)
    spread = table.std(axis=0)
    model = LogisticRegression(max_iter=1000).fit(table / spread, truth, sample_weight=weights)
    for name, weight in zip(FEATURES, model.coef_[0] / spread, strict=True):
        print(f"{name:<14}{weight:>8.2f}")
    print(f"{'bias':<14}{model.intercept_[0]:>8.2f}")


def rows(name: str) -> list[dict[str, Any]]:
    """The lines of a file beside this one."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def show_revisions(name: str, cases: Sequence[dict[str, Any]], find: Callable[[str, list[Memory]], Found]) -> None:
    """A row for some of the revisions."""
    ended = at_once = asked = wrong_at_once = wrongly_asked = 0
    for case in cases:
        known = [memory(text, number) for number, text in enumerate(case["known"])]
        right = {str(case["ends"])} - {"None"}
        replaced, questioned = find(case["message"], known)
        ended += len(right)
        at_once += len(right & replaced)
        asked += len(right & questioned)
        wrong_at_once += bool(replaced - right)
        wrongly_asked += bool(questioned - right)
    print(
        f"{name:<34}{(at_once + asked) / ended:>12.3f}{at_once / ended:>9.3f}{asked / ended:>7.3f}"
        f"{wrong_at_once / len(cases):>15.3f}{wrongly_asked / len(cases):>15.3f}"
    )


def show_true_facts(name: str, persons: Sequence[dict[str, Any]]) -> None:
    """A row for what is all true at once."""
    said = asked = replaced = 0
    for person in persons:
        known: list[Memory] = []
        for number, text in enumerate(person["facts"]):
            ended, questioned = by_statements(text, known)
            said += 1
            asked += bool(questioned)
            replaced += len(ended)
            known.append(memory(text, number))
    print(f"{name}: {said} true statements one by one: asked about {asked / said:.3f}, replaced wrongly {replaced}")


def by_statements(message: str, known: list[Memory]) -> Found:
    """As the program does it."""
    operations = statements_of(message, known)
    replaced = {memory_id for each in operations for memory_id in each.replaces}
    return replaced, {each.asks_about for each in operations if each.asks_about}


def by_words(message: str, known: list[Memory]) -> Found:
    """The baseline: what shares most stems with the message, if anything does, is replaced."""
    wanted = set(stems(message))
    best = max(known, key=lambda each: len(wanted & set(stems(each.text))))
    return ({best.memory_id} if wanted & set(stems(best.text)) else set()), set()


def memory(text: str, number: int) -> Memory:
    """A memory as capture would have made it."""
    (judged,) = judge([text])
    return Memory(
        memory_id=str(number),
        user_id="bench",
        text=text,
        kind=judged.kind,
        topics=judged.topics,
        status="active",
        quote=text,
        session_id=None,
        run_id=None,
        said_at=number,
        created_at=number,
        updated_at=number,
        pinned=False,
        supersedes=None,
        superseded_by=None,
    )


if __name__ == "__main__":
    main()
