"""Whether a message asks, and whom a question is about. Pure functions of the text."""

from __future__ import annotations

import re

_TOLD_BY_ASSISTANT = re.compile(
    r"\byou (?:\w+ )?(?:told|said|gave|gives|recommend|suggest|mention|provid|list|wrote|explain|describ|propos|shar"
    r"|showed)"
    r"|\b(?:did|have|had) you (?:tell|told|say|said|give|given|recommend|suggest|mention|provide|list|explain|show"
    r"|describe|propose|share|write|written)"
    r"|\bremind me\b.*\b(?:you|we)\b|\bour (?:previous|last|earlier|past) (?:conversation|chat|discussion)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n？。！]+[.!?？。！]*\s*")
_LOOKED_AT = 1_000
"""Characters of a message that are looked through for questions."""


def asking_share(text: str) -> float:
    """The share of a message that asks, 0 to 1: an answer is seldom found in a question."""
    start = text[:_LOOKED_AT]
    asking = sum(len(sentence[0]) for sentence in _SENTENCE.finditer(start) if sentence[0].rstrip()[-1:] in ("?", "？"))
    return asking / len(start) if start else 0.0


def asking(text: str, name: str | None) -> float:
    """How much a message is taken for a question, 0 to 1, said by somebody with a name or in a chat with an assistant.

    Who chats with an assistant tells something and ends by asking.
    """
    share = asking_share(text)
    return share if name else share**2


def asks_assistant(question: str) -> bool:
    """Whether a question is about what the assistant said itself."""
    return bool(_TOLD_BY_ASSISTANT.search(question))
