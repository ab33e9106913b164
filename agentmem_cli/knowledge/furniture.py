"""Which lines of a document are furniture: headers and footers that repeat on most of its pages.

Looks only at the first and last lines of pages. The first page that has such a line keeps it, so that what is
said nowhere else (an address, a disclaimer) is still found; so does a page that has nothing else.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

_EDGE = 3
"""Lines at the top, and at the bottom, of a page."""
_FEWEST_PAGES = 4
_SHARE = 0.4
"""Of the pages: left and right pages may have headers of their own."""
_LONGEST = 200
_NUMBER = re.compile(r"\d{1,9}")

Place = tuple[int, int]
"""(page index, number of the line)."""


def furniture_of(pages: Mapping[int, Sequence[str]]) -> set[Place]:
    """The places of lines that repeat on at least 40 % of the pages, and 4; `pages` is page index -> its lines.

    The same line may differ in its page number: a number that grows with the page, and no other, may vary.
    """
    alike: defaultdict[str, list[Place]] = defaultdict(list)
    for index, lines in pages.items():
        for place in _edges(lines):
            alike[" ".join(_NUMBER.sub("#", lines[place]).split()).casefold()].append((index, place))
    fewest = max(_FEWEST_PAGES, _SHARE * len(pages))
    found: set[Place] = set()
    for places in alike.values():
        if len({index for index, _ in places}) < fewest:
            continue
        numbers = _numbers(pages, places)
        same = [(index, place) for index, place in places if _fits(pages[index][place], index, numbers)]
        if len({index for index, _ in same}) >= fewest:
            first = min(same)[0]
            found.update(place for place in same if place[0] != first)
    return {place for place in found if _says_more(pages[place[0]], place[0], found)}


def _says_more(lines: Sequence[str], index: int, furniture: set[Place]) -> bool:
    """Whether a page has more than furniture on it. One that has not keeps it: it is all that it says."""
    return any(line.strip() and (index, place) not in furniture for place, line in enumerate(lines))


def _edges(lines: Sequence[str]) -> Iterator[int]:
    """The numbers of the first and last lines that are not blank, each once."""
    filled = [place for place, line in enumerate(lines) if line.strip()]
    for place in dict.fromkeys(filled[:_EDGE] + filled[-_EDGE:]):
        if len(lines[place]) <= _LONGEST:
            yield place


def _numbers(pages: Mapping[int, Sequence[str]], places: Sequence[Place]) -> list[tuple[bool, int]]:
    """For each number in such a line: (whether it counts pages, what it is, or how far it is ahead of the page)."""
    each_page = [(index, [int(one) for one in _NUMBER.findall(pages[index][place])]) for index, place in places]
    found = []
    for position in range(len(each_page[0][1])):
        constant = Counter(numbers[position] for _, numbers in each_page).most_common(1)[0]
        ahead = Counter(numbers[position] - index for index, numbers in each_page).most_common(1)[0]
        found.append((ahead[1] > constant[1], ahead[0] if ahead[1] > constant[1] else constant[0]))
    return found


def _fits(line: str, index: int, numbers: Sequence[tuple[bool, int]]) -> bool:
    written = [int(one) for one in _NUMBER.findall(line)]
    return written == [index + value if counts_pages else value for counts_pages, value in numbers]
