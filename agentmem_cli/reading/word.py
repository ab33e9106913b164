"""Word documents -> parts, in the child process (`pdf.py`): a part for what stands under a heading, or for a run of it.

python-docx opens the file and knows its styles. The text is taken from the XML itself: python-docx passes over
inserted text, content controls, text boxes, footnotes and the numbers of numbered paragraphs ("4.2").
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import Any

from agentmem_cli.reading.pdf_pages import Line
from agentmem_cli.reading.places import Heading, Part, part_lines, quoted, unpacked
from agentmem_cli.reading.word_numbers import Numbering
from agentmem_cli.reading.xml_parts import lines_of, local_name, parsed, text_of

_ENOUGH = 800
"""Characters from which on a part ends at the next paragraph: about one passage."""
_WRAPPERS = frozenset({"sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml", "body"})
_NO_OUTLINE = 9


def read_docx(path: str, _wanted: Container[int], _password: str | None) -> Iterator[Line]:
    """The lines for a .docx file."""
    yield from part_lines(_docx_parts(path))


def _docx_parts(path: str) -> Iterator[Part]:
    import docx

    with unpacked(path):
        document = docx.Document(path)
        yield from _Body(document).parts()
        edges = _headers_and_footers(document)
        if edges:
            yield Part("header and footer", edges, [(-1, 0, "")])


@dataclass(slots=True)
class _Open:
    """The part that is being filled: its place is told once it is known what stands first in it."""

    place: str = ""
    lines: list[str] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    has_text: bool = False


class _Body:
    """Walks the paragraphs and tables of a document and cuts them into parts."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._levels = _HeadingLevels(document)
        self._numbering = Numbering(document)
        self._notes = {kind: _notes(document, kind) for kind in ("footnotes", "endnotes", "comments")}
        self._open = _Open()
        self._heading = ""
        self._paragraphs = self._tables = 0

    def parts(self) -> Iterator[Part]:
        for block in _blocks(self._document.element.body):
            yield from self._table(block) if local_name(block) == "tbl" else self._paragraph(block)
        yield from self._closed()

    def _paragraph(self, element: Any) -> Iterator[Part]:
        text = text_of(element).strip()
        beside = list(self._beside(element))
        if not text and not beside:
            return
        self._paragraphs += 1
        level = self._levels.of(element) if text else None
        number = self._numbering.of(element)
        text = " ".join(filter(None, [number, text]))
        if level is not None:
            if self._open.has_text:
                yield from self._closed()
            self._heading = " ".join(text.split())
            self._open.headings.append((0, level, self._heading))  # a part under two headings is the lower one's
        elif sum(map(len, self._open.lines)) >= _ENOUGH:
            yield from self._closed()
        self._begin(f"paragraph {self._paragraphs}", is_heading=level is not None)
        self._add([*(text.split("\n") if text else ()), *beside], is_text=level is None, follows=bool(number))

    def _table(self, element: Any) -> Iterator[Part]:
        self._tables += 1
        rows = list(_rows(element))
        for number, row in enumerate(rows, start=1):
            if sum(map(len, self._open.lines)) >= _ENOUGH:
                yield from self._closed()
                self._begin(f"table {self._tables}, row {number}")
                self._add([rows[0]] if number > 1 else [])
            self._begin(f"table {self._tables}")
            self._add([row], follows=number > 1)
        beside = list(self._beside(element))
        self._add(beside)

    def _begin(self, place: str, *, is_heading: bool = False) -> None:
        if is_heading or not self._open.place:
            under = quoted(self._heading) if self._heading else ""
            self._open.place = under if is_heading else ", ".join(filter(None, [under, place]))

    def _add(self, lines: list[str], *, is_text: bool = True, follows: bool = False) -> None:
        """`follows`: no blank line stands before it, as between the entries of a list and the rows of a table."""
        if self._open.lines and lines and not follows:
            self._open.lines.append("")
        self._open.lines += lines
        self._open.has_text |= is_text

    def _closed(self) -> Iterator[Part]:
        if any(self._open.lines):
            yield Part(self._open.place, self._open.lines, self._open.headings)
        self._open = _Open()

    def _beside(self, element: Any) -> Iterator[str]:
        """Text boxes at an element, and the notes and comments that it refers to, each on lines of their own."""
        for box in element.iter("{*}txbxContent"):
            if not any(local_name(each) == "Fallback" for each in box.iterancestors()):
                yield from (text_of(each).strip() for each in box.iter("{*}p"))
        for kind, mark in (("footnotes", "footnoteReference"), ("endnotes", "endnoteReference")):
            for reference in element.iter(f"{{*}}{mark}"):
                yield from self._note(kind, reference, "Note")
        for reference in element.iter("{*}commentReference"):
            yield from self._note("comments", reference, "Comment")

    def _note(self, kind: str, reference: Any, said: str) -> Iterator[str]:
        text = self._notes[kind].get(_attribute(reference, "id"))
        if text:
            yield f"{said}: {text}"


class _HeadingLevels:
    """The outline level of a paragraph: its own, or its style's; a title stands above all headings."""

    def __init__(self, document: Any) -> None:
        self._styles = {style.style_id: style for style in document.styles if hasattr(style, "base_style")}
        self._known: dict[str, int | None] = {}

    def of(self, paragraph: Any) -> int | None:
        """The level from 0; None for text."""
        own = _outline_level(paragraph)
        if own is not None:
            return own
        style = next((_attribute(each, "val") for each in paragraph.iterfind("./{*}pPr/{*}pStyle")), "")
        if style not in self._known:
            self._known[style] = self._of_style(style)
        return self._known[style]

    def _of_style(self, style_id: str) -> int | None:
        style = self._styles.get(style_id)
        for _ in range(10):  # a style may be based on itself
            if style is None:
                return None
            if (style.name or "") == "Title":
                return 0
            level = _outline_level(style.element)
            if level is not None:
                return level
            style = style.base_style
        return None


def _outline_level(element: Any) -> int | None:
    for found in element.iterfind("./{*}pPr/{*}outlineLvl"):
        value = _attribute(found, "val")
        if value.isdigit() and int(value) < _NO_OUTLINE:
            return int(value) + 1
    return None


def _attribute(element: Any, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _blocks(parent: Any) -> Iterator[Any]:
    """The paragraphs and tables in order, those within content controls and insertions too."""
    for child in parent:
        if local_name(child) in ("p", "tbl"):
            yield child
        elif local_name(child) in _WRAPPERS:
            yield from _blocks(child)


def _rows(table: Any) -> Iterator[str]:
    """A line for each row; a cell merged downwards says its text in each row, one merged sideways once."""
    above: list[str] = []
    for row in table.iterfind(".//{*}tr"):
        if next(row.iterancestors("{*}tbl"), None) is not table:  # of a table within a cell, which is that cell's text
            continue
        cells: list[str] = []
        for cell in row.iterfind(".//{*}tc"):
            if next(cell.iterancestors("{*}tr"), None) is row:
                cells += _cells(cell, above[len(cells)] if len(cells) < len(above) else "")
        above = cells
        yield " | ".join(cells)


def _cells(cell: Any, above: str) -> list[str]:
    """The text of a cell, and an empty one for each further column that it covers."""
    text = " ".join(" ".join(text_of(each) for each in cell.iter("{*}p")).split())
    merged = next(cell.iterfind("./{*}tcPr/{*}vMerge"), None)
    if merged is not None and _attribute(merged, "val") != "restart":
        text = above
    width = next((_attribute(each, "val") for each in cell.iterfind("./{*}tcPr/{*}gridSpan")), "1")
    return [text, *[""] * (min(int(width), 100) - 1 if width.isdigit() else 0)]


def _notes(document: Any, kind: str) -> dict[str, str]:
    """Footnotes, endnotes or comments by id; a comment with its author."""
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(f"/{kind}"):
            root = parsed(relation.target_part.blob)
            return {_attribute(note, "id"): _note_text(note) for note in root}
    return {}


def _note_text(note: Any) -> str:
    author = _attribute(note, "author")
    text = " ".join(" ".join(lines_of(note)).split())
    return f"{text} ({author})" if author and text else text


def _headers_and_footers(document: Any) -> list[str]:
    """Their lines, each once: sections mostly repeat those of the one before."""
    found: dict[str, None] = {}
    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.rpartition("/")[2] in ("header", "footer"):
            found |= dict.fromkeys(lines_of(parsed(relation.target_part.blob)))
    return list(found)
