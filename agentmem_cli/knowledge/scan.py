"""Every passage's vector in memory, compared with a question's: exact, and without Chroma, whose import takes 1.1 s.

Reads SQLite and changes nothing. What it holds carries the position that it was read at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem_cli.knowledge.documents import Position, position
from agentmem_cli.storage.database import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agentmem_cli.embedding.configured import Embedder
    from agentmem_cli.embedding.vectors import Vectors

    Ids = NDArray[np.int64]


class ExactScan:
    """The vectors of one embedder. Used by one thread at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._read_at: tuple[Position, str] | None = None
        self._ids: Ids | None = None
        self._vectors: Vectors | None = None

    def nearest(self, embedder: Embedder, vector: Vectors, count: int, document_id: str | None) -> list[int]:
        """The ids of up to `count` passages nearest to a unit vector, nearest first; of one document or of all."""
        import numpy as np

        ids, vectors = self._loaded(embedder)
        scores = vectors @ vector
        if document_id:
            rows = self._database.read("SELECT passage_id FROM passages WHERE document_id = ?", (document_id,))
            scores = np.where(np.isin(ids, [row["passage_id"] for row in rows]), scores, -np.inf)
        best = np.arange(len(scores))
        if len(scores) > count:  # sorting all of 100,000 takes 8 ms
            best = np.argpartition(-scores, count)[:count]
        best = best[np.argsort(-scores[best], kind="stable")]
        return [int(ids[each]) for each in best if np.isfinite(scores[each])]

    def _loaded(self, embedder: Embedder) -> tuple[Ids, Vectors]:
        """All ids and vectors of this embedder, read again when the knowledge has changed since."""
        import numpy as np

        now = (position(self._database), embedder.name)
        if self._ids is None or self._vectors is None or self._read_at != now:
            rows = self._database.read(
                "SELECT passage_id, vector FROM passages WHERE embedder = ? ORDER BY passage_id", (embedder.name,)
            )
            self._ids = np.array([row["passage_id"] for row in rows], np.int64)
            joined = b"".join(row["vector"] for row in rows)
            self._vectors = np.frombuffer(joined, np.float32).reshape(-1, embedder.dimensions)
            self._read_at = now
        return self._ids, self._vectors
