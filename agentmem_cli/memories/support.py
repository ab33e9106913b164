"""Whether the words around a quote allow what a model takes from it. Looks at text only.

"allergic to nuts" stands in "I am not allergic to nuts" and in "My wife is allergic to nuts", and supports neither of
the memories that it seems to. A quote that is a whole clause leaves nothing out and is always good. Of what it leaves
out only two things count: a negation that the memory does not have, and a subject that it does not name.
"""

from __future__ import annotations

import re
from itertools import takewhile

from agentmem_cli.language.stems import stems
from agentmem_cli.language.vocabulary import (
    begins_with_that,
    denies,
    denies_what_came_before,
    has_me_as_subject,
    joins,
)
from agentmem_cli.storage.fulltext import CJK

_BORDER = re.compile(r"[.!?。！？\n;:,،、，；—–(){}\[\]\"“”«»]")
_WITHOUT_SPACES = re.compile(f"[{CJK}\u0e00-\u0e7f]")
_THE_PERSON = frozenset({"user", "person"})
_ROOT = 4
"""Letters by which two forms of a word are taken for the same."""


def is_supported(text: str, quote: str, said: str) -> bool:
    """Whether a quote of `said` supports a memory's text, at one of the places where it stands; `text` may be ""."""
    places = re.finditer(re.escape(quote), said)
    return any(_is_supported_at(text, quote, said, place.start()) for place in places)


def _is_supported_at(text: str, quote: str, said: str, start: int) -> bool:
    before = _last_clause(said[:start])
    after = "" if _BORDER.match(quote[-1:]) else _first_clause(said[start + len(quote) :])
    is_denied = denies(before) or denies_what_came_before(after)
    if is_denied and not denies(text):
        return False
    return not _loses_its_subject(text, quote, before)


def _last_clause(text: str) -> str:
    """What of the text belongs to the clause that goes on behind it. A comma before "that" is no border."""
    parts = _BORDER.split(text)
    clause = parts.pop()
    while parts and begins_with_that(clause):
        clause = f"{parts.pop()} {clause}"
    words = list(takewhile(lambda word: not joins(word), reversed(clause.split())))
    return " ".join(reversed(words))


def _first_clause(text: str) -> str:
    clause = _BORDER.split(text)[0]
    return " ".join(takewhile(lambda word: not joins(word), clause.split()))


def _loses_its_subject(text: str, quote: str, before: str) -> bool:
    """Whether the clause begins with somebody else, and the memory repeats the quote without them."""
    if not text or _WITHOUT_SPACES.search(before) or has_me_as_subject(f"{before} {quote}"):
        return False
    left_out, stated = stems(before), stems(text)
    if not left_out or any(_holds(stated, word) for word in left_out):
        return False
    quoted = stems(quote)
    return all(_holds(quoted, word) for word in stated if word not in _THE_PERSON)


def _holds(words: list[str], word: str) -> bool:
    return any(each[:_ROOT] == word[:_ROOT] for each in words)
