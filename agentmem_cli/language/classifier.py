"""What a sentence of a message is: worth keeping or not, of which kind, and what it is about.

Logistic regressions over the features of `features.py`, in every language alike. The weights are fitted on the
labelled messages in `tests/bench/voices` by `tests/bench/classifier.py --fit`, which also measures them.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from agentmem_cli.language.features import featurize

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KINDS = {"fact": "fact", "pref": "preference", "plan": "event", "rule": "instruction"}
"""The labels of the kinds in the training data, and the kinds of memories."""
TOPICS = (
    *("name", "age", "home", "origin", "work", "project", "study", "people", "health", "diet", "pets"),
    *("leisure", "travel", "things", "routine", "money", "style", "other"),
)
KEEP, INSTRUCTION = 0.75, 0.4
"""The scores from which a sentence is kept, and from which it is kept as a standing instruction."""
_LIKELY_TOPIC = 0.35
_MOST_TOPICS = 2
WEIGHTS = "weights.npz"


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
    """Whether it says that something is no longer so, or was never so."""
    topics: list[str]
    """One or two of TOPICS, the likelier first."""

    @property
    def is_kept(self) -> bool:
        """Whether it is worth keeping, by either score."""
        return self.keep >= KEEP or self.instruction >= INSTRUCTION


@dataclass(frozen=True, slots=True)
class _Weights:
    """Of each head by name, int8 of shape (2 ** BITS,), with its scale and its bias."""

    heads: dict[str, NDArray[np.int8]]
    scales: dict[str, float]
    biases: dict[str, float]


def judge(sentences: Sequence[str]) -> list[Judgement]:
    """What each sentence of one message is, in their order."""
    weights = _weights()
    return [_judgement(weights, buckets, values) for buckets, values in featurize(sentences)]


def _judgement(weights: _Weights, buckets: NDArray[np.uint32], values: NDArray[np.float32]) -> Judgement:
    score = functools.partial(_probability, weights, buckets, values)
    kinds = {label: score(label) for label in KINDS}
    topics = {topic: score(topic) for topic in TOPICS}
    ranked = sorted(topics, key=lambda topic: -topics[topic])
    second = [topic for topic in ranked[1:_MOST_TOPICS] if topics[topic] >= _LIKELY_TOPIC]
    instruction = score("instruction")
    kind = "rule" if instruction >= INSTRUCTION else max(kinds, key=lambda label: kinds[label])
    return Judgement(
        kind=KINDS[kind],
        keep=score("keep"),
        asks=score("asks"),
        instruction=instruction,
        forget=score("forget"),
        revises=score("revises"),
        topics=[ranked[0], *second],
    )


def _probability(weights: _Weights, buckets: NDArray[np.uint32], values: NDArray[np.float32], head: str) -> float:
    import numpy as np

    # A head may have fewer buckets than the features: the upper bits of a bucket are kept.
    row = weights.heads[head]
    narrower = (1 << 16) // len(row)
    sum_ = float(row[buckets // narrower] @ values) * weights.scales[head] + weights.biases[head]
    return float(1 / (1 + np.exp(-np.clip(sum_, -30, 30))))


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
