"""A passage -> its sentences and table rows, each with the heading and the head of the table above it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from agentmem_cli.language.sentences import sentences
from agentmem_cli.records import FoundPassage

CELLS = " | "
"""What stands between the cells of a row."""
_FULL = 60
"""Characters from which a line of prose goes on in the next one."""
_ENDED = re.compile(r"[.!?:;。！？।]['\"”’)\]]*$")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the passage with this place.

    `heading` is the line that it stands under in the passage, and `head` the row that says what its table's columns
    are; "" where there is none.
    """

    place: int
    text: str
    heading: str = ""
    head: str = ""


def in_context(line: Line, passage: FoundPassage) -> str:
    """The line with what says what it is about: its document's name, its headings, the head of its table."""
    return " ".join([passage.document, passage.heading, line.heading, line.head, line.text])


def lines_of(place: int, passage: FoundPassage) -> list[Line]:
    """The sentences and rows of the passage with this place, in order; not its headings and the heads of tables."""
    found: list[Line] = []
    heading = head = ""
    blocks = _blocks(passage.text)
    for block, following in pairwise([*blocks, ""]):
        if CELLS in block:
            head = head or block
            found += [Line(place, block, heading, head)] if head != block or _has_digit(block) else []
        elif _is_heading(block, following, passage):
            heading, head = block, ""
        else:
            head = ""
            found += [Line(place, sentence, heading) for sentence in sentences(block)]
    return found


def _is_heading(block: str, following: str, passage: FoundPassage) -> bool:
    """Whether a line is a heading of the document, or a few words above prose or a table."""
    if block.strip("# ") in passage.heading.split(" > "):
        return True
    stands_above = len(following) >= _FULL or CELLS in following
    return stands_above and len(block) < _FULL and not _ENDED.search(block) and not _has_digit(block)


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _blocks(text: str) -> list[str]:
    """The lines of a text; a paragraph that was broken into lines is one."""
    blocks: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if blocks and _goes_on(blocks[-1]) and CELLS not in line:
            blocks[-1] = f"{blocks[-1]} {line}"
        else:
            blocks.append(line)
    return blocks


def _goes_on(block: str) -> bool:
    return len(block) >= _FULL and CELLS not in block and not _ENDED.search(block)
