"""Where a text still stands in the data folder: in which files, and in which tables of the database. Only looks.

Every byte of every file is searched. That alone would miss a text that SQLite has cut in two at the end of a page, so
every value of the database is searched too. Nothing is compressed there; an index of words holds hashes of them, or
the words of rows that are found by themselves.
"""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from agentmem_cli.errors import StorageProblem
from agentmem_cli.records import Record
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database, storable
from agentmem_cli.storage.fulltext import searchable
from agentmem_cli.storage.opening import is_stored, open_as_it_is

_CHUNK = 1_000_000
"""Bytes read at once."""


@dataclass(frozen=True, slots=True)
class Remains(Record):
    """The `files` and `tables` in which a text stands, and how many files were `searched`."""

    files: list[str]
    tables: list[str]
    searched: int


def remains_of(text: str, settings: Settings) -> Remains:
    """Search for a text, whatever its case, in the spellings that it may have on disk.

    Raises StorageProblem for a file or folder that cannot be read.
    """
    wanted = _spellings(text)
    tables: list[str] = []
    if is_stored(settings):
        with closing(open_as_it_is(settings)) as database:  # closed first: reading its file would drop its locks
            tables += _tables_with(database, wanted)
    paths = _files(settings)
    found = [str(path) for path in paths if _file_holds(path, wanted)]
    return Remains(found, tables, len(paths))


def _spellings(text: str) -> set[bytes]:
    """The text in lower case as it stands in a column, in JSON, in JSON within JSON, and in a full-text table."""
    text = storable(text)
    written = {unicodedata.normalize(form, text) for form in ("NFC", "NFD")} | {text}
    written |= {changed for each in written for changed in (each.lower(), each.upper(), each.casefold())}
    written |= {searchable(each) for each in written}
    for _ in range(2):
        written |= {_in_json(each, is_ascii) for each in written for is_ascii in (True, False)}
    return {each.encode().lower() for each in written}


def _in_json(text: str, is_ascii: bool) -> str:
    return json.dumps(text, ensure_ascii=is_ascii)[1:-1]


def _files(settings: Settings) -> list[Path]:
    """Every file of the data folder, and the settings; no pipe, which would not end."""
    paths = {settings.config_file}
    for folder, _, names in os.walk(settings.data_dir, onerror=_refuse_unreadable):
        paths.update(Path(folder, name) for name in names)
    return sorted(path for path in paths if path.is_file())


def _refuse_unreadable(problem: OSError) -> None:
    """Raise StorageProblem, but for what another agentmem has just removed."""
    if not isinstance(problem, FileNotFoundError):
        raise StorageProblem(f"{problem.filename} cannot be read: {problem.strerror}.", "Check its permissions.")


def _file_holds(path: Path, wanted: set[bytes]) -> bool:
    """Whether a file, or its name, holds one of the spellings."""
    overlap = max(map(len, wanted)) - 1
    tail = str(path.name).encode("utf-8", "surrogateescape").lower() + b"\0"
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                part = tail + chunk.lower()
                if any(each in part for each in wanted):
                    return True
                tail = part[-overlap:] if overlap else b""
    except OSError as problem:
        _refuse_unreadable(problem)
    return any(each in tail for each in wanted)


def _tables_with(database: Database, wanted: set[bytes]) -> Iterator[str]:
    for table in database.table_names():
        if _table_holds(database, table, wanted):
            yield table.replace('"', "")


def _table_holds(database: Database, table: str, wanted: set[bytes]) -> bool:
    with database.translated_errors():
        for row in database.connection.execute(f"SELECT * FROM {table}"):  # noqa: S608 -- a name of the schema
            held = b"\0".join(_bytes(value) for value in row).lower()
            if any(each in held for each in wanted):
                return True
    return False


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
