"""What `agentmem doctor` can say about the files, and the form in which every room's checks say it.

A check looks and never changes anything. It gives a Finding, or raises an AgentmemError, which
`finding_of` turns into a failed one: one check that breaks must not hide the others.
"""

from __future__ import annotations

import os
import shlex
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from agentmem_cli.errors import AgentmemError, is_failure
from agentmem_cli.records import Record
from agentmem_cli.settings import Settings
from agentmem_cli.storage.copying import refuse_unfinished
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.erase import erasure_due
from agentmem_cli.storage.opening import is_stored, refuse_shared_folder
from agentmem_cli.storage.schema import SCHEMA_VERSION, known_version
from agentmem_cli.storage.shape import schema_problem
from agentmem_cli.storage.sqlite import SqliteDatabase

LITTLE_SPACE = 200_000_000
"""Bytes. Erasing text rewrites the whole database, so it needs its size once more."""
_BEHIND = "{} is not ready yet: it has schema {}, and this agentmem needs {}."
_OTHER_SCHEMA = "{} has another schema than agentmem's: {}."
_BRING_UP = "Any other command, such as `agentmem sessions list`, brings it up to date."
RESTORE = "Run `agentmem restore FILE` with a backup."


class Verdict(StrEnum):
    """How a check ended; only FAILED makes `doctor` exit with 1."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding(Record):
    """What a check found, and what to do about it."""

    verdict: Verdict
    found: str
    remedy: str = ""


def finding_of(check: Callable[[], Finding]) -> Finding:
    """Run a check; whatever it raises is a failed one."""
    try:
        return check()
    except AgentmemError as error:
        return Finding(Verdict.FAILED, error.problem, error.remedy)
    except BaseException as error:
        if not is_failure(error):
            raise
        return Finding(
            Verdict.FAILED,
            f"{type(error).__name__}: {error}",
            "Install agentmem again: `pip install --force-reinstall agentmem-cli`.",
        )


def check_folder(settings: Settings) -> Finding:
    """Whether the data folder is there or can be made, may be written by its owner alone, and has room."""
    folder = settings.data_dir
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        why = "is not a folder you can write to"
        return Finding(Verdict.FAILED, f"{nearest} {why}.", "Change its permissions, or set AGENTMEM_HOME.")
    refuse_shared_folder(folder)
    free = shutil.disk_usage(nearest).free
    if free < LITTLE_SPACE:
        return Finding(Verdict.WARNING, f"{folder}: {free // 1_000_000} MB are free.", "Free some space.")
    made = "" if is_stored(settings) else ", not made yet: `agentmem chat` makes it"
    return Finding(Verdict.OK, f"{folder}, {free // 1_000_000_000} GB free{made}")


def check_permissions(settings: Settings) -> Finding:
    """Whether only the owner can read the folder and the database."""
    files = [path for path in (settings.data_dir, *settings.data_dir.glob("agentmem.db*")) if _others_may_use(path)]
    if not files:
        return Finding(Verdict.OK, "only you can read the data")
    commands = [f"chmod {'700' if path.is_dir() else '600'} {shlex.quote(str(path))}" for path in files]
    return Finding(
        Verdict.WARNING,
        f"other users of this machine may read {', '.join(path.name for path in files)}.",
        f"Run `{' && '.join(commands)}`.",
    )


def check_database(database: Database) -> Finding:
    """Whether the database is sound and its schema is this program's."""
    if isinstance(database, SqliteDatabase):
        return _check_file(database)
    from agentmem_cli.storage.postgres_shape import schema_problem as schema_problem_there

    version = known_version(database.version(), database.place)
    if version < SCHEMA_VERSION:
        return Finding(Verdict.WARNING, _BEHIND.format(database.place, version, SCHEMA_VERSION), _BRING_UP)
    refuse_unfinished(database)
    problem = schema_problem_there(database, version)
    if problem:
        return Finding(Verdict.FAILED, _OTHER_SCHEMA.format(database.place, problem), "Restore a dump of `pg_dump`.")
    return Finding(Verdict.OK, f"{database.place}, schema {version}, with all that belongs to it")


def _check_file(database: SqliteDatabase) -> Finding:
    """Whether the file is sound, every reference leads somewhere, and its schema is what its version should have."""
    version = known_version(database.version(), database.place)
    damage = database.read("PRAGMA quick_check(1)")[0][0]
    if damage != "ok":
        return Finding(Verdict.FAILED, f"{database.path} is damaged: {damage}.", RESTORE)
    problem = schema_problem(database.connection, version)
    if problem:
        return Finding(Verdict.FAILED, _OTHER_SCHEMA.format(database.path, problem), RESTORE)
    lost = database.read("PRAGMA foreign_key_check")
    if lost:
        return Finding(Verdict.FAILED, f"{len(lost)} rows refer to rows that are not there.", RESTORE)
    return _check_use(database, version)


def _check_use(database: SqliteDatabase, version: int) -> Finding:
    """How a sound file can be used."""
    if database.is_read_only:
        return Finding(
            Verdict.WARNING,
            f"{database.path} is sound, but nothing can be written there: what only reads works.",
            "Check its permissions and the free space.",
        )
    journal = database.read("PRAGMA journal_mode")[0][0]
    if journal != "wal":
        return Finding(
            Verdict.WARNING,
            f"{database.path} cannot use a write-ahead log (it uses {journal}).",
            "Set AGENTMEM_HOME to a folder on a local disk.",
        )
    if version < SCHEMA_VERSION:
        return Finding(Verdict.WARNING, _BEHIND.format(database.path, version, SCHEMA_VERSION), _BRING_UP)
    refuse_unfinished(database)
    size = database.path.stat().st_size / 1_000_000
    return Finding(Verdict.OK, f"{database.path}, {size:.1f} MB, sound, schema {version}, write-ahead log on")


def check_erasing(database: Database) -> Finding:
    """Whether the text of all that was erased has left the files."""
    if erasure_due(database) is None:
        return Finding(Verdict.OK, "nothing that was erased is left to clear; `doctor --erased TEXT` looks for a text")
    return Finding(
        Verdict.WARNING,
        "An erasing was cut short: deleted text is still in the files.",
        "Any other command that can write, such as `agentmem sessions list`, removes it.",
    )


def check_words(database: Database, what: str, table: str, column: str = "words") -> Finding:
    """Whether each row of a table has its words beside its text: `what`, in the plural."""
    rows, without = database.read(f"SELECT count(*), count(*) - count({column}) FROM {table}")[0]  # noqa: S608 -- a name of the schema
    if without:
        found = f"{without} of {rows} {what} were stored by an older agentmem and are slower to find."
        return Finding(Verdict.WARNING, found, "Start `agentmem chat`: it mends them.")
    return Finding(Verdict.OK, f"{rows} {what}, all in the text index")


def _others_may_use(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
