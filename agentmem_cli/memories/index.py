"""The text index of memories: the only module of the room that knows FTS5.

A memory of every status is in it, under its `memory_number`; searches ask for the active ones.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from typing import Protocol

from agentmem_cli.records import Memory
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.fulltext import searchable

MEANING = 0.4
"""What the cosine of a memory weighs beside its BM25, each 1 for the best."""
NEAREST, NEAR = 10, 0.35
"""How many memories that share no word with the question are looked at, and the cosine that they need."""
_CANDIDATES = 100

_MATCHES = """
SELECT details.*, -bm25(memories_fts) AS score FROM memories_fts
JOIN memory_details AS details ON details.memory_number = memories_fts.rowid
WHERE memories_fts MATCH ? AND user_id = ? AND status = 'active' ORDER BY score DESC, said_at DESC LIMIT ?
"""
_NUMBERED = "SELECT * FROM memory_details WHERE user_id = ? AND status = 'active' AND memory_number IN ({marks})"


class Nearness(Protocol):
    """How near memories are to a question, by memory number: `recall/vectors.py` knows."""

    def of(self, wanted: Iterable[int]) -> dict[int, float]:
        """The cosines of these memories, of those that have a vector."""

    def nearest(self, count: int, least: float) -> dict[int, float]:
        """The nearest so many whose cosine is `least` or more."""


def index_text(connection: sqlite3.Connection, memory_id: str, text: str) -> None:
    """Put the text of a stored memory into the index, in the place of what was there."""
    number = connection.execute("SELECT memory_number FROM memory_details WHERE memory_id = ?", (memory_id,)).fetchone()
    connection.execute("DELETE FROM memories_fts WHERE rowid = ?", tuple(number))
    connection.execute("INSERT INTO memories_fts (rowid, text) VALUES (?, ?)", (*number, searchable(text)))


def matches(
    database: Database, user_id: str, query: str, limit: int, memory: Callable[[sqlite3.Row], Memory]
) -> list[tuple[Memory, float]]:
    """The user's active memories that an FTS5 query finds, with BM25 scores (more is better), the best first."""
    rows = database.read(_MATCHES, (query, user_id, limit))
    return [(memory(row), row["score"]) for row in rows]


def fitting(
    database: Database,
    user_id: str,
    query: str,
    limit: int,
    memory: Callable[[sqlite3.Row], Memory],
    cosines: Nearness,
) -> list[tuple[Memory, float]]:
    """As `matches`, with the memories that mean the like in other words; scores are sums of normalised parts."""
    rows = database.read(_MATCHES, (query, user_id, _CANDIDATES)) if query else []
    near = cosines.nearest(NEAREST, NEAR) | cosines.of(row["memory_number"] for row in rows)
    words = {row["memory_number"]: row["score"] for row in rows}
    rows += database.read(_NUMBERED.format(marks=", ".join("?" * len(near))), (user_id, *near)) if near else []
    best_words, best_near = (max(part.values(), default=0.0) or 1.0 for part in (words, near))
    scores = {
        row["memory_number"]: words.get(row["memory_number"], 0.0) / best_words
        + MEANING * max(0.0, near.get(row["memory_number"], 0.0)) / best_near
        for row in rows
    }
    by_number = {row["memory_number"]: row for row in rows}
    ranked = sorted(scores, key=lambda number: (-scores[number], -by_number[number]["said_at"], -number))
    return [(memory(by_number[number]), scores[number]) for number in ranked[:limit]]
