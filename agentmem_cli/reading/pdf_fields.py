"""What was filled into a PDF page and written onto it: form fields and annotations, as segments of its text.

Runs in the reading child only. Nothing hidden is read, and no script or action is run: pdfium is built without them.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from agentmem_cli.reading.clean import NOT_TICKED, TICKED
from agentmem_cli.reading.page_segments import Segment, Word

MOST_FIELDS = 1_000
"""Of a page."""
_MOST_UNITS = 20_000
"""Of UTF-16, in one value."""
_LINE = 12.0
"""Points: the height of a line in a tall field."""
_HIDDEN, _NO_VIEW = 2, 32
_NOTE = "[note]"
_NOTES = (1, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
"""Text, and the shapes and marks that carry a comment: numbers of pdfium's FPDF_ANNOT_…"""
_FREE_TEXT, _WIDGET = 3, 20


class Filled(NamedTuple):
    """One field or annotation."""

    text: str
    choice: str
    """Of a button that is one of several, what it stands for."""
    name: str
    """What the form's maker calls a field; empty for an annotation."""
    left: float
    bottom: float
    right: float
    top: float
    is_line: bool
    """Whether it stands on a line of its own, as a note does."""


def filled_on(page: Any, form: Any, segments: Sequence[Segment]) -> list[Segment]:
    """The segments of a page with what was filled in, each behind what it stands beside or below.

    `form` is pdfium's form environment, or None if the file has no form.
    """
    import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # it ships no types

    if not pdfium.FPDFPage_GetAnnotCount(page):
        return list(segments)
    written = _plain("".join(segment.text() for segment in segments))
    found = list(segments)
    for filled in _all_filled(page, form):
        if filled.is_line and _plain(filled.text.removeprefix(_NOTE)) in written:
            continue  # a highlight often repeats what it marks
        text = filled.text
        if filled.choice and _plain(filled.choice) not in written:
            text += f" {filled.choice}"
        if filled.name and not _has_label(filled, segments):
            text = f"{filled.name}: {text}"
        box = filled[-5:-1]
        found.insert(_place(filled, found), Segment([Word(text, *box, -1, True, -1)], *box))
    return found


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def _has_label(filled: Filled, segments: Sequence[Segment]) -> bool:
    """Whether the page says what a field is: beside it, or anywhere if it is no button."""
    if filled.text not in (TICKED, NOT_TICKED):
        return bool(segments)
    return any(each.bottom < (filled.bottom + filled.top) / 2 < each.top for each in segments)


def _place(filled: Filled, segments: Sequence[Segment]) -> int:
    """Behind the nearest segment to its left, before that to its right, or behind the lowest of those above it."""
    middle = (filled.bottom + filled.top) / 2
    level = [(each.left, place) for place, each in enumerate(segments) if each.bottom < middle < each.top]
    left = [each for each in level if each[0] < filled.left]
    if left and not filled.is_line:
        return max(left)[1] + 1
    if level and not filled.is_line:
        return min(level)[1]
    above = [(each.middle, -place) for place, each in enumerate(segments) if each.middle >= middle]
    return 1 - min(above)[1] if above else 0


def _all_filled(page: Any, form: Any) -> Iterator[Filled]:
    import pypdfium2.raw as pdfium

    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), MOST_FIELDS)):
        annotation = pdfium.FPDFPage_GetAnnot(page, number)
        if not annotation:
            continue
        try:
            yield from _filled(annotation, form)
        finally:
            pdfium.FPDFPage_CloseAnnot(annotation)


def _filled(annotation: Any, form: Any) -> Iterator[Filled]:
    import pypdfium2.raw as pdfium

    if pdfium.FPDFAnnot_GetFlags(annotation) & (_HIDDEN | _NO_VIEW):
        return
    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    text = choice = name = ""
    if kind == _WIDGET and form:
        text, choice = _value(annotation, form)
        name = _name(annotation, form) if text else ""
    elif kind == _FREE_TEXT or kind in _NOTES:
        contents = _string(partial(pdfium.FPDFAnnot_GetStringValue, annotation, b"Contents"))
        text = f"{_NOTE} {contents}" if contents and kind != _FREE_TEXT else contents
    if text:
        box = pdfium.FS_RECTF()
        pdfium.FPDFAnnot_GetRect(annotation, box)
        bottom = max(box.bottom, box.top - _LINE) if box.top - box.bottom > 2 * _LINE else box.bottom
        yield Filled(text, choice, name, box.left, bottom, box.right, box.top, kind in _NOTES)


def _value(annotation: Any, form: Any) -> tuple[str, str]:
    """(what a field holds, or whether a button is ticked; what a button that is one of several stands for)."""
    import pypdfium2.raw as pdfium

    kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON):
        mark = TICKED if pdfium.FPDFAnnot_IsChecked(form, annotation) else NOT_TICKED
        choice = ""
        if kind == pdfium.FPDF_FORMFIELD_RADIOBUTTON:
            choice = _string(partial(pdfium.FPDFAnnot_GetFormFieldExportValue, form, annotation))
        return mark, "" if choice.isdigit() else choice
    if kind in (pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX):
        chosen = ", ".join(_chosen(annotation, form))
        return chosen or _string(partial(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation)), ""
    if kind == pdfium.FPDF_FORMFIELD_TEXTFIELD:
        return _string(partial(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation)), ""
    return "", ""


def _chosen(annotation: Any, form: Any) -> Iterator[str]:
    """The chosen ones of a list, as people see them."""
    import pypdfium2.raw as pdfium

    for option in range(min(pdfium.FPDFAnnot_GetOptionCount(form, annotation), MOST_FIELDS)):
        if pdfium.FPDFAnnot_IsOptionSelected(form, annotation, option):
            yield _string(partial(pdfium.FPDFAnnot_GetOptionLabel, form, annotation, option))


def _name(annotation: Any, form: Any) -> str:
    """What people are shown as a field's name, else the last part of the name by which programs know it."""
    import pypdfium2.raw as pdfium

    shown = _string(partial(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, annotation))
    full = _string(partial(pdfium.FPDFAnnot_GetFormFieldName, form, annotation))
    return shown or full.rpartition(".")[2].partition("[")[0]


def _string(read: Callable[..., int]) -> str:
    """What a function of pdfium writes into a buffer whose size it is asked for first, on one line."""
    size = min(read(None, 0), 2 * _MOST_UNITS)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    read(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), size)
    return " ".join(buffer.raw.decode("utf-16-le", "replace").partition("\0")[0].split())
