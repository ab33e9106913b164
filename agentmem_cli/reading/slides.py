"""PowerPoint files -> their slides, in the child process (`pdf.py`): what is on them, their notes and comments."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Any

from agentmem_cli.reading.pdf_pages import Line
from agentmem_cli.reading.places import Part, part_lines, unpacked
from agentmem_cli.reading.xml_parts import lines_of, parsed

_DEEPEST_GROUP = 20


def read_pptx(path: str, _wanted: Container[int], _password: str | None) -> Iterator[Line]:
    """The lines for a .pptx file, a part for each slide."""
    yield from part_lines(_slides(path))


def _slides(path: str) -> Iterator[Part]:
    import pptx

    with unpacked(path):
        for number, slide in enumerate(pptx.Presentation(path).slides, start=1):
            hidden = " (hidden)" if slide.element.get("show") == "0" else ""
            title = slide.shapes.title
            words = _one_line(title.element) if title is not None else ""
            others = (shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id)
            lines = [*filter(None, [words]), *_of_shapes(others), *_beside(slide)]
            yield Part(f"slide {number}{hidden}", lines, [(0 if words else -1, 0, words)])


def _of_shapes(shapes: Iterable[Any], depth: int = 0) -> Iterator[str]:
    for shape in shapes:
        if hasattr(shape, "shapes") and depth < _DEEPEST_GROUP:
            yield from _of_shapes(shape.shapes, depth + 1)
        elif getattr(shape, "has_table", False):
            yield from _of_table(shape.table)
        elif getattr(shape, "has_chart", False):
            yield from _of_chart(shape.chart)
        elif shape.has_text_frame:
            yield from _paragraphs(shape.element)


def _paragraphs(element: Any) -> Iterator[str]:
    for paragraph in lines_of(element):
        for line in paragraph.split("\n"):
            if line.strip():
                yield " ".join(line.split())


def _one_line(element: Any) -> str:
    return " ".join(_paragraphs(element))


def _of_table(table: Any) -> Iterator[str]:
    """A line for each row; the cells that a merged one covers are empty."""
    for row in table.rows:
        cells = ("" if cell.is_spanned else _one_line(cell._tc) for cell in row.cells)  # noqa: SLF001 -- no other way
        yield " | ".join(cells)


def _of_chart(chart: Any) -> Iterator[str]:
    """Its title, and a line for each series: `Sales: Q1 10 | Q2 12.5`."""
    if chart.has_title and chart.chart_title.has_text_frame:
        yield from _paragraphs(chart.chart_title.element)
    for plot in chart.plots:
        categories = [str(each) for each in plot.categories]
        for series in plot.series:
            values = [f"{each:.15g}" if each is not None else "" for each in series.values]
            names = categories or [""] * len(values)
            yield f"{series.name}: " + " | ".join(f"{a} {b}".strip() for a, b in zip(names, values, strict=False))


def _beside(slide: Any) -> Iterator[str]:
    """Diagrams (SmartArt), speaker notes and comments, which are parts of their own."""
    for relation in slide.part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if kind == "diagramData" and not relation.is_external:
            yield from lines_of(parsed(relation.target_part.blob))
        elif kind == "comments" and not relation.is_external:
            for comment in parsed(relation.target_part.blob).iter("{*}cm"):
                words = [text.text or "" for text in comment.iter("{*}text", "{*}t")]
                yield f"Comment: {' '.join(' '.join(words).split())}"
    notes = slide.notes_slide.notes_placeholder if slide.has_notes_slide else None
    if notes is not None:
        for line in _paragraphs(notes.element):
            yield f"Notes: {line}"
