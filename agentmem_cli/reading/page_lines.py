"""The words of a page and where they stand -> its lines in reading order.

The order in which a page was drawn is mostly the order in which it is read, so it is kept unless the places of words
say otherwise: columns that were drawn row by row are read one after the other, and a table row by row, apart from the
text beside it. Pure: knows nothing of PDF.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from itertools import pairwise

from agentmem_cli.reading.page_blocks import Block, joined_lines
from agentmem_cli.reading.page_segments import NARROWEST, SAME_ROW, OutLine, Row, Segment, plain_lines

_FAR = 3.5
"""Times the height: rows farther apart are no one table."""
_CROSSED = 0.25
"""Of the rows: a gutter that words of more rows cross is none."""
_LEAST_OVERLAP = 1.0
"""Points."""
_MOST_ROWS = 2000
"""Of a page whose layout is looked at."""

DrawnLines = Callable[[Sequence[Segment]], list[OutLine]]
Gutter = tuple[float, float]
"""Left and right end of a space between columns."""


def lines_of(segments: Sequence[Segment], drawn_lines: DrawnLines = plain_lines) -> list[OutLine]:
    """The lines in reading order; `drawn_lines` makes those of segments that are read as they were drawn."""
    _number(segments)
    rows = _rows(segments)
    title = _drawn_late(rows)
    if title:
        late = set(title)
        segments = title + [segment for segment in segments if segment not in late]
        _number(segments)
    if len(rows) > _MOST_ROWS:
        return drawn_lines(segments)
    if len(rows) == len(segments):
        return drawn_lines(_from_above([segment for row in rows for segment in row]))
    instead: dict[int, list[OutLine]] = {}
    """Of the first segment of each block the block's lines, of the others nothing."""
    beside, rest = _texts_beside(rows)
    for block in beside:
        columns = (sorted(column, key=lambda each: each.order) for column in block.by_column())
        lines_of_columns = [line for column in columns for line in lines_of(column, joined_lines)]
        instead |= {order: [] for order in block.orders} | {min(block.orders): lines_of_columns}
    for block in (block for part in rest for block in _blocks(part)):
        lines = block.lines()
        if lines is not None:
            instead |= {order: [] for order in block.orders} | {min(block.orders): lines}
    found: list[OutLine] = []
    drawn: list[Segment] = []
    for order, segment in enumerate(segments):
        if order in instead:
            found += drawn_lines(drawn) + instead[order]
            drawn = []
        else:
            drawn.append(segment)
    return found + drawn_lines(drawn)


def _texts_beside(rows: Sequence[Row]) -> tuple[list[Block], list[Sequence[Row]]]:
    """(rows in two columns of which one is a text that runs on beside a table, the other rows)."""
    found: list[Block] = []
    rest: list[Sequence[Row]] = []
    tried: list[tuple[int, int, float]] = []
    start = 0
    for place, row in enumerate(rows):
        gaps = _gaps(row) if place >= start else []
        for gap in gaps[:1] + gaps[1:][-1:]:
            if any(first <= place <= last and gap[0] < border < gap[1] for first, last, border in tried):
                continue
            first, last, borders = _grown(rows, place, [gap], range(start, len(rows)))
            tried += [(first, last, border) for border in borders]
            block = Block([list(each) for each in rows[first : last + 1]], borders)
            if block.has_text_beside():
                found.append(block)
                rest.append(rows[start:first])
                start = last + 1
                break
    return found, [*rest, rows[start:]]


def _number(segments: Sequence[Segment]) -> None:
    for order, segment in enumerate(segments):
        segment.order = order


def _drawn_late(rows: Sequence[Row]) -> list[Segment]:
    """The rows at the top of a page that were drawn later than what stands below them: a title, a running head.

    The first row of a column that is higher than its neighbours is none: it does not stand above the leftmost of them.
    """
    found: list[Segment] = []
    for row, below in pairwise(rows):
        is_above = row[0].left < below[0].right and below[0].left < row[-1].right
        if not is_above or min(segment.order for segment in row) < max(segment.order for segment in below):
            break
        found += row
    return found


def _from_above(segments: Sequence[Segment]) -> list[Segment]:
    """Segments that each have their own level, in the order in which they were drawn, but none before one above it."""
    below: defaultdict[Segment, list[Segment]] = defaultdict(list)
    missing: dict[Segment, int] = {}
    for segment, above in _seen_above(segments):
        missing[segment] = len(above)
        for each in above:
            below[each].append(segment)
    ready = [(segment.order, segment) for segment, count in missing.items() if not count]
    heapify(ready)
    found: list[Segment] = []
    while ready:
        _, segment = heappop(ready)
        found.append(segment)
        for each in below[segment]:
            missing[each] -= 1
            if not missing[each]:
                heappush(ready, (each.order, each))
    return found


def _seen_above(segments: Sequence[Segment]) -> Iterator[tuple[Segment, set[Segment]]]:
    """Each segment, from top to bottom, and those that stand right above some of it."""
    skyline: list[tuple[float, float, Segment]] = []
    for segment in segments:
        yield segment, {each for left, right, each in skyline if _overlap(left, right, segment)}
        pieces = [
            piece
            for left, right, each in skyline
            for piece in ((left, min(right, segment.left), each), (max(left, segment.right), right, each))
            if piece[0] < piece[1]
        ]
        skyline = [*pieces, (segment.left, segment.right, segment)]


def _overlap(left: float, right: float, segment: Segment) -> bool:
    return min(right, segment.right) - max(left, segment.left) > _LEAST_OVERLAP


def _rows(segments: Sequence[Segment]) -> list[Row]:
    """From top to bottom."""
    rows: list[Row] = []
    for segment in sorted(segments, key=lambda each: -each.middle):
        first = rows[-1][0] if rows else None
        height = max(segment.top - segment.bottom, first.top - first.bottom) if first else 0
        if first and first.middle - segment.middle < SAME_ROW * height:
            rows[-1].append(segment)
        else:
            rows.append([segment])
    for number, row in enumerate(rows):
        row.sort(key=lambda each: each.left)
        for segment in row:
            segment.row = number
    return rows


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
        if segment.left - right > NARROWEST * (segment.top - segment.bottom):
            found.append((right, segment.left))
        right = max(right, segment.right)
    return found


def _grown(rows: Sequence[Row], start: int, gutters: Sequence[Gutter], within: range) -> tuple[int, int, list[float]]:
    """(first row, last row, borders) of the block around a row: up and down to a row that crosses all gutters."""
    growth = _Growth(list(gutters), [0] * len(gutters))
    first = growth.last_of(rows, range(start, within.start - 1, -1))
    last = growth.last_of(rows, range(start, within.stop))
    most = _CROSSED * growth.several
    pairs = zip(growth.gutters, growth.crossed, strict=True)
    return first, last, [(left + right) / 2 for (left, right), count in pairs if count <= most]


@dataclass(slots=True)
class _Growth:
    """The gutters of a block as far as it has grown, by how many rows each was crossed, and of how many it was seen."""

    gutters: list[Gutter]
    crossed: list[int]
    several: int = 1

    def last_of(self, rows: Sequence[Row], numbers: range) -> int:
        """The number of the last row, from the first of these on, that belongs to the block.

        A row that crosses a gutter does not, nor does what stands before it, down from the last line that stands alone:
        there another table starts, with columns of its own.
        """
        last = numbers[0]
        alone: tuple[int, _Growth] | None = None
        for number in numbers[1:]:
            row = rows[number]
            free = [_free(gutter, row) for gutter in self.gutters]
            height = min(each.top - each.bottom for each in (row[0], rows[last][0]))
            if not any(free) or abs(row[0].middle - rows[last][0].middle) > _FAR * height:
                break
            if len(row) == 1:
                alone = number, replace(self)
            elif None in free and alone:
                last, before = alone
                self.gutters, self.crossed, self.several = before.gutters, before.crossed, before.several
                break
            else:
                self.several += 1
                self.crossed = [count + (each is None) for count, each in zip(self.crossed, free, strict=True)]
                self.gutters = [each or gutter for each, gutter in zip(free, self.gutters, strict=True)]
            last = number
        return last


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
        if right - left < NARROWEST * (segment.top - segment.bottom):
            return None
    return left, right
