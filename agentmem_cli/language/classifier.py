"""What a sentence of a message is: worth keeping or not, of which kind, and what it is about.

Logistic regressions over the features of `features.py`, in every language alike. The weights are fitted on the
labelled messages in `tests/bench/voices` by `tests/bench/classifier.py --fit`, which also measures them.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from agentmem_cli.language.features import BITS, Features, featurize
from agentmem_cli.language.stems import likely_languages

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KINDS = {"fact": "fact", "pref": "preference", "plan": "event", "rule": "instruction"}
"""The labels of the kinds in the training data, and the kinds of memories."""
TOPICS = (
    *("name", "age", "home", "origin", "work", "project", "study", "people", "health", "diet", "pets"),
    *("leisure", "travel", "things", "routine", "money", "style", "other"),
)
KEEP, INSTRUCTION, SEEKS = 0.82, 0.4, 0.8
"""The scores from which a sentence is kept, is kept as a standing instruction, and is none that tells something."""
OF_ENGLISH = -0.5
"""What is added to the score for keeping, a logit: the fit has most of its data in English, where it is surest."""
ALONE = 0.35
"""What a sentence's score without its message counts, so that a plain statement stands among others; 0 to .5 are about
as good on the held-out voices."""
_LIKELY_TOPIC = 0.35
_MOST_TOPICS = 2
WEIGHTS = "weights.npz"
BUCKETS = 1 << BITS


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a sentence is. Scores are between 0 and 1."""

    kind: str
    """fact, preference, event or instruction: the likeliest, if it is kept."""
    keep: float
    """Whether it says something worth remembering."""
    instruction: float
    """Whether it is a wish for every later answer."""
    asks: float
    """Whether it asks for something, with a question mark or without."""
    forget: float
    """Whether it asks to forget something that is remembered."""
    revises: float
    """Whether it says, by itself, that something is no longer so, was never so or has another value."""
    chat: float
    """Whether it is small talk, by itself: a greeting, thanks, a mood, for which nothing said earlier is wanted."""
    seeks: float
    """Whether it looks for something that was said, by itself, in a question or in a few bare words."""
    follows: float
    """Whether it makes sense, by itself, only after what was said before: "and the second one?"."""
    about_assistant: float
    """Whether it asks, by itself, about what the assistant said."""
    about_user: float
    """Whether it asks, by itself, about what the person told of themselves."""
    topics: list[str]
    """One or two of TOPICS, the likelier first."""
    topic_shares: dict[str, float]
    """How likely each of TOPICS is; they sum to 1."""

    @property
    def is_kept(self) -> bool:
        """Whether it is worth keeping, by either score, and surely does not look for something."""
        return (self.keep >= KEEP and self.seeks < SEEKS) or self.instruction >= INSTRUCTION


@dataclass(frozen=True, slots=True)
class _Weights:
    """Of each head by name, int8, with its scale and its bias.

    A head of 2 ** (BITS + 1) weights has those of all languages first, then those of single ones; a shorter one has
    only the first, or takes together buckets whose numbers begin alike.
    """

    heads: dict[str, NDArray[np.int8]]
    scales: dict[str, float]
    biases: dict[str, float]


def judge(sentences: Sequence[str]) -> list[Judgement]:
    """What each sentence of one message is, in their order."""
    weights = _weights()
    in_message = featurize(sentences)
    alone = [featurize([sentence])[0] for sentence in sentences] if len(sentences) > 1 else in_message
    added = OF_ENGLISH if likely_languages(" ".join(sentences)) == ["english"] else 0.0
    return [_judgement(weights, *both, added) for both in zip(in_message, alone, strict=True)]


def likeliest_title(places: Sequence[str]) -> int:
    """Where a title begins, of the places of one message that `titles.py` names. By far most begin at the first."""
    weights = _weights()
    scores = [_logit(weights, featurize([place])[0], "title") for place in places]
    return scores.index(max(scores))


def _judgement(weights: _Weights, features: Features, alone: Features, added: float) -> Judgement:
    score = functools.partial(_probability, weights, features)
    kinds = {label: score(label) for label in KINDS}
    topics = {topic: score(topic) for topic in TOPICS}
    ranked = sorted(topics, key=lambda topic: -topics[topic])
    second = [topic for topic in ranked[1:_MOST_TOPICS] if topics[topic] >= _LIKELY_TOPIC]
    instruction = score("instruction")
    kind = "rule" if instruction >= INSTRUCTION else max(kinds, key=lambda label: kinds[label])
    keep = (1 - ALONE) * _logit(weights, features, "keep") + ALONE * _logit(weights, alone, "keep")
    return Judgement(
        kind=KINDS[kind],
        keep=_sigmoid(keep + added),
        asks=score("asks"),
        instruction=instruction,
        forget=score("forget"),
        revises=_probability(weights, alone, "revises"),
        chat=_probability(weights, alone, "chat"),
        follows=_probability(weights, alone, "follows"),
        seeks=_probability(weights, alone, "seeks"),
        about_assistant=_probability(weights, alone, "about_assistant"),
        about_user=_probability(weights, alone, "about_user"),
        topics=[ranked[0], *second],
        topic_shares={topic: likely / sum(topics.values()) for topic, likely in topics.items()},
    )


def _probability(weights: _Weights, features: Features, head: str) -> float:
    return _sigmoid(_logit(weights, features, head))


def _logit(weights: _Weights, features: Features, head: str) -> float:
    row = weights.heads[head]
    if len(row) > BUCKETS:
        found = row[features.shared] @ features.values + row[BUCKETS + features.of_language] @ features.values
    else:
        found = row[features.shared // (BUCKETS // len(row))] @ features.values
    return float(found) * weights.scales[head] + weights.biases[head]


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


@functools.cache
def _weights() -> _Weights:
    """The weights, read once: 10 ms."""
    import numpy as np

    with files(__package__).joinpath(WEIGHTS).open("rb") as file, np.load(file) as stored:
        names = [str(name) for name in stored["names"]]
        rows = [stored[name] for name in names]
        return _Weights(
            dict(zip(names, rows, strict=True)),
            dict(zip(names, stored["scales"].tolist(), strict=True)),
            dict(zip(names, stored["biases"].tolist(), strict=True)),
        )
