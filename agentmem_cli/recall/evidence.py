"""What a message wants of recall, and whether what was found for it is any evidence. Pure functions.

Two numbers are weighed: whether the message is small talk, which the classifier tells, and what speaks for what was
found: how rare the rarest word is that is found again, times the share of the message's words that one message or
memory holds, rare ones counting more, squared. Fitted by `tests/bench/recall_evidence.py --fit`, which also measures
it; the nearest meaning brings nothing beside the two.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from agentmem_cli.language.classifier import judge
from agentmem_cli.language.vocabulary import is_greeting
from agentmem_cli.language.word_index import indexed, packed
from agentmem_cli.recall.ranking import Asked, with_neighbours
from agentmem_cli.recall.transcript import Transcript

FEATURES = ("small talk", "rare words together")
WEIGHTS = (-1.11, 2.5)
BIAS = -1.3
SMALL_TALK = FOLLOWS = 0.5
OTHER_TEXTS = 1_000
"""Texts without the word that are counted beside the person's own: what all ten of ten texts hold may still be rare."""
_LOGIT_RANGE = 1e-4


def is_small_talk(text: str) -> bool:
    """Whether a message asks for nothing that could be known, whatever is known."""
    return not text.strip() or is_greeting(text) or judge([text])[0].chat >= SMALL_TALK


def is_follow_up(text: str) -> bool:
    """Whether a message makes sense only with what was asked before it."""
    return bool(text.strip()) and judge([text])[0].follows >= FOLLOWS


def is_evidence(transcript: Transcript, asked: Asked, memories: Sequence[str]) -> bool:
    """Whether what is known is wanted for a message. `memories` are the texts of those that fit it best."""
    if not asked.text.strip() or is_greeting(asked.text):
        return False
    talk, together = features(transcript, asked, memories, judge([asked.text])[0].chat)
    return WEIGHTS[0] * talk + WEIGHTS[1] * together + BIAS > 0


def features(transcript: Transcript, asked: Asked, memories: Sequence[str], talk: float) -> tuple[float, float]:
    """What FEATURES names; `talk` is how likely the message is small talk, 0 to 1."""
    import numpy as np

    bounded = min(max(talk, _LOGIT_RANGE), 1 - _LOGIT_RANGE)
    counts = transcript.words.counts(asked.words)
    known = indexed([packed(text) for text in memories]).counts(asked.words)
    texts = counts.shape[1] + OTHER_TEXTS
    weights = 1 - np.log1p((counts > 0).sum(axis=1)) / math.log(1 + texts)
    is_found = counts.any(axis=1) | known.any(axis=1)
    held = np.concatenate([with_neighbours(transcript, counts) > 0, known > 0], axis=1)
    together = float((weights @ held).max(initial=0.0)) / (float(weights.sum()) or 1.0)
    rarest = float(weights[is_found].max(initial=0.0))
    return math.log(bounded / (1 - bounded)), (together * rarest) ** 2
