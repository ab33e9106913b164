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
_LOOKED_AT = 400
"""Points that a query keeps in sight on its way through the index, as for Chroma's: pgvector's own 40 give no more
than 40."""
_STATE = "points"
"""The key in `knowledge_state` that says of which embedder the points are, and of which change of the passages."""


class PostgresPassageIndex:
    """The points of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def is_in_step(self) -> bool:
        """Whether there is a point for each passage, as far as is noted."""
        return self._noted() == self._now()

    def nearest(self, vector: Vectors, count: int) -> list[int] | None:
        """The ids of up to `count` passages near a unit vector, nearest first; None where there are no points.

        A passage that another machine put in is near to nothing until its point is made, which takes seconds: reading
        the vectors of all in its place would take more.
        """
        embedder = configured_embedder(self._database)
        if self._noted().split()[:1] != [embedder.name]:
            return None
        with self._database.translated_errors():
            connection = self._database.connection
            connection.execute("BEGIN READ ONLY")
            try:
                connection.execute(f"SET LOCAL hnsw.ef_search = {_LOOKED_AT}")
                rows = connection.execute(
                    f"SELECT passage_id FROM passage_points WHERE {_of(embedder)}"  # noqa: S608 -- numbers
                    f" AND embedder = ? ORDER BY {_point(embedder)} <#> ? LIMIT ?",
                    (embedder.name, _written(vector), count),
                ).fetchall()
            finally:
                connection.execute("ROLLBACK")
        return [row["passage_id"] for row in rows]

    def bring_in_step(self) -> None:
        """Make the points that are missing, and their index. Does nothing where pgvector is not there.

        No turn and no other ingest waits for it.
        """
        if self.is_in_step() or not has_points(self._database):
            return
        now, embedder = self._now(), configured_embedder(self._database)
        last = 0
        while rows := self._database.read(
            "SELECT passages.passage_id, vector FROM passages LEFT JOIN passage_points AS point"
            " ON point.passage_id = passages.passage_id AND point.embedder = passages.embedder"
            " WHERE passages.embedder = ? AND vector IS NOT NULL AND point.passage_id IS NULL"
            " AND passages.passage_id > ? ORDER BY passages.passage_id LIMIT ?",
            (embedder.name, last, _BATCH),
        ):
            self._add(embedder, [(row["passage_id"], row["vector"]) for row in rows])
            last = rows[-1]["passage_id"]
        if embedder.dimensions <= _HNSW_LIMIT:
            self._build(embedder)
        with self._database.write() as connection:
            connection.execute(
                "INSERT INTO knowledge_state (key, value) VALUES (?, ?)"
                " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (_STATE, now),
            )

    def close(self) -> None:
        """Nothing is held open."""

    def _add(self, embedder: Embedder, vectors: list[tuple[int, bytes]]) -> None:
        import numpy as np

        numbers = [number for number, _ in vectors]
        points = [_written(np.frombuffer(vector, np.float32)) for _, vector in vectors]
        with self._database.translated_errors():
            self._database.connection.execute(
                "INSERT INTO passage_points SELECT passages.passage_id, embedder, CAST(point AS vector) FROM passages"
                " JOIN unnest(CAST(? AS BIGINT[]), CAST(? AS TEXT[])) AS made (passage_id, point) USING (passage_id)"
                " WHERE embedder = ? FOR KEY SHARE OF passages"  # those that have gone meanwhile are passed over
                " ON CONFLICT (passage_id) DO UPDATE SET embedder = excluded.embedder, point = excluded.point",
                (numbers, points, embedder.name),
            )

    def _build(self, embedder: Embedder) -> None:
        """Make the index where it is not there, while others read and write. Who finds it in the making goes on."""
        name = f"points_{embedder.dimensions}"
        rows = self._database.read(
            "SELECT indisvalid, EXISTS (SELECT 1 FROM pg_stat_progress_create_index WHERE index_relid = indexrelid)"
            " FROM pg_index WHERE indexrelid = to_regclass(?)",
            (name,),
        )
        if any(is_valid or is_in_the_making for is_valid, is_in_the_making in rows):
            return
        connection = self._database.connect()
        try:
            with self._database.translated_errors():
                connection.execute("SET lock_timeout = 0")  # it waits for every transaction, a backup's too
                connection.execute(f"DROP INDEX IF EXISTS {name}")  # one that was cut short
                connection.execute(
                    f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON passage_points"
                    f" USING hnsw ({_point(embedder)} vector_ip_ops) WHERE {_of(embedder)}"
                )
        finally:
            connection.close()

    def _noted(self) -> str:
        rows = self._database.read("SELECT value FROM knowledge_state WHERE key = ?", (_STATE,))
        return rows[0]["value"] if rows else ""

    def _now(self) -> str:
        at = position(self._database)
        return f"{configured_embedder(self._database).name} {at.generation} {at.erasures}"


def has_points(database: Database) -> bool:
    """Whether pgvector was there when the tables were made."""
    return database.read("SELECT to_regclass('agentmem.passage_points') AS found")[0]["found"] is not None


def _point(embedder: Embedder) -> str:
    """SQL: the point, as the index of its length has it."""
    return f"(point::vector({embedder.dimensions}))"


def _of(embedder: Embedder) -> str:
    """SQL: which points are of that length. While the embedder is changed there are others."""
    return f"vector_dims(point) = {embedder.dimensions}"


def _written(vector: Vectors) -> str:
    """As pgvector reads it."""
    return f"[{','.join(map(str, vector.tolist()))}]"
