"""How an empty database gets its tables, and an older one becomes a newer one. Opens no connection of its own.

A migration is a named function; it and the version it leads to commit in one transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from agentmem_cli.errors import StoreCorrupt, StoreLocked, StoreTooNew, StoreUnwritable
from agentmem_cli.storage.database import Connection, Database
from agentmem_cli.storage.plain_agno import set_aside, take_in
from agentmem_cli.storage.tables import (
    AGNO_TABLES,
    CAPTURE_TABLES,
    ESSENTIAL_COLUMN,
    IMPORT_TABLES,
    KNOWLEDGE_TABLES,
    MEMORY_TABLES,
    SCAN_TABLES,
    SESSION_TABLES,
    TAKEN_BACK_COLUMNS,
    VECTOR_TABLES,
    WORD_COLUMNS,
)

AGNO_SCHEMA_VERSION = "3.0.0"
"""What Agno 3.1 writes into `agno_schema_versions` for tables it creates."""


def first_tables(connection: Connection) -> None:
    """Version 1: Agno's tables, the text index, the trash, memory details and ledger, knowledge.

    What Agno alone has written there stays, in these tables.
    """
    agnos = set_aside(connection)
    for part in (AGNO_TABLES, SESSION_TABLES, MEMORY_TABLES, KNOWLEDGE_TABLES):
        _run(connection, part)
    for table in ("agno_sessions", "agno_runs", "agno_memories"):
        connection.execute(
            "INSERT INTO agno_schema_versions VALUES (?, ?, datetime('now'), datetime('now'))",
            (table, AGNO_SCHEMA_VERSION),
        )
    take_in(connection, agnos)


def tables_of_imports(connection: Connection) -> None:
    """Version 2: what an import must know of what was erased, and of what was not looked through yet."""
    _run(connection, IMPORT_TABLES)


def tables_of_captures(connection: Connection) -> None:
    """Version 3: messages that wait for their capture, whom a memory is about and when, the run of a change."""
    _run(connection, CAPTURE_TABLES)


def columns_of_words(connection: Connection) -> None:
    """Version 4: the words of messages and memories stand beside their texts, in the place of full-text tables."""
    _run(connection, WORD_COLUMNS)


def tables_of_vectors(connection: Connection) -> None:
    """Version 5: one person's messages and vectors are read without a look at anybody else's."""
    _run(connection, VECTOR_TABLES)


def tables_of_scans(connection: Connection) -> None:
    """Version 6: a passage may end on the next page, and pages that are pictures wait for OCR."""
    _run(connection, SCAN_TABLES)


def columns_of_what_was_taken_back(connection: Connection) -> None:
    """Version 7: exchanges that were taken back are numbered."""
    _run(connection, TAKEN_BACK_COLUMNS)


def column_of_what_is_essential(connection: Connection) -> None:
    """Version 8: an allergy is told from a remark on health."""
    _run(connection, ESSENTIAL_COLUMN)


MIGRATIONS: list[Callable[[Connection], None]] = [
    first_tables,
    tables_of_imports,
    tables_of_captures,
    columns_of_words,
    tables_of_vectors,
    tables_of_scans,
    columns_of_what_was_taken_back,
    column_of_what_is_essential,
]
"""The function at index N leads from version N to N + 1."""

SCHEMA_VERSION = len(MIGRATIONS)


def ensure_schema(database: Database) -> None:
    """Bring the database to SCHEMA_VERSION, under the store's lock. Raises StoreTooNew for one from the future."""
    if _version(database) == SCHEMA_VERSION:
        return
    with database.locked():
        for number in range(_version(database), SCHEMA_VERSION):
            with database.write() as connection:
                database.migrate(connection, number)


def is_current(database: Database) -> bool:
    """Whether the schema is this program's, once another agentmem that makes or upgrades it just now is ready.

    Raises StoreTooNew or StoreCorrupt.
    """
    if _version(database) != SCHEMA_VERSION:
        with suppress(StoreLocked, StoreUnwritable), database.locked():
            pass
    return _version(database) == SCHEMA_VERSION


def known_version(version: int, place: str | Path) -> int:
    """The schema version of the database at `place`, if this program knows it. Raises StoreTooNew, StoreCorrupt."""
    if version < 0:
        raise StoreCorrupt(
            f"{place} is no agentmem database: there is no schema {version}.",
            "Run `agentmem restore FILE` with a backup, or move the file away to start again.",
        )
    if version > SCHEMA_VERSION:
        raise StoreTooNew(
            f"{place} was written by a newer agentmem (schema {version}, this one knows {SCHEMA_VERSION}).",
            "Upgrade agentmem: `pip install --upgrade agentmem-cli`.",
        )
    return version


def _version(database: Database) -> int:
    return known_version(database.version(), database.place)


def _run(connection: Connection, script: str) -> None:
    for statement in _statements(script):
        connection.execute(statement)


def _statements(script: str) -> list[str]:
    """The statements of a script, one by one: `executescript` would commit the transaction it runs in."""
    statements, current = [], ""
    for line in script.splitlines():
        if line.startswith("--"):
            continue
        current += line + "\n"
        if sqlite3.complete_statement(current):
            statements.append(current)
            current = ""
    return statements
