"""The text index of memories: the only module of the room that knows FTS5.

A memory of every status is in it, under its `memory_number`; searches ask for the active ones.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from agentmem_cli.records import Memory
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.fulltext import searchable


def index_text(connection: sqlite3.Connection, memory_id: str, text: str) -> None:
    """Put the text of a stored memory into the index, in the place of what was there."""
    number = connection.execute("SELECT memory_number FROM memory_details WHERE memory_id = ?", (memory_id,)).fetchone()
    connection.execute("DELETE FROM memories_fts WHERE rowid = ?", tuple(number))
    connection.execute("INSERT INTO memories_fts (rowid, text) VALUES (?, ?)", (*number, searchable(text)))


def matches(
    database: Database, user_id: str, query: str, limit: int, memory: Callable[[sqlite3.Row], Memory]
) -> list[tuple[Memory, float]]:
    """The user's active memories that an FTS5 query finds, with BM25 scores (more is better), the best first."""
    rows = database.read(
        "SELECT details.*, -bm25(memories_fts) AS score FROM memories_fts"
        " JOIN memory_details AS details ON details.memory_number = memories_fts.rowid"
        " WHERE memories_fts MATCH ? AND user_id = ? AND status = 'active'"
        " ORDER BY score DESC, said_at DESC LIMIT ?",
        (query, user_id, limit),
    )
    return [(memory(row), row["score"]) for row in rows]
