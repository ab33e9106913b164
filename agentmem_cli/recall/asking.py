"""Whether a message asks, and who said what a question is about. Pure functions of the text."""

from __future__ import annotations

import re

from agentmem_cli.language.classifier import judge

ABOUT = 0.5
"""The score from which a question is about what one of the two said."""
_SENTENCE = re.compile(r"[^.!?\n？。！؟]+[.!?？。！؟]*\s*")
_LOOKED_AT = 1_000
"""Characters of a message that are looked through for questions."""


def asking(text: str, name: str | None) -> float:
    """How much a message is taken for a question, 0 to 1, said by somebody with a name or in a chat with an assistant.

    It is the share of the message that asks: an answer is seldom found in a question. Who chats with an assistant tells
    something and ends by asking.
    """
    start = text[:_LOOKED_AT]
    asked = [each[0] for each in _SENTENCE.finditer(start) if each[0].rstrip()[-1:] in ("?", "？", "؟")]
    share = sum(map(len, asked)) / len(start) if start else 0.0
    return share if name else share**2


def teller_of(question: str) -> str:
    """Who said what is asked about: `assistant`, `user`, or nobody in particular, which is empty."""
    (judged,) = judge([question])
    if judged.about_assistant >= ABOUT:
        return "assistant"
    return "user" if judged.about_user >= ABOUT else ""
