"""The rows of a table of HTML: each cell in its column, and what names the columns. Knows nothing of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from agentmem_cli.reading.clean import CELL_BORDER

_MOST_COLUMNS, MOST_ROWS = 100, 100
"""Where cells that are said to span several end."""
_LONGEST_CELL = 400
"""Characters; a table with a longer one only arranges the page."""
_LONGEST_REPEATED = 80
"""Of what stands in a cell that spans rows."""


@dataclass(slots=True)
class Cell:
    """What stands in a cell, or on the page itself."""

    lines: list[str] = field(default_factory=list)
    headings: list[tuple[int, int, str]] = field(default_factory=list)
    columns: int = 1
    rows: int = 1
    is_head: bool = False

    @property
    def is_data(self) -> bool:
        """Whether it may stand in a row with others."""
        is_row = any(CELL_BORDER in line for line in self.lines)
        return not self.headings and not is_row and sum(map(len, self.lines)) <= _LONGEST_CELL


@dataclass(slots=True)
class Table:
    """The row that is being read, and what reaches into it from above: column -> (rows still to come, words)."""

    row: list[Cell] = field(default_factory=list)
    hanging: dict[int, tuple[int, str]] = field(default_factory=dict)
    has_open_cell: bool = False
    head: list[list[str]] = field(default_factory=list)
    """The rows so far that name the columns."""
    in_head: bool = False
    has_rows: bool = False

    @property
    def names_columns(self) -> bool:
        """Whether the row stands in `thead`, or above the others and has only `th` cells, but for an empty corner."""
        if self.has_rows or not self.row:
            return False
        corner, *others = self.row
        is_section = bool(self.head) and not others
        are_heads = all(cell.is_head for cell in others) and (corner.is_head or not corner.lines)
        return self.in_head or (are_heads and not is_section)

    def texts(self) -> list[str]:
        """The cells of the row, each in its column; ends the row."""
        names_columns = self.names_columns
        found: list[str] = []
        following: dict[int, tuple[int, str]] = {}
        for cell in self.row:
            self._reach_in(found, following)
            text = " ".join(filter(None, cell.lines))
            beside = text if names_columns and len(text) <= _LONGEST_REPEATED else ""
            for shown in (text, *[beside] * (min(cell.columns, _MOST_COLUMNS - len(found)) - 1)):
                if cell.rows > 1:
                    following[len(found)] = (cell.rows - 1, shown if len(shown) <= _LONGEST_REPEATED else "")
                found.append(shown)
        self._reach_in(found, following)
        self.row, self.hanging = [], following | self.hanging
        return found

    def _reach_in(self, found: list[str], following: dict[int, tuple[int, str]]) -> None:
        """Put in the cells that reach into the row at this place."""
        while len(found) in self.hanging:
            rows, text = self.hanging.pop(len(found))
            if rows > 1:
                following[len(found)] = (rows - 1, text)
            found.append(text)


def row_line(texts: Sequence[str]) -> str:
    """A row as it is read."""
    return CELL_BORDER.join(texts).strip()


def head_line(rows: Sequence[Sequence[str]]) -> str:
    """The names of the columns: what stands above each in any of the rows. A title above all of them is said once."""
    names = [" ".join(dict.fromkeys(filter(None, column))) for column in zip_longest(*rows)]
    return names[0] if len(set(names)) == 1 else row_line(names)


def span(text: str | None) -> int:
    """Of columns or rows; 1 where it is not said or makes no sense."""
    return max(1, int(text)) if text and text.isascii() and text.isdigit() and len(text) < 6 else 1
