"""Files on disk -> documents in SQLite, one transaction a file.

Reader processes read several files at once; this process embeds and stores what they give, as they end. Yields a
result for every file, whatever the file is like; what was done when Ctrl-C comes stays done.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from agentmem_cli.knowledge.documents import KnownFile, known_file, note_unchanged
from agentmem_cli.knowledge.index import bring_index_in_step
from agentmem_cli.knowledge.read import KINDS, Reading, ReadStatus, read_file
from agentmem_cli.knowledge.readers import Reader, ReaderPool
from agentmem_cli.knowledge.split import passages_of
from agentmem_cli.knowledge.storing import NewDocument, store_document
from agentmem_cli.knowledge.walk import MISSING, FileResult, path_text
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.erase import erase_deleted_text

UNCHANGED = "unchanged"
FAILED = frozenset({ReadStatus.ENCRYPTED, ReadStatus.NO_TEXT, ReadStatus.UNREADABLE, MISSING})
"""The statuses of files in which nothing can be found."""
MOST_BYTES = 500_000_000
_CHANGED = "it changed while it was read; run `agentmem ingest` again"


@dataclass(frozen=True, slots=True)
class _Task:
    """A file that has to be read, since nothing or something else is stored of it."""

    path: Path
    known: KnownFile | None
    about: os.stat_result


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What reading gave: `reading` is None for a file whose bytes are as before. `problem` is why there is nothing."""

    task: _Task
    seconds: float
    sha256: str = ""
    reading: Reading | None = None
    problem: str = ""


def ingest_files(database: Database, files: Iterable[Path], password: str | None = None) -> Iterator[FileResult]:
    """Read and store each file, a transaction each; unchanged ones come first and are skipped.

    `password` opens PDFs that need one; it is passed to the readers only, and never stored.
    """
    tasks = []
    for path in files:
        looked = _look(database, path, password)
        if isinstance(looked, FileResult):
            yield looked
        else:
            tasks.append(looked)
    with ReaderPool(len(tasks)) as pool:
        for outcome in pool.outcomes(partial(_read, password=password), tasks):
            yield _settle(database, outcome)


def finish_removal(database: Database, settings: Settings) -> None:
    """After documents were removed: clear their text from the files and rebuild the index without their vectors."""
    erase_deleted_text(database)
    bring_index_in_step(database, settings)


def _look(database: Database, path: Path, password: str | None) -> FileResult | _Task:
    """The result of a file that need not or cannot be opened, or the task of reading it."""
    name = path_text(path)
    try:
        about = path.stat()
    except (OSError, ValueError) as problem:  # ValueError: a NUL in a path from stdin
        return FileResult(name, ReadStatus.UNREADABLE, 0, 0, 0, _said(problem))
    refusal = _refusal(path, about.st_size)
    if refusal:
        return FileResult(name, ReadStatus.UNREADABLE, 0, 0, 0, refusal)
    known = known_file(database, name)
    if known and (known.size, known.modified_ns) == (about.st_size, about.st_mtime_ns) and not _opens(known, password):
        return _as_known(name, known)
    return _Task(path, known, about)


def _refusal(path: Path, size: int) -> str:
    """Why a file is not even opened; empty when it may be. A pipe or a device would never end."""
    if not path.is_file():
        return "it is not a regular file"
    if path.suffix.lower() not in KINDS:
        return f"only {', '.join(KINDS)} files can be read"
    if size > MOST_BYTES:
        return f"it is larger than {MOST_BYTES // 1_000_000} MB"
    return ""


def _opens(known: KnownFile, password: str | None) -> bool:
    """Whether a file that could not be opened is worth another try."""
    return known.status == ReadStatus.ENCRYPTED and password is not None


def _as_known(name: str, known: KnownFile) -> FileResult:
    """An unchanged file that could not be read before is told of again, not passed over as `unchanged`."""
    status = known.status if known.status in FAILED else UNCHANGED
    return FileResult(name, status, known.pages, known.passages, 0, known.detail)


def _read(reader: Reader, task: _Task, password: str | None) -> _Outcome:
    """Hash and read one file, in a thread of its own. Touches no database."""
    started = time.monotonic()
    sha256, reading, problem = "", None, ""
    try:
        with task.path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if task.known is None or task.known.sha256 != sha256 or _opens(task.known, password):
            reading = read_file(reader, task.path, password)
        now = task.path.stat()
        if (now.st_size, now.st_mtime_ns) != (task.about.st_size, task.about.st_mtime_ns):
            problem = _CHANGED
    except OSError as error:
        problem = _said(error)
    return _Outcome(task, time.monotonic() - started, sha256, reading, problem)


def _settle(database: Database, outcome: _Outcome) -> FileResult:
    """Store what was read of one file, or note why not."""
    task, reading = outcome.task, outcome.reading
    name, known = path_text(task.path), task.known
    started = time.monotonic()
    if outcome.problem:
        return FileResult(name, ReadStatus.UNREADABLE, 0, 0, round(outcome.seconds, 3), outcome.problem)
    if reading is None:
        assert known is not None  # noqa: S101 -- only a known file's bytes can be as before
        note_unchanged(database, known.document_id, task.about.st_mtime_ns)
        return _as_known(name, known)
    passages, detail = 0, reading.detail
    if known and known.passages and reading.status in FAILED:
        detail = f"{detail}; the text read from it before is kept"
    else:
        passages = _store(database, name, outcome, reading)
    seconds = round(outcome.seconds + time.monotonic() - started, 3)
    return FileResult(name, reading.status, reading.page_count, passages, seconds, detail)


def _store(database: Database, name: str, outcome: _Outcome, reading: Reading) -> int:
    """Put the document in; the number of its passages."""
    passages = passages_of(reading.pages)
    new = NewDocument(
        name,
        outcome.sha256,
        outcome.task.about.st_size,
        outcome.task.about.st_mtime_ns,
        reading.status,
        reading.detail,
        reading.page_count,
        reading.pages,
        passages,
    )
    store_document(database, new)
    return len(passages)


def _said(problem: OSError | ValueError) -> str:
    return (problem.strerror if isinstance(problem, OSError) else None) or str(problem)
