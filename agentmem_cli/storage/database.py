"""The database as every room uses it, whichever store stands behind it, and text as every store takes it.

SQLite (`sqlite.py`) and PostgreSQL (`postgres.py`) stand behind the same few methods. Each SQL text stands once: it is
written as SQLite knows it, with `?` or `:name` for a value, and keeps to what both stores understand; what they say in
other words is a method here.
"""

from __future__ import annotations

import threading
import weakref
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Protocol

EVERYBODY = ""
"""Whose rows a transaction changes, where it is not one user's alone."""
ALL_ROWS = 2**62
"""What stands behind LIMIT where there is none."""


class Row(Protocol):
    """One row: its values by column name, by place, and in order."""

    def keys(self) -> list[str]:
        """The names of its columns."""

    def __getitem__(self, key: Any, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...

    def __len__(self) -> int: ...


class Cursor(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows the statement changed."""

    def fetchone(self) -> Any:
        """The next row, or None."""

    def fetchall(self) -> list[Any]:
        """The rows that are left."""

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A connection in autocommit mode, on which `Database.write` runs its transactions."""

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ..., /) -> Cursor:
        """Run one statement."""

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any] | Mapping[str, Any]], /) -> Any:
        """Run one statement for each of these."""

    def close(self) -> None:
        """Let go of it; what is not committed is rolled back."""


class Database(ABC):
    """One database, with a connection for each thread that uses it.

    One that `rehearses` rolls every write back: code that writes says what it would do, and nothing is done.
    """

    is_server = False
    """Whether many machines share it, and it holds what stands in files beside SQLite's."""
    _SNAPSHOT = "BEGIN"
    """SQL: begin a transaction in which every query sees the same state."""
    _COLUMNS: str
    """SQL: `of_table`, `name` and `type` of every column, in their order, but of full text and of the store's own."""
    _REFERENCES: str
    """SQL: `of_table` and the table that it `refers_to`, for every foreign key."""

    def __init__(self, place: str, *, lock_timeout: float, rehearses: bool = False) -> None:
        self.place = place
        """How it is called in front of people; without a password."""
        self.lock_timeout = lock_timeout
        self._end = "ROLLBACK" if rehearses else "COMMIT"
        self._local = threading.local()
        self._opened: list[tuple[threading.Thread, Connection]] = []
        weakref.finalize(self, _close_all, self._opened)  # at exit too, where other threads may be in a query
        weakref.finalize(self, _close_abandoned, self._opened).atexit = False

    @abstractmethod
    def connect(self) -> Connection:
        """One more connection, which the caller closes. Raises StorageProblem."""

    @abstractmethod
    def rehearsal(self) -> Database:
        """The same database, on connections of its own, whose writes are rolled back."""

    @abstractmethod
    def version(self) -> int:
        """The version of its schema; 0 where it has none."""

    @abstractmethod
    def migrate(self, connection: Connection, version: int) -> None:
        """Bring the schema from this version to the next, in the caller's transaction."""

    @abstractmethod
    def locked(self, timeout: float | None = None) -> AbstractContextManager[None]:
        """Held while the schema changes, text is erased, or all is copied or replaced. Raises StoreLocked.

        `timeout` is in seconds, where it is not `lock_timeout`.
        """

    @abstractmethod
    def translated_errors(self) -> AbstractContextManager[None]:
        """Turn the store's errors into ones that say what to do."""

    @abstractmethod
    def clear_deleted_text(self) -> None:
        """Make the text of deleted rows leave what the store keeps. Outside a transaction, with the lock held."""

    @abstractmethod
    def table_names(self) -> list[str]:
        """Every table, in the order of their names, so that each can be looked through."""

    @abstractmethod
    def number_on(self, connection: Connection) -> None:
        """Have new rows numbered behind those that were put in with their numbers, in the caller's transaction."""

    @abstractmethod
    def joined(self, column: str) -> str:
        """SQL: a column of bytes, of all rows, put together as one value."""

    @abstractmethod
    def listed(self, column: str) -> str:
        """SQL: a column, of all rows, as a JSON array."""

    @abstractmethod
    def _begin(self, connection: Connection, user_id: str, patience: float | None) -> None:
        """Begin a transaction that writes. `patience` is in seconds, where it is not `lock_timeout`."""

    @abstractmethod
    def _is_open(self, connection: Connection) -> bool:
        """Whether a connection can still be used."""

    @abstractmethod
    def _is_writing(self, connection: Connection) -> bool:
        """Whether a transaction is open on a connection."""

    @property
    def connection(self) -> Connection:
        """This thread's connection, opened at first use."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None or not self._is_open(connection):
            self._local.connection = connection = self.connect()
            self._opened.append((threading.current_thread(), connection))
        return connection

    def read(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[Row]:
        """All rows of one query."""
        with self.translated_errors():
            return self.connection.execute(sql, parameters).fetchall()

    @contextmanager
    def write(self, user_id: str = EVERYBODY, *, patience: float | None = None) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back whole if anything raises.

        Where it changes what belongs to one user alone, the id lets others write meanwhile, on a store that can.
        `patience` is how many seconds to wait for another that writes, where that is not `lock_timeout`.
        """
        connection = self.connection
        with self.translated_errors():
            try:
                self._begin(connection, user_id, patience)
                yield connection
                connection.execute(self._end)
            except BaseException:
                if self._is_writing(connection):
                    connection.execute("ROLLBACK")
                raise

    def columns(self) -> dict[str, dict[str, str]]:
        """By table, its columns in their order, with their types."""
        found: dict[str, dict[str, str]] = {}
        for row in self.read(self._COLUMNS):
            found.setdefault(row["of_table"], {})[row["name"]] = row["type"]
        return found

    def references(self) -> dict[str, set[str]]:
        """By table, those that its rows refer to."""
        found: dict[str, set[str]] = {}
        for row in self.read(self._REFERENCES):
            found.setdefault(row["of_table"], set()).add(row["refers_to"])
        return found

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection of its own to read from, which sees one state of everything, whatever others write meanwhile."""
        connection = self.connect()
        try:
            with self.translated_errors():
                connection.execute(self._SNAPSHOT)
                yield connection
        finally:
            connection.close()

    def close(self) -> None:
        """Close the connections of this thread and of those that have ended."""
        _close_all(self._opened)
        self._local = threading.local()


def _close_all(opened: list[tuple[threading.Thread, Connection]]) -> None:
    """Close what is not in use. A connection closed under another thread's query is a segmentation fault."""
    here = threading.current_thread()
    for thread, connection in list(opened):
        if thread is here or not thread.is_alive():
            with suppress(ValueError):  # another thread closes it
                opened.remove((thread, connection))
                connection.close()


def _close_abandoned(opened: list[tuple[threading.Thread, Connection]]) -> None:
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
