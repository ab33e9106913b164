"""Which memories hold the words of a question, or mean the like. Reads what stands beside each memory's text.

A memory of every status has its words stored; searches ask for the active ones of one user, and score over these alone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Protocol

from agentmem_cli.language.word_index import bm25, indexed, packed, words_of
from agentmem_cli.storage.database import Database

MEANING = 0.4
"""What the cosine of a memory weighs beside its BM25, each 1 for the best."""
NEAREST, NEAR = 10, 0.35
"""How many memories that share no word with the question are looked at, and the cosine that they need."""

_ACTIVE = """
SELECT memory_number, memory_id, said_at, words, CASE WHEN words IS NULL THEN text END AS text
FROM memory_details WHERE user_id = ? AND status = 'active' ORDER BY memory_number
"""


class Nearness(Protocol):
    """How near memories are to a question, by memory number: `recall/vectors.py` knows."""

    def of(self, wanted: Iterable[int]) -> dict[int, float]:
        """The cosines of these memories, of those that have a vector."""

    def nearest(self, count: int, least: float) -> dict[int, float]:
        """The nearest so many whose cosine is `least` or more."""


def index_text(connection: sqlite3.Connection, memory_id: str, text: str) -> None:
    """Store the words of a memory's text, in the place of what was there."""
    connection.execute("UPDATE memory_details SET words = ? WHERE memory_id = ?", (packed(text), memory_id))


def fitting(
    database: Database, user_id: str, question: str, limit: int, cosines: Nearness | None = None
) -> dict[str, float]:
    """The ids of the user's active memories that fit a question best, with their scores, the best first.

    The score is BM25. With `cosines` what means the like is found too, and the score is a sum of both, each 1 for the
    best.
    """
    rows = database.read(_ACTIVE, (user_id,))
    scores = _by_words(rows, question)
    if cosines is not None:
        scores = _with_meaning(scores, cosines)
    found = [(scores[row["memory_number"]], row) for row in rows if row["memory_number"] in scores]
    ranked = sorted(found, key=lambda each: (-each[0], -each[1]["said_at"], -each[1]["memory_number"]))
    return {row["memory_id"]: score for score, row in ranked[:limit]}


def _by_words(rows: list[sqlite3.Row], question: str) -> dict[int, float]:
    words = words_of(question)
    if not rows or not words:
        return {}
    index = indexed([packed(row["text"]) if row["words"] is None else row["words"] for row in rows])
    scores = bm25(index.counts(words), index.lengths).tolist()
    return {row["memory_number"]: score for row, score in zip(rows, scores, strict=True) if score > 0}


def _with_meaning(words: dict[int, float], cosines: Nearness) -> dict[int, float]:
    near = cosines.nearest(NEAREST, NEAR) | cosines.of(words)
    best_words, best_near = (max(part.values(), default=0.0) or 1.0 for part in (words, near))
    return {
        number: words.get(number, 0.0) / best_words + MEANING * max(0.0, near.get(number, 0.0)) / best_near
        for number in words.keys() | near
    }
