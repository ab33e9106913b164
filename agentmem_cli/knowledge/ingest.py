"""Files on disk -> documents in SQLite, one transaction a file, then the search index brought in step.

Yields a result for every file, whatever the file is like; what was done when Ctrl-C comes stays done.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from agentmem_cli.embedding.bundled import embed
from agentmem_cli.errors import NotFound
from agentmem_cli.knowledge.documents import (
    KnownFile,
    NewDocument,
    Passage,
    known_file,
    list_documents,
    note_unchanged,
    remove_documents,
    store_document,
)
from agentmem_cli.knowledge.index import bring_index_in_step
from agentmem_cli.knowledge.read import SUFFIXES, Reading, ReadStatus, read_file
from agentmem_cli.knowledge.split import split_page
from agentmem_cli.records import Record
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.erase import erase_deleted_text

UNCHANGED = "unchanged"
REMOVED = "removed"
FAILED = frozenset({ReadStatus.ENCRYPTED, ReadStatus.NO_TEXT, ReadStatus.UNREADABLE})
"""The statuses of files in which nothing can be found."""
MOST_BYTES = 500_000_000


@dataclass(frozen=True, slots=True)
class FileResult(Record):
    """How one file ended. `status` is a ReadStatus, `unchanged` or `removed`; `seconds` is wall time."""

    path: str
    status: str
    pages: int
    passages: int
    seconds: float
    detail: str


@dataclass(slots=True)
class Found:
    """What a walk over paths found: files to read, in order, and folders that could not be listed."""

    files: list[Path] = field(default_factory=list)
    refused: list[FileResult] = field(default_factory=list)


def find_files(paths: Iterable[Path]) -> Found:
    """The .pdf, .txt and .md files at and below the paths, without hidden ones. Raises NotFound for a missing path."""
    found = Found()
    for given in paths:
        if not os.path.lexists(given):
            raise NotFound(f"There is no file or folder {given}.", "Nothing was ingested; check the path.")
        path = given.resolve()
        if path.is_dir():
            _walk(path, found)
        else:
            found.files.append(path)
    found.files = list(dict.fromkeys(found.files))
    return found


def _walk(folder: Path, found: Found) -> None:
    def refuse(problem: OSError) -> None:
        path = path_text(Path(problem.filename))
        found.refused.append(FileResult(path, ReadStatus.UNREADABLE, 0, 0, 0, problem.strerror or "cannot be read"))

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        wanted = (Path(parent, name) for name in sorted(names) if not name.startswith("."))
        found.files.extend(each for each in wanted if each.suffix.lower() in SUFFIXES)


def ingest_files(database: Database, files: Iterable[Path]) -> Iterator[FileResult]:
    """Read and store each file, a transaction each; unchanged ones are skipped by the hash of their bytes."""
    for path in files:
        started = time.monotonic()
        name = path_text(path)
        known = known_file(database, name)
        try:
            status, pages, passages, detail = _ingest(database, path, name, known)
        except OSError as problem:
            status, pages, passages, detail = ReadStatus.UNREADABLE, 0, 0, problem.strerror or str(problem)
        yield FileResult(name, status, pages, passages, round(time.monotonic() - started, 3), detail)


def prune(database: Database, folders: Iterable[Path], files: Iterable[Path]) -> Iterator[FileResult]:
    """Remove the documents below the folders whose file has gone; `files` are those that a walk has just found."""
    roots = [path_text(folder.resolve()).rstrip(os.sep) + os.sep for folder in folders]
    here = {path_text(path) for path in files}
    gone = [
        each
        for each in list_documents(database)
        if each.path.startswith(tuple(roots)) and each.path not in here and _has_gone(Path(each.path))
    ]
    if gone:
        remove_documents(database, [each.document_id for each in gone])
    for each in gone:
        yield FileResult(each.path, REMOVED, each.pages, each.passages, 0, "the file has gone")


def _has_gone(path: Path) -> bool:
    """Whether there is surely no such file. One in a folder that may not be entered now has not gone."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        pass
    return False


def finish_removal(database: Database, settings: Settings) -> None:
    """After documents were removed: rebuild the index without their vectors and clear their text from the files."""
    bring_index_in_step(database, settings)
    erase_deleted_text(database)


def path_text(path: Path) -> str:
    r"""A path as text that UTF-8 can hold: a byte of a name that is not UTF-8 is shown as `\xff`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _ingest(database: Database, path: Path, name: str, known: KnownFile | None) -> tuple[str, int, int, str]:
    """(status, pages, passages, detail) of one file. Raises OSError when its bytes cannot be had."""
    about = path.stat()
    refusal = _refusal(path, about.st_size)
    if refusal:
        return ReadStatus.UNREADABLE, 0, 0, refusal
    if known and (known.size, known.modified_ns) == (about.st_size, about.st_mtime_ns):
        return _as_known(known)
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    if known and known.sha256 == sha256:
        note_unchanged(database, known.document_id, about.st_mtime_ns)
        return _as_known(known)
    reading = read_file(path, content)
    if known and known.passages and reading.status in FAILED:
        return reading.status, reading.page_count, 0, f"{reading.detail}; the text read from it before is kept"
    return _store(
        database,
        NewDocument(
            name,
            sha256,
            len(content),
            about.st_mtime_ns,
            reading.status,
            reading.detail,
            reading.page_count,
            reading.pages,
            _passages(reading),
        ),
    )


def _refusal(path: Path, size: int) -> str:
    """Why a file is not even opened; empty when it may be. A pipe or a device would never end."""
    if not path.is_file():
        return "it is not a regular file"
    if path.suffix.lower() not in SUFFIXES:
        return f"only {', '.join(sorted(SUFFIXES))} files can be read"
    if size > MOST_BYTES:
        return f"it is larger than {MOST_BYTES // 1_000_000} MB"
    return ""


def _as_known(known: KnownFile) -> tuple[str, int, int, str]:
    """An unchanged file that could not be read before is told of again, not passed over as `unchanged`."""
    status = known.status if known.status in FAILED else UNCHANGED
    return status, known.pages, known.passages, known.detail


def _passages(reading: Reading) -> list[Passage]:
    return [Passage(page.index, text) for page in reading.pages for text in split_page(page.text)]


def _store(database: Database, new: NewDocument) -> tuple[str, int, int, str]:
    store_document(database, new, embed([passage.text for passage in new.passages]))
    return new.status, new.page_count, len(new.passages), new.detail
