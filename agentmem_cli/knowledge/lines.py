"""A passage -> its sentences and table rows, each with the heading and the head of the table above it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from agentmem_cli.language.sentences import sentences
from agentmem_cli.reading.clean import entries_of, number_of, starts_with_bullet
from agentmem_cli.records import FoundPassage

CELLS = " | "
"""What stands between the cells of a row."""
_FULL = 60
"""Characters from which a line of prose goes on in the next one."""
_FULL_BELOW = 45
"""The same of a further line: one that is shorter is the last of its paragraph."""
_BELOW_HEAD = re.compile(r"[|:\s-]*-[|:\s-]*\|[|:\s-]*")
"""What Markdown has between the head of a table and its rows."""
_QUOTE_MARKS = re.compile(r"^(?:>[ \t]*)+", re.MULTILINE)
"""Of what a message repeats of others: a passage keeps them, a line of it is read without."""
_ENDED = re.compile(r"[.!?:;。！？।]['\"”’)\]]*[⁰¹²³⁴-⁹]*$")


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


def sentences_before(lines: Sequence[Line]) -> list[str]:
    """The sentence before each line, which may name what the line calls "it" or "them".

    "" for a row, and where another heading or passage begins.
    """
    first = [""] if lines else []
    return first + [_what_precedes(line, earlier) for earlier, line in pairwise(lines)]


def _what_precedes(line: Line, earlier: Line) -> str:
    belongs = (earlier.place, earlier.heading) == (line.place, line.heading)
    return earlier.text if belongs and not _is_row(earlier.text) and not _is_row(line.text) else ""


def lines_of(place: int, passage: FoundPassage) -> list[Line]:
    """The sentences and rows of the passage with this place, in order; not its headings and the heads of tables."""
    found: list[Line] = []
    heading = ""
    text = _QUOTE_MARKS.sub("", passage.text) if passage.document.lower().endswith(".eml") else passage.text
    groups = [list(group) for _, group in groupby(_blocks(text), key=_is_row)]
    for group, following in pairwise([*groups, [""]]):
        if _is_row(group[0]):
            found += [Line(place, row, heading, head) for row, head in map(_with_names, _with_heads(group))]
            continue
        above = ""
        for block, below in pairwise([*filter(None, group), following[0]]):
            if _is_heading(block, (above, below), passage):
                heading = block
            else:
                found += [Line(place, sentence, heading) for sentence in sentences(block)]
            above = block
    return found


def _is_row(block: str) -> bool:
    return CELLS in block


def _with_heads(table: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each row with the head of its table. Where no row has a digit, the first may be one like the others."""
    first, *others = table
    if not others or _has_digit(first) or not any(map(_has_digit, others)):
        yield first, ""
    yield from ((row, first) for row in others)


def _with_names(row_and_head: tuple[str, str]) -> tuple[str, str]:
    """The same; of a row that names each of its cells, with an empty one, the names are the head."""
    cells = row_and_head[0].split(CELLS)
    named = [cell.removesuffix(":").partition(": ") for cell in cells]
    if not any(cell.endswith(":") for cell in cells) or not all(":" in cell for cell in cells):
        return row_and_head
    return CELLS.join(value for _, _, value in named), CELLS.join(name for name, _, _ in named)


def _is_heading(block: str, beside: tuple[str, str], passage: FoundPassage) -> bool:
    """Whether a line is a heading of the document, or a few words above prose or a table, with or without a number.

    `beside` is what stands above and below it.
    """
    if block.startswith("#") or block in passage.heading.split(" > "):
        return True
    number = number_of(block)
    is_entry = number is not None and any(number_of(each) is not None for each in beside)
    words = block if number is None else block.partition(" ")[2]
    if is_entry or starts_with_bullet(block) or len(sentences(words)) > 1:
        return False
    stands_above = len(beside[1]) >= _FULL or _is_row(beside[1])
    return stands_above and len(block) < _FULL and not _ENDED.search(block) and not _has_digit(words)


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _blocks(text: str) -> list[str]:
    """The lines of a text; a paragraph that was broken into lines is one, and "" ends a table."""
    lines = [line.strip() for line in text.splitlines()]
    entries = entries_of(lines)
    blocks: list[str] = []
    goes_on = False
    for place, line in enumerate(lines):
        if _BELOW_HEAD.fullmatch(line):
            continue
        if not line:
            blocks += [""] if blocks and _is_row(blocks[-1]) else []
        elif goes_on and not _is_row(line) and place not in entries:
            blocks[-1] = f"{blocks[-1]} {line}"
        else:
            blocks.append(line)
        goes_on = len(line) >= _FULL_BELOW and _goes_on(blocks[-1])
    return blocks


def _goes_on(block: str) -> bool:
    return len(block) >= _FULL and not _is_row(block) and not _ENDED.search(block)
