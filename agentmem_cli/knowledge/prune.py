"""Documents whose file has gone -> out of the knowledge; but not all of a folder's because a disk is not mounted."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from agentmem_cli.errors import AgentmemError
from agentmem_cli.knowledge.documents import list_documents, remove_documents
from agentmem_cli.knowledge.walk import FileResult, path_text
from agentmem_cli.records import Document
from agentmem_cli.storage.database import Database

REMOVED = "removed"


def check_prune(database: Database, folders: Iterable[Path], files: Iterable[Path]) -> None:
    """Raise AgentmemError when a folder from which documents came has no file left: it is more likely not mounted."""
    here = [path_text(path) for path in files]
    documents = list_documents(database)
    for folder in folders:
        roots = _roots([folder])
        count = len(_gone(documents, roots, set()))
        if count and not any(path.startswith(roots) for path in here):
            raise AgentmemError(
                f"{folder} holds no file now, and {count} documents came from there: nothing was removed.",
                "Is the disk mounted? `--prune --yes` removes them.",
            )


def prune(database: Database, folders: Iterable[Path], files: Iterable[Path]) -> Iterator[FileResult]:
    """Remove the documents below the folders whose file has gone; `files` are those that a walk has just found."""
    gone = _gone(list_documents(database), _roots(folders), {path_text(path) for path in files})
    if gone:
        remove_documents(database, [each.document_id for each in gone])
    for each in gone:
        yield FileResult(each.path, REMOVED, each.pages, each.passages, 0, "the file has gone")


def _gone(documents: Sequence[Document], roots: tuple[str, ...], here: set[str]) -> list[Document]:
    below = [each for each in documents if each.path.startswith(roots)]
    return [each for each in below if each.path not in here and _has_gone(Path(each.path))]


def _roots(folders: Iterable[Path]) -> tuple[str, ...]:
    return tuple(path_text(Path(os.path.realpath(folder))).rstrip(os.sep) + os.sep for folder in folders)


def _has_gone(path: Path) -> bool:
    """Whether there is surely no such file. One in a folder that may not be entered now has not gone."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        pass
    return False
