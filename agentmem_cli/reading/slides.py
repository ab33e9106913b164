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
            words = " ".join(title.text_frame.text.split()) if title is not None else ""
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
            yield from _paragraphs(shape.text_frame)


def _paragraphs(frame: Any) -> Iterator[str]:
    for paragraph in frame.paragraphs:
        for line in paragraph.text.split("\v"):
            if line.strip():
                yield " ".join(line.split())


def _of_table(table: Any) -> Iterator[str]:
    """A line for each row; the cells that a merged one covers are empty."""
    for row in table.rows:
        cells = ("" if cell.is_spanned else " ".join(cell.text_frame.text.split()) for cell in row.cells)
        yield " | ".join(cells)


def _of_chart(chart: Any) -> Iterator[str]:
    """Its title, and a line for each series: `Sales: Q1 10 | Q2 12.5`."""
    if chart.has_title and chart.chart_title.has_text_frame:
        yield from _paragraphs(chart.chart_title.text_frame)
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
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        for line in _paragraphs(slide.notes_slide.notes_text_frame):
            yield f"Notes: {line}"
