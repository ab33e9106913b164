"""Which lines of a document are headings, and of what level: as its format says, else its outline, else its fonts.

A heading that is not there does more harm than one that is missed, so fonts decide only where large or bold
lines are few.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agentmem_cli.reading.clean import CELL_BORDER

Font = tuple[float, bool]
"""The height of a line to half a point, and whether it is bold."""
Span = tuple[float, float]
"""Top and bottom of a line, as shares of the page's height from its top; (0, 0) for a line without a place."""
OutlineEntry = tuple[int, str, int]
"""Level from 0, title, page index."""
Headings = dict[int, list[tuple[int, int, str]]]
"""Page index -> (number of the line or -1 for the page's top, level from 0, words), in reading order."""

_FEWEST_ENTRIES = 3
"""Of an outline that is believed: some files have one entry, their own name."""
_LARGE = 1.15
"""Times the height of most of the text."""
_LARGE_SHARE = 0.06
_BOLD_SHARE = 0.10
_LONGEST = 100
_FEWEST_LETTERS = 3
_LONG_DOCUMENT = 10
"""Pages; the large lines on the cover of such a document are no headings of what follows."""
_FEWEST_USES = 3
"""Of a height in a long document: one line larger than all others would stand above all that follows."""
_REACH = 5
"""Pages without a heading, after which what fonts took for one is forgotten."""
_GOES_ON = re.compile(r"\b(?:a|and|as|at|by|for|from|in|of|on|or|than|that|the|to|with)$", re.IGNORECASE)


@dataclass(slots=True)
class RawPage:
    """A page as its reader gave it: neutral lines, with a font and a span each where the reader tells them."""

    index: int
    label: str | None
    lines: list[str]
    fonts: Sequence[Font] = ()
    headings: Sequence[tuple[int, int, str]] = field(default_factory=list)
    spans: Sequence[Span] = ()


def headings_of(pages: Mapping[int, RawPage], outline: Sequence[OutlineEntry]) -> Headings:
    """The headings of a document. `headings` that the pages bring, then the outline, then fonts."""
    if any(page.headings for page in pages.values()):
        return {index: list(page.headings) for index, page in pages.items()}
    if len(outline) >= _FEWEST_ENTRIES:
        return _from_outline(pages, outline)
    return _from_fonts(pages)


def looks_like_heading(line: str) -> bool:
    """A short line that starts with a capital or a mark and does not end like a sentence or a row of figures."""
    starts = line[:1]
    return len(line) <= 80 and (starts.isupper() or starts == "#") and line[-1] not in ".,;:!?0123456789)%"


def _from_outline(pages: Mapping[int, RawPage], outline: Sequence[OutlineEntry]) -> Headings:
    found: defaultdict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for level, title, index in outline:
        if index in pages and title.strip():
            found[index].append((_place_of(title, pages[index].lines), level, " ".join(title.split())))
    return {index: sorted(headings, key=lambda heading: heading[0]) for index, headings in found.items()}


def _place_of(title: str, lines: Sequence[str]) -> int:
    """The number of the line that the title stands in; -1, the top of the page, where there is none."""
    wanted = "".join(title.split()).casefold()
    starts = (place for place, line in enumerate(lines) if "".join(line.split()).casefold().startswith(wanted))
    return next(starts, -1)


def _from_fonts(pages: Mapping[int, RawPage]) -> Headings:
    heights: Counter[float] = Counter()
    for page in pages.values():
        for line, (height, _) in zip(page.lines, page.fonts, strict=False):
            heights[height] += len(line.strip())
    if not heights:
        return {}
    body = heights.most_common(1)[0][0]
    large = _few_and_large(heights, body)
    if len(pages) > _LONG_DOCUMENT:
        pages = {index: page for index, page in pages.items() if index > 0}
        uses = _uses(pages, large)
        large = {height for height in large if uses[height] >= _FEWEST_USES}
    bold = _bold_is_rare(pages, body)
    levels = {height: level for level, height in enumerate(sorted(large, reverse=True))}
    return _ended({index: list(_of_page(page, body, levels, bold=bold)) for index, page in pages.items()})


def _ended(found: Headings) -> Headings:
    """The same, with an empty heading of the highest level where the last one is too far back to be trusted."""
    last = None
    for index in sorted(found):
        if found[index]:
            last = index
        elif last is not None and index - last > _REACH:
            found[index], last = [(-1, 0, "")], None
    return found


def _few_and_large(heights: Counter[float], body: float) -> set[float]:
    """The heights above the body's, from the largest down, as long as little of the text is in them."""
    room = _LARGE_SHARE * heights.total()
    found: set[float] = set()
    for height in sorted((each for each in heights if each >= _LARGE * body), reverse=True):
        room -= heights[height]
        if room < 0:
            break
        found.add(height)
    return found


def _uses(pages: Mapping[int, RawPage], large: set[float]) -> Counter[float]:
    """How many lines that look like headings have each of these heights."""
    lines = (each for page in pages.values() for each in zip(page.lines, page.fonts, strict=False))
    return Counter(height for line, (height, _) in lines if height in large and _may_be_large(" ".join(line.split())))


def _may_be_large(words: str) -> bool:
    """Whether a large line is a heading: letters, a capital or a figure first, no row, no sentence that goes on."""
    if sum(map(str.isalpha, words)) < _FEWEST_LETTERS or len(words) > _LONGEST or CELL_BORDER.strip() in words:
        return False
    return words[0].isalnum() and not words[0].islower() and words[-1] not in ".,;" and not _GOES_ON.search(words)


def _bold_is_rare(pages: Mapping[int, RawPage], body: float) -> bool:
    lines = [(line, font) for page in pages.values() for line, font in zip(page.lines, page.fonts, strict=False)]
    bold = sum(len(line) for line, font in lines if font[1] and font[0] == body)
    return bold <= _BOLD_SHARE * sum(len(line) for line, _ in lines)


def _of_page(page: RawPage, body: float, levels: Mapping[float, int], *, bold: bool) -> Iterator[tuple[int, int, str]]:
    for place, (line, (height, line_is_bold)) in enumerate(zip(page.lines, page.fonts, strict=False)):
        is_bold = bold and line_is_bold and height == body
        if height not in levels and not is_bold:
            continue
        words = " ".join(line.split())
        if _may_be_large(words) and (height in levels or looks_like_heading(words)):
            yield place, levels.get(height, len(levels)), words
