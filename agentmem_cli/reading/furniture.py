"""Which lines of a document are furniture: running heads and page numbers in the margins of its pages.

Where in doubt, a line stays: what is dropped by mistake is lost to search, what is kept by mistake costs little, but
for a page number, which comes between the halves of a sentence that runs over the border of two pages. The first page
that has a running head keeps it, so that what is said nowhere else (an address, a disclaimer) is still found; so does
a page that has nothing else.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from agentmem_cli.reading.headings import RawPage, Span

_EDGE = 3
"""Lines at the top, and at the bottom, of a page."""
_MARGIN = 0.1
"""Of the page's height: a line that is the same on many pages and stands further inside is part of the text."""
_APART = 0.8
"""Of a line's height: the least space between the text and what stands above or below it."""
_FEWEST_PAGES = 4
_FEWEST_PLACED = 3
"""The same where all pages of a document have the line, in the margin."""
_FEWEST_NUMBERED = 2
"""The same of page numbers without words, which all pages but one have."""
_SHARE = 0.4
"""Of the pages: left and right pages may have headers of their own."""
_SAME = 0.95
"""Of lines that are alike but for a number: where so many have the same one, the number is part of the words."""
_LONGEST = 200
_NUMBER = re.compile(r"\d+")
_OF_PAGE, _OF_ALL = "\0", "\1"
"""For the page's number and for the count of pages; no line of a page has them (see `clean.py`)."""
_WORD = (
    r"(?:\b(?:page|pages|pg|p\.|seite|s\.|página|pagina|pagină|pág|pag|sida|sidan|side|strona|strana|stránka|sivu"
    r"|sayfa|страница|стр)\W*|第\s*)"
)
_PAGE_OF_PAGES = rf"{_OF_PAGE}\s*[页頁]?(?:\W*[^\W\d]{{0,5}}\W*{_OF_ALL}\s*[页頁]?)?"
_MARK = r"[|·•–—/-]"
_LONE = re.compile(rf"\W*{_WORD}?{_PAGE_OF_PAGES}\W*", re.IGNORECASE)
"""Page numbers without other words: "3", "- 3 -", "Page 3 of 6"."""
_MARKED = re.compile(rf"\W*{_WORD}{_PAGE_OF_PAGES}\W*|{_MARK}\s*{_OF_PAGE}\s*{_MARK}", re.IGNORECASE)
"""Those of them that are nothing but page numbers: not "3"."""
_SET_APART = re.compile(
    rf"(?:^\W*|\s{_MARK}\s*|\s\s|\d\s|{_WORD}){_PAGE_OF_PAGES}(?:\W*$|\s*{_MARK}\s|\s\s)", re.IGNORECASE
)
"""Page numbers beside words: "Report | 3", "Report  3", "Report, page 3 of 6", "Report 2023 3". In "Room 3" the number
may be the room's."""

Place = tuple[int, int]
"""(page index, number of the line)."""


@dataclass(frozen=True, slots=True)
class _EdgeLine:
    """One of the outermost lines of a page."""

    page: int
    place: int
    text: str
    is_in_margin: bool
    is_apart: bool
    """Whether there is a space between it and the text."""

    def numbers(self) -> list[int]:
        """The numbers in it, in order."""
        return [int(each) for each in _NUMBER.findall(self.text)]


@dataclass(slots=True)
class _Found:
    """Places of lines at one edge of the pages that may be furniture. `is_placed`: the reader tells places."""

    page_count: int
    is_placed: bool
    furniture: set[Place] = field(default_factory=set)
    passed: set[Place] = field(default_factory=set)
    """They stay, and what stands on their inner side may be furniture all the same."""

    def add_heads(self, lines: Sequence[_EdgeLine]) -> None:
        """Take these lines, which are alike, for furniture if they are many; the first page keeps its own."""
        is_short = self.is_placed and self.page_count < _FEWEST_PAGES
        fewest = max(_FEWEST_PLACED if is_short else _FEWEST_PAGES, _SHARE * self.page_count)
        if _apart_count(lines) < fewest:
            return
        first = min(line.page for line in lines)
        for line in lines:
            (self.furniture if line.page > first else self.passed).add((line.page, line.place))

    def add_numbers(self, lines: Sequence[_EdgeLine], ahead: int, *, is_marked: bool) -> None:
        """Take these numbers without words, each so far ahead of the index of its page, for those of the pages.

        Figures may go up with the page by chance: on some pages of a long document, or ahead of it in a short one.
        """
        pages = [line.page for line in lines]
        if self.page_count > _FEWEST_PAGES and ahead <= self.page_count:
            fewest = max(_FEWEST_PAGES, _SHARE * (max(pages) - min(pages) + 1))
        else:
            fewest = max(_FEWEST_PLACED if ahead > 1 else _FEWEST_NUMBERED, self.page_count - 1)
        may_be_ahead = is_marked or self.page_count > _FEWEST_PAGES
        if _apart_count(lines) >= fewest and (ahead <= 1 or may_be_ahead):
            self.furniture.update((line.page, line.place) for line in lines)


def furniture_of(pages: Mapping[int, RawPage]) -> set[Place]:
    """The places of furniture.

    A running head is the same line on at least 40 % of the pages, and 4; a page number may vary in it, and nothing
    else. Only what stands at the very edge, or beside other furniture, is taken for it. Where the reader tells the
    places of lines, the same line must be in the margin, and a space must part it from the text; then all three pages
    of a document are enough, and two for page numbers without words, which go from the first page too.
    """
    is_placed = any(page.spans for page in pages.values())
    furniture: set[Place] = set()
    for from_foot in (False, True):
        edges = [list(_edge_lines(page, from_foot=from_foot)) for page in pages.values()]
        furniture |= _repeated(edges, is_placed=is_placed)
    return {place for place in furniture if _says_more(pages[place[0]].lines, place[0], furniture)}


def _edge_lines(page: RawPage, *, from_foot: bool) -> Iterator[_EdgeLine]:
    """The outermost lines at one edge of a page, from the edge inwards."""
    places = [place for place, line in enumerate(page.lines) if line.strip()]
    spans: dict[int, Span] = {}
    if page.spans:
        spans = {place: page.spans[place] for place in places if page.spans[place] != (0, 0)}
        places = sorted(spans, key=lambda place: sum(spans[place]))
    if from_foot:
        places.reverse()
    outer = places[: _EDGE + 1]
    spaces = [_is_space(spans[one], spans[other]) for one, other in pairwise(outer)] if spans else []
    for rank, place in enumerate(outer[:_EDGE]):
        depth = sum(spans[place]) / 2 if spans else 0.0
        is_in_margin = (1 - depth if from_foot and spans else depth) < _MARGIN
        is_apart = any(spaces[rank:]) or not spans
        yield _EdgeLine(page.index, place, page.lines[place], is_in_margin, is_apart)


def _is_space(outer: Span, inner: Span) -> bool:
    """Whether a line is parted from the next one."""
    space = max(inner[0] - outer[1], outer[0] - inner[1])
    return space > _APART * (outer[1] - outer[0])


def _repeated(edges: Sequence[Sequence[_EdgeLine]], *, is_placed: bool) -> set[Place]:
    """The furniture at one edge of the pages."""
    alike: defaultdict[str, list[_EdgeLine]] = defaultdict(list)
    for lines in edges:
        for line in lines:
            if len(line.text) <= _LONGEST:
                alike[" ".join(_NUMBER.sub(_OF_PAGE, line.text).split()).casefold()].append(line)
    found = _Found(len(edges), is_placed)
    for lines in alike.values():
        if len(lines) >= _FEWEST_NUMBERED:
            _sort(found, lines)
    return {place for lines in edges for place in _outermost(lines, found)}


def _sort(found: _Found, lines: Sequence[_EdgeLine]) -> None:
    """Put the furniture among lines that are alike where it belongs."""
    common = [_most_common(column) for column in zip(*(line.numbers() for line in lines), strict=True)]
    varying = [position for position, (_, count) in enumerate(common) if count < _SAME * len(lines)]
    fixed = {position: value for position, (value, _) in enumerate(common) if position not in varying}
    same = [line for line in lines if all(line.numbers()[position] == value for position, value in fixed.items())]
    if not varying:
        found.add_heads([line for line in same if line.is_in_margin])
    elif len(varying) == 1:
        _sort_numbered(found, same, varying[0])


def _sort_numbered(found: _Found, lines: Sequence[_EdgeLine], position: int) -> None:
    """The same for lines in which only the number at this position varies.

    It counts the pages from any page of the file, or a little ahead: a year, a room or an invoice that goes up from
    page to page mostly starts far ahead of that. In a part of a longer document it may be alone in the margin.
    """
    groups: defaultdict[tuple[int, bool, bool], list[_EdgeLine]] = defaultdict(list)
    for line in lines:
        ahead = line.numbers()[position] - line.page
        marked = _marked(line.text, position, found.page_count)
        is_lone = found.is_placed and bool(_LONE.fullmatch(marked))
        may_be_ahead = ahead <= found.page_count or (is_lone and line.is_in_margin)
        if may_be_ahead and _SET_APART.search(marked):
            groups[ahead, is_lone, bool(_MARKED.fullmatch(marked))].append(line)
    for (ahead, is_lone, is_marked), counted in groups.items():
        if is_lone:
            found.add_numbers(counted, ahead, is_marked=is_marked)
        else:
            found.add_heads(counted)


def _marked(text: str, position: int, page_count: int) -> str:
    """The text with marks for the page's number, the one at this position, and for the count of pages."""
    parts = []
    end = 0
    for place, number in enumerate(_NUMBER.finditer(text)):
        is_count = int(number[0]) in (page_count - 1, page_count)
        mark = _OF_PAGE if place == position else _OF_ALL if is_count else number[0]
        parts += [text[end : number.start()], mark]
        end = number.end()
    return "".join([*parts, text[end:]])


def _most_common(values: Iterable[int]) -> tuple[int, int]:
    return Counter(values).most_common(1)[0]


def _apart_count(lines: Iterable[_EdgeLine]) -> int:
    """On how many pages a space parts them from the text."""
    return len({line.page for line in lines if line.is_apart})


def _outermost(lines: Sequence[_EdgeLine], found: _Found) -> Iterator[Place]:
    """The furniture at one edge of a page, inwards to the first line that is none."""
    for line in lines:
        place = (line.page, line.place)
        if place in found.furniture:
            yield place
        elif place not in found.passed:
            break


def _says_more(lines: Sequence[str], index: int, furniture: set[Place]) -> bool:
    """Whether a page has more than furniture on it. One that has not keeps it: it is all that it says."""
    return any(line.strip() and (index, place) not in furniture for place, line in enumerate(lines))
