"""The vectors of passages in pgvector: what stands in the place of Chroma on PostgreSQL.

Disposable as Chroma's collection is: `passages.vector` is the truth. A point leaves with its passage. Without the
extension there is no such table, and passages are scanned one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem_cli.embedding.configured import Embedder, configured_embedder
from agentmem_cli.knowledge.documents import position
from agentmem_cli.storage.database import Database

if TYPE_CHECKING:
    from agentmem_cli.embedding.vectors import Vectors

_BATCH = 500
_HNSW_LIMIT = 2000
"""Dimensions: pgvector indexes no longer ones; they are compared one by one."""
_STATE = "points"
"""The key in `knowledge_state` that says of which embedder the points are, and of which change of the passages."""


class PostgresPassageIndex:
    """The points of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_in_step(self) -> bool:
        """Whether there is a point for each passage, as far as is noted."""
        rows = self._database.read("SELECT value FROM knowledge_state WHERE key = ?", (_STATE,))
        return bool(rows) and bool(rows[0]["value"] == self._now())

    def nearest(self, vector: Vectors, count: int) -> list[int] | None:
        """The ids of up to `count` passages near a unit vector, nearest first; None when not in step."""
        if not self.is_in_step():
            return None
        embedder = configured_embedder(self._database)
        rows = self._database.read(
            f"SELECT passage_id FROM passage_points WHERE embedder = ? ORDER BY {_place(embedder)} <#> ? LIMIT ?",  # noqa: S608 -- a number
            (embedder.name, _written(vector), count),
        )
        return [row["passage_id"] for row in rows]

    def bring_in_step(self) -> None:
        """Make the points that are missing, and their index. Does nothing where pgvector is not there."""
        if self.is_in_step() or not has_points(self._database):
            return
        now, embedder = self._now(), configured_embedder(self._database)
        while rows := self._database.read(
            "SELECT passages.passage_id, vector FROM passages LEFT JOIN passage_points AS point"
            " ON point.passage_id = passages.passage_id AND point.embedder = passages.embedder"
            " WHERE passages.embedder = ? AND vector IS NOT NULL AND point.passage_id IS NULL LIMIT ?",
            (embedder.name, _BATCH),
        ):
            self._add(embedder, [(row["passage_id"], row["vector"]) for row in rows])
        with self._database.write() as connection:
            if embedder.dimensions <= _HNSW_LIMIT:
                connection.execute(
                    f"CREATE INDEX IF NOT EXISTS points_{embedder.dimensions} ON passage_points"
                    f" USING hnsw (({_place(embedder)}) vector_ip_ops)"
                )
            connection.execute(
                "INSERT INTO knowledge_state (key, value) VALUES (?, ?)"
                " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (_STATE, now),
            )

    def close(self) -> None:
        """Nothing is held open."""

    def _add(self, embedder: Embedder, vectors: list[tuple[int, bytes]]) -> None:
        import numpy as np

        with self._database.write() as connection:
            connection.executemany(
                # a passage may have gone meanwhile
                "INSERT INTO passage_points SELECT passage_id, embedder, CAST(? AS vector) FROM passages"
                " WHERE passage_id = ? AND embedder = ?"
                " ON CONFLICT (passage_id) DO UPDATE SET embedder = excluded.embedder, point = excluded.point",
                [(_written(np.frombuffer(vector, np.float32)), number, embedder.name) for number, vector in vectors],
            )

    def _now(self) -> str:
        at = position(self._database)
        return f"{configured_embedder(self._database).name} {at.generation} {at.erasures}"


def has_points(database: Database) -> bool:
    """Whether pgvector was there when the tables were made."""
    return database.read("SELECT to_regclass('agentmem.passage_points') AS found")[0]["found"] is not None


def _place(embedder: Embedder) -> str:
    return f"(point::vector({embedder.dimensions}))"


def _written(vector: Vectors) -> str:
    """As pgvector reads it."""
    return f"[{','.join(map(str, vector.tolist()))}]"
