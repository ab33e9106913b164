"""Passages -> the sentences and table rows that answer a question best, and how certain that is. Reads no store.

A line is a sentence, or a row of a table with the first rows above it. Its score is a sum of three features; whether
the best one answers is told by five more. `tests/bench/document_answers.py --fit` finds the weights, on two sets of
documents; the third is the test.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentmem_cli.embedding.bundled import embed
from agentmem_cli.language.sentences import sentences
from agentmem_cli.language.stems import language_of, stemmed_terms, stems, words_of
from agentmem_cli.records import FoundPassage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matches = NDArray[np.float32]

WEIGHTS = (14.14, 5.1, 2.65)
"""Of HOLDS, MEANS and RANK."""
CERTAINTY, UNCERTAIN = (0.14, 0.08, 0.37, 1.48, 1.18), -4.78
"""Of the best line's score, the words it holds, its worst word, the numbers of the question, another language."""
MOST_LINES = 3
HEAD_ROWS = 2
"""Rows above a row that are read with it: what a table is called, and what its columns are called."""
_FULL = 60
"""Characters from which a line of prose goes on in the next one."""
_ENDED = re.compile(r"[.!?:;。！？।]['\"”’)\]]*$")
_CELLS = " | "


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the passage with this place. `above` are the rows of its table that say what its cells are."""

    place: int
    text: str
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Quotes:
    """The best lines, best first, and the chance that the first of them answers."""

    lines: list[Line]
    certainty: float


def best_lines(question: str, passages: Sequence[FoundPassage], rarity: Mapping[str, float]) -> Quotes:
    """Up to MOST_LINES lines of the passages, which come in rank order.

    `rarity` has a weight for each of `stemmed_terms(question)`, the more the fewer passages hold it.
    """
    import numpy as np

    lines = [line for place, passage in enumerate(passages) for line in lines_of(place, passage)]
    if not lines:
        return Quotes([], 0.0)
    shown = [in_context(line, passages[line.place]) for line in lines]
    matches = matches_of(question, shown)
    scores = features(question, lines, shown, matches, rarity) @ np.array(WEIGHTS)
    order = np.argsort(-scores, kind="stable")
    best = int(order[0])
    evidence = certainty_features(question, float(scores[best]), shown[best], matches[best], rarity)
    logit = float(np.dot(CERTAINTY, evidence)) + UNCERTAIN
    return Quotes([lines[place] for place in order[:MOST_LINES]], 1 / (1 + math.exp(-logit)))


def features(
    question: str, lines: Sequence[Line], shown: Sequence[str], matches: Matches, rarity: Mapping[str, float]
) -> Matches:
    """What the score of each line is made of, shape (lines, 3): words it holds, its meaning, its passage's rank."""
    import numpy as np

    weights = _weights(question, rarity)
    holds = matches @ weights / max(float(weights.sum()), 1e-6)
    asked, *means = embed([question, *shown])
    ranks = [1 / (1 + line.place) for line in lines]
    table: Matches = np.stack([holds, np.array(means) @ asked, np.array(ranks, np.float32)], axis=1)
    return table


def certainty_features(
    question: str, score: float, shown: str, matches: Matches, rarity: Mapping[str, float]
) -> list[float]:
    """What tells whether a line answers. `matches` are those of the line, shape (words asked for,)."""
    numbers = [word for word in words_of(question) if word.isdigit()]
    held = set(words_of(shown))
    return [
        score,
        float(matches @ _weights(question, rarity)),
        float(matches.min(initial=1.0)),
        sum(number in held for number in numbers) / len(numbers) if numbers else 1.0,
        float(language_of(question) != language_of(shown)),
    ]


def _weights(question: str, rarity: Mapping[str, float]) -> Matches:
    import numpy as np

    return np.array([rarity[term] for term in stemmed_terms(question)], np.float32)


def matches_of(question: str, texts: Sequence[str]) -> Matches:
    """How near each text has each word that is asked for, shape (texts, words): 1 for the word itself."""
    import numpy as np

    asked = stemmed_terms(question)
    held = [list(dict.fromkeys(words_of(text))) for text in texts]
    vocabulary = list(dict.fromkeys(word for words in held for word in words))
    places = {word: place for place, word in enumerate(vocabulary)}
    near = np.maximum(embed(vocabulary) @ embed(list(asked)).T, 0)
    matches = np.zeros((len(texts), len(asked)), np.float32)
    for row, (text, words) in enumerate(zip(texts, held, strict=True)):
        own = set(stems(text))
        exact = np.array([stem in own for stem in asked.values()], np.float32)
        nearest = near[[places[word] for word in words]].max(axis=0, initial=0.0)
        matches[row] = np.maximum(exact, nearest)
    return matches


def in_context(line: Line, passage: FoundPassage) -> str:
    """The line with what says what it is about: its document's name, its headings, the head of its table."""
    return " ".join([passage.document, passage.heading, *line.above, line.text])


def lines_of(place: int, passage: FoundPassage) -> list[Line]:
    """The sentences and rows of the passage with this place, in order, but its headings and the heads of its tables."""
    found: list[Line] = []
    rows: list[str] = []
    headings = passage.heading.split(" > ")
    for block in _blocks(passage.text):
        if block.strip("# ") in headings:
            rows = []
        elif _is_row(block):
            found += [] if _is_head(block, rows) else [Line(place, block, tuple(rows[:HEAD_ROWS]))]
            rows.append(block)
        else:
            rows = []
            found += [Line(place, sentence) for sentence in sentences(block)]
    return found


def _is_row(block: str) -> bool:
    return _CELLS in block or not _ENDED.search(block)


def _is_head(row: str, above: Sequence[str]) -> bool:
    """Whether a row says what the columns below it are called."""
    return _CELLS in row and not any(_CELLS in each for each in above) and not any(map(str.isdigit, row))


def _blocks(text: str) -> list[str]:
    """The lines of a text; a paragraph that was broken into lines is one."""
    blocks: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if blocks and _goes_on(blocks[-1]) and _CELLS not in line:
            blocks[-1] = f"{blocks[-1]} {line}"
        else:
            blocks.append(line)
    return blocks


def _goes_on(block: str) -> bool:
    return len(block) >= _FULL and _CELLS not in block and not _ENDED.search(block)
