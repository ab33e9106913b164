"""Whether the file of a document is still where it was read, by a look at the disk. Changes nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Thread

from agentmem_cli.knowledge.walk import FAILED
from agentmem_cli.records import FoundPassage
from agentmem_cli.storage.database import Database

FILE_GONE = "file gone"
FOLDER_GONE = "folder not there"
"""It was removed, or is on a disk that is not mounted now."""
OLDER_TEXT = "older text"
"""What the file holds now could not be read."""
_PATIENCE = 0.5
"""Seconds. A network drive that does not answer must not hold up a list or an answer."""
_BYTE_OF_NAME = re.compile(rb"\\x([89a-f][0-9a-f])")


def absences(paths: Iterable[str]) -> dict[str, str]:
    """FILE_GONE or FOLDER_GONE for each path whose file has gone; what the disk does not say in time is left out."""
    found: dict[str, str] = {}

    def look() -> None:
        for path in paths:
            if has_gone(path):
                found[path] = FOLDER_GONE if has_gone(str(Path(path).parent)) else FILE_GONE

    looking = Thread(target=look, daemon=True)
    looking.start()
    looking.join(_PATIENCE)
    return found.copy()


def with_absences(database: Database, passages: Sequence[FoundPassage]) -> list[FoundPassage]:
    """The passages, those marked whose file has gone, or holds something else now that could not be read."""
    ids = list({each.document_id for each in passages})
    rows = database.read(
        f"SELECT document_id, path, status FROM documents WHERE document_id IN ({','.join('?' * len(ids))})",  # noqa: S608 -- only question marks
        ids,
    )
    gone = absences(row["path"] for row in rows)
    older = {row["document_id"]: OLDER_TEXT for row in rows if row["status"] in FAILED}
    marks = older | {row["document_id"]: gone[row["path"]] for row in rows if row["path"] in gone}
    return [replace(each, gone=marks.get(each.document_id, "")) for each in passages]


def has_gone(path: str) -> bool:
    """Whether there is surely nothing at a stored path. A file in a folder that may not be entered now has not gone."""
    return all(map(_is_missing, (Path(path), _path_of_bytes(path))))


def _is_missing(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        pass
    return False


def _path_of_bytes(path: str) -> Path:
    r"""The path whose bytes that are no UTF-8 are stored as `\xff` (see `walk.path_text`)."""
    name = _BYTE_OF_NAME.sub(lambda found: bytes.fromhex(found[1].decode()), os.fsencode(path))
    return Path(os.fsdecode(name))
