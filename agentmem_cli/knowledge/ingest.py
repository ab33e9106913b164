"""Files on disk -> documents in SQLite, one transaction a file.

Reader processes read several files at once; this process embeds and stores what they give, as they end. Yields a
result for every file, whatever the file is like and whatever fails on it; only what concerns every file (a full
disk, a locked database, the embedder's server) ends the run. What was done when Ctrl-C comes stays done.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from agentmem_cli.errors import ConfigProblem, ProviderProblem, StorageProblem
from agentmem_cli.knowledge.documents import KnownFile, known_file, list_documents, note_failure, note_unchanged
from agentmem_cli.knowledge.index import bring_index_in_step
from agentmem_cli.knowledge.presence import has_gone
from agentmem_cli.knowledge.split import passages_of
from agentmem_cli.knowledge.storing import NewDocument, rename_document, store_document
from agentmem_cli.knowledge.walk import FAILED, FileResult, path_text
from agentmem_cli.reading.clean import neutral_line
from agentmem_cli.reading.read import KINDS, Reading, ReadStatus, read_file
from agentmem_cli.reading.readers import CRASHED, Reader, ReaderPool
from agentmem_cli.records import Document
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.erase import erase_deleted_text, erase_vectors

UNCHANGED = "unchanged"
RENAMED = "renamed"
MOST_BYTES = 500_000_000
_FAULT = "agentmem failed on it"
"""How the detail of a file begins that met a fault of the program."""
TRIED_AGAIN = (_FAULT, CRASHED)
"""How the details of files begin that may be read the next time: the fault mended, or the machine with memory left."""
CONCERNS_ALL = (StorageProblem, ProviderProblem, ConfigProblem)
"""What is no fault of one file, and ends the run."""
_CHANGED = "it changed while it was read; run `agentmem ingest` again"


@dataclass(frozen=True, slots=True)
class _Task:
    """A file that has to be read, since nothing or something else is stored of it."""

    path: Path
    known: KnownFile | None
    about: os.stat_result


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What reading gave: `reading` is None for a file whose bytes are as before. `problem` is why there is nothing.

    `renamed` is the document whose file has another path now.
    """

    task: _Task
    seconds: float
    sha256: str = ""
    reading: Reading | None = None
    problem: str = ""
    renamed: Document | None = None


_Vanished = dict[tuple[str, str], Document]
"""Documents whose file has gone, by hash and by how such a file is read."""


def ingest_files(database: Database, files: Iterable[Path], password: str | None = None) -> Iterator[FileResult]:
    """Read and store each file, a transaction each; unchanged ones come first and are skipped.

    `password` opens PDFs that need one; it is passed to the readers only, and never stored.
    """
    tasks = []
    for path in files:
        looked = _looked_at(database, path, password)
        if isinstance(looked, FileResult):
            yield looked
        else:
            tasks.append(looked)
    with ReaderPool(len(tasks)) as pool:
        read = partial(_read, password=password, vanished=_surely_vanished(database, tasks))
        for outcome in pool.outcomes(read, tasks):
            yield _settled(database, outcome)


def finish_removal(database: Database, settings: Settings) -> None:
    """After documents were removed: clear their text from the files and rebuild the index without their vectors."""
    erase_deleted_text(database)
    erase_vectors(database, settings.chroma_dir, settings.lock_timeout)
    bring_index_in_step(database, settings)


def _looked_at(database: Database, path: Path, password: str | None) -> FileResult | _Task:
    try:
        return _look(database, path, password)
    except CONCERNS_ALL:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever one file does, the next one is read
        return FileResult(path_text(path), ReadStatus.UNREADABLE, 0, 0, 0, fault(error))


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
    is_as_known = known and (known.size, known.modified_ns) == (about.st_size, about.st_mtime_ns)
    if known and is_as_known and not _is_worth_another_try(known, password):
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


def _is_worth_another_try(known: KnownFile, password: str | None) -> bool:
    """Whether an unchanged file that could not be read may be read now: with a password, or as TRIED_AGAIN says."""
    return (known.status == ReadStatus.ENCRYPTED and password is not None) or known.detail.startswith(TRIED_AGAIN)


def _as_known(name: str, known: KnownFile) -> FileResult:
    """An unchanged file that could not be read before is told of again, not passed over as `unchanged`."""
    failed = known.status in FAILED
    status = known.status if failed else UNCHANGED
    return FileResult(name, status, known.pages, known.passages, 0, known.detail, as_before=failed)


def _vanished(database: Database, tasks: list[_Task]) -> _Vanished:
    """The documents that one of the tasks may be, under another path: of the same size, and their file has gone."""
    sizes = {task.about.st_size for task in tasks}
    alike = [each for each in list_documents(database) if each.size in sizes] if sizes else []
    return {
        (each.sha256, _kind(each.path)): each
        for each in alike
        if each.status != ReadStatus.ENCRYPTED and not each.detail.startswith(TRIED_AGAIN) and has_gone(each.path)
    }


def _surely_vanished(database: Database, tasks: list[_Task]) -> _Vanished:
    """The same; none where that fails, and a renamed file is a new one."""
    try:
        return _vanished(database, tasks)
    except CONCERNS_ALL:
        raise
    except Exception:  # noqa: BLE001 -- whatever one document is like, the files are read
        return {}


def _kind(path: str) -> str:
    return KINDS.get(Path(path).suffix.lower(), "")


def _read(reader: Reader, task: _Task, password: str | None, vanished: _Vanished) -> _Outcome:
    """Hash and read one file, in a thread of its own. Touches no database and raises nothing."""
    started = time.monotonic()
    sha256, reading, problem, renamed = "", None, "", None
    try:
        with task.path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if task.known is None or task.known.sha256 != sha256 or _is_worth_another_try(task.known, password):
            renamed = vanished.pop((sha256, _kind(str(task.path))), None)  # of two copies the first is the renamed one
            reading = None if renamed else read_file(reader, task.path, password)
        now = task.path.stat()
        if (now.st_size, now.st_mtime_ns) != (task.about.st_size, task.about.st_mtime_ns):
            problem = _CHANGED
    except OSError as error:
        problem = _said(error)
    except Exception as error:  # noqa: BLE001 -- whatever one file does, the next one is read
        reading = _unread(error)
    return _Outcome(task, time.monotonic() - started, sha256, reading, problem, renamed)


def _settled(database: Database, outcome: _Outcome) -> FileResult:
    """Store what was read of one file. When that fails for what the file holds, the failure is stored in its place."""
    try:
        return _settle(database, outcome)
    except CONCERNS_ALL:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever one file does, the next one is stored
        failed = replace(outcome, reading=_unread(error), renamed=None)
    try:
        return _settle(database, failed)
    except CONCERNS_ALL:
        raise
    except Exception as error:  # noqa: BLE001 -- not even the failure can be stored: it is told all the same
        return FileResult(path_text(outcome.task.path), ReadStatus.UNREADABLE, 0, 0, 0, fault(error))


def _settle(database: Database, outcome: _Outcome) -> FileResult:
    """Store what was read of one file, or note why not."""
    task, reading = outcome.task, outcome.reading
    name, known = path_text(task.path), task.known
    started = time.monotonic()
    if outcome.problem:
        return FileResult(name, ReadStatus.UNREADABLE, 0, 0, round(outcome.seconds, 3), outcome.problem)
    if outcome.renamed:
        return _settle_renamed(database, outcome.renamed, name, task.about.st_mtime_ns)
    if reading is None:
        assert known is not None  # noqa: S101 -- only a known file's bytes can be as before
        note_unchanged(database, known.document_id, task.about.st_mtime_ns)
        return _as_known(name, known)
    passages, detail = 0, reading.detail
    if known and known.passages and reading.status in FAILED:
        detail = f"{detail}; the text read from it before is kept"
        file = (task.about.st_size, task.about.st_mtime_ns, outcome.sha256)
        note_failure(database, known.document_id, file, reading.status, detail)
    else:
        passages = _store(database, name, outcome, reading)
    seconds = round(outcome.seconds + time.monotonic() - started, 3)
    as_before = _failed_before(outcome, reading)
    return FileResult(name, reading.status, reading.page_count, passages, seconds, detail, as_before)


def _failed_before(outcome: _Outcome, reading: Reading) -> bool:
    """Whether the same bytes came to the same end in an earlier run, in which they were told of."""
    known = outcome.task.known
    same = known is not None and (known.sha256, known.status) == (outcome.sha256, reading.status)
    return same and reading.status in FAILED


def _settle_renamed(database: Database, document: Document, name: str, modified_ns: int) -> FileResult:
    rename_document(database, document, name, modified_ns)
    is_failure = document.status in FAILED
    status, detail = (document.status, document.detail) if is_failure else (RENAMED, f"it was {document.path}")
    return FileResult(name, status, document.pages, document.passages, 0, detail, as_before=is_failure)


def _store(database: Database, name: str, outcome: _Outcome, reading: Reading) -> int:
    """Put the document in; the number of its passages."""
    passages = passages_of(reading.pages)
    about = outcome.task.about
    new = NewDocument(name, outcome.sha256, about.st_size, about.st_mtime_ns, reading, passages)
    store_document(database, new)
    return len(passages)


def _unread(error: Exception) -> Reading:
    return Reading(ReadStatus.UNREADABLE, detail=fault(error))


def fault(error: Exception) -> str:
    """The detail of a file that met a fault of the program."""
    said = neutral_line(f"{type(error).__name__}: {error}")[:200]
    return f"{_FAULT} ({said}); the other files are not concerned"


def _said(problem: OSError | ValueError) -> str:
    return (problem.strerror if isinstance(problem, OSError) else None) or str(problem)
