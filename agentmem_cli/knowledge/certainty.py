"""How certain it is that the best line answers a question. Reads no store.

A logistic regression over what FEATURES names. `tests/bench/document_answers.py --fit` finds the weights, on five sets
of documents, from questions that are asked with the line that answers them, and again without it. Trees and a small
neural network over the same features, and over 50 others, were no better.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentmem_cli.embedding.bundled import embed
from agentmem_cli.knowledge.lines import CELLS, Line
from agentmem_cli.language.classifier import sigmoid
from agentmem_cli.language.stems import language_of, stems
from agentmem_cli.records import FoundPassage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matches = NDArray[np.float32]

FEATURES = (
    *("score of the line", "ahead of other passages", "ahead of other documents"),
    *("words asked for", "share near in the line", "share in the line"),
    *("farthest word", "name not in the passage", "number not in the document"),
    *("empty cell", "another language"),
)
WEIGHTS = (0.062, 0.159, 0.021, 0.176, 3.562, -1.992, -1.44, -0.084, -1.314, -2.944, 1.577)
BIAS = -1.59
EXACT = 0.999
"""From which match a word is the one that is asked for, or another form of it."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def certainty_of(evidence: Sequence[float]) -> float:
    """The chance that the line answers."""
    logit = sum(weight * value for weight, value in zip(WEIGHTS, evidence, strict=True)) + BIAS
    return sigmoid(logit)


@dataclass(frozen=True, slots=True)
class Alignment:
    """How near the line, its passage and what was found of its document have each word asked for, shape (words,).

    1 is the word itself or another form of it; `weights` says how rare each of the `words` is.
    """

    in_line: Matches
    in_passage: Matches
    in_document: Matches
    weights: Matches
    words: Sequence[str]


def evidence_of(
    question: str, line: Line, passage: FoundPassage, leads: Sequence[float], alignment: Alignment
) -> list[float]:
    """What FEATURES names; `leads` is the first three of it."""
    import numpy as np

    weights, in_passage = alignment.weights, alignment.in_passage
    total = max(float(weights.sum()), 1e-6)
    names = _names(question)
    is_name = np.array([word in names for word in alignment.words], np.bool_)
    is_number = np.array([any(map(str.isdigit, word)) for word in alignment.words], np.bool_)
    return [
        *leads,
        float(len(weights)),
        float(alignment.in_line @ weights) / total,
        float((alignment.in_line >= EXACT) @ weights) / total,
        float((1 - in_passage).max(initial=0.0)),
        float((weights * is_name * (in_passage < EXACT)).max(initial=0.0)),
        float((is_number & (alignment.in_document < EXACT)).any()),
        asks_for_empty_cell(question, line),
        float(language_of(question) != language_of(passage.text)),
    ]


def asks_for_empty_cell(question: str, line: Line) -> float:
    """1 where the cell of the row is empty whose column fits the question best, .5 where another is, 0 for none."""
    cells = _cells(line.text)
    if all(cells[1:]):
        return 0.0
    heads = _cells(line.head)
    if len(heads) != len(cells):
        return 0.5
    asked = set(stems(question))
    vector, *columns = embed([question, *heads[1:]])
    fits = [
        len(asked.intersection(stems(head))) + float(column @ vector)
        for head, column in zip(heads[1:], columns, strict=True)
    ]
    return 0.5 if cells[1:][fits.index(max(fits))] else 1.0


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split(CELLS.strip())]


def _names(question: str) -> set[str]:
    """The words in capitals but the first, lower case."""
    words = [word.replace("’", "'") for word in _WORD.findall(question)]
    return {word.lower() for word in words[1:] if word[0].isupper()}
