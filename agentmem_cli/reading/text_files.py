"""Text, Markdown and HTML files -> lines, in the child process (`pdf.py`). One page each; a form feed starts another.

Lines of text come with `headings`: (number of the line, level from 0, the heading's words).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator
from pathlib import Path

from agentmem_cli.reading.clean import neutral, neutral_line
from agentmem_cli.reading.encodings import decoded
from agentmem_cli.reading.html_text import html_lines
from agentmem_cli.reading.pdf_pages import MOST_CHARACTERS, Line

Heading = tuple[int, int, str]

_MOST_BYTES = 4 * MOST_CHARACTERS
_BINARY = "it is binary, not text"
_UNCLEAR = "its encoding is unclear: save it as UTF-8"
_ATX = re.compile(r" {0,3}(#{1,6})\s+(.*?)[\s#]*")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})\s*")
_FENCE = re.compile(r" {0,3}(```|~~~)")


def read_plain(path: str, _wanted: Container[int], _password: str | None) -> Iterator[Line]:
    """The lines for a .txt file."""
    yield from _lines(path, lambda text: [{"text": neutral(part)} for part in text.split("\f")])


def read_markdown(path: str, _wanted: Container[int], _password: str | None) -> Iterator[Line]:
    """The lines for a .md file, as it is written; its headings are those that it marks."""
    yield from _lines(path, _markdown_pages)


def read_html(path: str, _wanted: Container[int], _password: str | None) -> Iterator[Line]:
    """The lines for an HTML file: what a browser would show of it."""
    yield from _lines(path, _html_pages, is_html=True)


def _lines(path: str, pages_of: Callable[[str], list[Line]], *, is_html: bool = False) -> Iterator[Line]:
    text, about = text_of(path, is_html=is_html)
    if "refused" in about:
        yield about
        return
    pages = pages_of(text)
    yield {"count": len(pages), **about}
    for index, page in enumerate(pages):
        yield {"index": index, **page}


def _markdown_pages(text: str) -> list[Line]:
    lines = neutral(text).split("\n")
    return [{"text": "\n".join(lines), "headings": list(_markdown_headings(lines))}]


def _html_pages(text: str) -> list[Line]:
    lines, headings = html_lines(text)
    marked = [(place, level, neutral_line(title)) for place, level, title in headings]
    return [{"text": "\n".join(map(neutral_line, lines)), "headings": marked}]


def text_of(path: str, *, is_html: bool = False) -> tuple[str, Line]:
    """(the text, what is to be said of it: that it is refused or was cut, or nothing)."""
    with Path(path).open("rb") as file:
        content = file.read(_MOST_BYTES)
    is_cut = len(content) == _MOST_BYTES
    text = decoded(content, is_html=is_html, is_cut=is_cut)
    if text is None:
        return "", {"refused": _BINARY if b"\0" in content else _UNCLEAR}
    if is_cut or len(text) > MOST_CHARACTERS:
        limit = f"only its first {MOST_CHARACTERS // 1_000_000} million characters were read"
        return text[:MOST_CHARACTERS], {"limit": limit}
    return text, {}


def _markdown_headings(lines: list[str]) -> Iterator[Heading]:
    """`# Title`, and `Title` over a line of `=` or `-`; not inside fenced code."""
    fence = None
    for place, line in enumerate(lines):
        fenced = _FENCE.match(line)
        if fenced and fence in (None, fenced[1]):
            fence = None if fence else fenced[1]
        if fence:
            continue
        if marked := _ATX.fullmatch(line):
            yield place, len(marked[1]) - 1, marked[2]
        elif (under := _SETEXT.fullmatch(line)) and place and _may_be_underlined(lines, place - 1):
            yield place - 1, 0 if under[1][0] == "=" else 1, lines[place - 1].strip()


def _may_be_underlined(lines: list[str], place: int) -> bool:
    """Whether a line is a paragraph of its own, not a list entry, a table's row or a rule."""
    line = lines[place].strip()
    alone = place == 0 or not lines[place - 1].strip()
    return alone and bool(line) and line[0].isalnum() and "|" not in line
