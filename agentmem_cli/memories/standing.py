"""Whether a sentence is a standing instruction, by a score: how the assistant is to answer, whatever is asked.

"Quote your sources" or "metric, please" can only be meant for every answer, "Add comments to the parser" for one.
The score is a logistic regression over the named features and the phrases of a sentence; no rows are read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache, lru_cache

from agentmem_cli.memories.order_features import features_of
from agentmem_cli.memories.order_phrases import phrases_of
from agentmem_cli.memories.order_weights import FEATURES, PHRASES

THRESHOLD = 0.4
"""The likelihood from which on a sentence is kept: of messages kept out of the fit .90 of the instructions and .09 of
the others, by an author whose other half is in it; .75 and .13 of lines that were made to be hard."""


def is_standing(sentence: str, before: Sequence[str] = (), after: Sequence[str] = ()) -> bool:
    """Whether the sentence holds for every answer; `before` and `after` are the others of its message."""
    return likelihood(sentence, tuple(before), tuple(after)) > THRESHOLD


@lru_cache(maxsize=256)
def likelihood(sentence: str, before: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> float:
    """From 0 to 1. The weights are fitted by `tests/bench/standing_instructions.py --fit`."""
    named = sum(FEATURES[name] * value for name, value in features_of(sentence, before, after).items())
    weights = _phrase_weights()
    return 1 / (1 + math.exp(-named - sum(weights.get(phrase, 0.0) for phrase in phrases_of(sentence))))


@cache
def _phrase_weights() -> dict[str, float]:
    return {phrase: weight for weight, phrases in PHRASES.items() for phrase in phrases.split()}
