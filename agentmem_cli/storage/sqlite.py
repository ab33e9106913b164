"""The SQLite database: how it is opened, read and written. Knows no table.

Every connection has the same durability: WAL, `synchronous=FULL`, foreign keys, `secure_delete`, and
every write is one `BEGIN IMMEDIATE` transaction, since a deferred one loses turns when two processes
upgrade their read lock at once (533 of 800 kept against 800 of 800).

Standard-library `sqlite3` and not SQLAlchemy, because `sessions list` must answer within 250 ms and
importing SQLAlchemy alone takes 460.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import cast

from agentmem_cli.errors import StorageProblem, StoreCorrupt, StoreLocked, StoreUnwritable, not_utf8
from agentmem_cli.storage import schema
from agentmem_cli.storage.database import Connection, Database
from agentmem_cli.storage.lock import file_lock

_TO_BE_MADE = 0.05
"""Seconds in which SQLite has long written the first bytes of a new file."""


def connect(place: Path | str, lock_timeout: float) -> sqlite3.Connection:
    """A connection in autocommit mode with agentmem's pragmas. A text is an SQLite URI; the timeout is in seconds."""
    is_uri = isinstance(place, str)
    connection = sqlite3.connect(place, timeout=lock_timeout, isolation_level=None, check_same_thread=False, uri=is_uri)
    try:
        if is_uri:  # what sorting or VACUUM set aside would go to the temporary folder, though the database does not
            connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA secure_delete=ON")
    except sqlite3.Error:
        connection.close()
        raise
    connection.row_factory = sqlite3.Row
    return connection


class SqliteDatabase(Database):
    """One SQLite file. `uri` opens it in another way than as the file at `path`, which then only names it."""

    _COLUMNS = (
        "SELECT tables.name AS of_table, part.name, part.type"
        " FROM sqlite_master AS tables, pragma_table_info(tables.name) AS part WHERE tables.type = 'table'"
        r" AND tables.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND tables.name NOT LIKE '%\_fts%' ESCAPE '\'"
        " ORDER BY tables.name, cid"
    )
    _REFERENCES = (
        'SELECT tables.name AS of_table, part."table" AS refers_to'
        " FROM sqlite_master AS tables, pragma_foreign_key_list(tables.name) AS part WHERE tables.type = 'table'"
    )

    def __init__(self, path: Path, *, lock_timeout: float, uri: str | None = None, rehearses: bool = False) -> None:
        super().__init__(str(path), lock_timeout=lock_timeout, rehearses=rehearses)
        self.path = path
        self._place: Path | str = uri or path

    @property
    def is_read_only(self) -> bool:
        """Whether it was opened as a file that cannot be written."""
        return isinstance(self._place, str) and self._place.endswith(("mode=ro", "immutable=1"))

    def connect(self) -> sqlite3.Connection:
        """One more connection, which the caller closes. Raises StoreCorrupt for a file that has lost all it held."""
        if _is_emptied(self.path):
            raise StoreCorrupt(
                f"{self.path} is empty: what it held is lost.",
                "Run `agentmem restore FILE` with a backup, or move the file away to start again.",
            )
        with self.translated_errors():
            return connect(self._place, self.lock_timeout)

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, opened at first use."""
        return cast("sqlite3.Connection", super().connection)

    def rehearsal(self) -> SqliteDatabase:
        """The same file, on connections of its own, whose writes are rolled back."""
        return SqliteDatabase(self.path, lock_timeout=self.lock_timeout, rehearses=True)

    def version(self) -> int:
        """The version of its schema; 0 for a new file."""
        return int(self.read("PRAGMA user_version")[0][0])

    def migrate(self, connection: Connection, version: int) -> None:
        """Bring the schema from this version to the next, in the caller's transaction."""
        schema.MIGRATIONS[version](connection)
        connection.execute(f"PRAGMA user_version = {version + 1}")

    def locked(self, timeout: float | None = None) -> AbstractContextManager[None]:
        """Hold the lock file beside the database; nothing for a store in memory."""
        if self.path == Path(os.devnull):
            return nullcontext()
        return file_lock(self.path.with_suffix(".lock"), self.lock_timeout if timeout is None else timeout)

    def translated_errors(self) -> AbstractContextManager[None]:
        """Turn SQLite's errors into ones that say what to do."""
        return translated_errors(self.path)

    def clear_deleted_text(self) -> None:
        """Rewrite the whole file. Raises StoreLocked when another process reads or writes it for too long.

        A deleted row's text is still on disk in three places (SQLite 3.40, counted): in the write-ahead log until it
        is truncated, in free pages, and in FTS5, whose segments keep the words of deleted rows even after VACUUM.
        """
        for table in self.read("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%USING fts5%'"):
            with self.write() as connection:
                connection.execute(f"INSERT INTO {table['name']} ({table['name']}) VALUES ('optimize')")  # noqa: S608 -- a name of the schema
        with self.translated_errors():
            self.connection.execute("VACUUM")
            busy = self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise StoreLocked(f"another program is reading {self.path}-wal.")

    def table_names(self) -> list[str]:
        """Every table, SQLite's own too."""
        rows = self.read("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return [f'"{row["name"]}"' for row in rows]

    def number_on(self, connection: Connection) -> None:
        """Do nothing: SQLite notes the highest number of each table by itself."""

    def joined(self, column: str) -> str:
        """SQL: a column of bytes, of all rows, put together as one value."""
        return f"CAST(group_concat({column}, '') AS BLOB)"

    def listed(self, column: str) -> str:
        """SQL: a column, of all rows, as a JSON array."""
        return f"json_group_array({column})"

    def _begin(self, connection: Connection, user_id: str, patience: float | None) -> None:
        del user_id  # SQLite lets one writer in at a time
        if patience is None:
            connection.execute("BEGIN IMMEDIATE")
            return
        connection.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")
        try:
            connection.execute("BEGIN IMMEDIATE")
        finally:
            connection.execute(f"PRAGMA busy_timeout = {round(self.lock_timeout * 1000)}")

    def _is_open(self, connection: Connection) -> bool:
        del connection  # a file does not hang up
        return True

    def _is_writing(self, connection: Connection) -> bool:
        return cast("sqlite3.Connection", connection).in_transaction


def _is_emptied(path: Path) -> bool:
    """Whether a file that was a database before is of 0 bytes: its lock file is made later than its first bytes."""
    if not path.with_suffix(".lock").exists():
        return False
    log = path.with_name(path.name + "-wal")
    for _ in range(2):
        if not path.is_file() or path.stat().st_size or (log.exists() and log.stat().st_size):
            return False
        time.sleep(_TO_BE_MADE)  # it may be a new one in the place of one that was moved away
    return True


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors about a file into ones that say what to do."""
    try:
        yield
    except UnicodeEncodeError as error:  # a word of the command line that is no UTF-8
        raise not_utf8(error) from None
    except sqlite3.DatabaseError as error:
        raise _translated(error, path) from error


def _translated(error: sqlite3.DatabaseError, path: Path) -> StorageProblem:
    said = str(error)
    if "locked" in said or "busy" in said:
        return StoreLocked(f"Another program keeps {path} locked.", "Close it, or try again in a moment.")
    if "not a database" in said or "malformed" in said or "corrupt" in said:
        return StoreCorrupt(
            f"{path} is damaged ({said}).",
            "Run `agentmem restore FILE` with a backup, or move the file away to start anew.",
        )
    if "readonly" in said or "unable to open" in said or "disk I/O" in said or "full" in said:
        why = said if os.access(path.parent, os.W_OK) else f"the folder is not writable ({said})"
        return StoreUnwritable(
            f"{path} cannot be used: {why}.", "Check its permissions and the free space, or set AGENTMEM_HOME."
        )
    return StorageProblem(
        f"{path} cannot be used: {said}.", "`agentmem doctor` checks it; `agentmem restore FILE` puts a backup back."
    )
