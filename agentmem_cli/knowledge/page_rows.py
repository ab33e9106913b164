"""The words of a page and where they stand -> its lines in reading order, with tables and columns kept apart.

The order in which a page was drawn is mostly the order in which it is read, so it is kept unless the places of words
say otherwise: a line broken at a footnote mark is one line, columns that were drawn row by row are read one after the
other, and an empty cell of a table keeps its place. Pure: knows nothing of PDF.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from agentmem_cli.knowledge.clean import CELL_BORDER, goes_on
from agentmem_cli.knowledge.pdf_words import Word

_GAP = 0.85
"""Of a line's height: a wider gap parts cells or columns. A blank is .2 to .6, in justified text too."""
_GAP_IN_SUM = 8
"""The same behind the sign of a currency, which may stand at the left of its cell and the figure at the right."""
_CURRENCIES = frozenset("$€£¥₩₹₽₺₴₪₫₱฿¢")
_JOINED = 0.12
"""Of a line's height: words that were drawn apart and are nearer than this are one."""
_SAME_ROW = 0.4
"""Of the height: how far the middles of two words of one row may be apart."""
_FAR = 3.5
"""Times the height: rows farther apart are no one table."""
_NARROWEST = 0.3
"""Of the height: what must be left of a gutter between the longest cells."""
_CROSSED = 0.25
"""Of the rows: a gutter that words of more rows cross is none."""
_PROSE_LENGTH, _PROSE_WIDTH, _PROSE_STARTS = 15, 0.6, 0.6
"""Of the lines in a column of prose: characters and share of the column's width (medians); at most so many start with a
capital or a figure, as most cells of a table do."""
_FEWEST_PROSE_ROWS = 3
_PARTED = 1.4
"""Times the usual distance of rows."""
_FEW = 0.1
"""Of the rows: a column with no more cells, and none beside one of the next column, is none of its own."""
_TIGHT = 0.8
"""Times that of rows with a first cell: nearer rows without one are lines of the same cells."""
_MOST_ROWS = 2000
"""Of a page whose layout is looked at."""
_WIDE_BLANK = "  "
_CLOSING = ")]}%"
_ENUMERATION = re.compile(r"\W*\w{1,3}[.)]")
_MARK = re.compile(r"(?=\D*\d)\(?[\d+\-\u2212,]{1,4}\)?")
"""An exponent, or the number of a footnote."""
_RAISED = str.maketrans("0123456789+-\u2212", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_LOWERED = str.maketrans("0123456789+-\u2212", "₀₁₂₃₄₅₆₇₈₉₊₋₋")
_LONG_NUMBER = re.compile(r"\d\d\d$|\d[.,]\d+$")
"""A number that has no exponent: what is raised behind it is the number of a footnote."""
_RAISED_BY, _LOWERED_BY = 0.12, 0.25
"""Of the height of the words beside it: how much higher a raised number ends below, how much lower a lowered one above."""
_SMALLER = 0.9


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
        return " ".join([word[0] for word in self.words]) if self.is_plain else _text_of(self.words)


Row = list[Segment]
"""Segments on one level, from left to right."""
OutLine = tuple[str, int]
"""A line, and the place of its first character."""


def lines_of(segments: Sequence[Segment]) -> list[OutLine]:
    """The lines in reading order."""
    for order, segment in enumerate(segments):
        segment.order = order
    rows = _rows(segments)
    if len(rows) == len(segments) or len(rows) > _MOST_ROWS:
        return _plain(segments)
    instead: dict[int, list[OutLine]] = {}
    """Of the first segment of each block the block's lines, of the others nothing."""
    for block in _blocks(rows):
        lines = block.lines()
        if lines is not None:
            instead |= dict.fromkeys(block.orders, []) | {min(block.orders): lines}
    found: list[OutLine] = []
    rest: list[Segment] = []
    for order, segment in enumerate(segments):
        if order in instead:
            found += _plain(rest) + instead[order]
            rest = []
        else:
            rest.append(segment)
    return found + _plain(rest)


def segments_of(words: Iterable[Word]) -> list[Segment]:
    """The words in runs without a wide gap, in the order in which they were drawn."""
    found: list[Segment] = []
    last: Segment | None = None
    for word in words:
        text, left, bottom, right, top, _, parted, line = word
        if last is not None:
            height = last.top - last.bottom
            is_same = bottom == last.bottom and top == last.top
            if not is_same:
                height = max(height, top - bottom)
            is_level = is_same or abs(last.bottom + last.top - bottom - top) < 2 * _SAME_ROW * height
            gap = _GAP
            if text in _CURRENCIES:
                gap = _NARROWEST
            elif last.words[-1][0] in _CURRENCIES:
                gap = _GAP_IN_SUM
            if is_level and -height < left - last.right < gap * height:
                last.is_plain &= is_same and parted and line == last.words[-1].line
                if gap == _GAP_IN_SUM:
                    word = _sum_of(last.words.pop(), word)
                    last.left = last.words[0].left if last.words else left
                last.words.append(word)
                last.right = max(last.right, right)
                if not is_same and top - bottom > last.top - last.bottom:
                    last.bottom, last.top = bottom, top
                continue
        last = Segment([word], left, bottom, right, top)
        found.append(last)
    return found


def _sum_of(currency: Word, figure: Word) -> Word:
    """The sign and the figure as one word that stands where the figure does, in its column."""
    _, *box, _, _, _ = figure
    return Word(f"{currency.text} {figure.text}", *box, *currency[5:])


def _rows(segments: Sequence[Segment]) -> list[Row]:
    """From top to bottom."""
    rows: list[Row] = []
    for segment in sorted(segments, key=lambda each: -each.middle):
        first = rows[-1][0] if rows else None
        height = max(segment.top - segment.bottom, first.top - first.bottom) if first else 0
        if first and first.middle - segment.middle < _SAME_ROW * height:
            rows[-1].append(segment)
        else:
            rows.append([segment])
    for number, row in enumerate(rows):
        row.sort(key=lambda each: each.left)
        for segment in row:
            segment.row = number
    return rows


def _plain(segments: Sequence[Segment]) -> list[OutLine]:
    """A line for each run of segments that were drawn side by side."""
    found: list[OutLine] = []
    before: Segment | None = None
    for segment in segments:
        if before and before.row == segment.row and segment.left >= before.right and found:
            found[-1] = (found[-1][0] + _WIDE_BLANK + segment.text(), found[-1][1])
        else:
            found.append((segment.text(), segment.words[0].place))
        before = segment
    return found


def _text_of(words: Sequence[Word]) -> str:
    """The words with a blank where there is one, numbers raised or lowered as they are on the page."""
    found = ""
    before: Word | None = None
    base = max(words, key=lambda each: each.top - each.bottom) if len(words) > 1 else words[0]
    for word in words:
        text = word.text
        if before and _stands_apart(before, word):
            found += " "
        shift = _shift(word, base) if word is not base and _MARK.fullmatch(text) else ""
        if shift and "(" not in text:
            if shift is _RAISED and _LONG_NUMBER.search(found):
                found += " "
            text = text.translate(shift)
        elif shift and found[-1:].isalnum():
            found += " "
        elif not shift:
            base = word
        found += text
        before = word
    return found


def _stands_apart(before: Word, word: Word) -> bool:
    if before.line == word.line:
        return word.parted
    return word.left - before.right > _JOINED * (word.top - word.bottom)


def _shift(word: Word, base: Word) -> dict[int, int] | None:
    """Where a number stands that is smaller than its neighbour, or higher by a quarter of the line."""
    height, above = base.top - base.bottom, word.bottom - base.bottom
    is_smaller = word.top - word.bottom < _SMALLER * height
    if above > (_RAISED_BY if is_smaller else _LOWERED_BY) * height:
        return _RAISED
    if is_smaller and above < 0 and base.top - word.top > _LOWERED_BY * height:
        return _LOWERED
    return None


@dataclass(slots=True)
class Block:
    """Rows that share gutters: a table, or columns of prose. `borders` are the middles of the gutters."""

    rows: list[Row]
    borders: list[float]
    segments: list[Segment] = field(init=False)
    orders: list[int] = field(init=False)
    """Places of its segments, as they were before, in the order in which the page was drawn."""

    def __post_init__(self) -> None:
        """Part segments at the borders: in the longest row of a table the gap may be no wider than a blank."""
        self.orders = [segment.order for row in self.rows for segment in row]
        for row in self.rows:
            if len(row) > 1:
                row[:] = [part for segment in row for part in _parted(segment, self.borders)]
        self.segments = [segment for row in self.rows for segment in row]
        for segment in self.segments:
            segment.column = self._column(segment)

    def _column(self, segment: Segment) -> int:
        """The number of the column that a segment is in; of one that spans several, the first."""
        spanned = [border for border in self.borders if segment.left < border < segment.right]
        at = segment.left if spanned else (segment.left + segment.right) / 2
        return sum(border < at for border in self.borders)

    def lines(self) -> list[OutLine] | None:
        """Its lines in reading order; None where the order in which it was drawn is as good."""
        drawn = sorted(self.segments, key=lambda each: each.order)
        steps = list(pairwise(drawn))
        upwards = sum(max(0, one.row - other.row) for one, other in steps)
        by_row = upwards <= (len(self.rows) - 1) / 2
        if self._is_prose():
            by_column = sum(one.column != other.column for one, other in steps) == len(self.borders)
            if by_column or by_row:
                return [line for part in ([self.rows] if by_column else self._parts()) for line in self._columns(part)]
            return None
        return list(self._table()) if by_row else None

    def _is_prose(self) -> bool:
        """Whether every column is lines of words that mostly fill it."""
        columns: dict[int, list[Segment]] = {}
        for segment in self.segments:
            columns.setdefault(segment.column, []).append(segment)
        return all(_is_prose(column) for column in columns.values())

    def _parts(self) -> Iterator[list[Row]]:
        """The rows, parted where a gap goes through all columns: there a row of a table with wrapped cells ends."""
        levels = [row[0].middle for row in self.rows]
        steps = [above - below for above, below in pairwise(levels)]
        usual = median(steps)
        part = [self.rows[0]]
        for step, row in zip(steps, self.rows[1:], strict=True):
            if step > _PARTED * usual:
                yield part
                part = []
            part.append(row)
        yield part

    def _columns(self, rows: Sequence[Row]) -> Iterator[OutLine]:
        for number in range(len(self.borders) + 1):
            of_column = [segment for row in rows for segment in row if segment.column == number]
            yield from _joined(_plain(of_column))

    def _table(self) -> Iterator[OutLine]:
        """A line for each row: with its cells parted by bars where there are three columns, so that empty ones show."""
        target = self._joined_columns()
        count = max(target) + 1
        for row in self._whole_rows(target):
            cells: list[list[str]] = [[] for _ in range(count)]
            for segment in row:
                cells[target[segment.column]].append(segment.text())
            texts = [" ".join(cell) for cell in cells]
            place = row[0].words[0].place
            if count < 3 or not _needs_borders(texts):
                yield _WIDE_BLANK.join(filter(None, texts)), place
            else:
                yield CELL_BORDER.join(texts), place

    def _joined_columns(self) -> list[int]:
        """For each column the number that it has once those that say nothing alone have joined the next one."""
        columns: list[list[Segment]] = [[] for _ in range(len(self.borders) + 1)]
        for segment in self.segments:
            columns[segment.column].append(segment)
        found = [0]
        for number, (column, following) in enumerate(pairwise(columns)):
            found.append(found[-1] + (not self._are_one(column, following, is_first=number == 0)))
        return found

    def _are_one(self, column: Sequence[Segment], following: Sequence[Segment], *, is_first: bool) -> bool:
        """Whether two columns are one: marks of a list and its entries, or words of a title that stand off the others."""
        texts = [segment.text() for segment in column]
        if not any(map(str.isalnum, "".join(texts))) or (is_first and all(map(_ENUMERATION.fullmatch, texts))):
            return True
        if all(segment.text()[0] in _CLOSING for segment in following):
            return True
        rows, following_rows = {segment.row for segment in column}, {segment.row for segment in following}
        fewer = min(len(rows), len(following_rows))
        return fewer <= max(1, _FEW * len(self.rows)) and rows.isdisjoint(following_rows)

    def _whole_rows(self, target: Sequence[int]) -> Iterator[Row]:
        """The rows; those that are further lines of a row's cells, without a first cell and near to it, are put to it."""
        started = [any(target[segment.column] == 0 for segment in row) for row in self.rows]
        levels = [row[0].middle for row in self.rows]
        first = [level for level, has_first in zip(levels, started, strict=True) if has_first]
        near = _TIGHT * median(above - below for above, below in pairwise(first)) if len(first) > 2 else 0
        whole: list[tuple[float, bool, Row]] = []
        for level, has_first, row in zip(levels, started, self.rows, strict=True):
            is_near = bool(whole) and whole[-1][0] - level < near
            if is_near and not (has_first and whole[-1][1]):
                _, had_first, above = whole.pop()
                whole.append((level, has_first or had_first, above + row))
            else:
                whole.append((level, has_first, row))
        return (row for _, _, row in whole)


def _joined(lines: Sequence[OutLine]) -> Iterator[OutLine]:
    """The lines of a column, which are shorter than those of a page, with each wrapped sentence made one line."""
    joined = ""
    first = -1
    for line, place in lines:
        if joined and goes_on(joined, line):
            joined += f" {line}"
            continue
        if joined:
            yield joined, first
        joined, first = line, place
    if joined:
        yield joined, first


def _parted(segment: Segment, borders: Sequence[float]) -> Iterator[Segment]:
    """The segment, parted at each border that lies between two of its words."""
    start = 0
    for number, (word, following) in enumerate(pairwise(segment.words), 1):
        if any(word.right <= border <= following.left for border in borders):
            yield _of_words(segment, start, number)
            start = number
    yield _of_words(segment, start, len(segment.words)) if start else segment


def _of_words(segment: Segment, start: int, end: int) -> Segment:
    words = segment.words[start:end]
    return replace(segment, words=words, left=words[0].left, right=max(word.right for word in words))


def _needs_borders(cells: Sequence[str]) -> bool:
    """Whether a row has several cells, or one that is a figure: a title above some columns is read as it stands."""
    filled = [cell for cell in cells if cell]
    return len(filled) > 1 or (not cells[0] and 2 * sum(map(str.isalpha, filled[0])) < len(filled[0]))


def _is_prose(column: Sequence[Segment]) -> bool:
    if len(column) < _FEWEST_PROSE_ROWS:
        return False
    texts = [segment.text() for segment in column]
    width = max(each.right for each in column) - min(each.left for each in column)
    starts = sum(text[0].isupper() or text[0].isdigit() for text in texts)
    return (
        median(map(len, texts)) >= _PROSE_LENGTH
        and median(each.right - each.left for each in column) >= _PROSE_WIDTH * width
        and starts <= _PROSE_STARTS * len(texts)
    )


Gutter = tuple[float, float]
"""Left and right end of a space between columns."""


def _blocks(rows: Sequence[Row]) -> Iterator[Block]:
    """The tables and columns of a page."""
    gaps = [_gaps(row) for row in rows]
    waiting = [(0, len(rows))]
    while waiting:
        start, end = waiting.pop()
        richest = max(range(start, end), key=lambda number: len(gaps[number]), default=start)
        if start >= end or not gaps[richest]:
            continue
        first, last, borders = _grown(rows, richest, gaps[richest], range(start, end))
        if borders:
            block = Block([list(row) for row in rows[first : last + 1]], borders)
            if sum(len({segment.column for segment in row}) > 1 for row in block.rows) > 1:
                yield block
        waiting += [(start, first), (last + 1, end)]


def _gaps(row: Row) -> list[Gutter]:
    found = []
    right = row[0].right
    for segment in row[1:]:
        if segment.left - right > _NARROWEST * (segment.top - segment.bottom):
            found.append((right, segment.left))
        right = max(right, segment.right)
    return found


def _grown(rows: Sequence[Row], start: int, gutters: Sequence[Gutter], within: range) -> tuple[int, int, list[float]]:
    """(first row, last row, borders) of the block around a row: up and down to a row that crosses all gutters."""
    kept = list(gutters)
    crossed = [0] * len(kept)
    several = 1
    ends = []
    for numbers in (range(start - 1, within.start - 1, -1), range(start + 1, within.stop)):
        last = start
        for number in numbers:
            height = rows[number][0].top - rows[number][0].bottom
            free = [_free(gutter, rows[number]) for gutter in kept]
            if not any(free) or abs(rows[number][0].middle - rows[last][0].middle) > _FAR * height:
                break
            if len(rows[number]) > 1:  # a title above some columns says nothing of what is between them
                several += 1
                crossed = [count + (each is None) for count, each in zip(crossed, free, strict=True)]
                kept = [each or gutter for each, gutter in zip(free, kept, strict=True)]
            last = number
        ends.append(last)
    most = _CROSSED * several
    borders = [(left + right) / 2 for (left, right), count in zip(kept, crossed, strict=True) if count <= most]
    return ends[0], ends[1], borders


def _free(gutter: Gutter, row: Row) -> Gutter | None:
    """What a row leaves free of a gutter; None if a word crosses it."""
    left, right = gutter
    for segment in row:
        if segment.right <= left or segment.left >= right:
            continue
        for word in segment.words if len(row) > 1 else row:
            if word.right <= left or word.left >= right:
                continue
            if word.left - left > right - word.right:
                right = word.left
            else:
                left = word.right
        if right - left < _NARROWEST * (segment.top - segment.bottom):
            return None
    return left, right
