"""The child process that reads one PDF: `python -m agentmem_cli.knowledge.pdf pdfium|pypdf PATH [PAGE …]`.

A PDF is hostile until read: it can crash a C library, loop for hours or ask for 4 GB. So it is read here, under
limits of time and memory, and what comes out is one JSON line for each page as it is read; whatever then happens,
the parent (`read.py`) keeps the pages that came. Never opens the database.

Lines: `{"count": 12}` first, then `{"index": 0, "label": "i", "text": "…"}` or `{"index": 3, "problem": "…"}`;
or, when the file cannot be opened at all, `{"refused": "encrypted"}` or `{"refused": "…"}`.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from agentmem_cli.knowledge.clean import cleaned

MOST_SECONDS = 120
MOST_MEMORY = 2_000_000_000
"""Bytes of address space. An annual report of 500 pages takes 300 MB."""
MOST_PAGES = 20_000
MOST_CHARACTERS_OF_PAGE = 200_000
MOST_CHARACTERS = 40_000_000

ENCRYPTED = "encrypted"
_PDFIUM_PASSWORD_ERROR = 4

Line = dict[str, Any]


def read_with_pdfium(path: str, wanted: frozenset[int]) -> Iterator[Line]:
    """The lines for a PDF as pdfium reads it. `wanted` holds page indexes; empty means all."""
    import pypdfium2  # type: ignore[import-untyped]  # it ships no types

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) == _PDFIUM_PASSWORD_ERROR
        yield {"refused": ENCRYPTED if is_locked else str(error)}
        return

    def read_page(index: int) -> tuple[str, str | None]:
        page = document[index]
        text = page.get_textpage()
        length = min(text.count_chars(), MOST_CHARACTERS_OF_PAGE)
        found = text.get_text_range(0, length) if length > 0 else ""
        text.close()
        page.close()
        return found, document.get_page_label(index) or None

    yield from _lines(len(document), wanted, read_page)


def read_with_pypdf(path: str, wanted: frozenset[int]) -> Iterator[Line]:
    """The same as pypdf reads it: 20 times slower, but it opens some files that pdfium refuses."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of every oddity it mends
    try:
        document = pypdf.PdfReader(path)
        if document.is_encrypted and not document.decrypt(""):
            yield {"refused": ENCRYPTED}
            return
        count = len(document.pages)
    except Exception as error:  # noqa: BLE001 -- pypdf raises some thirty types on damaged files
        yield {"refused": f"{type(error).__name__}: {error}"}
        return

    def read_page(index: int) -> tuple[str, str | None]:
        return document.pages[index].extract_text(), None

    yield from _lines(count, wanted, read_page)


def _lines(count: int, wanted: frozenset[int], read_page: Callable[[int], tuple[str, str | None]]) -> Iterator[Line]:
    """The count, then a line for each wanted page, until the limits are reached."""
    yield {"count": count}
    room = MOST_CHARACTERS
    for index in range(min(count, MOST_PAGES)):
        if room <= 0:
            return
        if wanted and index not in wanted:
            continue
        try:
            text, label = read_page(index)
        except (Exception, RecursionError) as error:  # noqa: BLE001 -- a bad page must not cost the others
            yield {"index": index, "problem": f"{type(error).__name__}: {error}"}
            continue
        kept = cleaned(text[:MOST_CHARACTERS_OF_PAGE])
        room -= len(kept)
        yield {"index": index, "label": label and cleaned(label), "text": kept}


READERS = {"pdfium": read_with_pdfium, "pypdf": read_with_pypdf}


def _limit_this_process() -> None:
    """Stop this process when it takes too much, even if its parent is gone. Nothing to set on Windows."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def write_lines(lines: Iterable[Line]) -> None:
    """Each line to stdout as soon as it is there. ASCII, so that no locale can break it."""
    for line in lines:
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _limit_this_process()
    _reader, _path, *_wanted = sys.argv[1:]
    write_lines(READERS[_reader](_path, frozenset(map(int, _wanted))))
