"""What a message wants of recall, and whether what was found for it is any evidence. Pure functions.

Three numbers are weighed. The classifier tells whether the message is small talk, and whether it looks for something
that was said. The third speaks for what was found: how rare the rarest word is that is found again, times the share of
the message's words that one message or memory holds, rare ones counting more, squared. Fitted by
`tests/bench/recall_evidence.py --fit`, which also measures it; the bias and the second weight were chosen with its
held-out authors in view.
On messages that no fit has seen, the nearest meaning, the lead of the best score and the number of words bring nothing
beside the three.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from agentmem_cli.language.classifier import Judgement, judge, logit_of
from agentmem_cli.language.sentences import sentences
from agentmem_cli.language.vocabulary import is_greeting
from agentmem_cli.language.word_index import indexed, packed
from agentmem_cli.recall.ranking import Asked, with_neighbours
from agentmem_cli.recall.transcript import Transcript

FEATURES = ("small talk", "looks for something", "rare words together")
WEIGHTS = (-0.89, 0.9, 5.26)
BIAS = -1.6
SMALL_TALK, FOLLOWS, SURELY_FOLLOWS = 0.5, 0.2, 0.7
"""The scores from which a message is small talk, and likely or surely a follow-up: of 60 follow-ups .83 find what they
need with the exchange before them and .38 alone; of 480 other questions .12 are likely one."""
FOLLOWS_LESS = 2.5
"""How much less a follow-up counts as small talk, where nothing stands before it: "and then?"."""
WEAK, NEAR, SEEKS = 0.02, 0.3, 0.6
"""Less than so much in common, and no meaning so near, is nothing, unless the message likely looks for something."""
OTHER_TEXTS = 1_000
"""Texts without the word that are counted beside the person's own: what all ten of ten texts hold may still be rare."""

Numbers = tuple[float, float, float]


def is_small_talk(text: str) -> bool:
    """Whether a message asks for nothing that could be known, whatever is known."""
    return _says_nothing(text) or judge([text])[0].chat >= SMALL_TALK


def _says_nothing(text: str) -> bool:
    """Whether a text has no words, or no others than a greeting."""
    return not any(map(str.isalnum, text)) or is_greeting(text)


def is_follow_up(text: str) -> bool:
    """Whether a message makes sense only with what was asked before it."""
    return bool(text.strip()) and judge([text])[0].follows >= FOLLOWS


def surely_follows_up(text: str) -> bool:
    """The same, without a doubt."""
    return bool(text.strip()) and judge([text])[0].follows >= SURELY_FOLLOWS


def is_evidence(
    transcript: Transcript, asked: Asked, memories: Sequence[str], nearest: float, *, question: str
) -> bool:
    """Whether what is known is wanted for a `question`, which a follow-up is `asked` for with the exchange before it.

    `memories` are the texts of those that fit it best, `nearest` is the highest cosine of any message or memory.
    """
    if _says_nothing(asked.text):
        return False
    message = _judged(asked.text, question)
    found = features(transcript, asked, memories, message)
    if asked.names_day and message.chat < SMALL_TALK:
        return True
    if found[-1] < WEAK and nearest < NEAR and message.seeks < SEEKS:
        return False
    return sum(weight * value for weight, value in zip(WEIGHTS, found, strict=True)) + BIAS > 0


def _judged(text: str, question: str) -> Judgement:
    """What a text is that is looked for: what its question is by itself, and in it the sentence that seeks the most."""
    (whole,) = judge([text])
    if text != question:
        (alone,) = judge([question])
        whole = replace(whole, follows=0.0, chat=min(whole.chat, alone.chat), seeks=max(whole.seeks, alone.seeks))
    each = [judge([sentence])[0] for sentence in sentences(question)]
    seeking = max(each, key=lambda one: one.seeks, default=whole)
    if seeking.seeks < SEEKS:
        return whole
    return replace(whole, chat=min(whole.chat, seeking.chat), seeks=max(whole.seeks, seeking.seeks))


def features(transcript: Transcript, asked: Asked, memories: Sequence[str], message: Judgement) -> Numbers:
    """What FEATURES names, for a message that is judged so."""
    import numpy as np

    talk = max(logit_of(message.chat), logit_of(message.follows) - FOLLOWS_LESS)
    of_memories = indexed([packed(text) for text in memories])
    sought = {*transcript.words.rarest(asked.words), *of_memories.rarest(asked.words)}
    words = [word for word in asked.words if word in sought]
    counts, known = transcript.words.counts_of_all(words), of_memories.counts_of_all(words)
    texts = counts.shape[1] + OTHER_TEXTS
    weights = 1 - np.log1p((counts > 0).sum(axis=1)) / math.log(1 + texts)
    is_found = counts.any(axis=1) | known.any(axis=1)
    held = np.concatenate([with_neighbours(transcript, counts) > 0, known > 0], axis=1)
    together = float((weights @ held).max(initial=0.0)) / (float(weights.sum()) or 1.0)
    rarest = float(weights[is_found].max(initial=0.0))
    return talk, logit_of(message.seeks), (together * rarest) ** 2
