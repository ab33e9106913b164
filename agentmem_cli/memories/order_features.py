"""What there is in a sentence that tells a standing instruction from a request, each thing by its name.

Looks at words and patterns only; `standing.py` weighs what is found.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from agentmem_cli.memories.order_phrases import forms_of, is_among, is_past, words_of
from agentmem_cli.memories.order_words import (
    AMOUNTS,
    ANSWERS,
    DOING,
    MANNER,
    ONCE_WORDS,
    POINTED,
    REFUSALS,
    SAYING,
    STYLE,
    SUBJECTS,
    TASKS,
    TOLD,
    WISHES,
    WORKS,
    YOU,
)
from agentmem_cli.memories.orders import CASE, GIVEN, LASTING, ONCE, ONWARD, OTHERS, OTHERS_WORDS, ROLE, WISH

_PART = re.compile(
    r"\s*[,:;()]\s+|\s+[-\u2013\u2014]+\s+|\s+(?=(?:so|but|and|then|because|since)\s)|(?<=\w)\s*\.\s+", re.IGNORECASE
)
_LEAD = re.compile(
    r"(?:(?:so|and|but|then|or|also|just|btw|by the way|again|ok|okay|please|pls|kindly|thanks|simply|instead|really"
    r"|always|never|ever|only|first|in future|from now on)\s+)*",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:can|could|would|will|may|might) (?:you|u|we|i|all|every|each|your|the (?:answers|replies|examples|code))\b"
    r"|(?:would you )?mind \w+ing|let's|let us|shall we",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"(?:who|what|where|why|how|which|whose|is|are|am|was|were|do(?! not\b)|does|did|can|could|will|would"
    r"|should|shall|may)\b|(?:when|have|has|had)\b.*\?$",
    re.IGNORECASE,
)
_TOLD_FOR_CASE = re.compile(
    r"(?:when(?:ever)?|if|unless|(?:any|every|each) ?time|before|after|while|once)\b[^,]*, ?"
    r"(?:i|we|you|he|she|they|it|there|the|my|our|his|her|their|a|an|nobody|everybody|nothing|people)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"call me (?!when|at\b|if\b)|(?:refer to|address) me\b|i go by\b|.*\bpronouns\b|(?:sign|spell)\b", re.IGNORECASE
)
_IDLE_WISH = re.compile(
    r"(?:i|we)(?:'d)? (?:really )?(?:\w+ to\b|(?:like|love|enjoy|appreciate) your\b)", re.IGNORECASE
)
"""Of one's own doing, or praise: "I want to travel", "I like your answer"."""
_WISHERS = ("i", "i'd", "i'm", "we", "it", "it's", "it'd", "that's")
_MYSELF = ("i", "my", "i'm", "i've", "we", "we're", "our", "i'd")
_EACH = ("every", "each", "all", "any", "your", "no", "more", "fewer", "less")
_TO_ME = [(word, "me") for word in ("to", "with", "for", "at", "on")]
_LONG = 15
"""Words: a sentence of more says no more of what it asks."""


class Order(NamedTuple):
    """How a part of a sentence begins: "don't hedge" is ("say", refused). No order has the kind ""."""

    kind: str
    is_refused: bool


def features_of(sentence: str, before: Sequence[str] = (), after: Sequence[str] = ()) -> dict[str, float]:
    """The named features, 0 or 1, and `length` in tens of words. The others are the sentences around it."""
    text = sentence.rstrip(".!? ")
    words = words_of(text) or [""]
    orders = [_order(part) for part in _PART.split(text) if part]
    asks = _ASKS.match(text, _end(_LEAD, text)) is not None
    wishes = words[0] in _WISHERS and not WISHES.isdisjoint(words[1:5]) and not _IDLE_WISH.match(text)
    manner = [place for place, word in enumerate(words) if is_among(word, MANNER)]
    about = _about_features(words, manner)
    is_about = about["answers"] or about["manner"] or about["style"]
    is_asked = asks or wishes or any(order.kind for order in orders)
    facts: dict[str, bool] = {
        **_order_features(words, orders, asks=asks),
        **_lasting_features(text, orders, asks=asks or wishes),
        **about,
        "wish about answers": wishes and (is_about or not YOU.isdisjoint(words)) and len(words) > 3,
        "other wish": wishes and not is_about and YOU.isdisjoint(words),
        "subject": words[0] in SUBJECTS and not wishes,
        "nothing asked": not is_asked,
        "role": ROLE.search(text) is not None,
        "named": _NAMED.match(text, _end(WISH, text)) is not None,
        "to me": any(pair in pairwise(words) for pair in _TO_ME),
        "me": not {"me", "my"}.isdisjoint(words),
        **_single_case_features(words, text),
        "question": sentence.endswith("?") and not asks,
        "asks what": _QUESTION.match(sentence) is not None and not asks,
        "quotes": '"' in sentence,
        "others": OTHERS.search(sentence) is not None,
        "others' words": OTHERS_WORDS.search(sentence) is not None,
        "given": GIVEN.search(sentence) is not None,
        "given elsewhere": any(GIVEN.search(other) for other in (*before, *after)),
        "after a request": LASTING.search(text) is None and any(map(_requests, before)),
        "question after": any(other.endswith("?") for other in after),
    }
    return {name: float(value) for name, value in facts.items()} | {"length": min(len(words), _LONG) / 10}


def _requests(sentence: str) -> bool:
    """Whether it asks for one thing, so that what follows may be about that."""
    return _order(sentence).kind != "" and LASTING.search(sentence) is None


def _order(part: str) -> Order:
    """What the part begins by asking for: "please don't add", "no need to add", "you should add"."""
    for polite in (_LEAD, WISH, _LEAD):
        part = part[_end(polite, part) :]
    words = words_of(part)
    if words[:2] in (["do", "not"], ["no", "need"]):
        words = ["not", *words[2:]]
    is_refused = bool(words) and words[0] in REFUSALS
    rest = words[is_refused:]
    while len(rest) > 1 and rest[0] in ("ever", "always", "just", "to", "be", "even", "start"):
        del rest[0]
    if not rest:
        return Order("", is_refused)
    forms = forms_of(rest[0]) if is_refused else [rest[0]]
    kinds = (("say", SAYING), ("do", DOING), ("task", TASKS))
    return Order(next((kind for kind, verbs in kinds if not verbs.isdisjoint(forms)), ""), is_refused)


def _order_features(words: list[str], orders: list[Order], *, asks: bool) -> dict[str, bool]:
    first = orders[0] if orders else Order("", is_refused=False)
    later = [] if first.kind else [order.kind for order in orders[1:] if order.kind]
    return {
        "bias": True,
        "saying": first.kind == "say",
        "doing": first.kind == "do",
        "task": first.kind == "task" and not first.is_refused,
        "refused": any(order.is_refused for order in orders),
        "later order": bool(later),
        "later saying": "say" in later,
        "order of oneself": words[0] in _MYSELF and bool(later),
        "asks": asks,
    }


def _lasting_features(text: str, orders: list[Order], *, asks: bool) -> dict[str, bool]:
    is_order = any(order.kind for order in orders)
    lasting, onward, case = (pattern.search(text) is not None for pattern in (LASTING, ONWARD, CASE))
    return {
        "lasting": lasting,
        "lasting order": lasting and is_order,
        "lasting wish": lasting and asks,
        "onward order": onward and (is_order or asks),
        "case": case,
        "order for a case": case and is_order,
        "told for a case": case and not is_order and _TOLD_FOR_CASE.match(text) is not None,
    }


def _about_features(words: list[str], manner: list[int]) -> dict[str, bool]:
    """What is said of answers: "tables" is any of them, "the tables" many, "a table of ..." one."""
    after = [words[place + 1] for place in manner if place + 1 < len(words)]
    return {
        "answers": any(word in ANSWERS and _is_open(words, place) for place, word in enumerate(words)),
        "each answer": any(a in _EACH and (b in ANSWERS or is_among(b, MANNER)) for a, b in pairwise(words)),
        "style": not STYLE.isdisjoint(words),
        "manner": any(_is_open(words, place) for place in manner),
        "manner twice": sum(_is_open(words, place) for place in manner) > 1,
        "the manner": any("the" in words[max(0, place - 2) : place] and words[place] not in WORKS for place in manner),
        "manner of a thing": any(word in ("of", "about", "from", "on", "that", "which") for word in after),
    }


def _single_case_features(words: list[str], text: str) -> dict[str, bool]:
    """What says that one case is meant: a thing pointed at, a date, a number, something told."""
    marked = POINTED | {"the", "my", "a", "an"}
    pairs = list(pairwise([*words, ""]))
    is_onward = ONWARD.search(text) is not None
    return {
        "once": ONCE.search(text) is not None and not is_onward,
        "once word": not ONCE_WORDS.isdisjoint(words) and not is_onward,
        "pointed": any(word in POINTED and not (word == "that" and _goes_on(after)) for word, after in pairs),
        "the": any(word == "the" and not is_among(after, MANNER) for word, after in pairs),
        "work": any(
            is_among(word, WORKS) and not marked.isdisjoint(words[max(0, place - 2) : place])
            for place, word in enumerate(words)
        ),
        "number": any(letter.isdigit() for letter in text) or not AMOUNTS.isdisjoint(words),
        "told": not TOLD.isdisjoint(words) or any(map(is_past, words)),
        "colon": ":" in words,
    }


def _end(pattern: re.Pattern[str], text: str) -> int:
    """Where the text goes on after what it begins with."""
    begins = pattern.match(text)
    return begins.end() if begins else 0


def _goes_on(word: str) -> bool:
    return word in ("i", "i'm", "you", "my", "your", "is", "are", "it")


def _is_open(words: list[str], place: int) -> bool:
    """Whether no word before says which one is meant: "tables", not "this long table" or "a table"."""
    before = words[max(0, place - 2) : place]
    return POINTED.isdisjoint(before) and before[-1:] not in (["a"], ["an"], ["the"], ["one"])
