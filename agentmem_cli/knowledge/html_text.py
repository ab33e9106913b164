"""HTML -> the lines that a browser would show, and its headings. The standard library's parser; runs no script.

Rows of a table stay on their lines, their cells parted by ` | `. Scripts, styles, comments and hidden elements go.
"""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

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
    page.end_line()
    title = " ".join("".join(page.title).split())
    return page.lines, ([(0, 0, title)] if title else []) + page.headings


class _Page(HTMLParser):
    """Collects lines while the parser walks. `_open` holds the open elements, each with whether it is hidden."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.headings: list[tuple[int, int, str]] = []
        self.title: list[str] = []
        self._line: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._count: Counter[str] = Counter()
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self._open and self._open[-1][0] in _CLOSED_BY_NEXT.get(tag, ()):
            self._close_last()
        self._break_before(tag)
        if tag not in _VOID:
            hidden = tag in _NOT_SHOWN or _is_hidden(dict(attrs))
            self._open.append((tag, hidden))
            self._count[tag] += 1
            self._hidden += hidden

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
            self._line.append(first)
            for other in others:
                self.end_line()
                self._line.append(other)
        else:
            self._line.append(data)

    def end_line(self) -> None:
        """Put what was collected into a line, unless it is blank."""
        line = " ".join("".join(self._line).split())
        self._line.clear()
        if line.strip(" |"):
            self.lines.append(line)

    def _close_last(self) -> None:
        tag, hidden = self._open.pop()
        if tag in _HEADINGS and not self._hidden:
            self._end_heading(_HEADINGS[tag])
        self._break_before(tag if tag not in _CELLS else "")
        self._count[tag] -= 1
        self._hidden -= hidden

    def _end_heading(self, level: int) -> None:
        before = len(self.lines)
        self.end_line()
        if len(self.lines) > before:
            self.headings.append((before, level, self.lines[-1]))

    def _break_before(self, tag: str) -> None:
        if self._hidden:
            return
        if tag in _CELLS and "".join(self._line).strip():
            self._line.append(" | ")
        elif tag in _PARAGRAPHS or tag in _LINES:
            self.end_line()
            if tag in _PARAGRAPHS and self.lines and self.lines[-1]:
                self.lines.append("")


def _is_hidden(attributes: dict[str, str | None]) -> bool:
    style = "".join((attributes.get("style") or "").split()).lower()
    return "hidden" in attributes or "display:none" in style or "visibility:hidden" in style
