"""What a newer statement ends, and how often it asks without cause, without a language model. Run by hand.

    uv run --group dev python tests/bench/memory_updates.py [--fit]

A line of a file in `revisions` is a person: twelve statements that are known, and messages with the place of the
statement that each ends, or none; or about sixty statements that are all true at once. Prints for each file that no
fit has seen the share of the ended statements that are replaced at once or asked about, and the share of all messages
that wrongly do either; the baseline takes the statement that shares most words. Of what is true all at once, told one
by one: the share that raises a question, and what is replaced wrongly. `revisions/README.md` says who wrote what.
`--fit` prints the weights of `memories/revising.py` anew; those of the classifier come first
(`tests/bench/classifier.py --fit`).
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from classifier import FITTED, Head, Line, Said, fitted_messages, matrix, revising_head, revisions
from numpy.typing import NDArray
from scipy.optimize import minimize

from agentmem_cli.language.classifier import judge
from agentmem_cli.language.stems import stems
from agentmem_cli.memories.revising import FEATURES, features
from agentmem_cli.memories.statements import statements_of
from agentmem_cli.records import Memory

HELD_OUT = ("en-e", "hints", "west-held", "east-held", "many-c", "alike")
TRUE_FACT = 0.5
"""What a statement that is true beside all others weighs in the fit."""
SHRINKAGE = 1e-3
Found = tuple[set[str], set[str]]
"""The ids of the memories that are replaced or forgotten, and of those asked about."""


def main() -> None:
    """Measure and print, or fit."""
    if "--fit" in sys.argv:
        fit({name: revisions(name) for name in FITTED})
        return
    print(f"{'':<34}{'ended found':>12}{'at once':>9}{'asked':>7}{'wrong at once':>15}{'wrongly asked':>15}")
    for name in HELD_OUT:
        cases = revisions(name)
        show_revisions(f"{name}, {len(cases)} messages", cases, by_statements)
        show_revisions("  baseline: most words shared", cases, by_words)
    print()
    show_true_facts("true-held")


def fit(voices: dict[str, list[Said]]) -> None:
    """Print the weights of a softmax over the memories of each message and none of them."""
    tables, truth, weights = [], [], []
    ending = fitted_messages()
    for name, cases in voices.items():
        others = [case for other, said in voices.items() if other != name for case in said]
        for case, score in zip(cases, scored(revising_head(others, ending), cases), strict=True):
            known = [memory(text, number) for number, text in enumerate(case.known)]
            (message,) = judge([case.message])
            tables.append(features(case.message, replace(message, revises=score), known))
            truth.append(-1 if case.ends is None else case.ends)
            weights.append(TRUE_FACT if name == "true" else 1.0)
    *found, bias = softmax(tables, truth, weights)
    for feature, weight in zip(FEATURES, found, strict=True):
        print(f"{feature:<14}{weight:>8.2f}")
    print(f"{'bias':<14}{bias:>8.2f}")


def scored(head: Head, cases: Sequence[Said]) -> NDArray[np.float64]:
    """How likely each message ends something, by a head that has not seen its author."""
    row, bias = head
    logits = matrix([[Line("other", False, (), case.message)] for case in cases]) @ row + bias
    likely: NDArray[np.float64] = 1 / (1 + np.exp(-logits))
    return likely


def softmax(
    tables: Sequence[NDArray[np.float64]], truth: Sequence[int], weights: Sequence[float]
) -> NDArray[np.float64]:
    """The weight of each feature and a bias, under which the true memory, or -1 for none, is the likeliest."""
    padded = [np.column_stack([table, np.ones(len(table))]) for table in tables]

    def loss(found: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = 0.0, np.zeros(len(found))
        for table, right, weight in zip(padded, truth, weights, strict=True):
            scores = np.append(table @ found, 0.0)
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            total -= weight * float(np.log(shares[right]))
            slope += weight * (shares[:-1] @ table - (table[right] if right >= 0 else 0.0))
        count = len(padded)
        return total / count + SHRINKAGE * float(found[:-1] @ found[:-1]), slope / count + 2 * SHRINKAGE * np.append(
            found[:-1], 0.0
        )

    found: NDArray[np.float64] = minimize(loss, np.zeros(padded[0].shape[1]), jac=True, method="L-BFGS-B").x
    return found


def show_revisions(name: str, cases: Sequence[Said], find: Callable[[str, list[Memory]], Found]) -> None:
    """A row for some of the revisions."""
    ended = at_once = asked = wrong_at_once = wrongly_asked = 0
    for case in cases:
        known = [memory(text, number) for number, text in enumerate(case.known)]
        right = {str(case.ends)} - {"None"}
        replaced, questioned = find(case.message, known)
        ended += len(right)
        at_once += len(right & replaced)
        asked += len(right & questioned)
        wrong_at_once += bool(replaced - right)
        wrongly_asked += bool(questioned - right)
    print(
        f"{name:<34}{(at_once + asked) / ended:>12.3f}{at_once / ended:>9.3f}{asked / ended:>7.3f}"
        f"{wrong_at_once / len(cases):>15.3f}{wrongly_asked / len(cases):>15.3f}"
    )


def show_true_facts(name: str) -> None:
    """A row for what is all true at once."""
    cases = revisions(name)
    found = [
        by_statements(case.message, [memory(text, number) for number, text in enumerate(case.known)]) for case in cases
    ]
    asked, replaced = (sum(bool(each[place]) for each in found) for place in (1, 0))
    print(f"{name}: {len(cases)} true statements: asked about {asked / len(cases):.3f}, replaced wrongly {replaced}")


def by_statements(message: str, known: list[Memory]) -> Found:
    """As the program does it."""
    operations = statements_of(message, known, 0)
    replaced = {memory_id for each in operations for memory_id in each.replaces}
    return replaced, {each.asks_about for each in operations if each.asks_about}


def by_words(message: str, known: list[Memory]) -> Found:
    """The baseline: what shares most stems with the message, if anything does, is replaced."""
    wanted = set(stems(message))
    best = max(known, key=lambda each: len(wanted & set(stems(each.text))))
    return ({best.memory_id} if wanted & set(stems(best.text)) else set()), set()


@functools.cache
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
