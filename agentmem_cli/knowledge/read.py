"""A file -> its pages as clean text, and how well that went. Never raises for what a file holds.

PDFs are read by a child process (`pdf.py`): pdfium first, then pypdf for the pages, or the whole file, that
pdfium could not read (pdfium takes 0.8 s of CPU for a report of 160 pages, pypdf 15.9 s).
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from agentmem_cli.knowledge.clean import cleaned
from agentmem_cli.knowledge.pdf import (
    ENCRYPTED,
    MOST_CHARACTERS,
    MOST_CHARACTERS_OF_PAGE,
    MOST_PAGES,
    MOST_SECONDS,
)

_CRASHED = "the reader crashed on it or ran out of its memory"
_DAMAGED = "it is damaged, or not a PDF"
SUFFIXES = frozenset({".pdf", ".txt", ".md"})


class ReadStatus(StrEnum):
    """How much of a file could be read."""

    INDEXED = "indexed"
    PARTIAL = "partial"
    """Some pages could not be read, or a limit was reached; the others are there."""
    ENCRYPTED = "encrypted"
    """It needs a password."""
    NO_TEXT = "no text"
    """Every page was read and none has text: a scan, or an empty file."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Page:
    """One page's clean text. `index` counts from 0; `label` is the number printed by the file's maker, if any."""

    index: int
    label: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file gave. `pages` are the readable ones, in order; `page_count` counts the others too."""

    status: ReadStatus
    pages: list[Page] = field(default_factory=list)
    page_count: int = 0
    detail: str = ""


def read_file(path: Path, content: bytes) -> Reading:
    """The pages of a file whose bytes are `content`; a PDF is read from its path again, by the child process."""
    if path.suffix.lower() == ".pdf":
        return _read_pdf(path)
    return read_text(content)


def read_text(content: bytes) -> Reading:
    """A text file: UTF-8, whatever is not UTF-8 replaced; a form feed starts a page."""
    text = content.decode("utf-8-sig", errors="replace")
    parts = text[:MOST_CHARACTERS].split("\f")
    pages = [Page(index, None, cleaned(part[:MOST_CHARACTERS_OF_PAGE])) for index, part in enumerate(parts)]
    if not any(page.text for page in pages):
        return Reading(ReadStatus.NO_TEXT, [], len(pages), "the file is empty")
    return Reading(ReadStatus.INDEXED, pages, len(pages))


@dataclass(slots=True)
class _Gathered:
    """The lines of one child, put together."""

    pages: dict[int, Page] = field(default_factory=dict)
    count: int = 0
    problem: str = ""


def _read_pdf(path: Path) -> Reading:
    first = _run_child("pdfium", path, [])
    if first.problem == ENCRYPTED:
        return Reading(ReadStatus.ENCRYPTED, detail="it needs a password")
    missing = _unread(first) if _has_text(first) else []
    if missing or not _has_text(first):
        second = _run_child("pypdf", path, missing)
        if second.problem == ENCRYPTED and not first.count:
            return Reading(ReadStatus.ENCRYPTED, detail="it needs a password")
        first.count = first.count or second.count
        first.pages |= {index: page for index, page in second.pages.items() if page.text or index not in first.pages}
    return _judged(first)


def _has_text(gathered: _Gathered) -> bool:
    return any(page.text for page in gathered.pages.values())


def _unread(gathered: _Gathered) -> list[int]:
    """The page indexes that no reader has given; bounded, since a file may claim to have billions of pages."""
    return [index for index in range(min(gathered.count, MOST_PAGES)) if index not in gathered.pages]


def _judged(gathered: _Gathered) -> Reading:
    """The reading with its status."""
    pages = [gathered.pages[index] for index in sorted(gathered.pages)]
    if not pages:
        return Reading(ReadStatus.UNREADABLE, [], gathered.count, gathered.problem or _DAMAGED)
    if not _has_text(gathered):
        detail = "no page has text; a scan needs OCR first (for example `ocrmypdf`)"
        return Reading(ReadStatus.NO_TEXT, [], gathered.count, detail)
    unread = _unread(gathered)
    if unread:
        return Reading(ReadStatus.PARTIAL, pages, gathered.count, f"not read: {_page_list(unread)}")
    if gathered.count > MOST_PAGES:
        return Reading(ReadStatus.PARTIAL, pages, gathered.count, f"only its first {MOST_PAGES} pages were read")
    return Reading(ReadStatus.INDEXED, pages, gathered.count)


def _page_list(indexes: list[int]) -> str:
    shown = ", ".join(str(index + 1) for index in indexes[:8])
    more = f" and {len(indexes) - 8} more" if len(indexes) > 8 else ""
    return f"page{'s' if len(indexes) > 1 else ''} {shown}{more}"


def _run_child(reader: str, path: Path, wanted: list[int]) -> _Gathered:
    """What one reader makes of the file, up to where it ended, was stopped or crashed."""
    command = [sys.executable, "-P", "-m", "agentmem_cli.knowledge.pdf", reader, str(path), *map(str, wanted)]
    try:
        ended = subprocess.run(  # noqa: S603 -- our own module; the path is an argument, not a shell's
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=MOST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as expired:
        return _gathered(expired.stdout or b"", f"reading it took longer than {MOST_SECONDS} seconds")
    return _gathered(ended.stdout, _CRASHED if ended.returncode else "")


def _gathered(output: bytes, problem: str) -> _Gathered:
    gathered = _Gathered(problem=problem)
    for written in output.splitlines(keepends=True):
        if not written.endswith(b"\n"):  # a line that the child did not finish
            break
        line: dict[str, Any] = json.loads(written)
        gathered.count = line.get("count", gathered.count)
        if "refused" in line:
            gathered.problem = ENCRYPTED if line["refused"] == ENCRYPTED else _DAMAGED
        if "text" in line:
            gathered.pages[line["index"]] = Page(line["index"], line["label"], line["text"])
    return gathered
