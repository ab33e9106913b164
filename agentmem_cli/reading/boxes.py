"""The boxes that OCR found on a page -> lines in reading order: column by column, and a table's row on one line.

Pure geometry. Measures are in pixels, y grows downwards.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

_FEWEST_LINES = 4
"""Of a column."""
_LETTERS_OF_A_LINE = 20
"""What lines of a column of text hold at least, by their median; a table's cells mostly hold less."""
_MOST_ACROSS = 0.2
"""The share of boxes that may run across the gap between two columns: headings, captions, the running head."""
_OVERLAP = 0.5
"""Of the lower of two boxes, so that they stand on one line."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """A run of text, and its corners: top left, top right, bottom right, bottom left, as the text runs."""

    text: str
    corners: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class _Placed:
    """A box on the page set straight."""

    box: Box
    left: float
    right: float
    top: float
    bottom: float


def reading_order(boxes: Sequence[Box]) -> list[list[Box]]:
    """The lines of a page, each its boxes from left to right."""
    slope = _slope(boxes)
    return [[each.box for each in line] for line in _ordered([_straight(box, slope) for box in boxes])]


def height_of(box: Box) -> float:
    """How high its letters are."""
    top_left, _, _, bottom_left = box.corners
    return math.dist(top_left, bottom_left)


def width_of(box: Box) -> float:
    """How long it is."""
    return math.dist(*box.corners[:2])


def _slope(boxes: Sequence[Box]) -> float:
    """How far lines fall for each pixel to the right, on a page that was not laid straight."""
    wide = [box for box in boxes if width_of(box) > 3 * height_of(box)]
    slopes = [(end[1] - start[1]) / ((end[0] - start[0]) or 1) for start, end in (box.corners[:2] for box in wide)]
    return median(slopes) if slopes else 0.0


def _straight(box: Box, slope: float) -> _Placed:
    across = [x for x, _ in box.corners]
    down = [y - slope * x for x, y in box.corners]
    return _Placed(box, min(across), max(across), min(down), max(down))


def _ordered(boxes: Sequence[_Placed]) -> list[list[_Placed]]:
    gap = _gap(boxes)
    if gap is None:
        return _lines(boxes)
    across = sorted((each for each in boxes if each.left < gap < each.right), key=lambda each: each.top)
    rest = [each for each in boxes if not each.left < gap < each.right]
    lines: list[list[_Placed]] = []
    for border in [*across, None]:
        above = [each for each in rest if border is None or each.bottom <= (border.top + border.bottom) / 2]
        rest = [each for each in rest if each not in above]
        lines += _ordered([each for each in above if each.right <= gap])
        lines += _ordered([each for each in above if each.left >= gap])
        if border:
            lines.append([border])
    return lines


def _gap(boxes: Sequence[_Placed]) -> float | None:
    """Where a page parts into two columns of text; None where it does not."""
    best: tuple[int, float] | None = None
    for gap in sorted({each.left - 1 for each in boxes}):
        left = [each for each in boxes if each.right <= gap]
        right = [each for each in boxes if each.left >= gap]
        across = len(boxes) - len(left) - len(right)
        if across > _MOST_ACROSS * len(boxes) or not (_is_column(left) and _is_column(right)):
            continue
        if best is None or across < best[0]:
            best = across, gap
    return best[1] if best else None


def _is_column(boxes: Sequence[_Placed]) -> bool:
    if len(boxes) < _FEWEST_LINES:
        return False
    return median(len(each.box.text) for each in boxes) >= _LETTERS_OF_A_LINE


def _lines(boxes: Sequence[_Placed]) -> list[list[_Placed]]:
    """Boxes that stand on one line are one, however they were found."""
    lines: list[list[_Placed]] = []
    for each in sorted(boxes, key=lambda each: each.top + each.bottom):
        if lines and _on_one_line(lines[-1], each):
            lines[-1].append(each)
        else:
            lines.append([each])
    return [sorted(line, key=lambda each: each.left) for line in lines]


def _on_one_line(line: Sequence[_Placed], box: _Placed) -> bool:
    top = median(each.top for each in line)
    bottom = median(each.bottom for each in line)
    shared = min(bottom, box.bottom) - max(top, box.top)
    return shared >= _OVERLAP * min(bottom - top, box.bottom - box.top)
