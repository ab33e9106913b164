"""Rows of a page that share gutters -> their lines: a table with its empty cells, or columns of prose one by one.

Pure: knows nothing of PDF.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from statistics import median

from agentmem_cli.reading.clean import CELL_BORDER, goes_on
from agentmem_cli.reading.page_segments import WIDE_BLANK, OutLine, Row, Segment, plain_lines
from agentmem_cli.reading.page_text import is_text_beside

_PROSE_LENGTH, _PROSE_WIDTH, _PROSE_STARTS = 15, 0.6, 0.6
"""Of the lines in a column of prose: characters and share of the column's width (medians); at most so many start with a
capital or a figure, as most cells of a table do."""
_FEWEST_PROSE_ROWS = 3
_PARTED = 0.4
"""Of the height: how much wider than others the space between rows is where all columns end."""
_MOST_LINES_OF_CELL = 12
_FEW = 0.1
"""Of the rows: a column with no more cells, and none beside one of the next column, is none of its own."""
_TIGHT = 0.8
"""Times that of rows with a first cell: nearer rows without one are lines of the same cells."""
_OTHER_SIZE = 0.1
"""Of the height: lines that differ by so much are a heading and a text."""
_CLOSING = ")]}%"
_ENUMERATION = re.compile(r"\W*\w{1,3}[.)]")


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
        """Its lines in reading order; None where the order in which it was drawn is the best there is."""
        drawn = list(pairwise(sorted(self.segments, key=lambda each: each.order)))
        groups = self._groups(drawn)
        if self._is_prose():
            if sum(one.column != other.column for one, other in drawn) == len(self.borders):
                groups = [self.rows]
            elif len(groups) == len(self.rows):
                groups = self._parted_rows()
            return [line for group in groups for line in self._columns(group)]
        is_table = len(groups) > 1 and max(map(len, groups)) <= _MOST_LINES_OF_CELL
        return list(self._table(groups)) if is_table else None

    def has_text_beside(self) -> bool:
        """Whether the first or the last column is a text of its own, which runs on beside the rows of a table."""
        if self._is_prose():
            return False
        columns = self.by_column()
        return any(
            _is_prose(columns[number])
            and is_text_beside(columns[number], [each for each in self.segments if each.column != number])
            for number in (0, len(columns) - 1)
        )

    def by_column(self) -> list[list[Segment]]:
        """The segments of each column."""
        columns: list[list[Segment]] = [[] for _ in range(len(self.borders) + 1)]
        for segment in self.segments:
            columns[segment.column].append(segment)
        return columns

    def _groups(self, drawn: Iterable[tuple[Segment, Segment]]) -> list[list[Row]]:
        """The rows; those of which one cell's lines were drawn before the next cell's, above them, are one group."""
        start = first = self.rows[0][0].row
        joined = [0] * (len(self.rows) + 1)
        for one, other in drawn:
            if one.column == other.column and other.row == one.row + 1:
                continue
            start, top = other.row, start
            if top <= other.row < one.row:
                joined[other.row + 1 - first] += 1
                joined[one.row + 1 - first] -= 1
        groups: list[list[Row]] = []
        for row, depth in zip(self.rows, accumulate(joined), strict=False):
            if depth:
                groups[-1].append(row)
            else:
                groups.append([row])
        return groups

    def _is_prose(self) -> bool:
        """Whether every column is lines of words that mostly fill it."""
        return all(_is_prose(column) for column in self.by_column() if column)

    def _parted_rows(self) -> list[list[Row]]:
        """The rows, parted where a space goes through all columns: there a row of a table with wrapped cells ends."""
        spaces = []
        bottom = min(segment.bottom for segment in self.rows[0])
        for row in self.rows[1:]:
            spaces.append(bottom - max(segment.top for segment in row))
            bottom = min(bottom, *(segment.bottom for segment in row))
        least = max(0.0, median(spaces)) + _PARTED * (self.rows[0][0].top - self.rows[0][0].bottom)
        parts = [[self.rows[0]]]
        for space, row in zip(spaces, self.rows[1:], strict=True):
            if space > least:
                parts.append([])
            parts[-1].append(row)
        return parts

    def _columns(self, rows: Sequence[Row]) -> Iterator[OutLine]:
        for number in range(len(self.borders) + 1):
            of_column = [segment for row in rows for segment in row if segment.column == number]
            yield from joined_lines(of_column)

    def _table(self, groups: Sequence[Sequence[Row]]) -> Iterator[OutLine]:
        """A line for each row: with its cells parted by bars where there are three columns, so that empty ones show."""
        target = self._joined_columns()
        count = max(target) + 1
        for row in self._whole_rows(groups, target):
            cells: list[list[str]] = [[] for _ in range(count)]
            for segment in row:
                cells[target[segment.column]].append(segment.text())
            texts = [" ".join(cell) for cell in cells]
            place = row[0].words[0].place
            if count < 3 or not _needs_borders(texts):
                yield WIDE_BLANK.join(filter(None, texts)), place
            else:
                yield CELL_BORDER.join(texts), place

    def _joined_columns(self) -> list[int]:
        """For each column the number that it has once those that say nothing alone have joined the next one."""
        columns = self.by_column()
        found = [0]
        for number, (column, following) in enumerate(pairwise(columns)):
            found.append(found[-1] + (not self._are_one(column, following, is_first=number == 0)))
        return found

    def _are_one(self, column: Sequence[Segment], following: Sequence[Segment], *, is_first: bool) -> bool:
        """Whether two columns are one: marks of a list and its entries, or words of a title beside the others."""
        texts = [segment.text() for segment in column]
        if not any(map(str.isalnum, "".join(texts))) or (is_first and all(map(_ENUMERATION.fullmatch, texts))):
            return True
        if all(segment.text()[0] in _CLOSING for segment in following):
            return True
        fewer = min(column, following, key=len)
        has_figures = any(any(map(str.isdigit, segment.text())) for segment in fewer)
        is_title = len(fewer) <= max(1, _FEW * len(self.rows)) and not has_figures
        return is_title and {each.row for each in column}.isdisjoint(each.row for each in following)

    def _whole_rows(self, groups: Sequence[Sequence[Row]], target: Sequence[int]) -> Iterator[Row]:
        """A row for each group; one without a first cell and near to the next is further lines of the same cells."""
        whole: list[tuple[float, bool, Row]] = []
        near = self._nearness(target)
        for group in groups:
            row = [segment for row in group for segment in row]
            has_first = any(target[segment.column] == 0 for segment in row)
            if whole and whole[-1][0] - group[0][0].middle < near and not (has_first and whole[-1][1]):
                _, had_first, above = whole.pop()
                row, has_first = above + row, has_first or had_first
            whole.append((group[-1][0].middle, has_first, row))
        return (row for _, _, row in whole)

    def _nearness(self, target: Sequence[int]) -> float:
        """The distance below which rows are lines of the same cells."""
        first = [row[0].middle for row in self.rows if any(target[segment.column] == 0 for segment in row)]
        return _TIGHT * median(above - below for above, below in pairwise(first)) if len(first) > 2 else 0


def joined_lines(column: Sequence[Segment]) -> list[OutLine]:
    """The lines of a column, which are shorter than those of a page, with each wrapped sentence made one line."""
    heights = {segment.words[0].place: segment.top - segment.bottom for segment in column}
    found: list[OutLine] = []
    before = -1
    for line, place in plain_lines(column):
        is_one_size = abs(heights[place] - heights.get(before, 0.0)) < _OTHER_SIZE * heights[place]
        if found and is_one_size and goes_on(found[-1][0], line):
            found[-1] = (f"{found[-1][0]} {line}", found[-1][1])
        else:
            found.append((line, place))
        before = place
    return found


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
