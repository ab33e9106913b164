"""The two readers of a PDF, as a child process (`pdf.py`) runs them: pdfium first, pypdf for what it leaves.

Each is a generator of lines (see `pdf.py`), so that the pages before a crash are not lost. Nothing here limits
time or memory, and nothing here may run in the process that holds the database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Container, Iterator
from itertools import accumulate, islice
from typing import Any

from agentmem_cli.reading.clean import neutral, neutral_line
from agentmem_cli.reading.headings import Font, Span
from agentmem_cli.reading.page_lines import lines_of
from agentmem_cli.reading.page_segments import OutLine, segments_of
from agentmem_cli.reading.pdf_fields import filled_on
from agentmem_cli.reading.pdf_words import words_on

MOST_PAGES = 20_000
MOST_CHARACTERS_OF_PAGE = 200_000
MOST_CHARACTERS = 40_000_000
MOST_OUTLINE_ENTRIES = 5_000
MOST_OBJECTS = 1_000
"""Of a page that seems empty: how many are looked at for one that might hold text."""

MOST_CHARACTERS_BESIDE_A_PICTURE = 200
SHARE_OF_A_PICTURE = 0.6
"""A page with no more text, a stamp or a page number, and a picture over so much of it is a scan."""

ENCRYPTED = "encrypted"
_PDFIUM_PASSWORD_ERROR = 4

Line = dict[str, Any]


def read_with_pdfium(path: str, wanted: Container[int], password: str | None) -> Iterator[Line]:
    """The lines for a PDF as pdfium reads it.

    `fonts` has a (size, is bold) for each line of the text; `spans` its (top, bottom), and nothing for a turned page.
    """
    document, refusal = opened_with_pdfium(path, password)
    if document is None:
        yield {"refused": refusal}
        return

    document.init_forms()

    def read_page(index: int) -> Line:
        page = document[index]
        text = page.get_textpage()
        length = min(text.count_chars(), MOST_CHARACTERS_OF_PAGE)
        lines = _lines_on(page, text, length, document.formenv)
        fonts, spans = _fonts_and_spans(page, text, lines)
        joined = "\n".join(neutral_line(line) for line, _ in lines)
        found: Line = {"text": joined, "fonts": fonts, "spans": spans}
        if not found["text"].strip():
            found["doubtful"] = _may_hold_text(page)
        if length <= MOST_CHARACTERS_BESIDE_A_PICTURE:
            found["picture"] = _is_picture(page, has_text=bool(found["text"].strip()))
        text.close()
        page.close()
        return {**found, "label": document.get_page_label(index) or None}

    yield from lines_of_pages(len(document), wanted, read_page)
    yield {"outline": _outline(document)}


def opened_with_pdfium(path: str, password: str | None) -> tuple[Any, str]:
    """The document, or None and why pdfium refuses it."""
    import pypdfium2  # type: ignore[import-untyped]  # it ships no types

    try:
        return pypdfium2.PdfDocument(path, password=password), ""
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == _PDFIUM_PASSWORD_ERROR
        return None, ENCRYPTED if is_locked else str(error)


def _lines_on(page: Any, text: Any, length: int, form: Any) -> list[OutLine]:
    """A page's lines, each with the place of its first character; with what was filled in."""
    whole = text.get_text_range(0, length) if length > 0 else ""
    words = words_on(text, whole)
    if words is not None:
        return lines_of(filled_on(page, form, segments_of(words)))
    lines = whole.split("\r\n")
    starts = accumulate((len(line) + 2 for line in lines), initial=0)
    found = [(line, start + len(line) - len(line.lstrip())) for line, start in zip(lines, starts, strict=False)]
    return found + lines_of(filled_on(page, form, []))


def _fonts_and_spans(page: Any, text: Any, lines: list[OutLine]) -> tuple[list[Font], list[Span]]:
    """The font and the span of each line's first character; zeros for a line without one.

    A font's height, to half a point, is of its box on the page: many files set the font to size 1 and scale it by a
    matrix.
    """
    import ctypes

    import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # it ships no types

    box, name, flags = pdfium.FS_RECTF(), ctypes.create_string_buffer(64), ctypes.c_int()
    _, page_bottom, _, page_top = page.get_bbox()
    page_height = max(page_top - page_bottom, 1.0)
    fonts: list[Font] = []
    spans: list[Span] = []
    for line, place in lines:
        font, span = (0.0, False), (0.0, 0.0)
        if line.strip() and place >= 0 and pdfium.FPDFText_GetLooseCharBox(text, place, box):
            top, bottom = box.top, box.bottom
            pdfium.FPDFText_GetFontInfo(text, place, name, len(name), flags)
            font = (round(2 * (top - bottom)) / 2, b"bold" in name.value.lower())
            span = (round((page_top - top) / page_height, 4), round((page_top - bottom) / page_height, 4))
        fonts.append(font)
        spans.append(span)
    return fonts, [] if page.get_rotation() else spans


def _may_hold_text(page: Any) -> bool:
    """Whether a page on which pdfium finds no text may still hold some: one of pictures and lines does not.

    A page with no object at all may be one whose content pdfium could not follow.
    """
    import pypdfium2.raw as pdfium

    count = pdfium.FPDFPage_CountObjects(page)
    kinds = {
        pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, each)) for each in range(min(count, MOST_OBJECTS))
    }
    return not kinds or bool(kinds & {pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_FORM})


def _is_picture(page: Any, *, has_text: bool) -> bool:
    """Whether what a page shows can only be read off its picture: it has no text, or one picture covers most of it."""
    import pypdfium2.raw as pdfium

    if not has_text:
        return bool(pdfium.FPDFPage_CountObjects(page) > 0)
    width, height = page.get_size()
    images = page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=1)
    bounds = [image.get_bounds() for image in islice(images, MOST_OBJECTS)]
    largest = max((abs((right - left) * (top - bottom)) for left, bottom, right, top in bounds), default=0.0)
    return bool(largest >= SHARE_OF_A_PICTURE * width * height)


def _outline(document: Any) -> list[tuple[int, str, int]]:
    """The file's bookmarks as (level from 0, title, page index), in order; those that lead to no page are left out."""
    found = []
    for bookmark in document.get_toc(max_depth=4):
        destination = bookmark.get_dest()
        index = destination.get_index() if destination else None
        if index is not None and index >= 0:
            found.append((bookmark.level, neutral_line(bookmark.get_title()), index))
        if len(found) == MOST_OUTLINE_ENTRIES:
            break
    return found


def read_with_pypdf(path: str, wanted: Container[int], password: str | None) -> Iterator[Line]:
    """The same as pypdf reads it, without fonts: 20 times slower, but it opens some files that pdfium refuses."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of every oddity it mends
    try:
        document = pypdf.PdfReader(path)
        if document.is_encrypted and not document.decrypt("") and not document.decrypt(password or ""):
            yield {"refused": ENCRYPTED}
            return
        count = len(document.pages)
    except Exception as error:  # noqa: BLE001 -- pypdf raises some thirty types on damaged files
        yield {"refused": f"{type(error).__name__}: {error}"}
        return

    def read_page(index: int) -> Line:
        return {"text": neutral(document.pages[index].extract_text()[:MOST_CHARACTERS_OF_PAGE])}

    yield from lines_of_pages(count, wanted, read_page)


def lines_of_pages(count: int, wanted: Container[int], read_page: Callable[[int], Line]) -> Iterator[Line]:
    """The count, then a line for each wanted page, until the limits are reached."""
    yield {"count": count}
    room = MOST_CHARACTERS
    for index in range(min(count, MOST_PAGES)):
        if room <= 0:
            yield {"limit": f"only its first {MOST_CHARACTERS // 1_000_000} million characters were read"}
            return
        if index not in wanted:
            continue
        try:
            line = read_page(index)
        except Exception as error:  # noqa: BLE001 -- a bad page must not cost the others
            yield {"index": index, "problem": f"{type(error).__name__}: {error}"}
            continue
        room -= len(line["text"])
        yield {"index": index, **line}
