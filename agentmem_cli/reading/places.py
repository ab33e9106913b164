"""A file without pages -> the lines for its parts, each with its place in the file: a slide, a row, a chapter.

A part is stored as a page is; its label is the whole of its place, in words. Used in the child process (`pdf.py`).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from agentmem_cli.reading.clean import neutral_line
from agentmem_cli.reading.pdf_pages import MOST_CHARACTERS, MOST_CHARACTERS_OF_PAGE, MOST_PAGES, Line

MOST_UNPACKED = 1_000_000_000
"""Bytes that a file of zipped parts may unpack to: a bomb is told before it is unpacked."""
_LONGEST_NAME = 80

Heading = tuple[int, int, str]
"""Number of the line, or -1 for the top of the part; level from 0; words."""


class Refused(Exception):
    """The file cannot be read; its text says why."""


@dataclass(slots=True)
class Part:
    """A part of a file: `place` as a citation names it, its lines, and which of them are headings."""

    place: str
    lines: list[str]
    headings: Sequence[Heading] = field(default_factory=list)


def part_lines(parts: Iterable[Part]) -> Iterator[Line]:
    """The lines for the parts, until the limits are reached. The count comes last: no part says how many follow."""
    index, room = 0, MOST_CHARACTERS
    try:
        for part in (bounded for whole in parts for bounded in _bounded(whole)):
            if index == MOST_PAGES or room <= 0:
                yield {"limit": f"only what stands before {part.place} was read"}
                break
            text = "\n".join(part.lines)
            yield {"index": index, "text": text, "label": part.place, "headings": part.headings}
            index, room = index + 1, room - len(text)
    except Refused as refused:
        yield {"refused": str(refused)}
    yield {"count": index}


def _bounded(part: Part) -> Iterator[Part]:
    """The part in neutral lines; a chapter as long as a book in several, all with its place."""
    lines: list[str] = []
    first = length = 0
    for number, line in enumerate(map(neutral_line, part.lines)):
        for start in range(0, len(line) or 1, MOST_CHARACTERS_OF_PAGE):
            piece = line[start : start + MOST_CHARACTERS_OF_PAGE]
            if lines and length + len(piece) > MOST_CHARACTERS_OF_PAGE:
                yield Part(part.place, lines, _headings(part, first, number))
                lines, first, length = [], number, 0
            lines.append(piece)
            length += len(piece)
    yield Part(part.place, lines, _headings(part, first, len(part.lines)))


def _headings(part: Part, first: int, behind: int) -> list[Heading]:
    """Those of some of its lines, the first of which becomes line 0, with those above the part."""
    return [
        (max(place - first, -1), level, neutral_line(words))
        for place, level, words in part.headings
        if first <= place < behind or (place < 0 and first == 0)
    ]


@contextmanager
def unpacked(path: str) -> Iterator[zipfile.ZipFile]:
    """The archive that an office file or an e-book is. Raises Refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(each.file_size for each in archive.infolist()) > MOST_UNPACKED:
                raise Refused(f"it unpacks to more than {MOST_UNPACKED // 1_000_000_000} GB")
            yield archive
    except zipfile.BadZipFile:
        raise Refused("it is damaged, locked with a password, or of another kind than its name says") from None


def quoted(name: str) -> str:
    """A name within a place: `sheet "Prices"`."""
    return f'"{" ".join(name.split())[:_LONGEST_NAME]}"'
