"""The PostgreSQL database, through psycopg 3: how it is opened, read and written. Knows no table.

The rooms' SQL is written as SQLite knows it. `_in_postgres` changes how it marks its values; the functions that SQLite
has and PostgreSQL has not are made once in the database (`postgres_tables.py`). Values are put into the text by
psycopg itself, in their literal form, so that PostgreSQL takes their types from where they stand, as SQLite does.

Agno's tables stand in the schema `ai`, where Agno looks for them; agentmem's own in the schema `agentmem`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast

import psycopg
from psycopg import errors
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import IntDumper
from psycopg.types.string import TextLoader

from agentmem_cli.errors import StorageProblem, StoreLocked, StoreUnwritable, not_utf8
from agentmem_cli.storage.database import EVERYBODY, Connection, Database
from agentmem_cli.storage.postgres_tables import MIGRATIONS

_SCHEMAS = "agentmem, ai, public"
_LOCK = 0x61676D  # "agm"
"""The first half of the keys of agentmem's advisory locks."""
_STORE, _WRITERS = 1, 2
"""The second half: of the lock on the whole store, and of the one that everybody's transactions share."""
_CONNECT_SECONDS = 10
_NUMBERED = (
    "SELECT format('%I.%I', table_schema, table_name) AS of_table, column_name AS name"
    " FROM information_schema.columns WHERE table_schema = 'agentmem' AND is_identity = 'YES'"
)
"""The columns that number rows by themselves."""
_VALUE = re.compile(r"'(?:[^']|'')*'|\?|(?<![:\w]):([a-z]\w*)|%")
"""A literal, which stays as it is, or a mark for a value."""


class PostgresRow(tuple[Any, ...]):
    """One row: its values by place, by column name, and in order."""

    places: dict[str, int]
    """Of each column by its name."""

    def __getitem__(self, key: Any) -> Any:
        """A value by the name or the place of its column."""
        return tuple.__getitem__(self, self.places[key] if isinstance(key, str) else key)

    def keys(self) -> list[str]:
        """The names of its columns."""
        return list(self.places)


class _NumberLoader(Loader):
    """What sums give: a whole number as one."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data).decode()
        return float(text) if "." in text else int(text)


class _Cursor(psycopg.ClientCursor[PostgresRow]):
    """A cursor that takes the rooms' SQL."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> _Cursor:
        """Run one statement."""
        query = query.replace("IN ()", "IN (NULL)")
        return super().execute(_in_postgres(query) if params else query, params or None, **how)

    def executemany(self, query: Any, params_seq: Any, **how: Any) -> None:
        """Run one statement for each of these."""
        super().executemany(_in_postgres(query), params_seq, **how)


class _Connection(psycopg.Connection[PostgresRow]):
    """A connection with the methods that `storage.database.Connection` names."""

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any] | Mapping[str, Any]]) -> None:
        """Run one statement for each of these."""
        with self.cursor() as cursor:
            cursor.executemany(sql, list(parameters))


class PostgresDatabase(Database):
    """One PostgreSQL database. The URL is libpq's, with all that it takes of users, roles and TLS."""

    is_server = True
    _SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    _COLUMNS = (
        "SELECT table_name AS of_table, column_name AS name, data_type AS type FROM information_schema.columns"
        " WHERE table_schema IN ('agentmem', 'ai') AND table_name <> 'schema_version'"
        " ORDER BY table_name, ordinal_position"
    )
    _REFERENCES = (
        "SELECT referring.relname AS of_table, referred.relname AS refers_to FROM pg_constraint"
        " JOIN pg_class AS referring ON referring.oid = conrelid JOIN pg_class AS referred ON referred.oid = confrelid"
        " WHERE contype = 'f'"
    )

    def __init__(self, url: str, *, lock_timeout: float, rehearses: bool = False) -> None:
        super().__init__(without_password(url), lock_timeout=lock_timeout, rehearses=rehearses)
        self._url = url

    def connect(self) -> Connection:
        """One more connection, which the caller closes. Raises StorageProblem."""
        with self.translated_errors():
            connection = _Connection.connect(
                make_conninfo(f"connect_timeout={_CONNECT_SECONDS}", **conninfo_to_dict(self._url)),
                autocommit=True,
                row_factory=_rows,
                cursor_factory=_Cursor,
            )
            adapters = connection.adapters
            for kind in ("json", "jsonb"):
                adapters.register_loader(kind, TextLoader)  # the rooms read JSON themselves
            adapters.register_loader("numeric", _NumberLoader)
            adapters.register_dumper(bool, IntDumper)
            milliseconds = round(self.lock_timeout * 1000)
            connection.execute(f"SET search_path = {_SCHEMAS}; SET lock_timeout = {milliseconds}")
        return cast("Connection", connection)

    def rehearsal(self) -> PostgresDatabase:
        """The same database, on connections of its own, whose writes are rolled back."""
        return PostgresDatabase(self._url, lock_timeout=self.lock_timeout, rehearses=True)

    def version(self) -> int:
        """The version of its schema; 0 where agentmem has never been."""
        if self.read("SELECT to_regclass('agentmem.schema_version') AS found")[0]["found"] is None:
            return 0
        rows = self.read("SELECT version FROM schema_version")
        return int(rows[0]["version"]) if rows else 0

    def migrate(self, connection: Connection, version: int) -> None:
        """Bring the schema from this version to the next, in the caller's transaction."""
        if version in MIGRATIONS:
            MIGRATIONS[version](connection)

    @contextmanager
    def locked(self, timeout: float | None = None) -> Iterator[None]:
        """Hold the lock on the whole store, in a transaction on a connection of its own."""
        connection = self.connect()
        wait = self.lock_timeout if timeout is None else timeout
        try:
            with self.translated_errors():
                connection.execute("BEGIN")
                connection.execute(f"SET LOCAL lock_timeout = {max(1, round(wait * 1000))}")
                connection.execute(f"SELECT pg_advisory_xact_lock({_LOCK}, {_STORE})")
            yield
        finally:
            connection.close()

    @contextmanager
    def translated_errors(self) -> Iterator[None]:
        """Turn PostgreSQL's errors into ones that say what to do."""
        try:
            yield
        except UnicodeEncodeError as error:  # a word of the command line that is no UTF-8
            raise not_utf8(error) from None
        except psycopg.Error as error:
            raise self._translated(error) from error

    def clear_deleted_text(self) -> None:
        """Let PostgreSQL clear the rows that were deleted out of its tables.

        Its write-ahead log, replicas and base backups keep them as long as they are kept: the README says so.
        """
        with self.translated_errors():
            for table in self.table_names():
                self.connection.execute(f"VACUUM {table}")

    def table_names(self) -> list[str]:
        """Every table of agentmem's and of Agno's."""
        rows = self.read(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables"
            " WHERE schemaname IN ('agentmem', 'ai') ORDER BY 1"
        )
        return [row["name"] for row in rows]

    def number_on(self, connection: Connection) -> None:
        """Set each sequence behind the highest number of its column."""
        for row in connection.execute(_NUMBERED).fetchall():
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence(?, ?), 1 + coalesce(max({row['name']}), 0), false)"  # noqa: S608 -- names of the schema
                f" FROM {row['of_table']}",
                (row["of_table"], row["name"]),
            )

    def joined(self, column: str) -> str:
        """SQL: a column of bytes, of all rows, put together as one value."""
        return f"string_agg({column}, ''::bytea)"

    def listed(self, column: str) -> str:
        """SQL: a column, of all rows, as a JSON array."""
        return f"coalesce(json_agg({column}), '[]')"

    def _begin(self, connection: Connection, user_id: str, patience: float | None) -> None:
        """Begin a transaction: one of everybody's waits for all others, one of a user's for that user's alone."""
        locks = f"SELECT pg_advisory_xact_lock({_LOCK}, {_WRITERS})"
        if user_id != EVERYBODY:
            locks = (
                f"SELECT pg_advisory_xact_lock_shared({_LOCK}, {_WRITERS}),"
                f" pg_advisory_xact_lock(hashtextextended(:user, {_LOCK}))"
            )
        wait = "" if patience is None else f"SET LOCAL lock_timeout = {max(1, round(patience * 1000))};"
        connection.execute(f"BEGIN; {wait} {locks}", {"user": user_id})  # at once: each way to the server counts

    def _is_open(self, connection: Connection) -> bool:
        return not cast("_Connection", connection).closed

    def _is_writing(self, connection: Connection) -> bool:
        opened = cast("_Connection", connection)
        return not opened.closed and opened.info.transaction_status != TransactionStatus.IDLE

    def _translated(self, error: psycopg.Error) -> StorageProblem:
        said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        if isinstance(error, errors.LockNotAvailable | errors.DeadlockDetected):
            return StoreLocked(f"Another program keeps {self.place} locked.", "Close it, or try again in a moment.")
        if isinstance(error, errors.InsufficientPrivilege | errors.ReadOnlySqlTransaction):
            return StoreUnwritable(
                f"{self.place} cannot be written: {said}.", "Ask its owner for the right to, or give another role."
            )
        if isinstance(error, errors.DiskFull):
            return StoreUnwritable(f"{self.place} cannot be written: {said}.", "Free some space on its server.")
        if isinstance(error, psycopg.OperationalError):
            return StorageProblem(
                f"{self.place} cannot be reached: {said}.", "Check the URL (`--db`, AGENTMEM_DB), and that it runs."
            )
        return StorageProblem(f"{self.place} cannot be used: {said}.", "`agentmem doctor` checks it.")


def without_password(url: str) -> str:
    """The URL as people may see it. Raises StorageProblem for one that is none."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error as error:
        raise StorageProblem(
            f"The database's URL cannot be read: {_first_line(error)}.", "Write postgresql://USER@HOST:PORT/NAME."
        ) from None
    user = f"{parts['user']}@" if parts.get("user") else ""
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"postgresql://{user}{parts.get('host', '')}{port}/{parts.get('dbname', '')}"


def _first_line(error: psycopg.Error) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _rows(cursor: psycopg.Cursor[Any]) -> Any:
    """How psycopg makes a row: of a class that knows the names of its columns."""
    return _row_class(tuple(column.name for column in cursor.description or ()))


@lru_cache(1000)  # to make a class takes a tenth of a millisecond, as long as many a query
def _row_class(names: tuple[str, ...]) -> type[PostgresRow]:
    return type("Row", (PostgresRow,), {"places": {name: place for place, name in enumerate(names)}})


@lru_cache(1000)
def _in_postgres(sql: str) -> str:
    """The SQL with its values marked as psycopg marks them."""
    return _VALUE.sub(_mark, sql)


def _mark(found: re.Match[str]) -> str:
    text = found[0]
    if text == "?":
        return "%s"
    if found[1]:
        return f"%({found[1]})s"
    return text.replace("%", "%%")
