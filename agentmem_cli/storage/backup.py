"""Backups: one file that is itself an agentmem database, made and put back while chats have theirs open.

Both ways go through SQLite and never through a copy of the file, which would miss the write-ahead log or
meet a stranger's. The search index of the knowledge is left out, since it is rebuilt from the database,
and so are the configuration and the input history.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agentmem_cli.errors import NotFound, StorageProblem, StoreCorrupt, StoreUnwritable, UsageProblem, name_shown
from agentmem_cli.records import Record
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.lock import file_lock
from agentmem_cli.storage.opening import make_private_folder, open_database, open_to_read
from agentmem_cli.storage.schema import known_version
from agentmem_cli.storage.shape import schema_problem
from agentmem_cli.storage.sqlite import SqliteDatabase

_FILES = ("", "-wal", "-shm")
_COUNTS = (
    "SELECT (SELECT count(*) FROM agno_sessions), (SELECT count(*) FROM messages),"
    " (SELECT count(*) FROM agno_memories), (SELECT count(*) FROM documents)"
)
_WRITTEN = "Give a file that `agentmem backup` wrote."
_TARGET_FAILED = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)


@dataclass(frozen=True, slots=True)
class Contents(Record):
    """What a database holds; `size` is in bytes."""

    sessions: int
    messages: int
    memories: int
    documents: int
    size: int

    def __str__(self) -> str:
        """Say it in words."""
        return (
            f"{self.sessions} sessions, {self.messages} messages, {self.memories} memories,"
            f" {self.documents} documents, {self.size / 1_000_000:.1f} MB"
        )


def back_up(settings: Settings, target: Path, *, force: bool = False) -> Contents:
    """Write a consistent copy of the database to `target`, checked before it takes that name.

    Nothing half-written ever stands at `target`: it is made as `target.partial` and renamed.
    Raises NotFound when there is no database, UsageProblem for a target that may not be replaced,
    StorageProblem when it cannot be written.
    """
    _require_file(settings, "pg_dump --format=custom")
    if not settings.database.exists():
        raise NotFound(f"There is nothing to back up: {settings.database} does not exist.", "`agentmem chat` makes it.")
    _refuse_own_file(settings, target)
    if target.exists() and not force:
        raise UsageProblem(f"{target} exists.", "Give another name, or --force to replace it.")
    if target.exists() and not target.is_file():  # renaming the copy would replace a device such as /dev/null
        raise _unwritable(target, "it is not a regular file")
    with closing(open_to_read(settings)) as database, _locked_if_writable(database):
        _write_copy(database, target)
    with closing(_opened_read_only(target)) as copy:
        return _counted(copy, target)


def contents_of(path: Path) -> Contents:
    """Count what a backup holds. Raises NotFound, StoreTooNew, or StorageProblem when it is not a sound one."""
    if not path.exists():
        raise NotFound(f"{path} does not exist.", _WRITTEN)
    if not path.is_file():  # a pipe would be waited for without end
        raise StorageProblem(f"{path} is not a regular file.", _WRITTEN)
    try:
        with closing(_opened_read_only(path)) as connection:
            _require_sound(connection, path)
            version = known_version(connection.execute("PRAGMA user_version").fetchone()[0], path)
            problem = schema_problem(connection, version)
            if problem:
                raise StorageProblem(f"{path} is not a sound agentmem backup ({problem}).", _WRITTEN)
            return _counted(connection, path)
    except sqlite3.DatabaseError as error:
        raise StorageProblem(f"{path} is not a sound agentmem backup ({error}).", _WRITTEN) from None


def put_back(settings: Settings, source: Path) -> Path | None:
    """Put a backup in place of the database, all of it or nothing; give the file that keeps what was there.

    Chats that are open go on, with the restored content. A database too damaged to copy is kept as it is, with
    its log. Raises what `contents_of` raises before anything is touched, and StorageProblem or StoreLocked with
    the database as it was.
    """
    _require_file(settings, f"agentmem migrate --from {source}")
    _refuse_own_file(settings, source)
    contents_of(source)
    make_private_folder(settings.data_dir)
    with (
        closing(SqliteDatabase(settings.database, lock_timeout=settings.lock_timeout)) as database,
        database.locked(),
        file_lock(settings.chroma_dir.with_suffix(".lock"), settings.lock_timeout),
    ):
        kept = _keep(database) if settings.database.exists() else None
        _replace_content(database, source)
        shutil.rmtree(settings.chroma_dir, ignore_errors=True)  # it indexes what was there before
    open_database(settings).close()  # migrates a backup of an older agentmem
    return kept


def _require_file(settings: Settings, instead: str) -> None:
    """Raise UsageProblem where a server keeps everything."""
    if settings.db is not None:
        raise UsageProblem("PostgreSQL keeps everything, with backups of its own.", f"Use `{instead}`.")


def _counted(connection: sqlite3.Connection, path: Path) -> Contents:
    sessions, messages, memories, documents = connection.execute(_COUNTS).fetchone()
    return Contents(sessions, messages, memories, documents, path.stat().st_size)


@contextmanager
def _locked_if_writable(database: Database) -> Iterator[None]:
    """Nothing replaces the content meanwhile; where nothing can be written nothing would."""
    with ExitStack() as held:
        with suppress(StoreUnwritable):
            held.enter_context(database.locked())
        yield


def _refuse_own_file(settings: Settings, path: Path) -> None:
    """Raise UsageProblem for the database in use, and for what agentmem keeps beside it: locks, index, settings."""
    place = path.resolve()
    database = settings.database.resolve()
    folders = [settings.chroma_dir.resolve(), settings.input_history.parent.resolve()]
    own = {database.with_name(database.name + suffix) for suffix in _FILES} | {settings.config_file.resolve()}
    own |= {each.with_suffix(".lock") for each in (database, *folders)}
    if place in own or not {place, *place.parents}.isdisjoint(folders):
        raise UsageProblem(f"{path} is a file in use by agentmem itself.", "Give the name of a backup.")


def _write_copy(database: Database, target: Path) -> None:
    partial = target.absolute().with_name(target.name + ".partial")
    try:
        partial.unlink(missing_ok=True)  # of a backup that was killed
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            _vacuum_into(partial, database, target)
            with closing(_opened_read_only(partial)) as copy:
                _require_sound(copy, database.place)
            _sync(partial)
            partial.replace(target)
            _sync(target.absolute().parent)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(target, error.strerror or str(error)) from None


def _vacuum_into(partial: Path, database: Database, target: Path) -> None:
    """Copy in one read transaction, so a chat may write meanwhile; free pages, where deleted text was, stay behind."""
    with database.translated_errors():
        try:
            database.connection.execute("VACUUM INTO ?", (str(partial),))
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in _TARGET_FAILED:
                raise _unwritable(target, str(error)) from None
            raise


def _unwritable(target: Path, why: str) -> StorageProblem:
    return StorageProblem(
        f"{name_shown(target)} cannot be written: {why}.", "Choose another place, or free some space."
    )


def _keep(database: SqliteDatabase) -> Path:
    """Copy what is here to a name that no earlier copy has; a damaged database is moved there as it is."""
    moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
    kept = database.path.with_name(f"{database.path.name}.before-restore-{moment}")
    for left in database.path.parent.glob(f"{database.path.name}.before-restore-*.partial"):
        left.unlink(missing_ok=True)  # of a restore that was killed
    try:
        with database.write():
            pass  # a locked database is told before a copy of it is made
        _write_copy(database, kept)
    except StoreCorrupt:
        database.close()
        for suffix in _FILES:
            part = database.path.with_name(database.path.name + suffix)
            if part.exists():
                part.replace(kept.with_name(kept.name + suffix))
    return kept


def _replace_content(database: SqliteDatabase, source: Path) -> None:
    """Write all pages in one transaction: a kill leaves the old ones, a chat that is open sees the new ones."""
    with database.translated_errors(), closing(_opened_read_only(source)) as backup:
        backup.backup(database.connection, progress=_stop_when_locked)


def _stop_when_locked(status: int, _remaining: int, _total: int) -> None:
    """Python's `backup` would try again for ever; SQLite has waited for the lock timeout already."""
    if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise sqlite3.OperationalError("database is locked")


def _opened_read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _require_sound(connection: sqlite3.Connection, place: str | Path) -> None:
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreCorrupt(f"{place} is damaged ({found}).", "Run `agentmem restore FILE` with a sound backup.")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
