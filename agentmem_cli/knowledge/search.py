"""A question -> passages in rank order. Reads SQLite and the index; changes neither.

Candidates come from three sides: the words of passages, their vectors, and the documents that the question names.
`ranking.py` puts them in order.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from agentmem_cli.embedding.configured import configured_embedder
from agentmem_cli.errors import AgentmemError
from agentmem_cli.knowledge.documents import Position, find_document, position
from agentmem_cli.knowledge.index import PassageIndex, bring_index_in_step
from agentmem_cli.knowledge.question import name_words, question_words
from agentmem_cli.knowledge.ranking import (
    READ,
    Candidate,
    Scored,
    ranked,
    read_closely,
    spread_over_pages,
    without_repeats,
)
from agentmem_cli.knowledge.scan import ExactScan
from agentmem_cli.records import FoundPassage
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.fulltext import match_any

if TYPE_CHECKING:
    from agentmem_cli.embedding.configured import Embedder
    from agentmem_cli.embedding.vectors import Vectors

MOST_SCANNED = 20_000
"""Up to this many passages their vectors are read into memory (20 MB) and scanned exactly, about 1 ms a query
with no import of Chroma (1.1 s). Above it Chroma answers, and the exact scan only while Chroma is out of step."""

CANDIDATES = 100
"""Of each side; 200 find no more on XQuAD and FinanceBench, and reading them takes twice as long."""
NAMED_DOCUMENTS, OF_EACH = 3, 60
"""How many documents that the question names are looked through for themselves, and for how many passages each."""
MOST_MATCHES = 10_000
"""How many passages the words of one query may match together, but for the rarest word. Scoring 100,000 takes
100 ms. Within one document every word counts: there a word that half of all passages hold tells them apart, and
without it .57 to .63 of FinanceBench's pages are found instead of .70."""


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

    What another process ingests is found by the next search: what is kept carries the position it was read at.
    `problem` says why the last search went by words alone, empty when it did not.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self.problem = ""
        self._database = database
        self._settings = settings
        self._index = PassageIndex(database, settings)
        self._lock = threading.Lock()
        self._scan = ExactScan(database)
        self._count = 0
        self._counts: dict[str, int] = {}
        self._counted_at: Position | None = None

    def search(self, query: str, *, limit: int = 10, document: str | None = None) -> list[FoundPassage]:
        """Up to `limit` passages, best first, of one document (id prefix, path or title) or of all.

        Scores descend, and compare within one answer only. Raises NotFound or Ambiguous for the document.
        Nothing ingested, or nothing asked: an empty list, and nothing heavy is imported.
        """
        document_id = find_document(self._database, document).document_id if document else None
        if not query.strip() or limit < 1:
            return []
        with self._lock:
            count = self._passage_count()
            if not count:
                return []
            embedder = configured_embedder(self._database)
            vector = self._embedded(embedder, query)
            words = name_words(query)
            names = self._documents_bm25(words, "1.0, 0.0")
            bm25 = self._bm25(words if document_id else self._telling(words), document_id, CANDIDATES)
            if document_id is None and count > CANDIDATES:
                bm25 |= self._named(words, names)
            near = [] if vector is None else self._nearest(embedder, vector, count, document_id)
            candidates = self._candidates(list(dict.fromkeys([*bm25, *near])), bm25, embedder, vector)
            scored = ranked(candidates, names, self._documents_bm25(question_words(query), "0.0, 1.0"))
            passages = self._passages([each.passage_id for _, each in scored[:READ]])
            found = spread_over_pages(read_closely(query, scored, passages))
            return without_repeats(self._whole(found, passages, limit), limit)

    def warm(self) -> None:
        """Load the embedder ahead of the first search and heal the index, as far as they are needed.

        May take seconds; searches from other threads go on meanwhile.
        """
        count = self._database.read("SELECT COUNT(*) FROM passages")[0][0]
        if count:
            self._embedded(configured_embedder(self._database), "ready")
        if count > MOST_SCANNED:
            bring_index_in_step(self._database, self._settings)

    def close(self) -> None:
        """Let go of the index's files."""
        with self._lock:
            self._index.close()

    def _embedded(self, embedder: Embedder, query: str) -> Vectors | None:
        """The query's vector; None for no tokens, and when the embedder fails, since words find most of it too."""
        self.problem = ""
        try:
            (vector,) = embedder.embed([query])
        except AgentmemError as problem:
            self.problem = f"Searched by words alone. {problem}"
            return None
        return vector if vector.any() else None

    def _passage_count(self) -> int:
        """How many passages there are; counting 100,000 takes 2 ms. What was counted before a change is forgotten."""
        now = position(self._database)
        if self._counted_at != now:
            rows = self._database.read("SELECT COUNT(*) FROM passages")
            self._counts, self._count, self._counted_at = {}, rows[0][0], now
        return self._count

    def _telling(self, words: list[str]) -> list[str]:
        """The rarest of the words, as many as match MOST_MATCHES passages together, and at least one."""
        for word in words:
            if word not in self._counts:
                self._counts[word] = self._matches(word)
        kept: list[str] = []
        matches = 0
        for word in sorted((word for word in words if self._counts[word]), key=self._counts.__getitem__):
            matches += self._counts[word]
            if kept and matches > MOST_MATCHES:
                break
            kept.append(word)
        return kept

    def _matches(self, word: str) -> int:
        """How many passages hold the word, MOST_MATCHES at the most."""
        counting = "SELECT COUNT(*) FROM (SELECT 1 FROM passages_fts WHERE passages_fts MATCH ? LIMIT ?)"
        count: int = self._database.read(counting, (match_any([word]), MOST_MATCHES))[0][0]
        return count

    def _bm25(self, words: list[str], document_id: str | None, count: int) -> dict[int, float]:
        """Passage ids with their BM25 (higher is better), the best `count` of them."""
        if not words:
            return {}
        # A document is stored in one transaction, so its passages' numbers follow each other.
        of_document = (
            "AND rowid BETWEEN (SELECT MIN(passage_id) FROM passages WHERE document_id = :document)"
            " AND (SELECT MAX(passage_id) FROM passages WHERE document_id = :document)"
        )
        rows = self._database.read(
            "SELECT rowid, -bm25(passages_fts) AS score FROM passages_fts WHERE passages_fts MATCH :words"  # noqa: S608 -- no data in it
            f" {of_document if document_id else ''} ORDER BY score DESC LIMIT :count",
            {"words": match_any(words), "count": count, **({"document": document_id} if document_id else {})},
        )
        return {row["rowid"]: row["score"] for row in rows}

    def _named(self, words: list[str], names: dict[str, float]) -> dict[int, float]:
        """The best passages of the documents whose names fit best, with the BM25 that they have among all."""
        best = sorted(names, key=lambda each: -names[each])[:NAMED_DOCUMENTS]
        found: dict[int, float] = {}
        for document_id in best:
            found |= self._bm25(words, document_id, OF_EACH)
        return found

    def _documents_bm25(self, words: list[str], weights: str) -> dict[str, float]:
        """Document ids with the BM25 of their name and first page, at these weights; those above 0."""
        if not words:
            return {}
        rows = self._database.read(
            f"SELECT document_id, -bm25(documents_fts, {weights}) AS score FROM documents_fts"  # noqa: S608 -- our own figures
            " JOIN documents ON document_number = documents_fts.rowid WHERE documents_fts MATCH ?",
            (match_any(words),),
        )
        return {row["document_id"]: row["score"] for row in rows if row["score"] > 0}

    def _nearest(self, embedder: Embedder, vector: Vectors, count: int, document_id: str | None) -> list[int]:
        """Passage ids nearest to the vector: from Chroma above MOST_SCANNED, else from the exact scan."""
        if count > MOST_SCANNED:
            found = self._index.nearest(vector, CANDIDATES, document_id)
            if found is not None:
                return found
        return self._scan.nearest(embedder, vector, CANDIDATES, document_id)

    def _candidates(
        self, passage_ids: list[int], bm25: dict[int, float], embedder: Embedder, vector: Vectors | None
    ) -> list[Candidate]:
        """Without their texts: of 200 candidates 40 are read."""
        rows = self._database.read(
            "SELECT passage_id, document_id, page_index, embedder, vector FROM passages"  # noqa: S608 -- only question marks
            f" WHERE passage_id IN ({_marks(passage_ids)}) ORDER BY passage_id",
            passage_ids,
        )
        cosines = _cosines(rows, embedder, vector)
        return [
            Candidate(passage_id, (document_id, page_index), bm25.get(passage_id, 0.0), cosine)
            for (passage_id, document_id, page_index, *_), cosine in zip(rows, cosines, strict=True)
        ]

    def _whole(
        self, scored: Sequence[Scored], passages: dict[int, FoundPassage], limit: int
    ) -> Iterator[tuple[float, FoundPassage]]:
        """The scored passages, read as far as they are asked for; `passages` are read already."""
        for start in range(0, len(scored), limit):
            some = scored[start : start + limit]
            passages |= self._passages([each.passage_id for _, each in some if each.passage_id not in passages])
            yield from ((score, passages[each.passage_id]) for score, each in some if each.passage_id in passages)

    def _passages(self, passage_ids: Sequence[int]) -> dict[int, FoundPassage]:
        rows = self._database.read(
            "SELECT passage_id, passages.document_id, title, passages.page_index, label, heading, passages.text"  # noqa: S608 -- only question marks
            " FROM passages JOIN documents ON documents.document_id = passages.document_id"
            " LEFT JOIN pages ON pages.document_id = passages.document_id AND pages.page_index = passages.page_index"
            f" WHERE passage_id IN ({_marks(passage_ids)})",
            passage_ids,
        )
        return {row["passage_id"]: _found(row) for row in rows}


def _marks(values: Sequence[int]) -> str:
    return ",".join("?" * len(values))


def _found(row: sqlite3.Row) -> FoundPassage:
    return FoundPassage(
        document=row["title"],
        document_id=row["document_id"],
        page=row["page_index"] + 1,
        page_index=row["page_index"],
        text=row["text"],
        score=0.0,
        passage_id=row["passage_id"],
        heading=row["heading"],
        page_label=row["label"],
    )


def _cosines(rows: Sequence[sqlite3.Row], embedder: Embedder, vector: Vectors | None) -> list[float]:
    """The cosine of each passage's vector with the query's, all of length 1; never below 0. Exact, whoever found it."""
    import numpy as np

    if vector is None or not rows:
        return [0.0] * len(rows)
    nothing = bytes(vector.nbytes)
    held = b"".join(row["vector"] if row["embedder"] == embedder.name else nothing for row in rows)
    cosines: list[float] = np.maximum(np.frombuffer(held, np.float32).reshape(len(rows), -1) @ vector, 0).tolist()
    return cosines
