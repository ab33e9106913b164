"""The SQLite database: how it is opened, read and written. Knows no table but the schema version.

Every connection has the same durability: WAL, `synchronous=FULL`, foreign keys, `secure_delete`, and
every write is one `BEGIN IMMEDIATE` transaction, since a deferred one loses turns when two processes
upgrade their read lock at once (533 of 800 kept against 800 of 800).

Standard-library `sqlite3` and not SQLAlchemy, because `sessions list` must answer within 250 ms and
importing SQLAlchemy alone takes 460. Agno's adapter (`agent/agno_db.py`) gets its connections here too.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agentmem_cli.errors import StorageProblem, StoreCorrupt, StoreLocked, StoreUnwritable, not_utf8

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


class Database:
    """One database, with a connection for each thread that uses it.

    `uri` opens it in another way than as the file at `path`, which then only names it.
    """

    def __init__(self, path: Path, *, lock_timeout: float, uri: str | None = None) -> None:
        self.path = path
        self._place: Path | str = uri or path
        self.lock_timeout = lock_timeout
        self._local = threading.local()
        self._opened: list[tuple[threading.Thread, sqlite3.Connection]] = []
        weakref.finalize(self, _close_all, self._opened)  # at exit too, where other threads may be in a query
        weakref.finalize(self, _close_abandoned, self._opened).atexit = False

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
        with translated_errors(self.path):
            return connect(self._place, self.lock_timeout)

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, opened at first use."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self._local.connection = connection = self.connect()
            self._opened.append((threading.current_thread(), connection))
        return connection

    def read(self, sql: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[sqlite3.Row]:
        """All rows of one query."""
        with translated_errors(self.path):
            return self.connection.execute(sql, parameters).fetchall()

    @contextmanager
    def write(self, *, patience: float | None = None) -> Iterator[sqlite3.Connection]:
        """One transaction: committed at the end, rolled back whole if anything raises.

        `patience` is how many seconds to wait for another process that writes, where that is not `lock_timeout`.
        """
        connection = self.connection
        with translated_errors(self.path):
            if patience is None:
                connection.execute("BEGIN IMMEDIATE")
            else:
                _begin_within(connection, patience, self.lock_timeout)
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the connections of this thread and of those that have ended."""
        _close_all(self._opened)
        self._local = threading.local()


class Rehearsal(Database):
    """A database whose writes are rolled back: code that writes says what it would do, and nothing is done."""

    @classmethod
    def of(cls, database: Database) -> Rehearsal:
        """The same file, on connections of its own."""
        return cls(database.path, lock_timeout=database.lock_timeout)

    @contextmanager
    def write(self, *, patience: float | None = None) -> Iterator[sqlite3.Connection]:
        """One transaction, which never commits."""
        del patience
        with translated_errors(self.path):
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
            finally:
                self.connection.execute("ROLLBACK")


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


def _begin_within(connection: sqlite3.Connection, patience: float, lock_timeout: float) -> None:
    connection.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")
    try:
        connection.execute("BEGIN IMMEDIATE")
    finally:
        connection.execute(f"PRAGMA busy_timeout = {round(lock_timeout * 1000)}")


def _close_all(opened: list[tuple[threading.Thread, sqlite3.Connection]]) -> None:
    """Close what is not in use. A connection closed under another thread's query is a segmentation fault."""
    here = threading.current_thread()
    for thread, connection in list(opened):
        if thread is here or not thread.is_alive():
            opened.remove((thread, connection))
            connection.close()


def _close_abandoned(opened: list[tuple[threading.Thread, sqlite3.Connection]]) -> None:
    """Close what is left of a database that nobody holds, so that no thread can be in a query of it.

    The last to let go of it may be another thread than the one that opened it.
    """
    while opened:
        opened.pop()[1].close()


def storable(text: str) -> str:
    """The text as every store takes it: the halves of a surrogate pair joined, a lone half and NUL replaced.

    JSON may carry both, command lines a half.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        text = joined.encode("utf-8", "replace").decode()
    return text.replace("\x00", "\ufffd")


def storable_json(value: Any) -> Any:
    """A JSON value in which every text is storable."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [storable_json(each) for each in value]
    if isinstance(value, dict):
        return {storable(key): storable_json(each) for key, each in value.items()}
    return value


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ones that say what to do."""
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
