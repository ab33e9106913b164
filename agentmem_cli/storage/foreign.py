"""A database of another program, opened to be read. Changes nothing in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentmem_cli.errors import ConfigProblem, NotFound
from agentmem_cli.storage.opening import postgres_database
from agentmem_cli.storage.sqlite import translated_errors

SQLITE, POSTGRES = "sqlite:///", ("postgresql://", "postgres://")
_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class ForeignDatabase:
    """A connection whose rows are read by name, and the tables that are there."""

    connection: Any
    tables: frozenset[str]

    def rows(self, table: str, order: str) -> Iterator[dict[str, Any]]:
        """Every row of a table as a dictionary; none of one that is not there."""
        if table in self.tables:
            for row in self.connection.execute(f"SELECT * FROM {table} ORDER BY {order}"):  # noqa: S608 -- names of ours
                yield dict(row)


@contextmanager
def foreign_database(url: str) -> Iterator[ForeignDatabase]:
    """The database at a path, or a `sqlite:///` or `postgresql://` URL.

    Raises NotFound, ConfigProblem or StorageProblem.
    """
    if url.startswith(POSTGRES):
        yield from _on_server(url)
        return
    if "://" in url and not url.startswith(SQLITE):
        raise ConfigProblem(
            f"{url.partition('://')[0]}:// cannot be read from.", "Give postgresql://…, or the path of an SQLite file."
        )
    path = Path(url.removeprefix(SQLITE)).expanduser().absolute()
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", "Check the path.")
    with translated_errors(path), closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        yield ForeignDatabase(connection, frozenset(row["name"] for row in names))


def _on_server(url: str) -> Iterator[ForeignDatabase]:
    """A PostgreSQL database in which Agno's tables stand where Agno looks for them."""
    database = postgres_database(url, _SECONDS)
    with closing(database), database.translated_errors(), closing(database.connect()) as connection:
        connection.execute("SET default_transaction_read_only = on")
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname IN ('ai', 'public')")
        yield ForeignDatabase(connection, frozenset(row["tablename"] for row in names))
