"""Which known memory a message ends, denies, corrects or gives another value. Pure functions; nothing is written.

A small logistic regression scores each memory by what it shares with the message and by how likely the message is to
revise anything. Its weights were fitted on the first half of `tests/bench/revisions.jsonl` and on half of the persons
of `true_facts.jsonl` by `tests/bench/memory_updates.py --fit`; the other halves measure it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from agentmem_cli.language.classifier import Judgement
from agentmem_cli.language.stems import stems
from agentmem_cli.language.vocabulary import first_person_words
from agentmem_cli.records import Memory

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SINGLE_VALUED = frozenset(("name", "age", "home", "work"))
"""Topics of which a person has one value at a time."""
_LONGEST_VALUE = 4
"""Words."""
FEATURES = ("nearest", "shares", "share", "revises", "topic", "revises near", "revises the only one")
WEIGHTS = (10.5, -0.25, 1.5, 0.14, 1.0, 0.5, 0.5)
BIAS = -3.08
ASKED, SURE = 0.0, 3.0
"""The scores from which the person is asked about a memory, and from which it is replaced at once."""
_SURELY_REVISES = 0.8
_LOGIT_RANGE = 1e-3


@dataclass(frozen=True, slots=True)
class Revised:
    """The memory that a message may end, and whether that is sure."""

    memory: Memory
    is_sure: bool


def revised_by(said: Sequence[str], judgements: Sequence[Judgement], known: Sequence[Memory]) -> Revised | None:
    """The memory that the sentences of a message end, if one stands out."""
    if not known or not said:
        return None
    scores = features(said, judgements, known).dot(WEIGHTS) + BIAS
    best = int(scores.argmax())
    score = float(scores[best])
    if score < ASKED:
        return None
    revises = max(each.revises for each in judgements)
    return Revised(known[best], is_sure=score >= SURE and revises >= _SURELY_REVISES)


def features(said: Sequence[str], judgements: Sequence[Judgement], known: Sequence[Memory]) -> NDArray[np.float64]:
    """Of each memory beside the message, shape (len(known), len(FEATURES))."""
    import numpy as np

    from agentmem_cli.embedding.bundled import embed

    message, *memories = embed([" ".join(said), *(memory.text for memory in known)])
    cosines = np.array([float(vector @ message) for vector in memories])
    held = [set(stems(memory.text)) for memory in known]
    wanted = {stem for sentence in said for stem in stems(sentence)}
    frequency = Counter(stem for each in held for stem in each)
    rarity = np.array([sum(1 / frequency[stem] for stem in wanted & each) for each in held])
    share = np.array([len(wanted & each) / max(1, len(each)) for each in held])
    topics = {topic for each in judgements for topic in each.topics}
    revising = max(judgements, key=lambda each: each.revises)
    revises, said_of = _logit(revising.revises), revising.topics[0]
    return np.column_stack(
        [
            _lead(cosines),
            _lead(rarity),
            share,
            np.full(len(known), revises),
            [bool(topics & set(memory.topics)) for memory in known],
            revises * cosines,
            _only_of_topic(said_of, known) * revises,
        ]
    )


def _only_of_topic(topic: str, known: Sequence[Memory]) -> NDArray[np.float64]:
    """1 for the one memory of a topic of which a person has one value at a time, 0 for all others."""
    import numpy as np

    alike = [float(topic in SINGLE_VALUED and memory.topics[:1] == [topic]) for memory in known]
    return np.array(alike) if sum(alike) == 1 else np.zeros(len(known))


def _lead(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much each value is above the best of the others, or above 0 where it is alone."""
    import numpy as np

    best = [np.delete(values, place).max(initial=0.0) for place in range(len(values))]
    return np.subtract(values, best)


def _logit(probability: float) -> float:
    bounded = min(max(probability, _LOGIT_RANGE), 1 - _LOGIT_RANGE)
    return math.log(bounded / (1 - bounded))


def another_value(text: str, judgement: Judgement, known: Sequence[Memory]) -> Memory | None:
    """The newest memory that says the same of another value: "I live in Oslo" and "I live in Bergen"."""
    topic = judgement.topics[0]
    if topic not in SINGLE_VALUED or "people" in judgement.topics:
        return None
    alike = [memory for memory in known if memory.topics[:1] == [topic] and _is_other_value(memory.text, text)]
    return max(alike, key=lambda memory: memory.said_at, default=None)


def _is_other_value(old: str, new: str) -> bool:
    """Whether two statements begin alike, in two words or in one for "I", and end in another name or number each."""
    old_words, new_words = _words(old), _words(new)
    pairs = zip(old_words, new_words, strict=False)
    alike = len(list(takewhile(lambda pair: pair[0].lower() == pair[1].lower(), pairs)))
    values = old_words[alike:], new_words[alike:]
    are_numbers = all(value and value[0].isdigit() for value in values)
    least = 1 if are_numbers and first_person_words(" ".join(new_words[:alike])) else 2
    return alike >= least and all(_is_value(words) for words in values)


def _is_value(words: list[str]) -> bool:
    """Whether the words are a name, or a number."""
    return 0 < len(words) <= _LONGEST_VALUE and not words[0][0].islower()


def _words(text: str) -> list[str]:
    return [stripped for word in text.split() if (stripped := word.strip('.,;:!?()"“”'))]
