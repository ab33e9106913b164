"""Erasing: after it, no file of the data folder holds the deleted text."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from harness.command_line import run_here

from agentmem_cli.errors import StoreLocked
from agentmem_cli.knowledge.ingest import ingest_files
from agentmem_cli.memories.ledger import begin_batch
from agentmem_cli.records import Memory
from agentmem_cli.sessions.transfer import ImportedLine, import_lines
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.erase import erase_deleted_text

MARKER = "zyxmarker"
TABLES = ("agno_sessions", "memory_details", "agno_memories", "memory_ledger", "documents")


def marked_bytes(folder: Path) -> int:
    """How often the marker stands in the files of a folder, whatever its case."""
    return sum(path.read_bytes().lower().count(MARKER.encode()) for path in folder.rglob("*") if path.is_file())


def say(database: Database, session: str, count: int) -> None:
    """Put a session of `count` messages with the marker into the database."""
    lines = [ImportedLine(session, "user", f"{MARKER}{n} {'words ' * 50}", n, None, None) for n in range(count)]
    import_lines(database, "sarah", lines)


def test_deleted_conversations_and_memories_leave_the_files(
    database: Database, marked_memory: Memory, tmp_path: Path
) -> None:
    """A run, its text index, a memory, its index, Agno's copy and the ledger: none is in any file."""
    say(database, "secret", 200)
    with database.write() as connection:
        begin_batch(connection, "sarah", "test", 1).change(None, marked_memory, "add")
    document = tmp_path / f"{MARKER}.txt"
    document.write_text(f"All about {MARKER}.")
    assert ["indexed"] == [result.status for result in ingest_files(database, [document])]
    with database.write() as connection:
        for table in TABLES:
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 -- the names above
    assert marked_bytes(database.path.parent) > 0

    erase_deleted_text(database)

    assert 0 == marked_bytes(database.path.parent)


@pytest.mark.parametrize("seed", range(6))
def test_what_was_deleted_leaves_whatever_came_before_and_after(database: Database, seed: int) -> None:
    """Deletions between other writes, erased several times: the segments of the index differ each time."""
    chance = random.Random(seed)  # noqa: S311 -- a test's order, no secret
    for number in range(12):
        import_lines(database, "sarah", [ImportedLine(f"kept{number}", "user", "plain words", number, None, None)])
        say(database, f"secret{number}", chance.randrange(1, 60))
        with database.write() as connection:
            connection.execute("DELETE FROM agno_sessions WHERE session_id LIKE 'secret%'")
        if chance.random() < 0.3:
            erase_deleted_text(database)
            assert 0 == marked_bytes(database.path.parent)

    erase_deleted_text(database)

    assert 0 == marked_bytes(database.path.parent)
    assert 16 == database.read("SELECT count(words) FROM messages")[0][0]


def test_what_another_program_deleted_leaves_too(database: Database) -> None:
    """A program that uses the file as Agno does overwrites nothing when it deletes."""
    say(database, "secret", 200)
    with closing(sqlite3.connect(database.path)) as another, another:
        another.execute("PRAGMA secure_delete = OFF")
        another.execute("PRAGMA foreign_keys = ON")
        another.execute("DELETE FROM agno_sessions WHERE session_id = 'secret'")

    erase_deleted_text(database)

    assert 0 == marked_bytes(database.path.parent)


def test_a_purged_session_leaves_the_files(database: Database) -> None:
    """`sessions delete --purge` erases, from the trash too."""
    say(database, "secret", 20)
    assert 0 == run_here("sessions", "delete", "secret").code
    assert marked_bytes(database.path.parent) > 0

    assert 0 == run_here("sessions", "delete", "secret", "--purge", "--yes").code

    assert 0 == marked_bytes(database.path.parent)


def test_a_reader_that_keeps_the_text_is_named(database: Database) -> None:
    """While another program reads the old content it cannot leave the log; erasing says so."""
    database.connection.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(database.path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM messages").fetchall()

        with pytest.raises(StoreLocked, match="still in"):
            erase_deleted_text(database)


@pytest.fixture
def marked_memory() -> Memory:
    """A memory with the marker in it."""
    return Memory(
        "m2", "sarah", f"Likes {MARKER}.", "fact", [MARKER], "active", MARKER, None, None, 1, 1, 1, False, None, None
    )
