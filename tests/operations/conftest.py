"""A data folder with something of every kind in it, written as the program writes it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentmem_cli.knowledge.ingest import ingest_files
from agentmem_cli.memories.ledger import begin_batch
from agentmem_cli.records import Memory
from agentmem_cli.sessions.transfer import ImportedLine, import_lines
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database


@pytest.fixture
def database(home: Path) -> Iterator[Database]:  # noqa: ARG001 -- its environment is what is needed
    """Sarah's database: two sessions of two messages, one memory, one document of one passage."""
    before = os.umask(0o077)  # as `main` sets it
    opened = open_database(load_settings())
    fill(opened)
    yield opened
    opened.close()
    os.umask(before)


def fill(database: Database) -> None:
    """Two sessions, four messages, one memory, one document."""
    said = [("clinic", "Where do I work?"), ("travel", "Book a train.")]
    lines = [
        line
        for session, question in said
        for line in (
            ImportedLine(session, "user", question, 1_700_000_000, None, None),
            ImportedLine(session, "assistant", "In a clinic.", 1_700_000_001, None, None),
        )
    ]
    import_lines(database, "sarah", lines)
    with database.write() as connection:
        begin_batch(connection, "sarah", "test", 1_700_000_000).change(None, memory("m1", "Works in a clinic."), "add")
    refunds = database.path.parent.parent / "refunds.txt"
    refunds.write_text("Thirty days.")
    assert ["indexed"] == [result.status for result in ingest_files(database, [refunds])]


def memory(memory_id: str, text: str) -> Memory:
    """Make an active memory of Sarah's."""
    return Memory(
        memory_id=memory_id,
        user_id="sarah",
        text=text,
        kind="fact",
        topics=["work"],
        status="active",
        quote=text,
        session_id="clinic",
        run_id=None,
        said_at=1_700_000_000,
        created_at=1_700_000_000,
        updated_at=1_700_000_000,
        pinned=False,
        supersedes=None,
        superseded_by=None,
    )
