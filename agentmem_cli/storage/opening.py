"""Opening the store: its folder made, its schema made or migrated."""

from __future__ import annotations

from pathlib import Path

from agentmem_cli.errors import StorageProblem
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.schema import ensure_schema


def open_database(settings: Settings) -> Database:
    """The database of these settings, its folder and schema made or migrated first.

    Raises StorageProblem when the folder or file cannot be used, StoreLocked, StoreCorrupt or StoreTooNew.
    """
    make_private_folder(settings.data_dir)
    database = Database(settings.database, lock_timeout=settings.lock_timeout)
    ensure_schema(database)
    return database


def make_private_folder(path: Path) -> None:
    """Make a folder that only its owner can read."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise StorageProblem(
            f"The data folder {path} cannot be made: {problem.strerror}.",
            "Set AGENTMEM_HOME to a folder you can write to.",
        ) from None
