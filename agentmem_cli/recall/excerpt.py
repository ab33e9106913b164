"""The part of a long text that a question is about, on one line. Looks at text only."""

from __future__ import annotations

import re
from collections import Counter

_ENDING = 3
"""Letters that may differ at the end of a word, so that "recommended" fits "recommend"."""
_LEAST_STEM = 4
_LONGEST_WORD = 30
_MOST_ASKED = 64
"""Words of a question that are looked for: each is a search through the whole text."""


def excerpt(text: str, asked: list[str], limit: int) -> str:
    """The text on one line; of a longer one than `limit` characters, the part that holds the most of the words.

    Of parts that hold as many the first. What is left out shows as an ellipsis.
    """
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    start = _best_start(line, [_beginning(word) for word in asked[:_MOST_ASKED]], limit - 2)
    end = start + limit - 1 - (start > 0)
    if end >= len(line):
        return f"…{line[len(line) - limit + 1 :].lstrip()}"
    return f"{'…' if start else ''}{line[start:end].rstrip()}…"


def held(text: str, words: list[str]) -> list[str]:
    """Those of the words that begin a word of the text, whatever its ending."""
    return [word for word in words if re.search(_beginning(word), text, re.IGNORECASE)]


def _best_start(line: str, beginnings: list[str], length: int) -> int:
    """Where the best part begins: at a word, a little before the first of those that it holds."""
    found = sorted(
        (match.start(), place)
        for place, beginning in enumerate(beginnings)
        for match in re.finditer(beginning, line, re.IGNORECASE)
    )
    best, best_count = 0, 0
    inside: Counter[int] = Counter()
    first = after = 0
    for at, _ in found:
        start = max(0, at - length // 4)
        while after < len(found) and found[after][0] < start + length:
            inside[found[after][1]] += 1
            after += 1
        while found[first][0] < start:
            left = found[first][1]
            inside[left] -= 1
            if not inside[left]:
                del inside[left]
            first += 1
        if len(inside) > best_count:
            best, best_count = start, len(inside)
    space = line.find(" ", best, best + _LONGEST_WORD)
    return space + 1 if best and space >= 0 else best


def _beginning(word: str) -> str:
    """The pattern of the words that begin as this one does; of a pair of Chinese characters, wherever it stands."""
    beginning = re.escape(word[: max(_LEAST_STEM, len(word) - _ENDING)])
    return rf"\b{beginning}" if word.isascii() else beginning
