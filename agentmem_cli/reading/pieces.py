"""The pieces of a line, some of them raised, lowered or struck through -> its text. Pure: knows no kind of file.

The number of a footnote or an exponent must never become digits of the number before it, nor stand what is struck
through as if it were valid.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

_FIGURES = re.compile(r"(?=\D*\d)\s*\(?[\d\s,./+\-\u2013\u2212]+\)?\s*")
_LONG_NUMBER = re.compile(r"\d\d\d$|\d[.,]\d+$")
"""A number that has no exponent: what is raised behind it is the number of a footnote."""


_CONTENT = re.compile(r"\S(?:.*\S)?")
"""Of each line."""


class Shift(Enum):
    """Where a piece stands; the value maps digits and signs to those that stand there."""

    RAISED = str.maketrans("0123456789+-\u2013\u2212", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
    LOWERED = str.maketrans("0123456789+-\u2013\u2212", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋")


class Piece(NamedTuple):
    """A run of letters; `shift` is None for one that stands on the line."""

    text: str
    shift: Shift | None = None
    is_struck: bool = False


def joined(pieces: Iterable[Piece]) -> str:
    """The text with raised and lowered figures as such: `10⁴`, `CO₂`, `1,250 ¹`; other words stay as they are.

    What is struck through is marked as in Markdown: `~~90 €~~ 75 €`.
    """
    found = []
    for is_struck, run in groupby(pieces, key=attrgetter("is_struck")):
        text = _with_figures(run)
        found.append(_CONTENT.sub(r"~~\g<0>~~", text) if is_struck else text)
    return "".join(found)


def _with_figures(pieces: Iterable[Piece]) -> str:
    found = [""]
    for shift, run in groupby(pieces, key=attrgetter("shift")):
        text = "".join(piece.text for piece in run)
        found.append(_shifted(text, shift, found[-1]) if shift else text)
    return "".join(found)


def _shifted(text: str, shift: Shift, before: str) -> str:
    if not _FIGURES.fullmatch(text):
        return text
    if "(" in text:
        return f" {text}" if before[-1:].isalnum() else text
    blank = " " if shift is Shift.RAISED and _LONG_NUMBER.search(before) else ""
    return blank + text.translate(shift.value)
