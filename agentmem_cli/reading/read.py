"""A file -> its pages as clean text, and how well that went. Never raises for what a file holds.

A reader process (`readers.py`) does the reading, within limits. A PDF is pdfium's first; then pypdf is asked for
the pages, or the whole file, that pdfium could not read (pdfium takes 0.8 s of CPU for a report of 160 pages,
pypdf 15.9 s).
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from agentmem_cli.installing import install_command
from agentmem_cli.reading.clean import neutral, neutral_line
from agentmem_cli.reading.headings import OutlineEntry, RawPage
from agentmem_cli.reading.layout import Page, laid_out, parts_laid_out
from agentmem_cli.reading.ocr import ocr_is_installed
from agentmem_cli.reading.pdf_pages import ENCRYPTED, MOST_PAGES
from agentmem_cli.reading.readers import CRASHED, Reader, ReaderLost
from agentmem_cli.records import has_pages

KINDS = {
    ".pdf": "pdf",
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".docx": "docx",
    ".pptx": "pptx",
    ".xlsx": "xlsx",
    ".csv": "csv",
    ".tsv": "csv",
    ".epub": "epub",
    ".eml": "eml",
}
"""What can be read, by the end of its name in lower case."""
MOST_SECONDS = 120.0
"""For one file and one reader."""
MOST_SECONDS_OF_DOUBT = 20.0
"""For pypdf on pages that pdfium read as empty: few of them hold text."""
_MOST_LOSSES = 3
"""How often a reader may crash on a file, or hang on a page of it, and is asked for the pages behind."""
MOST_SECONDS_OF_SCAN = 150.0
"""For OCR of one page: it takes 2 to 10, and four times as long where the page lies on its side."""
_TAIL = 2048
_DAMAGED = "it is damaged, or not a PDF"


ScanLine = dict[str, Any]
"""What the reading child says of a page that it read by OCR: `{"index": 0, "text": "…", …}`, or with a `problem`."""


class ReadStatus(StrEnum):
    """How much of a file could be read."""

    INDEXED = "indexed"
    PARTIAL = "partial"
    """Some pages could not be read, or a limit was reached; the others are there."""
    ENCRYPTED = "encrypted"
    """It needs a password, or another one."""
    WAITING = "waiting"
    """None of its pages has text yet, and some wait for OCR."""
    NO_TEXT = "no text"
    """Every page was read and none has text: an empty file, or a scan where there is no OCR."""
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file gave. `pages` are the readable ones, in order; `page_count` counts the others too.

    `scans` are the indexes of pages that are pictures, each with the line of OCR for it, None while it waits.
    """

    status: ReadStatus
    pages: list[Page] = field(default_factory=list)
    page_count: int = 0
    detail: str = ""
    scans: Mapping[int, ScanLine | None] = field(default_factory=dict)


@dataclass(slots=True)
class Gathered:
    """What one reader, or both, gave of a file. `problem` is why nothing more came; `limit` what was left out."""

    pages: dict[int, RawPage] = field(default_factory=dict)
    scans: dict[int, ScanLine | None] = field(default_factory=dict)
    doubtful: list[int] = field(default_factory=list)
    outline: list[OutlineEntry] = field(default_factory=list)
    count: int = 0
    problem: str = ""
    limit: str = ""

    @property
    def has_text(self) -> bool:
        """Whether any page has a word on it."""
        return any(line.strip() for page in self.pages.values() for line in page.lines)

    def missing(self) -> list[int]:
        """The indexes of pages that did not come; bounded, since a file may claim to have billions of pages."""
        return [index for index in range(min(self.count, MOST_PAGES)) if index not in self.pages]


def read_file(reader: Reader, path: Path, password: str | None = None) -> Reading:
    """The pages of a file whose suffix is one of KINDS. Raises OSError only when it has gone."""
    kind = KINDS[path.suffix.lower()]
    if not path.stat().st_size:
        status = ReadStatus.UNREADABLE if kind == "pdf" else ReadStatus.NO_TEXT
        return Reading(status, detail="the file is empty")
    gathered = gather_pdf(reader, path, password) if kind == "pdf" else gather(reader, kind, path)
    return judged(gathered, path, password)


def gather_pdf(reader: Reader, path: Path, password: str | None = None) -> Gathered:
    """Every page that pdfium or pypdf can read; pypdf is only asked for what pdfium leaves."""
    first = gather(reader, "pdfium", path, password=password)
    if first.problem == ENCRYPTED:
        return first
    if first.pages and not _is_cut_off(path):
        missing, doubtful = first.missing(), first.doubtful
        if missing or doubtful:
            seconds = MOST_SECONDS if missing else MOST_SECONDS_OF_DOUBT
            _add(first, gather(reader, "pypdf", path, [*missing, *doubtful], password=password, seconds=seconds))
        return first
    second = gather(reader, "pypdf", path, password=password)
    if not first.pages and second.problem == ENCRYPTED:
        return second
    _add(first, second)
    return first


def gather(
    reader: Reader,
    kind: str,
    path: Path,
    only: Sequence[int] | None = None,
    *,
    password: str | None = None,
    seconds: float = MOST_SECONDS,
) -> Gathered:
    """What one reader makes of the file within so many seconds; a page that it crashes on is passed over."""
    until = time.monotonic() + seconds
    gathered = Gathered()
    start = 0
    for _ in range(_MOST_LOSSES):
        request = {"reader": kind, "path": str(path), "from": start, "only": only, "password": password}
        if only is not None:
            request["only"] = [index for index in only if index >= start]
        last = start - 1
        try:
            for line in reader.lines(request, until):
                last = line.get("index", last)
                _take(gathered, line)
        except ReaderLost as lost:
            gathered.problem = str(lost)
            start = _next_wanted(last, only) + 1
            if gathered.count and start < gathered.count and time.monotonic() < until:
                continue
        break
    return gathered


def _next_wanted(last: int, only: Sequence[int] | None) -> int:
    """The index of the page that was being read when the reader was lost."""
    return last + 1 if only is None else min((index for index in only if index > last), default=last + 1)


def _take(gathered: Gathered, line: dict[str, Any]) -> None:
    gathered.count = line.get("count", gathered.count)
    gathered.limit = line.get("limit", gathered.limit)
    if "refused" in line:
        gathered.problem = line["refused"]
    if "outline" in line:
        gathered.outline = [(level, title, index) for level, title, index in line["outline"]]
    if "text" in line:
        index, label = line["index"], line.get("label")
        fonts = [(height, is_bold) for height, is_bold in line.get("fonts", ())]
        headings = [(place, level, words) for place, level, words in line.get("headings", ())]
        spans = [(top, bottom) for top, bottom in line.get("spans", ())]
        lines = line["text"].split("\n")
        gathered.pages[index] = RawPage(index, label and neutral_line(label), lines, fonts, headings, spans)
        if line.get("doubtful"):
            gathered.doubtful.append(index)
        if line.get("picture"):
            gathered.scans[index] = None


def _add(first: Gathered, second: Gathered) -> None:
    """Put in the pages of the second reader that the first has not, or has empty."""
    first.count = max(first.count, second.count)
    for index, page in second.pages.items():
        known = first.pages.get(index)
        if known is None or not "".join(known.lines).strip():
            label = known.label if known else page.label
            first.pages[index] = RawPage(index, label, page.lines)
            if "".join(page.lines).strip():
                first.scans.pop(index, None)


def ask_for_scan(reader: Reader, path: Path, index: int, password: str | None = None) -> ScanLine:
    """One page as OCR reads it; a page on which the reader fails has a `problem`."""
    request = {"reader": "ocr", "path": str(path), "from": 0, "only": [index], "password": password}
    until = time.monotonic() + MOST_SECONDS_OF_SCAN
    found: ScanLine = {"index": index, "problem": "it is not there"}
    try:
        for line in reader.lines(request, until, MOST_SECONDS_OF_SCAN):
            if line.get("index") == index or "refused" in line:
                found = line
    except ReaderLost as lost:
        found = {"index": index, "problem": str(lost)}
    return found


def with_scans(gathered: Gathered, lines: Mapping[int, ScanLine | None]) -> Gathered:
    """What was gathered of a PDF, with what OCR read of its pages. What only the page's own text has stays."""
    whole = replace(gathered, pages=dict(gathered.pages), scans={**gathered.scans, **lines})
    for index, line in whole.scans.items():
        if line and line.get("text"):
            known = gathered.pages.get(index)
            layer = known.lines if known else []
            of_scan = line["text"].split("\n")
            words = set(line["text"].split())
            only_there = [each for each in layer if not words.issuperset(each.split())]
            fonts = [(height, is_bold) for height, is_bold in line["fonts"]]
            label = known.label if known else line.get("label")
            fonts += [(0.0, False)] * len(only_there)
            whole.pages[index] = RawPage(index, label and neutral_line(label), [*of_scan, *only_there], fonts)
    return whole


def _is_cut_off(path: Path) -> bool:
    """Whether a PDF lacks its end, so that pdfium, which then looks for pages itself, may have missed some."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            return b"%%EOF" not in file.read()
    except OSError:
        return False


def judged(gathered: Gathered, path: Path, password: str | None = None) -> Reading:
    """The reading with its status."""
    return replace(_judged_by_text(gathered, path, password), scans=gathered.scans)


def _judged_by_text(gathered: Gathered, path: Path, password: str | None) -> Reading:
    if gathered.problem == ENCRYPTED:
        return Reading(ReadStatus.ENCRYPTED, detail=_password_hint(password))
    count, kind = gathered.count, KINDS[path.suffix.lower()]
    if not gathered.pages:
        is_damaged = kind == "pdf" and not gathered.count and gathered.problem != CRASHED
        problem = _DAMAGED if is_damaged else gathered.problem or gathered.limit
        return Reading(ReadStatus.UNREADABLE, [], count, neutral(problem or "no page of it can be read"))
    if not gathered.has_text:
        may_come = ocr_is_installed() and None in gathered.scans.values()
        status = ReadStatus.WAITING if may_come else ReadStatus.NO_TEXT
        return Reading(status, [], count, _about_scans(gathered.scans) or _no_text_hint(gathered, kind))
    return _judged_pages(gathered) if has_pages(path.name) else _judged_parts(gathered)


def _judged_pages(gathered: Gathered) -> Reading:
    count, about_scans = gathered.count, _about_scans(gathered.scans)
    pages = laid_out(gathered.pages, gathered.outline)
    missing = gathered.missing()
    if missing:
        detail = "; ".join(filter(None, [f"not read: {_page_list(missing)}", about_scans]))
        return Reading(ReadStatus.PARTIAL, pages, count, detail)
    if count > MOST_PAGES:
        return Reading(ReadStatus.PARTIAL, pages, count, f"only its first {MOST_PAGES} pages were read")
    status = ReadStatus.PARTIAL if gathered.limit else ReadStatus.INDEXED
    return Reading(status, pages, count, "; ".join(filter(None, [gathered.limit, about_scans])))


def _about_scans(scans: Mapping[int, ScanLine | None]) -> str:
    """What became, or is to become, of the pages that are pictures."""
    waiting = [index for index, line in scans.items() if line is None]
    failed = [index for index, line in scans.items() if line and "text" not in line]
    read = len(scans) - len(waiting) - len(failed)
    parts = [f"{read} page{'s' if read > 1 else ''} read by OCR"] if read else []
    if failed:
        parts.append(f"OCR failed on {_page_list(failed)}")
    if waiting:
        verb = "s" if len(waiting) == 1 else ""
        to_do = f"wait{verb} for OCR" if ocr_is_installed() else f"need{verb} OCR: {_install_ocr()}"
        parts.append(f"{_page_list(waiting)} {to_do}")
    return "; ".join(parts)


def _install_ocr() -> str:
    return f"the extra `ocr` is missing; `{install_command('rapidocr')}`, then ingest again"


def _judged_parts(gathered: Gathered) -> Reading:
    """The reading of a file without pages, whose reader cannot say beforehand how many parts it has."""
    pages = parts_laid_out(gathered.pages)
    lost = f"only what stands up to {pages[-1].label} was read: {gathered.problem}" if gathered.problem else ""
    detail = gathered.limit or neutral(lost)
    return Reading(ReadStatus.PARTIAL if detail else ReadStatus.INDEXED, pages, len(pages), detail)


def _password_hint(password: str | None) -> str:
    if password:
        return "the password does not open it"
    return "it needs a password: give it with --password or AGENTMEM_PDF_PASSWORD"


def _no_text_hint(gathered: Gathered, kind: str) -> str:
    if kind != "pdf":
        return "there is no text in it"
    missing = gathered.missing()
    return f"no page has text{f'; not read: {_page_list(missing)}' if missing else ''}"


def _page_list(indexes: list[int]) -> str:
    shown = ", ".join(str(index + 1) for index in indexes[:8])
    more = f" and {len(indexes) - 8} more" if len(indexes) > 8 else ""
    return f"page{'s' if len(indexes) > 1 else ''} {shown}{more}"
