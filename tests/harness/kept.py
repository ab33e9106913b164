"""What is kept, whichever store keeps it: every byte and row of it, and Agno's own database class on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_as_it_is
from harness.command_line import run_here


def kept_bytes(home: Path) -> bytes:
    """Every byte of the data folder, and on a server every value of every table, in lower case."""
    files = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    if load_settings().db is not None:
        files += [b"\n".join(map(_bytes, row)) for rows in kept_rows().values() for row in rows]
    return b"\n".join(files).lower()


def kept_rows() -> dict[str, list[list[Any]]]:
    """Every row of every table, in a fixed order."""
    with closing(open_as_it_is(load_settings())) as database:
        tables = database.table_names()
        found = {table: database.read(f"SELECT * FROM {table}") for table in tables}  # noqa: S608 -- names of the schema
    return {table: sorted((list(row) for row in rows), key=repr) for table, rows in found.items()}


def is_sound() -> bool:
    """Whether `doctor` finds nothing broken in the store: SQLite checks the whole file."""
    checks = run_here("doctor", "--json").json()
    return not any(check["verdict"] == "failed" for check in checks)


@contextmanager
def agno_db() -> Iterator[Any]:
    """Agno's own database class on the store, as another program would open it."""
    settings = load_settings()
    if settings.db is None:
        from agno.db.sqlite import SqliteDb

        opened: Any = SqliteDb(db_file=str(settings.database))
    else:
        from agno.db.postgres import PostgresDb

        opened = PostgresDb(db_url=settings.db.replace("postgresql://", "postgresql+psycopg://"))
    yield opened
    opened.db_engine.dispose()


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
