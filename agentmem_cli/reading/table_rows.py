"""Rows of cells -> parts: each row with the headings of its columns, so that it is understood alone."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, takewhile, zip_longest

from agentmem_cli.reading.places import Part

ROWS_ALONE = 2_000
"""So many rows are parts of their own, so that a citation names one row; of a longer table they come together."""
_ROWS_TOGETHER = 25
_ROWS_AHEAD = 100
"""In which a column that is to have a place has a value."""
_LONGEST_NAME = 100
_HAS_WORDS = re.compile(r"[^\W\d_]")
_IS_NUMBER = re.compile(r"[\W\d_]*\d[\W\d_]*[^\W\d_]{0,3}[\W\d_]*")
"""`49`, `1,234.50 €`, `2024-01-05`, `15 kg`."""
_IS_YEAR = re.compile(r"(?:19|20)\d\d(?:[/–-]\d\d)?")

Row = tuple[int, list[str]]
"""Its number as the program shows it, and the text of its cells."""


def row_parts(rows: Iterable[Row], sheet: str = "", prefix: str = "") -> Iterator[Part]:
    """The parts of one sheet; `prefix` stands before `row 12` in their places, `sheet` is their widest heading."""
    waiting: list[tuple[int, str]] = []
    title, count = "", 0
    for number, line, above in _lines(rows):
        if waiting and above != title:
            yield _part(waiting, sheet, title, prefix)
            count, waiting = count + 1, []
        title = above
        waiting.append((number, line))
        if len(waiting) == (1 if count < ROWS_ALONE else _ROWS_TOGETHER):
            yield _part(waiting, sheet, title, prefix)
            count, waiting = count + 1, []
    if waiting:
        yield _part(waiting, sheet, title, prefix)


def _part(rows: Sequence[tuple[int, str]], sheet: str, title: str, prefix: str) -> Part:
    first, last = rows[0][0], rows[-1][0]
    place = f"{prefix}row {first}" if first == last else f"{prefix}rows {first}–{last}"
    headings = [(-1, level, words) for level, words in ((0, sheet), (1, title))]
    return Part(place, [line for _, line in rows], headings)


def _lines(rows: Iterable[Row]) -> Iterator[tuple[int, str, str]]:
    """(number, the row as a line, the title above its table) for each row but those of names."""
    table = _Table()
    for (number, cells), following in _with_following(rows):
        filled = [cell for cell in cells if cell]
        if not filled:
            table.end()
        elif table.is_new and _is_title(cells, filled):
            table.take_title(filled[0])
            yield number, filled[0], table.title
        elif table.takes_names(number, cells):
            table.look_at(following)
        else:
            yield number, table.line(cells), table.title
    if table.named is not None:
        yield table.named, " | ".join(filter(None, table.names)), table.title


def _with_following(rows: Iterable[Row]) -> Iterator[tuple[Row, Sequence[Row]]]:
    """Each row with those right below it; of a file that breaks off, all that came before."""
    waiting: deque[Row] = deque()
    failure: Exception | None = None
    try:
        for row in rows:
            waiting.append(row)
            if len(waiting) > _ROWS_AHEAD:
                yield waiting.popleft(), waiting
    except Exception as error:  # noqa: BLE001 -- raised again behind the rows that wait
        failure = error
    while waiting:
        yield waiting.popleft(), waiting
    if failure:
        raise failure


@dataclass(slots=True)
class _Table:
    """The table that is being read. A row of names gives its names to the rows below it, until a blank row."""

    names: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    """Of a row above the names, whose cells are merged over several columns: `2025` above `Q1` and `Q2`."""
    named: int | None = None
    """The row of names, as long as no row has come below it."""
    title: str = ""
    is_new: bool = True
    has_rows: bool = False
    used: set[int] = field(default_factory=set)
    """The columns that are not empty in all rows."""

    def end(self) -> None:
        """A blank row: what follows may be another table, to which a remark below this one is no title."""
        self.is_new = True
        if self.has_rows:
            self.title = ""

    def take_title(self, words: str) -> None:
        self.names, self.groups, self.title = [], [], words[:_LONGEST_NAME]

    def takes_names(self, number: int, cells: Sequence[str]) -> bool:
        """Whether a row names the columns, or groups of them."""
        if self.is_new and _are_names(cells):
            if not self.groups and _has_groups(cells):
                self.groups = list(cells)
                return True
            padded = [*self.groups, *[""] * (len(cells) - len(self.groups))]
            self.names = [f"{group} {cell}".strip(" :") for group, cell in zip(padded, cells, strict=False)]
            self.named, self.is_new, self.has_rows, self.groups = number, False, False, []
            return True
        self.named, self.is_new, self.has_rows = None, False, True
        return False

    def look_at(self, rows: Iterable[Row]) -> None:
        """See which columns the rows of the table use."""
        table = takewhile(any, (cells for _, cells in rows))
        self.used = {column for cells in table for column, cell in enumerate(cells) if cell}

    def line(self, cells: Sequence[str]) -> str:
        """`Plan: Solo | People: | Price: 49 €`. Where columns have names, those that no row uses are left out.

        So are all empty cells of a row that has few others.
        """
        if not any(self.names):
            return " | ".join(cells).rstrip(" |")
        self.used |= {column for column, cell in enumerate(cells) if cell}
        padded = [*cells, *[""] * (len(self.names) - len(cells))]
        named = list(zip_longest(self.names, padded, fillvalue=""))
        empty = [place for place, (name, cell) in enumerate(named) if name and not cell and place in self.used]
        filled = [place for place, (_, cell) in enumerate(named) if cell]
        shown = sorted([*filled, *empty]) if len(empty) < len(filled) else filled
        return " | ".join(_named(*named[place]) for place in shown)


def _named(name: str, cell: str) -> str:
    return f"{name}: {cell}".rstrip() if name else cell


def _is_title(cells: Sequence[str], filled: Sequence[str]) -> bool:
    """One cell, or one that is merged over the whole width."""
    return len(filled) == 1 or (len(set(filled)) == 1 and bool(cells[0]))


def _are_names(cells: Sequence[str]) -> bool:
    """Whether a row may hold the names of columns: short words or years, and no other numbers."""
    filled = [cell for cell in cells if cell]
    are_words = all(_is_word(cell) or _IS_YEAR.fullmatch(cell) for cell in filled)
    is_told_apart = _has_groups(cells) or len(set(filled)) == len(filled)
    return are_words and is_told_apart and max(map(len, filled)) <= _LONGEST_NAME


def _is_word(cell: str) -> bool:
    return bool(_HAS_WORDS.search(cell)) and not _IS_NUMBER.fullmatch(cell)


def _has_groups(cells: Sequence[str]) -> bool:
    """Whether cells beside each other say the same, as merged ones do."""
    return any(first and first == second for first, second in pairwise(cells))
