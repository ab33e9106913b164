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
        self._held: tuple[Ids, Vectors] | None = None

    def nearest(self, embedder: Embedder, vector: Vectors, count: int, document_id: str | None) -> list[int]:
        """The ids of up to `count` passages nearest to a unit vector, nearest first; of one document or of all."""
        import numpy as np

        ids, vectors = self._of_document(embedder, document_id) if document_id else self._loaded(embedder)
        scores = vectors @ vector
        best = np.arange(len(scores))
        if len(scores) > count:  # sorting all of 100,000 takes 8 ms
            best = np.argpartition(-scores, count)[:count]
        best = best[np.argsort(-scores[best], kind="stable")]
        return [int(each) for each in ids[best]]

    def _loaded(self, embedder: Embedder) -> tuple[Ids, Vectors]:
        """All ids and vectors of this embedder, read again when the knowledge has changed since."""
        now = (position(self._database), embedder.name)
        if self._held is None or self._read_at != now:
            self._held = self._read(embedder, "true")
            self._read_at = now
        return self._held

    def _of_document(self, embedder: Embedder, document_id: str) -> tuple[Ids, Vectors]:
        """The same of one document, read each time: some hundred, for which all others need not be held."""
        return self._read(embedder, "document_id = ?", document_id)

    def _read(self, embedder: Embedder, which: str, *values: str) -> tuple[Ids, Vectors]:
        import numpy as np

        rows = self._database.read(
            f"SELECT passage_id, vector FROM passages WHERE embedder = ? AND {which} ORDER BY passage_id",  # noqa: S608 -- our own words
            (embedder.name, *values),
        )
        joined = b"".join(row["vector"] for row in rows)
        ids = np.array([row["passage_id"] for row in rows], np.int64)
        return ids, np.frombuffer(joined, np.float32).reshape(-1, embedder.dimensions)
