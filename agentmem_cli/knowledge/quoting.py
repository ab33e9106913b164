"""Passages -> the sentences and table rows that answer a question best, and how certain that is. Reads no store.

The score of a line is a sum of four features. `tests/bench/document_answers.py --fit` finds the weights, on five sets
of documents; the others are the test.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentmem_cli.embedding.bundled import embed
from agentmem_cli.knowledge.abbreviations import Abbreviation, in_both_forms
from agentmem_cli.knowledge.certainty import EXACT, Alignment, certainty_of, evidence_of
from agentmem_cli.knowledge.lines import Line, in_context, lines_of, sentences_before
from agentmem_cli.language.stems import stemmed_terms, stemmer_for, words_of
from agentmem_cli.records import FoundPassage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matches = NDArray[np.float32]

WEIGHTS = (15.76, 9.21, 6.28, 1.87)
"""Of what `features` gives."""
MOST_LINES, BEHIND = 3, 2.5
"""How many lines at the most, and how much less than the best one a line may score."""
MOST_STEPS = 5
_STEP = re.compile(r"\d{1,2}[.)]\s")
"""What begins a step of a list."""


@dataclass(frozen=True, slots=True)
class Quotes:
    """The best lines, best first, and the chance that the first of them answers."""

    lines: list[Line]
    certainty: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about passages, which come in rank order.

    `rarity` has a weight for each of `stemmed_terms(question)`, the more the fewer passages hold it.
    What holds one form of one of the question's `abbreviations` counts as holding the other.
    """

    question: str
    passages: Sequence[FoundPassage]
    rarity: Mapping[str, float]
    abbreviations: Sequence[Abbreviation] = ()

    def lines(self) -> list[Line]:
        """Every line of the passages, in order."""
        return [line for place, passage in enumerate(self.passages) for line in lines_of(place, passage)]

    def features(self, lines: Sequence[Line]) -> Matches:
        """What the score of each line is made of, shape (lines, 4).

        The share of the words asked for that it holds, the share that only the sentence before it does, its meaning,
        and the rank of its passage.
        """
        import numpy as np

        shown = [self._in_both_forms(in_context(line, self.passages[line.place])) for line in lines]
        before = [self._in_both_forms(text) for text in sentences_before(lines)]
        weights = self.weights()
        shares = weights / max(float(weights.sum()), 1e-6)
        in_line, in_before = np.split(matches_of(self.question, [*shown, *before]), 2)
        asked, *means = embed([self.question, *shown])
        columns = [
            in_line @ shares,
            np.maximum(in_before - in_line, 0) @ shares,
            np.array(means) @ asked,
            np.array([1 / (1 + line.place) for line in lines], np.float32),
        ]
        table: Matches = np.stack(columns, axis=1)
        return table

    def evidence(self, lines: Sequence[Line], scores: Matches) -> list[float]:
        """What tells whether the best of the lines answers, which have these scores."""
        best = lines[int(scores.argmax())]
        passage = self.passages[best.place]
        document = " ".join(_whole(each) for each in self.passages if each.document_id == passage.document_id)
        texts = [self._in_both_forms(text) for text in (best.text, _whole(passage), document)]
        in_line, in_passage, in_document = matches_of(self.question, texts)
        elsewhere = [line.place != best.place for line in lines]
        other = [self.passages[line.place].document_id != passage.document_id for line in lines]
        top = float(scores.max())
        leads = [top, *(top - float(scores[where].max(initial=0.0)) for where in (elsewhere, other))]
        alignment = Alignment(in_line, in_passage, in_document, self.weights(), list(self.rarity))
        return evidence_of(self.question, best, passage, leads, alignment)

    def section_of(self, best: Line, lines: Sequence[Line]) -> list[Line]:
        """The first lines of its section where all of it answers, not one line: nothing where one does.

        So it is where its heading holds what is asked for: of steps, where the best of them says no more of it than
        the headings do; of a few sentences, where none of them says the rarest word that the headings do.
        """
        passage = self.passages[best.place]
        section = [line for line in lines if (line.place, line.heading) == (best.place, best.heading)]
        steps = [line for line in section if _STEP.match(line.text)]
        above = " ".join([passage.document, passage.heading, best.heading])
        texts = [above, best.text, " ".join(line.text for line in section)]
        in_headings, in_line, in_section = matches_of(self.question, texts) >= EXACT
        if not in_headings.any():
            return []
        if best in steps and not (in_line & ~in_headings).any():
            return section[section.index(steps[0]) :][:MOST_STEPS]
        rarest = int((self.weights() * (in_headings | in_section)).argmax())
        is_whole = len(section) <= MOST_LINES and in_headings[rarest] and not in_section[rarest]
        return section if is_whole else []

    def weights(self) -> Matches:
        """How rare each word is that is asked for."""
        import numpy as np

        return np.array([self.rarity[term] for term in stemmed_terms(self.question)], np.float32)

    def _in_both_forms(self, text: str) -> str:
        return in_both_forms(text, self.abbreviations)


def best_lines(asked: Asked, follow_up: Asked | None = None) -> Quotes:
    """Up to MOST_LINES lines of the passages; of a `follow_up` those that fit it and what it follows, as one, alike."""
    import numpy as np

    lines = asked.lines()
    if not lines:
        return Quotes([], 0.0)
    scores = asked.features(lines) @ np.array(WEIGHTS, np.float32)
    if follow_up:
        scores = np.mean([scores, follow_up.features(lines) @ np.array(WEIGHTS, np.float32)], axis=0, dtype=np.float32)
    order = np.argsort(-scores, kind="stable")[:MOST_LINES]
    chosen = [lines[place] for place in order if scores[place] >= scores[order[0]] - BEHIND]
    return Quotes(asked.section_of(chosen[0], lines) or chosen, certainty_of(asked.evidence(lines, scores)))


def best_scores(asked: Asked) -> list[float]:
    """For each passage the score of its best line, whatever its rank; the least of them for one without lines."""
    import numpy as np

    lines = asked.lines()
    if not lines:
        return [0.0] * len(asked.passages)
    scores = asked.features(lines)[:, :-1] @ np.array(WEIGHTS[:-1], np.float32)
    best: dict[int, float] = {}
    for line, score in zip(lines, scores.tolist(), strict=True):
        best[line.place] = max(score, best.get(line.place, score))
    return [best.get(place, min(best.values())) for place in range(len(asked.passages))]


def matches_of(question: str, texts: Sequence[str]) -> Matches:
    """How near each text has each word that is asked for, shape (texts, words): 1 for the word itself."""
    import numpy as np

    asked = stemmed_terms(question)
    stem = stemmer_for(question)
    held = [list(dict.fromkeys(words_of(text))) for text in texts]
    vocabulary = list(dict.fromkeys(word for words in held for word in words))
    places = {word: place for place, word in enumerate(vocabulary)}
    near = np.maximum(embed(vocabulary) @ embed(list(asked)).T, 0)
    of_stem = {each: column for column, each in enumerate(asked.values())}
    for row, word in enumerate(vocabulary):
        column = of_stem.get(stem(word))
        if column is not None:
            near[row, column] = 1.0
    matches: Matches = np.zeros((len(texts), len(asked)), np.float32)
    for row, words in enumerate(held):
        matches[row] = near[[places[word] for word in words]].max(axis=0, initial=0.0)
    return matches


def _whole(passage: FoundPassage) -> str:
    return " ".join([passage.document, passage.heading, passage.text])
