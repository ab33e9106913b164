"""Which lines of a document are furniture: running heads and page numbers at the edges of its pages.

Where in doubt, a line stays: what is dropped by mistake is lost to search, what is kept by mistake costs little.
The first page that has such a line keeps it, so that what is said nowhere else (an address, a disclaimer) is still
found; so does a page that has nothing else.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_EDGE = 3
"""Lines at the top, and at the bottom, of a page."""
_FEWEST_PAGES = 4
_SHARE = 0.4
"""Of the pages: left and right pages may have headers of their own."""
_SAME = 0.95
"""Of lines that are alike but for a number: where so many have the same one, the number is part of the words."""
_LONGEST = 200
_NUMBER = re.compile(r"\d+")
_PLACEHOLDER = "\0"
"""For a number; no line of a page has it (see `clean.py`)."""
_APART_AT_END = re.compile(r"(?:\s[|·•–—/-]\s*|\s{2,})\d+\W*$")
_APART_AT_START = re.compile(r"^\W*\d+(?:\s*[|·•–—/-]\s|\s{2,})")
_LAST = re.compile(r"\s\d+$")
_FARTHEST = 1
"""How far the number of a page may be ahead of its index where words stand beside it: it counts from the file's first
page, or from a later one. A year, a room or an invoice that goes up from page to page starts far ahead of that."""

Place = tuple[int, int]
"""(page index, number of the line)."""


@dataclass(slots=True)
class _Found:
    """Places of lines that may be furniture."""

    anywhere: set[Place] = field(default_factory=set)
    """At the top or at the bottom."""
    at_foot: set[Place] = field(default_factory=set)
    """At the bottom only: "Page 3" and "Step 3" look alike, and a step does not stand at a page's end."""
    passed: set[Place] = field(default_factory=set)
    """They stay, and what stands on their inner side may be furniture all the same."""


def furniture_of(pages: Mapping[int, Sequence[str]]) -> set[Place]:
    """The places of furniture; `pages` is page index -> its lines.

    A running head is the same line on at least 40 % of the pages, and 4; a page number may vary in it, and nothing
    else. Only what stands at the very edge, or beside other furniture, is taken for it.
    """
    found = _Found()
    fewest = max(_FEWEST_PAGES, _SHARE * len(pages))
    for places in _alike(pages).values():
        if _page_count(places) >= fewest:
            _sort(found, pages, places, fewest)
    furniture = {(index, place) for index, lines in pages.items() for place in _at_edges(lines, index, found)}
    return {place for place in furniture if _says_more(pages[place[0]], place[0], furniture)}


def _alike(pages: Mapping[int, Sequence[str]]) -> Mapping[str, list[Place]]:
    """The lines at the edges of pages by what they say apart from numbers."""
    alike: defaultdict[str, list[Place]] = defaultdict(list)
    for index, lines in pages.items():
        for place in _edges(lines):
            alike[" ".join(_NUMBER.sub(_PLACEHOLDER, lines[place]).split()).casefold()].append((index, place))
    return alike


def _sort(found: _Found, pages: Mapping[int, Sequence[str]], places: Sequence[Place], fewest: float) -> None:
    """Put those of the places, lines that are alike, that are furniture where they belong."""
    numbers = {place: [int(each) for each in _NUMBER.findall(pages[place[0]][place[1]])] for place in places}
    common = [_most_common(column) for column in zip(*numbers.values(), strict=True)]
    varying = [position for position, (_, count) in enumerate(common) if count < _SAME * len(places)]
    if len(varying) > 1:
        return
    fixed = {position: value for position, (value, _) in enumerate(common) if position not in varying}
    same = [each for each in places if all(numbers[each][position] == value for position, value in fixed.items())]
    target = found.anywhere
    if varying:
        position = varying[0]
        ahead, _ = _most_common(numbers[place][position] - place[0] for place in same)
        same = [place for place in same if numbers[place][position] == place[0] + ahead]
        lines = [pages[index][place] for index, place in same]
        is_bare = not any(map(str.isalpha, lines[0]))
        is_apart = is_bare or _stands_apart(lines, position, len(common))
        if ahead > (len(pages) if is_bare else _FARTHEST):
            return
        if not _is_alone(lines, position, list(fixed.values()), len(pages)) and (is_bare or not is_apart):
            return
        target = found.anywhere if is_apart else found.at_foot
    if _page_count(same) >= fewest:
        first = min(same)[0]
        target.update(place for place in same if place[0] != first)
        found.passed.update(same)


def _is_alone(lines: Sequence[str], position: int, others: Sequence[int], pages: int) -> bool:
    """Whether a number has no other beside it but the count of pages, or a year and the like in the words before it."""
    if not others or (len(others) == 1 and others[0] in (pages - 1, pages)):
        return True
    is_last = position == len(others) and all(map(_LAST.search, lines))
    return is_last and any(map(str.isalpha, lines[0]))


def _stands_apart(lines: Sequence[str], position: int, count: int) -> bool:
    """Whether the number, the first or the last of so many, is parted from the words by a mark or a gap."""
    at_start = position == 0 and all(map(_APART_AT_START.search, lines))
    return at_start or (position == count - 1 and all(map(_APART_AT_END.search, lines)))


def _most_common(values: Iterable[int]) -> tuple[int, int]:
    return Counter(values).most_common(1)[0]


def _page_count(places: Iterable[Place]) -> int:
    return len({index for index, _ in places})


def _at_edges(lines: Sequence[str], index: int, found: _Found) -> Iterator[int]:
    """The furniture of one page, from its edges inwards to the first line that is none."""
    filled = [place for place, line in enumerate(lines) if line.strip()]
    for run, furniture in ((filled, found.anywhere), (filled[::-1], found.anywhere | found.at_foot)):
        for place in run[:_EDGE]:
            if (index, place) in furniture:
                yield place
            elif (index, place) not in found.passed:
                break


def _says_more(lines: Sequence[str], index: int, furniture: set[Place]) -> bool:
    """Whether a page has more than furniture on it. One that has not keeps it: it is all that it says."""
    return any(line.strip() and (index, place) not in furniture for place, line in enumerate(lines))


def _edges(lines: Sequence[str]) -> Iterator[int]:
    """The numbers of the first and last lines that are not blank, each once."""
    filled = [place for place, line in enumerate(lines) if line.strip()]
    for place in dict.fromkeys(filled[:_EDGE] + filled[-_EDGE:]):
        if len(lines[place]) <= _LONGEST:
            yield place
