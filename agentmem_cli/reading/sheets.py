"""Excel and CSV files -> their rows, in the child process (`pdf.py`)."""

from __future__ import annotations

import csv
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from agentmem_cli.reading.cell_text import shown
from agentmem_cli.reading.pdf_pages import Line
from agentmem_cli.reading.pieces import Piece, joined
from agentmem_cli.reading.places import Part, Refused, part_lines, quoted, unpacked
from agentmem_cli.reading.table_rows import Row, row_parts
from agentmem_cli.reading.text_files import text_of
from agentmem_cli.reading.xml_parts import SHIFTS, lines_of, parsed, related

_DELIMITERS = ",;\t|"
_SAMPLE_LINES = 30
_MOST_IN_CELL = 10_000_000
_MOST_MERGED = 10_000
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_UNSTORED = re.compile(
    rb'<(?:\w+:)?c\b(?![^<>]*\bt="str")[^<>]*>\s*<(?:\w+:)?f\b(?:[^<>]*/>|[^<]*</(?:\w+:)?f>)'
    rb"\s*(?:<(?:\w+:)?v\s*(?:/>|></(?:\w+:)?v>)\s*)?</(?:\w+:)?c>"
)
"""A cell with a formula and no value; one whose value is an empty text says so."""
_CHUNK, _OVERLAP = 1 << 20, 10_000
"""Bytes; a formula has at most 8,192 characters."""

Merged = dict[int, list[tuple[int, int, int]]]
"""Row from 1 -> (first column from 0, last row, last column) of the merged cells that begin there."""


def read_csv(path: str, _wanted: Container[int], _password: str | None) -> Iterator[Line]:
    """The lines for a .csv or .tsv file."""
    text, about = text_of(path)
    if about:
        yield about
    if "refused" not in about:
        yield from part_lines(row_parts(_csv_rows(text)))


def _csv_rows(text: str) -> Iterator[Row]:
    csv.field_size_limit(_MOST_IN_CELL)
    lines = text.replace("\0", "").splitlines(keepends=True)
    rows = csv.reader(lines, delimiter=_delimiter(lines[:_SAMPLE_LINES]))
    for number, cells in enumerate(rows, start=1):
        yield number, [" ".join(cell.split()) for cell in cells]


def _delimiter(lines: Sequence[str]) -> str:
    """That by which most of the first rows have as many cells as each other, and more than one."""

    def fits(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1)
        width, rows = widths.most_common(1)[0] if widths else (0, 0)
        return rows, width

    return max(_DELIMITERS, key=fits)


def read_xlsx(path: str, _wanted: Container[int], _password: str | None) -> Iterator[Line]:
    """The lines for an Excel file: a part for each row, and for each comment and text box of its sheets."""
    if _lacks_values(path):
        yield {"limit": "formulas without stored values were found: open and save it in Excel to have them read"}
    yield from part_lines(_xlsx_parts(path))


def _xlsx_parts(path: str) -> Iterator[Part]:
    import openpyxl

    with unpacked(path) as archive:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, rich_text=True)
        for sheet in book.worksheets:
            hidden = "" if sheet.sheet_state == "visible" else "hidden "
            prefix = f"{hidden}sheet {quoted(sheet.title)}, "
            part = sheet._worksheet_path  # noqa: SLF001 -- nothing else names the sheet's part of the archive
            yield from row_parts(_sheet_rows(sheet, _merged(archive, part)), sheet.title, prefix)
            yield from _notes(archive, part, sheet.title, prefix)


def _sheet_rows(sheet: Any, merged: Merged) -> Iterator[Row]:
    """The rows as they are shown; a merged cell's text stands in each cell that it covers, as an eye carries it."""
    covering: list[tuple[range, int, str]] = []
    last_number = 0
    for number, cells in _cells_by_row(sheet):
        if number > last_number + 1:
            yield number - 1, []
        last_number = number
        texts = [_shown(cell) for cell in cells]
        covering = [each for each in covering if number <= each[1]]
        for first, last_row, last in merged.get(number, ()):
            if first < len(texts) and texts[first]:
                covering.append((range(first, min(last + 1, len(texts))), last_row, texts[first]))
        for columns, _, text in covering:
            for column in columns:
                if column < len(texts):
                    texts[column] = texts[column] or text
        yield number, texts


def _cells_by_row(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """(number, cells) of each row in the file. openpyxl's own loop forgets how letters in a cell are set."""
    from openpyxl.worksheet._reader import WorkSheetParser

    book = sheet.parent
    strings, dates, durations = sheet._shared_strings, book._date_formats, book._timedelta_formats  # noqa: SLF001 -- as it does
    with sheet._get_source() as source:  # noqa: SLF001 -- the same
        parser = WorkSheetParser(source, strings, True, book.epoch, dates, durations, rich_text=True)
        for number, cells in parser.parse():
            yield number, sheet._get_row(cells)  # noqa: SLF001 -- the same


def _shown(cell: Any) -> str:
    value = cell.value
    if isinstance(value, list):  # of letters that are not all set alike
        value = joined(map(_piece, value))
    return "" if value is None else " ".join(shown(value, cell.number_format or "").split())


def _piece(block: Any) -> Piece:
    font = getattr(block, "font", None)
    return Piece(str(block), SHIFTS.get(font.vertAlign), bool(font.strike)) if font else Piece(block)


def _merged(archive: zipfile.ZipFile, part: str) -> Merged:
    """The merged cells of a sheet. They stand behind its rows, of which openpyxl then knows nothing any more."""
    from openpyxl.utils import range_boundaries

    found: Merged = {}
    references = (each for chunk in _chunks(archive, part.lstrip("/")) for each in _MERGED.findall(chunk))
    for reference in islice(references, _MOST_MERGED):
        first_column, first_row, last_column, last_row = range_boundaries(reference.decode())
        found.setdefault(first_row, []).append((first_column - 1, last_row, last_column - 1))
    return found


def _lacks_values(path: str) -> bool:
    """Whether formulas have no values, as in a file that a program wrote which does not calculate."""
    with suppress(Refused, zlib.error), unpacked(path) as archive:
        names = [each for each in archive.namelist() if each.startswith("xl/worksheets/") and each.endswith(".xml")]
        return any(_UNSTORED.search(chunk) for name in names for chunk in _chunks(archive, name))
    return False


def _chunks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """A sheet in chunks that overlap, so that what is looked for is whole in one of them."""
    with archive.open(part) as file:
        tail = b""
        while chunk := file.read(_CHUNK):
            yield tail + chunk
            tail = chunk[-_OVERLAP:]


def _notes(archive: zipfile.ZipFile, part: str, sheet: str, prefix: str) -> Iterator[Part]:
    """The comments and text boxes of a sheet."""
    for kind, target in related(archive, part.lstrip("/")):
        if kind == "comments":
            for comment in parsed(archive.read(target)).iter("{*}comment"):
                cell = comment.get("ref", "")
                place = f"{prefix}comment on {cell}"
                yield Part(place, [f"Comment on {cell}: {' '.join(lines_of(comment))}"], [(-1, 0, sheet)])
        elif kind == "drawing":
            for box in parsed(archive.read(target)).iter("{*}txBody"):
                yield Part(f"{prefix}text box", lines_of(box), [(-1, 0, sheet)])
