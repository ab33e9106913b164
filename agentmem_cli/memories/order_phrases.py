"""A sentence as words and as phrases, in which a word may stand for its kind: "every_ANSWER". Looks at words only."""

from __future__ import annotations

import re
from itertools import pairwise

from agentmem_cli.memories.order_words import (
    AMOUNTS,
    ANSWERS,
    CASES,
    DOING,
    EVER,
    LANGUAGES,
    MANNER,
    ONCE_WORDS,
    POINTED,
    REFUSALS,
    SAYING,
    SHORTHAND,
    STYLE,
    TASKS,
    TOLD,
    WISHES,
    WITHOUT,
    WORKS,
    YOU,
)

_WORD = re.compile(r"[\w'/-]+|[:;,?!\"]")
_KINDS = (
    ("EVER", EVER), ("THIS", POINTED), ("YOU", YOU), ("CASE", CASES), ("NOT", REFUSALS | WITHOUT), ("NOW", ONCE_WORDS),
    ("ANSWER", ANSWERS), ("STYLE", STYLE), ("MANNER", MANNER), ("SAY", SAYING), ("DO", DOING), ("TASK", TASKS),
    ("WORK", WORKS), ("TOLD", TOLD), ("WISH", WISHES),
)  # fmt: skip
"""What a word stands for in a phrase: the first that holds it."""


_NOT_PAST = STYLE | {"need", "feed", "speed", "indeed"}


def phrases_of(sentence: str) -> set[str]:
    """Its words, the kinds of them, and pairs of neighbours: "every", "ANSWER" and "EVER_ANSWER" of "every reply"."""
    words = words_of(sentence.rstrip(".! "))
    kinds = ["START", *map(_kind, words), "END"]
    return {*filter(str.isalpha, words), *kinds, *map("_".join, pairwise(kinds))}


def words_of(text: str) -> list[str]:
    """Its words and marks in small letters, "dont" as "don't"."""
    return [SHORTHAND.get(word, word) for word in map(str.lower, _WORD.findall(text))]


def is_past(word: str) -> bool:
    """Whether it looks like a verb of what is over: "walked"."""
    return word.endswith("ed") and word not in _NOT_PAST


def is_among(word: str, words: frozenset[str]) -> bool:
    """Whether the word or what it is a form of is one of them."""
    return not words.isdisjoint(forms_of(word))


def forms_of(word: str) -> list[str]:
    """The word and what it may be a form of: "replies" of "reply", "quoting" of "quot", "quote" and "quo"."""
    if word.endswith("s"):
        return [word, word[:-1], word[:-2], word[:-3] + "y"]
    if word.endswith("ing"):
        return [word, word[:-3], word[:-3] + "e", word[:-4]]
    return [word, word[:-2], word[:-1]] if word.endswith("ed") else [word]


def _kind(word: str) -> str:
    if word == '"':
        return "QUOTED"
    if word in LANGUAGES:
        return "LANGUAGE"
    if word[0].isdigit() or word in AMOUNTS:
        return "NUMBER"
    forms = forms_of(word)
    found = next((name for name, words in _KINDS if not words.isdisjoint(forms)), word)
    return "TOLD" if found == word and is_past(word) else found
