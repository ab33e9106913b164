"""HTML -> the lines that a browser would show, and its headings. The standard library's parser; runs no script.

A row of a table is a line, its cells parted by ` | `, empty ones too; what stands in a cell that spans rows is said in
each of them. A table that only arranges a page has its cells one after the other. Scripts, styles, comments and hidden
elements go.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from html.parser import HTMLParser

from agentmem_cli.reading.clean import CELL_BORDER
from agentmem_cli.reading.pieces import Piece, Shift, joined

_NOT_SHOWN = frozenset(
    {"script", "style", "template", "noscript", "svg", "math", "object", "iframe", "select", "datalist"}
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905 -- words
_PARAGRAPHS = frozenset(
    "address article aside blockquote details dialog dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr main"  # noqa: SIM905 -- words
    " nav ol p pre section table ul".split()
)
_LINES = frozenset("body br caption dd div dt figcaption html li option summary tbody tfoot thead tr".split())  # noqa: SIM905 -- words
_CELLS = frozenset({"td", "th"})
_MOST_COLUMNS, _MOST_ROWS = 100, 100
"""Where cells that are said to span several end."""
_DEEPEST = 20
"""Of tables in each other, whose cells are read as such."""
_LONGEST_CELL = 400
"""Characters; a table with a longer one only arranges the page."""
_LONGEST_REPEATED = 80
"""Of what stands in a cell that spans rows."""
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CLOSED_BY_NEXT = {
    "li": {"li"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "option": {"option"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tr": {"td", "th", "tr"},
    **{tag: {"p"} for tag in _PARAGRAPHS | {"div"}},
}
"""The elements that a start tag ends when their own end tags were left out."""


def html_lines(text: str) -> tuple[list[str], list[tuple[int, int, str]]]:
    """(the lines, the headings as (number of the line, level, words)); the page's title is a heading of level 0."""
    page = _Page()
    page.feed(text)
    page.close()
    title = " ".join("".join(page.title).split())
    return page.lines, ([(0, 0, title)] if title else []) + page.headings


@dataclass(slots=True)
class _Cell:
    """What stands in a cell, or on the page itself."""

    lines: list[str] = field(default_factory=list)
    headings: list[tuple[int, int, str]] = field(default_factory=list)
    columns: int = 1
    rows: int = 1

    @property
    def is_data(self) -> bool:
        """Whether it may stand in a row with others."""
        is_row = any(CELL_BORDER in line for line in self.lines)
        return not self.headings and not is_row and sum(map(len, self.lines)) <= _LONGEST_CELL


@dataclass(slots=True)
class _Table:
    """The row that is being read, and what reaches into it from above: column -> (rows still to come, words)."""

    row: list[_Cell] = field(default_factory=list)
    hanging: dict[int, tuple[int, str]] = field(default_factory=dict)
    has_open_cell: bool = False

    def texts(self) -> list[str]:
        """The cells of the row, each in its column; ends the row."""
        found: list[str] = []
        following: dict[int, tuple[int, str]] = {}
        for cell in self.row:
            self._reach_in(found, following)
            text = " ".join(filter(None, cell.lines))
            for shown in (text, *[""] * (min(cell.columns, _MOST_COLUMNS - len(found)) - 1)):
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


class _Page(HTMLParser):
    """Collects lines while the parser walks. `_open` holds the open elements, each with whether it is hidden."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._places = [_Cell()]
        """The page, and the open cells in it: what is read goes into the last one."""
        self._tables: list[_Table] = []
        self.title: list[str] = []
        self._line: list[Piece] = []
        self._open: list[tuple[str, bool]] = []
        self._count: defaultdict[str, int] = defaultdict(int)
        self._hidden = 0

    @property
    def lines(self) -> list[str]:
        """Of the page, or of the cell that is open."""
        return self._places[-1].lines

    @property
    def headings(self) -> list[tuple[int, int, str]]:
        """The same."""
        return self._places[-1].headings

    def close(self) -> None:
        """End all that the file left open."""
        super().close()
        while self._open:
            self._close_last()
        self.end_line()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self._open and (self._open[-1][0] in _CLOSED_BY_NEXT.get(tag, ()) or self._ends_cell(tag)):
            self._close_last()
        self._break_before(tag)
        if tag not in _VOID:
            hidden = tag in _NOT_SHOWN or _is_hidden(dict(attrs))
            self._open.append((tag, hidden))
            self._count[tag] += 1
            self._hidden += hidden
            if not self._hidden:
                self._open_table(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if not self._count[tag]:  # an end with no start
            return
        while self._open[-1][0] != tag:
            self._close_last()
        self._close_last()

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if self._count["title"]:
            self.title.append(data)
        elif self._count["pre"]:
            first, *others = data.split("\n")
            self._add(first)
            for other in others:
                self.end_line()
                self._add(other)
        else:
            self._add(data)

    def _add(self, text: str) -> None:
        shift = Shift.RAISED if self._count["sup"] else Shift.LOWERED if self._count["sub"] else None
        self._line.append(Piece(text, shift))

    def end_line(self) -> None:
        """Put what was collected into a line, unless it is blank."""
        line = " ".join(joined(self._line).split())
        self._line.clear()
        if line:
            self.lines.append(line)

    def _close_last(self) -> None:
        tag, hidden = self._open.pop()
        if tag in _HEADINGS and not self._hidden:
            self._end_heading(_HEADINGS[tag])
        self._break_before(tag)
        if not self._hidden:
            self._close_table(tag)
        self._count[tag] -= 1
        self._hidden -= hidden

    def _ends_cell(self, tag: str) -> bool:
        """Whether a cell is open that this tag ends, with all that was left open in it."""
        return (tag in _CELLS or tag == "tr") and bool(self._tables) and self._tables[-1].has_open_cell

    def _open_table(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "table":
            self._tables.append(_Table())
        elif tag in _CELLS and self._tables and len(self._places) <= _DEEPEST:
            rows = min(_MOST_ROWS, _number(attributes.get("rowspan")))
            self._places.append(_Cell(columns=_number(attributes.get("colspan")), rows=rows))
            self._tables[-1].has_open_cell = True

    def _close_table(self, tag: str) -> None:
        if tag in _CELLS and self._tables and self._tables[-1].has_open_cell:
            self._tables[-1].row.append(self._places.pop())
            self._tables[-1].has_open_cell = False
        elif tag in ("tr", "table") and self._tables:
            self._end_row(self._tables[-1])
            if tag == "table":
                self._tables.pop()

    def _end_row(self, table: _Table) -> None:
        cells = [cell for cell in table.row if cell.lines]
        is_data = all(cell.is_data for cell in cells)
        texts = table.texts()
        if is_data and len(texts) > 1:
            if any(texts):
                self.lines.append(CELL_BORDER.join(texts).strip())
            return
        for cell in cells:
            start = len(self.lines)
            self.headings.extend((start + place, level, words) for place, level, words in cell.headings)
            self.lines.extend(cell.lines)

    def _end_heading(self, level: int) -> None:
        before = len(self.lines)
        self.end_line()
        if len(self.lines) > before:
            self.headings.append((before, level, self.lines[-1]))

    def _break_before(self, tag: str) -> None:
        if self._hidden:
            return
        if tag in _PARAGRAPHS or tag in _LINES or tag in _CELLS:
            self.end_line()
            if tag in _PARAGRAPHS and self.lines and self.lines[-1]:
                self.lines.append("")


def _number(text: str | None) -> int:
    """Of columns or rows; 1 where it is not said or makes no sense."""
    return max(1, int(text)) if text and text.isascii() and text.isdigit() and len(text) < 6 else 1


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    style = "".join((attributes.get("style") or "").split()).lower()
    return "hidden" in attributes or "display:none" in style or "visibility:hidden" in style
