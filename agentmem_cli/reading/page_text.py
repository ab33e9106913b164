"""Running text beside a table of figures: which side of a block it is. Pure: knows nothing of PDF.

A column of a table starts a cell in every row; the sentences of a text run on beside several rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from agentmem_cli.reading.page_segments import Segment

_CUT = 0.5
"""Of the rows of figures beside a text: how many more there are than paragraphs."""
_FEWEST_CUT = 2
_GO_ON = 0.35
"""Of its lines: that many start in the middle of a sentence, with a small letter."""
_LOOSE = 1.4
"""Times the usual distance of two lines: a wider one parts paragraphs."""
_WIDEST = 1.25
"""Times the width of most: the letters of one word."""
_ENDED = re.compile(r"[.!?:][\"'”’)\]]*$")
_HYPHENS = ("-", "\u2010", "\ufffe")

Paragraph = tuple[float, float]
"""Top and bottom."""


def is_text_beside(column: Sequence[Segment], others: Sequence[Segment]) -> bool:
    """Whether a column of words has nothing to do with the figures among the others."""
    lines = sorted(column, key=lambda each: -each.middle)
    if sum(line.text()[0].islower() for line in lines) < _GO_ON * len(lines):
        return False
    paragraphs = list(_paragraphs(lines))
    levels = _levels_of_figures(others, paragraphs[0][0], paragraphs[-1][1])
    within = [sum(bottom < level < top for level in levels) for top, bottom in paragraphs]
    cut = sum(count - 1 for count in within if count > 1)
    return cut >= max(_FEWEST_CUT, _CUT * (len(levels) - 1))


def _paragraphs(lines: Sequence[Segment]) -> Iterator[Paragraph]:
    """Runs of lines that each had no room for the first word of the next."""
    right = max(line.right for line in lines)
    usual = median(above.middle - below.middle for above, below in pairwise(lines))
    top = lines[0].top
    for above, below in pairwise(lines):
        if above.middle - below.middle > _LOOSE * usual or not _is_wrapped(above, below, right):
            yield top, above.bottom
            top = below.top
    yield top, lines[-1].bottom


def _is_wrapped(line: Segment, following: Segment, right: float) -> bool:
    text, next_text = line.text(), following.text()
    if _is_figure(text) or _is_figure(next_text):
        return False
    if text.endswith(_HYPHENS):
        return True
    letter = (following.right - following.left) / len(next_text)
    needed = _WIDEST * letter * (1 + len(next_text.split()[0]))
    return not _ENDED.search(text) and line.right + needed > right


def _levels_of_figures(segments: Sequence[Segment], top: float, bottom: float) -> list[float]:
    """The heights, between two, of rows with a figure."""
    figures = (each for each in segments if bottom < each.middle < top and _is_figure(each.text()))
    levels: list[float] = []
    for figure in sorted(figures, key=lambda each: -each.middle):
        if not levels or levels[-1] - figure.middle > (figure.top - figure.bottom) / 2:
            levels.append(figure.middle)
    return levels


def _is_figure(text: str) -> bool:
    return any(map(str.isdigit, text)) and 2 * sum(map(str.isalpha, text)) < len(text)
