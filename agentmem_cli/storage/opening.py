"""Opening the store: its folder made, its schema made or migrated; or, incognito, in memory, with nothing touched."""

from __future__ import annotations

import os
import shlex
import stat
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from agentmem_cli.errors import ConfigProblem, NotFound, StorageProblem, StoreUnwritable, UsageProblem
from agentmem_cli.settings import Settings
from agentmem_cli.storage.copying import refuse_unfinished
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.erase import finish_erasing
from agentmem_cli.storage.schema import MIGRATIONS, SCHEMA_VERSION, ensure_schema, known_version
from agentmem_cli.storage.sqlite import SqliteDatabase

_SERVERS = ("postgresql://", "postgres://")


def open_database(settings: Settings) -> Database:
    """The database of these settings, its folder and schema made or migrated first; incognito, an empty one in memory.

    An erasing that was cut short is finished.
    Raises StorageProblem when the folder or file cannot be used, StoreLocked, StoreCorrupt or StoreTooNew.
    """
    if settings.incognito:
        return _open_in_memory(settings)
    make_private_folder(settings.data_dir)
    database = database_of(settings)
    ensure_schema(database)
    refuse_unfinished(database)
    finish_erasing(database, settings.chroma_dir)
    return database


def database_of(settings: Settings, lock_timeout: float | None = None) -> Database:
    """The database that the settings name, neither made nor migrated nor looked at. The timeout is in seconds."""
    wait = settings.lock_timeout if lock_timeout is None else lock_timeout
    if settings.db is None:
        return SqliteDatabase(settings.database, lock_timeout=wait)
    return postgres_database(settings.db, wait)


def database_at(place: str, lock_timeout: float) -> Database:
    """The database at a URL or path, neither made nor looked at. Raises UsageProblem for another kind of URL."""
    if place.startswith(_SERVERS):
        return postgres_database(place, lock_timeout)
    path = Path(place.removeprefix("sqlite:///"))
    if "://" in place.removeprefix("sqlite:///"):
        raise UsageProblem("That is no URL of a store.", "Write postgresql://USER@HOST:PORT/NAME, or a file's path.")
    return SqliteDatabase((path / "agentmem.db" if path.is_dir() else path).resolve(), lock_timeout=lock_timeout)


def open_source(place: str, lock_timeout: float) -> Database:
    """The store at a URL or path, to be copied: its file is opened to read, and nothing in it is brought up to date.

    Raises NotFound where there is none, StorageProblem for one of an older agentmem, or that holds a part of another.
    """
    database = database_at(place, lock_timeout)
    if isinstance(database, SqliteDatabase):
        if not database.path.is_file():
            raise NotFound(f"There is no file {database.path}.", "Check the path.")
        database = _file_to_read(database.path, lock_timeout) or database
    version = known_version(database.version(), database.place)
    if version == 0:
        raise NotFound(f"There is no store of agentmem's at {database.place}.", "Check the place.")
    if version != SCHEMA_VERSION:
        raise StorageProblem(
            f"{database.place} was written by an older agentmem (schema {version}, this one needs {SCHEMA_VERSION}).",
            "Open it once, such as with `agentmem sessions list`: that brings it up to date.",
        )
    refuse_unfinished(database)
    return database


def open_target(place: str, lock_timeout: float) -> Database:
    """The store at a URL or path, to be filled: it is made where there is none."""
    database = database_at(place, lock_timeout)
    if isinstance(database, SqliteDatabase):
        make_private_folder(database.path.parent)
    ensure_schema(database)
    return database


def postgres_database(url: str, lock_timeout: float) -> Database:
    """The PostgreSQL database at a URL. Raises ConfigProblem where psycopg is not installed."""
    try:
        from agentmem_cli.storage.postgres import PostgresDatabase  # a driver that most do without
    except ImportError:
        raise ConfigProblem(
            "PostgreSQL needs psycopg, which is not installed.", "`pip install 'agentmem-cli[postgres]'` brings it."
        ) from None
    return PostgresDatabase(url, lock_timeout=lock_timeout)


def is_stored(settings: Settings) -> bool:
    """Whether there is a database already. One on a server is taken to be there."""
    return settings.db is not None or settings.database.exists()


def open_to_read(settings: Settings) -> Database:
    """The same for what only reads: where nothing can be written, such as a read-only or a full disk, as it is.

    Raises StoreUnwritable when it cannot be read like that either, or is of an older agentmem.
    """
    try:
        return open_database(settings)
    except StoreUnwritable:
        database = _open_unwritable(settings)
        if database is None or database.version() != SCHEMA_VERSION:
            raise
        return database


def open_as_it_is(settings: Settings, lock_timeout: float | None = None) -> Database:
    """The stored database, neither made nor migrated. Raises what `open_database` raises, but not StoreTooNew."""
    database = database_of(settings, lock_timeout)
    try:
        database.version()
    except StoreUnwritable:
        unwritable = _open_unwritable(settings)
        if unwritable is None:
            raise
        return unwritable
    return database


def _open_unwritable(settings: Settings) -> Database | None:
    """The stored database where nothing can be written: beside those that have it open, or with nobody there."""
    return None if settings.db is not None else _file_to_read(settings.database, settings.lock_timeout)


def _file_to_read(path: Path, lock_timeout: float) -> SqliteDatabase | None:
    """A file that cannot or shall not be written: beside those that have it open, or with nobody there."""
    for how in ("mode=ro", "immutable=1"):
        if how == "immutable=1" and _has_log(path):
            continue
        database = SqliteDatabase(path, lock_timeout=lock_timeout, uri=f"{path.absolute().as_uri()}?{how}")
        with suppress(StoreUnwritable):
            database.read("SELECT count(*) FROM sqlite_master")
            return database
    return None


def _has_log(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def open_untouched(settings: Settings) -> Database | None:
    """The stored database to read from, with no file made or changed; None when it cannot be read like that.

    `immutable` alone makes no -wal and -shm. It takes the file for all there is, so with anything in a
    write-ahead log, which another agentmem has open, it would read half of the truth.
    """
    if settings.db is not None:
        return database_of(settings)
    if not settings.database.exists() or _has_log(settings.database):
        return None
    uri = f"{settings.database.absolute().as_uri()}?immutable=1"
    database = SqliteDatabase(settings.database, lock_timeout=settings.lock_timeout, uri=uri)
    if database.version() != SCHEMA_VERSION:
        database.close()
        return None
    return database


def open_to_look(settings: Settings) -> Database:
    """The stored database to read from at once, no file made, also while another agentmem writes.

    Raises StorageProblem when there is none, or none that can be read like that.
    """
    if not is_stored(settings):
        raise StorageProblem(f"There is no {settings.database}.")
    untouched = open_untouched(settings)
    if untouched:
        return untouched
    uri = f"{settings.database.absolute().as_uri()}?mode=ro"
    return SqliteDatabase(settings.database, lock_timeout=0.1, uri=uri)


def make_private_folder(path: Path) -> None:
    """Make a folder that only its owner can read. Raises StorageProblem for one that was made for others to write."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise StoreUnwritable(
            f"The data folder {path} cannot be made: {problem.strerror}.",
            "Set AGENTMEM_HOME to a folder you can write to.",
        ) from None
    refuse_shared_folder(path)


def refuse_shared_folder(path: Path) -> None:
    """Raise StorageProblem for a folder in which somebody else can put files, or that somebody else led here.

    A link of one's own, such as to a larger disk, may stay.
    """
    if not path.is_dir():
        return
    if path.lstat().st_uid != os.geteuid() or path.stat().st_uid != os.geteuid():
        raise StorageProblem(
            f"The data folder {path} belongs to another user.", "Set AGENTMEM_HOME to a folder of your own."
        )
    about = path.stat()
    is_own_group = about.st_gid == os.getegid()
    if about.st_mode & stat.S_IWOTH or (about.st_mode & stat.S_IWGRP and not is_own_group):
        raise StorageProblem(
            f"Other users can write to the data folder {path}.",
            f"See whether all in it is yours; then run `chmod 700 {shlex.quote(str(path))}`.",
        )


def _open_in_memory(settings: Settings) -> Database:
    """An empty database that the threads of this process share, and that is gone with its last connection.

    SQLite's `memdb` and not a shared cache, which refuses a reader at once while another thread writes.
    """
    uri = f"file:/agentmem-{token_hex(8)}?vfs=memdb"
    database = SqliteDatabase(Path(os.devnull), lock_timeout=settings.lock_timeout, uri=uri)
    with database.write() as connection:
        for migrate in MIGRATIONS:
            migrate(connection)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    return database
