"""Paths -> the files to read, and a result for whatever else lies there. Opens no file and changes nothing.

Hidden files and folders are passed over, and so are files of other kinds, which are named. A link is followed
only within the folder that was named: one that leads out of it could bring in what nobody meant to share.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from agentmem_cli.errors import NotFound
from agentmem_cli.reading.read import KINDS, ReadStatus
from agentmem_cli.records import Record

MISSING = "missing"
SKIPPED = "skipped"
FAILED = frozenset({ReadStatus.ENCRYPTED, ReadStatus.NO_TEXT, ReadStatus.UNREADABLE, MISSING})
"""The statuses of files in which nothing can be found."""


@dataclass(frozen=True, slots=True)
class FileResult(Record):
    """How one file ended. `status` is a ReadStatus, `unchanged`, `skipped`, `missing` or `removed`.

    `seconds` is wall time. `as_before`: it failed in an earlier run too, and has not changed since.
    """

    path: str
    status: str
    pages: int
    passages: int
    seconds: float
    detail: str
    as_before: bool = False

    @property
    def is_new_failure(self) -> bool:
        """Whether nothing can be found in the file, and this was not told of in an earlier run."""
        return self.status in FAILED and not self.as_before


@dataclass(slots=True)
class Found:
    """What a walk found: files to read, in order; results for what is not read; the files of other kinds."""

    files: list[Path] = field(default_factory=list)
    refused: list[FileResult] = field(default_factory=list)
    passed_over: list[Path] = field(default_factory=list)

    def refuse(self, path: Path, status: str, detail: str) -> None:
        """Note that something is not read, and why."""
        self.refused.append(FileResult(path_text(path), status, 0, 0, 0, detail))


def find_files(paths: Iterable[Path], *, may_be_missing: bool = False) -> Found:
    """What is at and below the paths. A missing one among several is a result; alone it raises NotFound.

    `may_be_missing`: what has gone as a whole is no failure.
    """
    given = list(paths)
    found = Found()
    for each in given:
        if not os.path.lexists(each):
            if not may_be_missing:
                found.refuse(each, MISSING, "there is no such file or folder")
        elif each.is_dir():
            _walk(Path(os.path.realpath(each)), found)
        else:
            found.files.append(Path(os.path.realpath(each)))
    if len(given) == len(found.refused) == 1 and found.refused[0].status == MISSING:
        raise NotFound(f"There is no file or folder {given[0]}.", "Nothing was ingested; check the path.")
    found.files = list(dict.fromkeys(found.files))
    return found


def path_text(path: Path) -> str:
    r"""A path as text that UTF-8 can hold: a byte of a name that is not UTF-8 is shown as `\xff`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _walk(root: Path, found: Found) -> None:
    def refuse(problem: OSError) -> None:
        found.refuse(Path(problem.filename), ReadStatus.UNREADABLE, problem.strerror or "it cannot be read")

    for parent, folders, names in os.walk(root, onerror=refuse):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for path in (Path(parent, name) for name in folders):
            if path.is_symlink():
                found.refuse(path, SKIPPED, _about_linked_folder(path, root))
        for path in (Path(parent, name) for name in sorted(names) if not name.startswith(".")):
            _sort_in(path, root, found)


def _sort_in(path: Path, root: Path, found: Found) -> None:
    """Put one entry that is not a folder where it belongs."""
    special = _special_kind(path)
    if path.suffix.lower() not in KINDS:
        if special:
            found.refuse(path, SKIPPED, f"it is {special}")
        else:
            found.passed_over.append(path)
    elif path.is_symlink() and not _is_below(path, root):
        found.refuse(path, SKIPPED, f"it is a link out of the folder, to {path_text(Path(os.path.realpath(path)))}")
    else:
        found.files.append(path)


def _special_kind(path: Path) -> str:
    """What an entry is that is neither a file, a folder nor a link; empty for those."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return ""
    kinds = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
    return kinds.get(stat.S_IFMT(mode), "")


def _about_linked_folder(path: Path, root: Path) -> str:
    if _is_below(path, root):
        return "it is a link to a folder that is read where it lies"
    return f"it is a link out of the folder, to {path_text(Path(os.path.realpath(path)))}"


def _is_below(path: Path, root: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(root)
