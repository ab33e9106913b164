"""Passages -> the sentences and table rows that answer a question best, and how certain that is. Reads no store.

A line is a sentence, or a row of a table with the row that names its columns. Its score is a sum of three features;
whether the best one answers is told by five more. `tests/bench/document_answers.py --fit` finds the weights, on three
sets of documents; the fourth is the test.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from agentmem_cli.embedding.bundled import embed
from agentmem_cli.language.sentences import sentences
from agentmem_cli.language.stems import language_of, stemmed_terms, stems, words_of
from agentmem_cli.records import FoundPassage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matches = NDArray[np.float32]

WEIGHTS = (13.57, 4.59, 2.46)
"""Of what `features` gives."""
CERTAINTY, UNCERTAIN = (0.09, 1.38, 0.91, 0.49, 1.5), -3.44
"""Of what `certainty_features` gives."""
MOST_LINES, BEHIND = 3, 2.5
"""How many lines at the most, and how much less than the best one a line may score."""
_FULL = 60
"""Characters from which a line of prose goes on in the next one."""
_ENDED = re.compile(r"[.!?:;。！？।]['\"”’)\]]*$")
_CELLS = " | "


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the passage with this place.

    `heading` is the line that it stands under in the passage, and `head` the row that says what its table's columns
    are; "" where there is none.
    """

    place: int
    text: str
    heading: str = ""
    head: str = ""


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
    table = features(question, lines, shown, matches, rarity)
    scores = table @ np.array(WEIGHTS)
    order = np.argsort(-scores, kind="stable")[:MOST_LINES]
    best = int(order[0])
    evidence = certainty_features(question, shown[best], float(table[best, 1]), matches[best], rarity)
    logit = float(np.dot(CERTAINTY, evidence)) + UNCERTAIN
    chosen = [lines[place] for place in order if scores[place] >= scores[best] - BEHIND]
    return Quotes(chosen, 1 / (1 + math.exp(-logit)))


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
    question: str, shown: str, meaning: float, matches: Matches, rarity: Mapping[str, float]
) -> list[float]:
    """What tells whether a line answers: `meaning` and `matches`, shape (words asked for,), are its own.

    The words it holds, its meaning, the numbers and the names of the question that it holds, another language.
    """
    words = re.findall(r"\w+", question)
    held = set(words_of(shown))
    return [
        float(matches @ _weights(question, rarity)),
        meaning,
        _share([word for word in words if word.isdigit()], held),
        _share([word.lower() for word in words[1:] if word[0].isupper()], held),
        float(language_of(question) != language_of(shown)),
    ]


def _share(wanted: Sequence[str], held: Collection[str]) -> float:
    return sum(word in held for word in wanted) / len(wanted) if wanted else 1.0


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
    return " ".join([passage.document, passage.heading, line.heading, line.head, line.text])


def lines_of(place: int, passage: FoundPassage) -> list[Line]:
    """The sentences and rows of the passage with this place, in order; not its headings and the heads of tables."""
    found: list[Line] = []
    heading = head = ""
    blocks = _blocks(passage.text)
    for block, following in pairwise([*blocks, ""]):
        if _CELLS in block:
            head = head or block
            found += [Line(place, block, heading, head)] if head != block or _has_digit(block) else []
        elif _is_heading(block, following, passage):
            heading, head = block, ""
        else:
            head = ""
            found += [Line(place, sentence, heading) for sentence in sentences(block)]
    return found


def _is_heading(block: str, following: str, passage: FoundPassage) -> bool:
    """Whether a line is a heading of the document, or a few words above prose or a table."""
    if block.strip("# ") in passage.heading.split(" > "):
        return True
    stands_above = len(following) >= _FULL or _CELLS in following
    return stands_above and len(block) < _FULL and not _ENDED.search(block) and not _has_digit(block)


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


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
