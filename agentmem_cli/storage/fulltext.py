"""Text made ready for FTS5, and questions made into FTS5 queries. Touches no table.

Chinese, Japanese and Korean are written without spaces, so FTS5's `unicode61` takes a whole sentence for
one word (XQuAD-zh: the right paragraph first for .099 of the questions). Runs of their characters become
overlapping pairs instead (.98), in the index and in the query alike.
"""

from __future__ import annotations

import re

CJK = (
    "\u3040-\u30ff"  # Hiragana, Katakana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han
    "\uac00-\ud7af"  # Hangul
    "\U00020000-\U0002fa1f"  # Han, later planes
)
"""Chinese, Japanese and Korean characters, to stand between the brackets of a pattern."""
_CJK_RUN = re.compile(f"[{CJK}]+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

STOP_WORDS = frozenset(
    """
    a about above after again against all am an and any are as at be because been before being below between both
    but by can could did do does doing down during each few for from further had has have having he her here hers
    him himself his how i i'd i'll i'm i've if in into is it it's its itself just let me more most my myself no nor
    not now of off on once only or other our ours out over own please same she should so some such tell than that
    that's the their theirs them then there these they this those through to too under until up us very was we were
    what what's when where which while who whom why will with would you your yours yourself
    """.split()  # noqa: SIM905 -- a list of 150 quoted words would hide the words
)


def searchable(text: str) -> str:
    """The text as FTS5 should index it: CJK runs as overlapping pairs of characters."""
    if text.isascii():
        return text
    return _CJK_RUN.sub(lambda run: f" {_pairs(run.group())} ", text)


def terms(text: str) -> list[str]:
    """The words a question is about: lower case, stop words out, CJK as pairs, each once, in order."""
    words = (word.lower().replace("’", "'").removesuffix("'s") for word in _WORD.findall(searchable(text)))
    return list(dict.fromkeys(word for word in words if word not in STOP_WORDS))


def match_any(words: list[str]) -> str:
    """The FTS5 query for rows that hold any of the words."""
    return " OR ".join('"' + word.replace('"', '""') + '"' for word in words)


def _pairs(run: str) -> str:
    if len(run) == 1:
        return run
    return " ".join(run[start : start + 2] for start in range(len(run) - 1))
