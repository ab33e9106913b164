"""A question -> passages in rank order. Reads SQLite and the index; changes neither.

The score is a sum of max-normalised parts: BM25 of the passage with its document's title, 0.3 of the cosine of
its vector, and 0.6 of the BM25 of its document's name and first page. Plain rank fusion with an embedding as
weak as the bundled one lowers recall; this raises it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from agentmem_cli.embedding.bundled import DIMENSIONS, EMBEDDER, embed
from agentmem_cli.knowledge.documents import Position, find_document, position
from agentmem_cli.knowledge.index import PassageIndex, bring_index_in_step
from agentmem_cli.records import FoundPassage
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.fulltext import match_any, terms

if TYPE_CHECKING:
    import sqlite3

    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]
    Ids = NDArray[np.int64]

MOST_SCANNED = 20_000
"""Up to this many passages their vectors are read into memory (20 MB) and scanned exactly, about 5 ms a query
with no import of Chroma (1.1 s). Above it Chroma answers, and the exact scan only while Chroma is out of step."""

EMBEDDING_WEIGHT = 0.3
DOCUMENT_WEIGHT = 0.6
PAGE_DECAY = 0.8
"""Each further passage of one page counts for less, so that ten passages are not three pages."""
CANDIDATES = 200
SAME = 0.9
"""Two passages that share this part of their words (Jaccard) are one."""
_MOST_TERMS = 200


def search_knowledge(
    database: Database, settings: Settings, query: str, *, limit: int = 10, document: str | None = None
) -> list[FoundPassage]:
    """One search; for several keep a Searcher. See `Searcher.search`."""
    searcher = Searcher(database, settings)
    try:
        return searcher.search(query, limit=limit, document=document)
    finally:
        searcher.close()


class Searcher:
    """Searches again and again, from any thread, with the embedder and the vectors loaded once.

    What another process ingests is found by the next search: the vectors carry the position they were read at.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._index = PassageIndex(database, settings)
        self._lock = threading.Lock()
        self._read_at: Position | None = None
        self._ids: Ids | None = None
        self._vectors: Vectors | None = None

    def search(self, query: str, *, limit: int = 10, document: str | None = None) -> list[FoundPassage]:
        """Up to `limit` passages, best first, of one document (id prefix, path or title) or of all.

        Scores descend, and compare within one answer only. Raises NotFound or Ambiguous for the document.
        Nothing ingested, or nothing asked: an empty list, and nothing heavy is imported.
        """
        document_id = find_document(self._database, document).document_id if document else None
        count = self._database.read("SELECT COUNT(*) FROM passages")[0][0]
        if not count or not query.strip() or limit < 1:
            return []
        with self._lock:
            words = terms(query)[:_MOST_TERMS]
            bm25 = self._bm25(words, document_id)
            vector = embed([query])[0]
            near = self._nearest(vector, count, document_id) if vector.any() else []
            rows = self._candidates(list(dict.fromkeys([*bm25, *near])))
            ranked = self._ranked(rows, bm25, vector, self._documents_bm25(words))
            return _without_duplicates(ranked, limit)

    def warm(self) -> None:
        """Load the embedder ahead of the first search and heal the index, as far as they are needed.

        May take seconds; searches from other threads go on meanwhile.
        """
        count = self._database.read("SELECT COUNT(*) FROM passages")[0][0]
        if count:
            embed(["ready"])
        if count > MOST_SCANNED:
            bring_index_in_step(self._database, self._settings)

    def close(self) -> None:
        """Let go of the index's files."""
        with self._lock:
            self._index.close()

    def _bm25(self, words: list[str], document_id: str | None) -> dict[int, float]:
        """Passage ids with their BM25 (higher is better), the best CANDIDATES of them."""
        if not words:
            return {}
        of_document = "AND rowid IN (SELECT passage_id FROM passages WHERE document_id = :document)"
        rows = self._database.read(
            "SELECT rowid, -bm25(passages_fts, 1.0, 1.0) AS score FROM passages_fts WHERE passages_fts MATCH :words"  # noqa: S608 -- no data in it
            f" {of_document if document_id else ''} ORDER BY score DESC LIMIT {CANDIDATES}",
            {"words": match_any(words), "document": document_id} if document_id else {"words": match_any(words)},
        )
        return {row["rowid"]: row["score"] for row in rows}

    def _documents_bm25(self, words: list[str]) -> dict[str, float]:
        """Document ids with the BM25 of their name and first page."""
        if not words:
            return {}
        rows = self._database.read(
            "SELECT document_id, -bm25(documents_fts, 1.0, 1.0) AS score FROM documents_fts"
            " JOIN documents ON document_number = documents_fts.rowid WHERE documents_fts MATCH ?",
            (match_any(words),),
        )
        return {row["document_id"]: row["score"] for row in rows}

    def _nearest(self, vector: Vectors, count: int, document_id: str | None) -> list[int]:
        """Passage ids nearest to the vector: from Chroma above MOST_SCANNED, else from the exact scan."""
        if count > MOST_SCANNED:
            found = self._index.nearest(vector, CANDIDATES, document_id)
            if found is not None:
                return found
        return self._scan(vector, document_id)

    def _scan(self, vector: Vectors, document_id: str | None) -> list[int]:
        import numpy as np

        ids, vectors = self._loaded()
        scores = vectors @ vector
        if document_id:
            rows = self._database.read("SELECT passage_id FROM passages WHERE document_id = ?", (document_id,))
            scores = np.where(np.isin(ids, [row["passage_id"] for row in rows]), scores, -np.inf)
        best = np.argsort(-scores, kind="stable")[:CANDIDATES]
        return [int(ids[each]) for each in best if np.isfinite(scores[each])]

    def _loaded(self) -> tuple[Ids, Vectors]:
        """All ids and vectors, read again when the knowledge has changed since."""
        import numpy as np

        now = position(self._database)
        if self._ids is None or self._vectors is None or self._read_at != now:
            rows = self._database.read(
                "SELECT passage_id, vector FROM passages WHERE embedder = ? ORDER BY passage_id", (EMBEDDER,)
            )
            self._ids = np.array([row["passage_id"] for row in rows], np.int64)
            joined = b"".join(row["vector"] for row in rows)
            self._vectors = np.frombuffer(joined, np.float32).reshape(-1, DIMENSIONS)
            self._read_at = now
        return self._ids, self._vectors

    def _candidates(self, passage_ids: list[int]) -> list[sqlite3.Row]:
        marks = ",".join("?" * len(passage_ids))
        return self._database.read(
            "SELECT passage_id, passages.document_id, title, page_index, text, embedder, vector FROM passages"  # noqa: S608 -- only question marks
            f" JOIN documents ON documents.document_id = passages.document_id WHERE passage_id IN ({marks})",
            passage_ids,
        )

    def _ranked(
        self, rows: list[sqlite3.Row], bm25: dict[int, float], vector: Vectors, documents: dict[str, float]
    ) -> list[FoundPassage]:
        """All candidates, scored and in order. Cosines are exact, whoever found the row."""
        cosines = {row["passage_id"]: _cosine(row, vector) for row in rows}
        best_bm25, best_cosine, best_document = (
            max(part.values(), default=0) or 1 for part in (bm25, cosines, documents)
        )

        def score(row: sqlite3.Row) -> float:
            return (
                bm25.get(row["passage_id"], 0) / best_bm25
                + EMBEDDING_WEIGHT * cosines[row["passage_id"]] / best_cosine
                + DOCUMENT_WEIGHT * documents.get(row["document_id"], 0) / best_document
            )

        scored = sorted(((score(row), row) for row in rows), key=lambda each: (-each[0], each[1]["passage_id"]))
        return _spread_over_pages(scored)


def _cosine(row: sqlite3.Row, vector: Vectors) -> float:
    """The cosine of a passage's vector with the query's, both of length 1; never below 0."""
    import numpy as np

    if row["embedder"] != EMBEDDER:
        return 0.0
    return max(0.0, float(np.frombuffer(row["vector"], np.float32) @ vector))


def _without_duplicates(ranked: list[FoundPassage], limit: int) -> list[FoundPassage]:
    """The first `limit` that do not nearly repeat a better one."""
    kept: list[FoundPassage] = []
    seen: list[frozenset[str]] = []
    for passage in ranked:
        words = frozenset(passage.text.split())
        if not any(len(words & other) >= SAME * len(words | other) for other in seen):
            kept.append(passage)
            seen.append(words)
        if len(kept) == limit:
            break
    return kept


def _spread_over_pages(scored: list[tuple[float, sqlite3.Row]]) -> list[FoundPassage]:
    """The passages in rank order, each further one of a page marked down by PAGE_DECAY."""
    of_page: dict[tuple[str, int], int] = {}
    found = []
    for score, row in scored:
        page = (row["document_id"], row["page_index"])
        earlier = of_page.get(page, 0)
        of_page[page] = earlier + 1
        found.append(
            FoundPassage(
                document=row["title"],
                document_id=row["document_id"],
                page=row["page_index"] + 1,
                page_index=row["page_index"],
                text=row["text"],
                score=round(score * PAGE_DECAY**earlier, 6),
                passage_id=row["passage_id"],
            )
        )
    return sorted(found, key=lambda each: -each.score)
