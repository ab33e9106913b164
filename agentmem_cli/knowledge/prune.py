"""Documents whose file has gone -> out of the knowledge; but not all of a folder's because a disk is not mounted."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from agentmem_cli.errors import AgentmemError
from agentmem_cli.knowledge.documents import list_documents, remove_documents
from agentmem_cli.knowledge.presence import has_gone
from agentmem_cli.knowledge.walk import FileResult, path_text
from agentmem_cli.records import Document
from agentmem_cli.storage.database import Database

REMOVED = "removed"


def vanished(database: Database, paths: Iterable[Path]) -> list[Path]:
    """Those of the paths that are not there, and from which documents came."""
    documents = list_documents(database)
    return [path for path in paths if not os.path.lexists(path) and _gone(documents, [path], set())]


def check_prune(database: Database, folders: Iterable[Path], files: Iterable[Path]) -> None:
    """Raise AgentmemError when a folder from which documents came has no file left: it may be on a disk not mounted."""
    here = [path_text(path) for path in files]
    documents = list_documents(database)
    for folder in folders:
        count = len(_gone(documents, [folder], set()))
        if count and not any(_is_at(path, folder) for path in here):
            what = "holds no file now" if folder.exists() else "is not there"
            came = "1 document" if count == 1 else f"{count} documents"
            raise AgentmemError(
                f"{folder} {what}, and {came} came from there: nothing was removed.",
                f"Is the disk mounted? `agentmem ingest --prune --yes {shlex.quote(str(folder))}` removes them.",
            )


def prune(database: Database, folders: Iterable[Path], files: Iterable[Path]) -> Iterator[FileResult]:
    """Remove the documents below the folders whose file has gone; `files` are those that a walk has just found."""
    gone = _gone(list_documents(database), folders, {path_text(path) for path in files})
    if gone:
        remove_documents(database, [each.document_id for each in gone])
    for each in gone:
        yield FileResult(each.path, REMOVED, each.pages, each.passages, 0, "the file has gone")


def _gone(documents: Sequence[Document], paths: Iterable[Path], here: set[str]) -> list[Document]:
    roots = tuple(map(_root, paths))
    below = [each for each in documents if f"{each.path}{os.sep}".startswith(roots)]
    return [each for each in below if each.path not in here and has_gone(each.path)]


def _is_at(document: str, path: Path) -> bool:
    """Whether a stored path is this one, or below it."""
    return f"{document}{os.sep}".startswith(_root(path))


def _root(path: Path) -> str:
    return path_text(Path(os.path.realpath(path))).rstrip(os.sep) + os.sep
