"""Pages that wait for OCR -> the text of their documents, page by page.

What is read of a page is kept at once, so that work that was stopped or killed goes on with the next page. Every
REFRESH_SECONDS, when the work is stopped, and with its last page, a document is stored with all that is there by then.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from agentmem_cli.knowledge.documents import KnownFile, known_file
from agentmem_cli.knowledge.ingest import CONCERNS_ALL, fault
from agentmem_cli.knowledge.split import passages_of
from agentmem_cli.knowledge.storing import NewDocument, store_document
from agentmem_cli.knowledge.walk import FileResult, path_text
from agentmem_cli.reading.ocr import ocr_is_installed
from agentmem_cli.reading.read import (
    Gathered,
    ReadStatus,
    ScanLine,
    ask_for_scan,
    gather_pdf,
    judged,
    with_scans,
)
from agentmem_cli.reading.readers import Reader, ReaderPool
from agentmem_cli.storage.database import Database

REFRESH_SECONDS = 30.0
_CHANGED = "it changed while it was read; run `agentmem ingest` again"


@dataclass(frozen=True, slots=True)
class ScanRead:
    """A page that was read: the path of its document, its index, and how long it took."""

    path: str
    index: int
    seconds: float


@dataclass(slots=True)
class _Scan:
    """A document some of whose pages wait; `lines` is what OCR said of each of its scans, None while it waits."""

    path: Path
    known: KnownFile
    password: str | None
    gathered: Gathered = field(default_factory=Gathered)
    lines: dict[int, ScanLine | None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its path as it is stored."""
        return path_text(self.path)

    def gather(self, reader: Reader, path: Path) -> Gathered:
        return gather_pdf(reader, path, self.password)

    def ask(self, reader: Reader, index: int) -> tuple[int, ScanLine, float]:
        started = time.monotonic()
        line = ask_for_scan(reader, self.path, index, self.password)
        return index, line, time.monotonic() - started

    def has_changed(self) -> bool:
        try:
            about = self.path.stat()
        except OSError:
            return True
        return (about.st_size, about.st_mtime_ns) != (self.known.size, self.known.modified_ns)


def waiting_pages(database: Database, files: Iterable[Path]) -> dict[str, int]:
    """How many pages wait for OCR, by the path of their document; nothing where OCR is not installed."""
    if not ocr_is_installed():
        return {}
    rows = database.read(
        "SELECT path, COUNT(*) AS pages FROM scanned_pages JOIN documents USING (document_id)"
        " WHERE answer IS NULL GROUP BY path ORDER BY path"
    )
    wanted = {path_text(path) for path in files}
    return {row["path"]: row["pages"] for row in rows if row["path"] in wanted}


def read_scans(
    database: Database, files: Iterable[Path], password: str | None = None
) -> Iterator[ScanRead | FileResult]:
    """Each waiting page of these files as it is read, and a result for each file when it is done."""
    by_name = {path_text(path): path for path in files}
    waiting = waiting_pages(database, by_name.values())
    if not waiting:
        return
    with ReaderPool(1, for_ocr=True) as pool:
        for name in waiting:
            known = known_file(database, name)
            if known:  # nobody has removed it since
                yield from _settled(database, pool, _Scan(by_name[name], known, password))


def _settled(database: Database, pool: ReaderPool, scan: _Scan) -> Iterator[ScanRead | FileResult]:
    """What becomes of one document; its pages wait on where something fails on it, and the next one is read."""
    try:
        yield from _read_document(database, pool, scan)
    except CONCERNS_ALL:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever one file does, the next one is read
        yield FileResult(scan.name, ReadStatus.UNREADABLE, 0, 0, 0, fault(error))


def _read_document(database: Database, pool: ReaderPool, scan: _Scan) -> Iterator[ScanRead | FileResult]:
    started = time.monotonic()
    (scan.gathered,) = pool.outcomes(scan.gather, [scan.path])
    scan.lines = _kept_lines(database, scan.known.document_id)
    if scan.has_changed():
        yield FileResult(scan.name, ReadStatus.UNREADABLE, 0, 0, 0, _CHANGED)
        return
    reading = judged(scan.gathered, scan.path, scan.password)
    if reading.status not in {ReadStatus.ENCRYPTED, ReadStatus.UNREADABLE}:
        yield from _read_pages(database, pool, scan)
        reading = judged(with_scans(scan.gathered, scan.lines), scan.path)
    passages = len(passages_of(reading.pages))
    seconds = round(time.monotonic() - started, 3)
    yield FileResult(scan.name, reading.status, reading.page_count, passages, seconds, reading.detail)


def _read_pages(database: Database, pool: ReaderPool, scan: _Scan) -> Iterator[ScanRead]:
    waiting = [index for index, line in scan.lines.items() if line is None]
    stored_at, is_stored = time.monotonic(), True
    try:
        for index, line, seconds in pool.outcomes(scan.ask, waiting):
            if scan.has_changed():
                return
            scan.lines[index] = line
            is_stored = None not in scan.lines.values() or time.monotonic() - stored_at > REFRESH_SECONDS
            if is_stored:
                _store(database, scan)
                stored_at = time.monotonic()
            else:
                _keep_line(database, scan.known.document_id, index, line)
            yield ScanRead(scan.name, index, seconds)
    finally:
        if not is_stored:
            _store(database, scan)


def _store(database: Database, scan: _Scan) -> None:
    """Put in all that is read of a document, what is kept of its scans too."""
    reading = judged(with_scans(scan.gathered, scan.lines), scan.path)
    known = scan.known
    passages = passages_of(reading.pages)
    new = NewDocument(scan.name, known.sha256, known.size, known.modified_ns, reading, passages, known.document_id)
    store_document(database, new)


def _kept_lines(database: Database, document_id: str) -> dict[int, ScanLine | None]:
    rows = database.read(
        "SELECT page_index, answer FROM scanned_pages WHERE document_id = ? ORDER BY page_index", (document_id,)
    )
    return {row["page_index"]: row["answer"] and json.loads(row["answer"]) for row in rows}


def _keep_line(database: Database, document_id: str, index: int, line: ScanLine) -> None:
    with database.write() as connection:
        connection.execute(
            "UPDATE scanned_pages SET answer = ? WHERE document_id = ? AND page_index = ?",
            (json.dumps(line), document_id, index),
        )
