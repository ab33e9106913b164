"""HTML -> the lines that a browser would show, and its headings. The standard library's parser; runs no script.

Headings are marked as in Markdown: a passage may hold several, and each, a question too, stands above what answers it.
A row of a table is a line, its cells parted by ` | `, empty ones too; what stands in a cell that spans rows is said in
each of them. The rows that name the columns are one line. A table that only arranges a page has its cells one after the
other. Items of a numbered list have their numbers. Of a form there is what is filled in, ticked and chosen. Scripts,
styles, comments and hidden elements go.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from html.parser import HTMLParser

from agentmem_cli.reading.clean import NOT_TICKED, TICKED
from agentmem_cli.reading.html_lists import NumberedList
from agentmem_cli.reading.html_tables import MOST_ROWS, Cell, Table, head_line, row_line, span
from agentmem_cli.reading.pieces import Piece, Shift, joined

_NOT_SHOWN = frozenset({"script", "style", "template", "noscript", "svg", "math", "object", "iframe", "datalist"})
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905 -- words
_PARAGRAPHS = frozenset(
    "address article aside blockquote details dialog dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr main"  # noqa: SIM905 -- words
    " nav ol p pre section table ul".split()
)
_LINES = frozenset("body br caption dd div dt figcaption html li summary tbody tfoot thead tr".split())  # noqa: SIM905 -- words
_CELLS = frozenset({"td", "th"})
_WITHOUT_NUMBERS = frozenset({"ul", "menu", "dir"})
_NOT_FILLED_IN = frozenset({"hidden", "password", "submit", "reset", "button", "image", "file"})
"""Kinds of `input` whose value nobody wrote or should read."""
_DEEPEST = 20
"""Of tables in each other, whose cells are read as such."""
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CLOSED_BY_NEXT = {
    "li": {"li"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "option": {"option"},
    "optgroup": {"option", "optgroup"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tr": {"td", "th", "tr"},
    **{tag: {"td", "th", "tr", "thead", "tbody"} for tag in ("tbody", "tfoot")},
    **{tag: {"p"} for tag in _PARAGRAPHS | {"div"}},
}
"""The elements that a start tag ends when their own end tags were left out."""


def html_lines(text: str) -> tuple[list[str], list[tuple[int, int, str]]]:
    """(the lines, the headings as (number of the line, level, words)); the page's title is a heading of level 0."""
    page = _read(text)
    if any(each.needs_items for each in page.numbered):
        page = _read(text, [each.items for each in page.numbered])
    title = " ".join("".join(page.title).split())
    return page.lines, ([(0, 0, title)] if title else []) + page.headings


def _read(text: str, items: Sequence[int] = ()) -> _Page:
    page = _Page(items)
    page.feed(text)
    page.close()
    return page


class _Page(HTMLParser):
    """Collects lines while the parser walks. `_open` holds the open elements, each with whether it is hidden."""

    def __init__(self, items: Sequence[int]) -> None:
        """`items`: how many each numbered list has, if this is known."""
        super().__init__(convert_charrefs=True)
        self._items = items
        self.numbered: list[NumberedList] = []
        """All of the page."""
        self._lists: list[NumberedList | None] = []
        """The open ones; None for one without numbers."""
        self._mark = ""
        """The number of an item of which no line has come yet."""
        self._places = [Cell()]
        """The page, and the open cells in it: what is read goes into the last one."""
        self._tables: list[Table] = []
        self.title: list[str] = []
        self._line: list[Piece] = []
        self._open: list[tuple[str, bool]] = []
        self._count: defaultdict[str, int] = defaultdict(int)
        self._hidden = 0
        self._chosen = 0
        """Options of the open `select`."""

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
        attributes = dict(attrs)
        hidden = _is_hidden(tag, attributes)
        if tag == "input" and not hidden and not self._hidden:
            self._add(f" {_filled_in(attributes)} ")
        if tag not in _VOID:
            self._open.append((tag, hidden))
            self._count[tag] += 1
            self._hidden += hidden
            if not self._hidden:
                self._open_table(tag, attributes)
                self._open_list(tag, attributes)
                self._open_choice(tag)

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
        is_struck = self._count["del"] or self._count["s"] or self._count["strike"]
        self._line.append(Piece(text, shift, is_struck > 0))

    def end_line(self) -> None:
        """Put what was collected into a line, unless it is blank."""
        line = " ".join(joined(self._line).split())
        self._line.clear()
        if line:
            self.lines.append(f"{self._mark}{line}")
            self._mark = ""

    def _close_last(self) -> None:
        tag, hidden = self._open.pop()
        if tag in _HEADINGS and not self._hidden:
            self._end_heading(_HEADINGS[tag])
        self._break_before(tag)
        if not self._hidden:
            self._close_table(tag)
            self._close_list(tag)
        self._count[tag] -= 1
        self._hidden -= hidden

    def _ends_cell(self, tag: str) -> bool:
        """Whether a cell is open that this tag ends, with all that was left open in it."""
        return (tag in _CELLS or tag == "tr") and bool(self._tables) and self._tables[-1].has_open_cell

    def _open_table(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "table":
            self._tables.append(Table())
        elif tag in _CELLS and self._tables and len(self._places) <= _DEEPEST:
            rows = min(MOST_ROWS, span(attributes.get("rowspan")))
            columns = span(attributes.get("colspan"))
            self._places.append(Cell(columns=columns, rows=rows, is_head=tag == "th"))
            self._tables[-1].has_open_cell = True
        elif tag == "thead" and self._tables:
            self._tables[-1].in_head = True

    def _close_table(self, tag: str) -> None:
        if tag in _CELLS and self._tables and self._tables[-1].has_open_cell:
            self._tables[-1].row.append(self._places.pop())
            self._tables[-1].has_open_cell = False
        elif tag in ("tr", "table") and self._tables:
            self._end_row(self._tables[-1])
            if tag == "table":
                self.lines.extend(map(row_line, self._tables.pop().head))
        elif tag == "thead" and self._tables:
            self._tables[-1].in_head = False

    def _open_choice(self, tag: str) -> None:
        if tag == "select":
            self._chosen = 0
        elif tag == "option":
            self._add(", " if self._chosen else " ")
            self._chosen += 1

    def _open_list(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "ol":
            number = len(self.numbered)
            self.numbered.append(NumberedList(attributes, self._items[number] if self._items else 0))
            self._lists.append(self.numbered[-1])
        elif tag in _WITHOUT_NUMBERS:
            self._lists.append(None)
        elif tag == "li" and self._lists and (opened := self._lists[-1]):
            self._mark += opened.next_mark(attributes)

    def _close_list(self, tag: str) -> None:
        if tag == "li":
            self._mark = ""
        elif (tag == "ol" or tag in _WITHOUT_NUMBERS) and self._lists:
            self._lists.pop()

    def _end_row(self, table: Table) -> None:
        cells = [cell for cell in table.row if cell.lines]
        is_head = table.names_columns
        texts = table.texts()
        if not any(texts):
            return
        is_row = len(texts) > 1 and all(cell.is_data for cell in cells)
        if is_row and is_head:
            table.head.append(texts)
            return
        self._end_head(table)
        if is_row:
            self.lines.append(row_line(texts))
            return
        for cell in cells:
            start = len(self.lines)
            self.headings.extend((start + place, level, words) for place, level, words in cell.headings)
            self.lines.extend(cell.lines)

    def _end_head(self, table: Table) -> None:
        if table.head:
            self.lines.append(head_line(table.head))
        table.head, table.has_rows = [], True

    def _end_heading(self, level: int) -> None:
        before = len(self.lines)
        self.end_line()
        if len(self.lines) > before:
            self.headings.append((before, level, self.lines[-1]))
            self.lines[-1] = f"{'#' * level} {self.lines[-1]}"

    def _break_before(self, tag: str) -> None:
        if self._hidden:
            return
        if tag in _PARAGRAPHS or tag in _LINES or tag in _CELLS:
            self.end_line()
            if tag in _PARAGRAPHS and self.lines and self.lines[-1]:
                self.lines.append("")


def _filled_in(attributes: dict[str, str | None]) -> str:
    """What an `input` shows."""
    kind = (attributes.get("type") or "").lower()
    if kind in ("checkbox", "radio"):
        return TICKED if "checked" in attributes else NOT_TICKED
    return "" if kind in _NOT_FILLED_IN else attributes.get("value") or ""


def _is_hidden(tag: str, attributes: dict[str, str | None]) -> bool:
    if tag in _NOT_SHOWN or (tag == "option" and "selected" not in attributes):
        return True
    style = "".join((attributes.get("style") or "").split()).lower()
    return "hidden" in attributes or "display:none" in style or "visibility:hidden" in style
