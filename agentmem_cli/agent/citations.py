"""The marks of an answer: which passages it cites as [n], and which marks have nothing behind them."""

from __future__ import annotations

import re

_MARK = re.compile(r"(?<![\w\]])((?:\[\d{1,3}(?:\s*[,;]\s*\d{1,3})*\])+)(?!\()")
"""One mark or several in a row; not `list[1]`, and not the text of a link."""


def cited_numbers(answer: str) -> list[int]:
    """The numbers that the answer cites, each once, in order: "so it is [2], and not [1, 3]" gives 2, 1, 3."""
    found = (number for marks in _MARK.findall(answer) for number in re.findall(r"\d+", marks))
    return list(dict.fromkeys(map(int, found)))
