"""Words side by side -> segments, and segments -> lines as they were drawn. Pure: knows nothing of PDF.

A line that was broken at a footnote mark is one line; raised and lowered numbers are told from others by their size
and base line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from agentmem_cli.reading.pieces import Piece, Shift, joined

_GAP = 0.85
"""Of a line's height: a wider gap parts cells or columns. A blank is .2 to .6, in justified text too."""
_GAP_IN_SUM = 8
"""The same behind the sign of a currency, which may stand at the left of its cell and the figure at the right."""
CURRENCIES = frozenset("$€£¥₩₹₽₺₴₪₫₱฿¢")
NARROWEST = 0.3
"""Of the height: what must be left of a gutter between the longest cells."""
_JOINED = 0.12
"""Of a line's height: words that were drawn apart and are nearer than this are one."""
SAME_ROW = 0.4
"""Of the height: how far the middles of two words of one row may be apart."""
WIDE_BLANK = "  "
_MARK = re.compile(r"(?=\D*\d)\(?[\d+\-\u2212,]{1,4}\)?")
"""An exponent, or the number of a footnote."""
_FRACTION = re.compile(r"\d{1,3}[/\u2044]\d{1,3}")
_PARTS_OF_FRACTION = 3
"""Number, stroke and number may each have a size and a base line of their own."""
_RAISED_BY, _LOWERED_BY = 0.12, 0.25
"""Of the height of the words beside it: how much higher a raised number starts, how much lower a lowered one ends."""
_SMALLER = 0.9


class Word(NamedTuple):
    """A word, or a part of one that is set apart by its size; points from the page's lower left corner."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    """The height is that of the font's box, not of the letters."""
    place: int
    """Of its first character, as pdfium counts; -1 if the word is no part of the page's text."""
    parted: bool
    """Whether a blank stands before it on its line."""
    line: int
    """The number of pdfium's line."""


Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""


@dataclass(slots=True, eq=False)
class Segment:
    """Words side by side without a wide gap."""

    words: list[Word]
    left: float
    bottom: float
    right: float
    top: float
    is_plain: bool = True
    """Whether its words are of one size and all parted by blanks."""
    order: int = 0
    """Its place in the order in which the page was drawn."""
    row: int = 0
    column: int = 0

    @property
    def middle(self) -> float:
        """Its height on the page."""
        return (self.bottom + self.top) / 2

    def text(self) -> str:
        """Its words as they are read: raised digits raised."""
        return " ".join([word[0] for word in self.words]) if self.is_plain else joined(_pieces(self.words))


Row = list[Segment]
"""Segments on one level, from left to right."""
OutLine = tuple[str, int]
"""A line, and the place of its first character."""


def segments_of(words: Iterable[Word]) -> list[Segment]:
    """The words in runs without a wide gap, in the order in which they were drawn."""
    found: list[Segment] = []
    before = ""
    bottom = top = right = line = 0.0
    for word in words:
        text, word_left, word_bottom, word_right, word_top, _, parted, word_line = word
        is_same = word_bottom == bottom and word_top == top
        height = top - bottom if is_same else max(top - bottom, word_top - word_bottom)
        gap = NARROWEST if text in CURRENCIES else _GAP_IN_SUM if before in CURRENCIES else _GAP
        is_level = is_same or abs(bottom + top - word_bottom - word_top) < 2 * SAME_ROW * height
        if found and is_level and -height < word_left - right < gap * height:
            segment = found[-1]
            if gap == _GAP_IN_SUM:
                segment.words[-1] = _sum_of(segment.words[-1], word)
                segment.left = segment.words[0].left
            else:
                segment.words.append(word)
            if not (is_same and parted and word_line == line):
                segment.is_plain = False
            if word_right > right:
                right = segment.right = word_right
            if not is_same and word_top - word_bottom > top - bottom:
                bottom, top = segment.bottom, segment.top = word_bottom, word_top
        else:
            found.append(Segment([word], word_left, word_bottom, word_right, word_top))
            bottom, right, top = word_bottom, word_right, word_top
        before, line = text, word_line
    return found


def _sum_of(currency: Word, figure: Word) -> Word:
    """The sign and the figure as one word that stands where the figure does, in its column."""
    text = f"{currency.text} {figure.text}"
    return figure._replace(text=text, place=currency.place, parted=currency.parted, line=currency.line)


def plain_lines(segments: Sequence[Segment]) -> list[OutLine]:
    """A line for each run of segments that were drawn side by side."""
    found: list[OutLine] = []
    before: Segment | None = None
    for segment in segments:
        if before and before.row == segment.row and segment.left >= before.right and found:
            found[-1] = (found[-1][0] + WIDE_BLANK + segment.text(), found[-1][1])
        else:
            found.append((segment.text(), segment.words[0].place))
        before = segment
    return found


def _pieces(words: Sequence[Word]) -> Iterator[Piece]:
    """The words with a blank where there is one, numbers raised or lowered as they are on the page."""
    before: Word | None = None
    base = max(words, key=lambda each: each.top - each.bottom) if len(words) > 1 else words[0]
    for word in _with_whole_fractions(words):
        if before and (_stands_apart(before, word) or _is_behind_number(before, word)):
            yield Piece(" ")
        shift = _shift(word, base) if word is not base and _MARK.fullmatch(word.text) else None
        yield Piece(word.text, shift)
        base = base if shift else word
        before = word


def _is_behind_number(before: Word, word: Word) -> bool:
    """Whether a fraction stands right behind a whole number."""
    return before.text[-1:].isdigit() and bool(_FRACTION.fullmatch(word.text))


def _with_whole_fractions(words: Sequence[Word]) -> Iterator[Word]:
    """The words, with the parts of a fraction such as a raised 3, a stroke and a lowered 4 as one."""
    start = 0
    while start < len(words):
        parts = 1
        if words[start].text.isdecimal():
            parts = next(filter(partial(_is_fraction, words, start), range(2, _PARTS_OF_FRACTION + 1)), 1)
        word = words[start]
        if parts > 1:
            text = "".join(part.text for part in words[start : start + parts]).replace("\u2044", "/")
            word = word._replace(text=text, right=words[start + parts - 1].right)
        yield word
        start += parts


def _is_fraction(words: Sequence[Word], start: int, parts: int) -> bool:
    """Whether so many words side by side are the parts of a fraction: its numbers are smaller than the text."""
    of_fraction = words[start : start + parts]
    if not _FRACTION.fullmatch("".join(part.text for part in of_fraction)):
        return False
    if any(_stands_apart(*pair) for pair in pairwise(of_fraction)):
        return False
    height = _SMALLER * max(word.top - word.bottom for word in words)
    return all(word.top - word.bottom < height for word in of_fraction if word.text[-1].isdecimal())


def _stands_apart(before: Word, word: Word) -> bool:
    if before.line == word.line:
        return word.parted
    return word.left - before.right > _JOINED * (word.top - word.bottom)


def _shift(word: Word, base: Word) -> Shift | None:
    """Where a number stands that is smaller than its neighbour, or higher by a quarter of the line."""
    height, above = base.top - base.bottom, word.bottom - base.bottom
    is_smaller = word.top - word.bottom < _SMALLER * height
    if above > (_RAISED_BY if is_smaller else _LOWERED_BY) * height:
        return Shift.RAISED
    if is_smaller and above < 0 and base.top - word.top > _LOWERED_BY * height:
        return Shift.LOWERED
    return None
