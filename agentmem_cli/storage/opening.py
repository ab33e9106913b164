"""Opening the store: its folder made, its schema made or migrated; or, incognito, in memory, with nothing touched."""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex

from agentmem_cli.errors import StorageProblem
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.schema import MIGRATIONS, SCHEMA_VERSION, ensure_schema


def open_database(settings: Settings) -> Database:
    """The database of these settings, its folder and schema made or migrated first; incognito, an empty one in memory.

    Raises StorageProblem when the folder or file cannot be used, StoreLocked, StoreCorrupt or StoreTooNew.
    """
    if settings.incognito:
        return _open_in_memory(settings)
    make_private_folder(settings.data_dir)
    database = Database(settings.database, lock_timeout=settings.lock_timeout)
    ensure_schema(database)
    return database


def open_untouched(settings: Settings) -> Database | None:
    """The stored database to read from, with no file made or changed; None when it cannot be read like that.

    `immutable` alone makes no -wal and -shm. It takes the file for all there is, so with anything in a
    write-ahead log, which another agentmem has open, it would read half of the truth.
    """
    log = settings.database.with_name(settings.database.name + "-wal")
    if not settings.database.exists() or (log.exists() and log.stat().st_size):
        return None
    uri = f"{settings.database.absolute().as_uri()}?immutable=1"
    database = Database(settings.database, lock_timeout=settings.lock_timeout, uri=uri)
    if database.read("PRAGMA user_version")[0][0] != SCHEMA_VERSION:
        database.close()
        return None
    return database


def open_to_look(settings: Settings) -> Database:
    """The stored database to read from at once, no file made, also while another agentmem writes.

    Raises StorageProblem when there is none, or none that can be read like that.
    """
    if not settings.database.exists():
        raise StorageProblem(f"There is no {settings.database}.")
    untouched = open_untouched(settings)
    if untouched:
        return untouched
    uri = f"{settings.database.absolute().as_uri()}?mode=ro"
    return Database(settings.database, lock_timeout=0.1, uri=uri)


def make_private_folder(path: Path) -> None:
    """Make a folder that only its owner can read."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise StorageProblem(
            f"The data folder {path} cannot be made: {problem.strerror}.",
            "Set AGENTMEM_HOME to a folder you can write to.",
        ) from None


def _open_in_memory(settings: Settings) -> Database:
    """An empty database that the threads of this process share, and that is gone with its last connection.

    SQLite's `memdb` and not a shared cache, which refuses a reader at once while another thread writes.
    """
    uri = f"file:/agentmem-{token_hex(8)}?vfs=memdb"
    database = Database(Path(os.devnull), lock_timeout=settings.lock_timeout, uri=uri)
    with database.write() as connection:
        for migrate in MIGRATIONS:
            migrate(connection)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    return database
