"""The weights of `memories/order_weights.py`, fitted on labelled messages for `standing_instructions.py --fit`.

A message is what its likeliest sentence is. A logistic regression over the named features and all phrases that occur
often enough comes first; the phrases that carry most of it are kept, and it is fitted once more on those alone.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import Any

import numpy as np

from agentmem_cli.memories.clauses import spoken
from agentmem_cli.memories.order_features import features_of
from agentmem_cli.memories.order_phrases import phrases_of
from agentmem_cli.memories.orders import NOT_MEANT

Line = dict[str, Any]
Matrix = np.ndarray[Any, np.dtype[np.float64]]
NAMES = list(features_of(""))
OFTEN, KEPT = 4, 450
"""Messages in which a phrase must occur, and how many phrases are kept."""
PENALTY = 3.3
"""Of squared weights: the best of 1, 3.3 and 10 on the messages of an author left out."""
ROUNDS = 4


def rows_of(message: str) -> list[tuple[list[float], set[str]]]:
    """The named features and the phrases of each sentence that may ask something."""
    said = list(spoken(message))
    return [
        (list(features_of(sentence, said[:place], said[place + 1 :]).values()), phrases_of(sentence))
        for place, sentence in enumerate(said)
        if not NOT_MEANT.search(sentence)
    ]


def fitted(lines: list[Line]) -> dict[str, float]:
    """The weight of each named feature and of each phrase that is kept."""
    rows = [rows_of(line["text"]) for line in lines]
    known = [place for place, row in enumerate(rows) if row]
    truth = np.array([float(lines[place]["instruction"]) for place in known])
    often = Counter(phrase for place in known for phrase in set().union(*(each[1] for each in rows[place])))
    phrases = sorted(phrase for phrase, count in often.items() if count >= OFTEN)
    weights, chosen = _regression([_matrix(rows[place], phrases) for place in known], truth)
    spread = chosen.std(axis=0)[len(NAMES) :]
    carries = np.argsort(-np.abs(weights[len(NAMES) :]) * spread, kind="stable")[:KEPT]
    phrases = [phrases[place] for place in sorted(carries)]
    weights, _ = _regression([_matrix(rows[place], phrases) for place in known], truth)
    return {name: round(float(weight), 1) for name, weight in zip([*NAMES, *phrases], weights, strict=True)}


def score(message: str, weights: dict[str, float]) -> float:
    """The log odds of the message's likeliest sentence; very low with no sentence."""
    sums = [
        sum(weights[name] * value for name, value in zip(NAMES, named, strict=True))
        + sum(weights.get(phrase, 0.0) for phrase in phrases - set(NAMES))
        for named, phrases in rows_of(message)
    ]
    return max(sums, default=-99.0)


def as_module(weights: dict[str, float]) -> str:
    """The two tables of `order_weights.py`, phrases of one weight in one row."""
    named = "\n".join(f'    "{name}": {weights[name]},' for name in NAMES)
    by_weight: dict[float, list[str]] = {}
    for phrase in sorted(weights.keys() - set(NAMES), key=lambda phrase: (-weights[phrase], phrase)):
        by_weight.setdefault(weights[phrase], []).append(phrase)
    rows = "\n".join(_row(weight, phrases) for weight, phrases in by_weight.items() if weight)
    return f"FEATURES = {{\n{named}\n}}\nPHRASES = {{\n{rows}\n}}"


def _row(weight: float, phrases: list[str]) -> str:
    row = f'{weight}: """{" ".join(phrases)}""",'
    return textwrap.indent("\n".join(textwrap.wrap(row, 112, break_on_hyphens=False, break_long_words=False)), "    ")


def _matrix(rows: list[tuple[list[float], set[str]]], phrases: list[str]) -> Matrix:
    place = {phrase: column for column, phrase in enumerate(phrases, len(NAMES))}
    matrix = np.zeros((len(rows), len(NAMES) + len(phrases)))
    for row, (named, said) in enumerate(rows):
        matrix[row, : len(NAMES)] = named
        matrix[row, [place[phrase] for phrase in said if phrase in place]] = 1
    return matrix


def _regression(rows: list[Matrix], truth: Matrix) -> tuple[Matrix, Matrix]:
    """The weights (Newton's method, L2), and of each message the row that scores highest under them."""
    size = rows[0].shape[1]
    penalty = np.full(size, PENALTY)
    penalty[0] = 0.001  # the bias is free
    weights = np.zeros(size)
    chosen = np.array([row.mean(axis=0) for row in rows])
    for _ in range(ROUNDS):
        for _ in range(6):
            chance = 1 / (1 + np.exp(-chosen @ weights))
            slope = chosen.T @ (chance - truth) + penalty * weights
            curve = (chosen.T * (chance * (1 - chance))) @ chosen + np.diag(penalty)
            weights = weights - np.linalg.solve(curve, slope)
        chosen = np.array([row[np.argmax(row @ weights)] for row in rows])
    return weights, chosen
