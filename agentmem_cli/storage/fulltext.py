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
_RAISED_RUN = re.compile("[⁰¹²³⁴-⁹₀-₉]+")


def searchable(text: str) -> str:
    """The text as FTS5 should index it: CJK runs as overlapping pairs, a footnote's number apart from its word."""
    if text.isascii():
        return text
    text = _RAISED_RUN.sub(lambda run: f" {run.group()}", text)
    return _CJK_RUN.sub(lambda run: f" {_pairs(run.group())} ", text)


def match_any(words: list[str]) -> str:
    """The FTS5 query for rows that hold any of the words."""
    return " OR ".join(map(_quoted, words))


def match_all(words: list[str]) -> str:
    """The FTS5 query for rows that hold all of the words."""
    return " AND ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _pairs(run: str) -> str:
    if len(run) == 1:
        return run
    return " ".join(run[start : start + 2] for start in range(len(run) - 1))
