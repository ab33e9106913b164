"""Words -> the passages and documents that hold them, with their BM25. Reads SQLite's text indexes; changes nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable

from agentmem_cli.knowledge.documents import Position, position
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.fulltext import match_all, match_any

CANDIDATES = 100
"""Of each side; 200 find no more on XQuAD and FinanceBench, and reading them takes twice as long."""
BACKGROUND = 10_000
"""So that the words of a store with three short documents weigh as they do in a large one."""
NAMED_DOCUMENTS, OF_EACH = 3, 60
"""How many documents that the question names are looked through for themselves, and for how many passages each."""
MOST_MATCHES = 10_000
"""How many passages the words of one query may match together, but for the rarest word. Scoring 100,000 takes
100 ms. Within one document every word counts: there a word that half of all passages hold tells them apart, and
without it .57 to .63 of FinanceBench's pages are found instead of .70."""


class WordIndex:
    """The text indexes of one store; how often a word occurs is counted once. Used by one thread at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts: dict[str, int] = {}
        self._counted_at: Position | None = None

    def among_all(self, words: list[str]) -> dict[int, float]:
        """The ids of the passages that the rarest of the words fit best, with their BM25 (higher is better)."""
        return self._passages(self._telling(words), "", {}, CANDIDATES)

    def within(self, document_id: str, words: list[str], count: int = CANDIDATES) -> dict[int, float]:
        """The same of one document, by all of the words; BM25 is the one that they have among all passages."""
        # A document is stored in one transaction, so its passages' numbers follow each other.
        of_document = (
            "AND rowid BETWEEN (SELECT MIN(passage_id) FROM passages WHERE document_id = :document)"
            " AND (SELECT MAX(passage_id) FROM passages WHERE document_id = :document)"
        )
        return self._passages(words, of_document, {"document": document_id}, count)

    def within_named(self, words: list[str], names: dict[str, float]) -> dict[int, float]:
        """The best passages of the documents whose names fit best."""
        best = sorted(names, key=lambda each: -names[each])[:NAMED_DOCUMENTS]
        return {passage: score for each in best for passage, score in self.within(each, words, OF_EACH).items()}

    def documents_by_name(self, words: list[str]) -> dict[str, float]:
        """Document ids with the BM25 of their name; those above 0."""
        return self._documents(words, "1.0, 0.0")

    def documents_by_first_page(self, words: list[str]) -> dict[str, float]:
        """The same of their first page."""
        return self._documents(words, "0.0, 1.0")

    def rarities(self, words: Iterable[str]) -> dict[str, float]:
        """Of each word BM25's weight: the logarithm of how few passages hold it, among BACKGROUND others without it."""
        passages = BACKGROUND + self._database.read("SELECT COUNT(*) FROM passages")[0][0]
        counts = {word: self._matches(word) for word in words}
        return {word: math.log(1 + (passages - count + 0.5) / (count + 0.5)) for word, count in counts.items()}

    def texts_with(self, words: list[str], part: str, count: int) -> list[str]:
        """The texts with a part, in this case, among the first `count` passages that hold all of the words."""
        rows = self._database.read(
            "SELECT text FROM (SELECT text FROM passages_fts WHERE passages_fts MATCH ? LIMIT ?) WHERE instr(text, ?)",
            (match_all(words), count, part),
        )
        return [row["text"] for row in rows]

    def _passages(self, words: list[str], where: str, values: dict[str, str], count: int) -> dict[int, float]:
        if not words:
            return {}
        rows = self._database.read(
            "SELECT rowid, -bm25(passages_fts) AS score FROM passages_fts WHERE passages_fts MATCH :words"  # noqa: S608 -- our own words
            f" {where} ORDER BY score DESC LIMIT :count",
            {"words": match_any(words), "count": count, **values},
        )
        return {row["rowid"]: row["score"] for row in rows}

    def _documents(self, words: list[str], weights: str) -> dict[str, float]:
        if not words:
            return {}
        rows = self._database.read(
            f"SELECT document_id, -bm25(documents_fts, {weights}) AS score FROM documents_fts"  # noqa: S608 -- our own figures
            " JOIN documents ON document_number = documents_fts.rowid WHERE documents_fts MATCH ?",
            (match_any(words),),
        )
        return {row["document_id"]: row["score"] for row in rows if row["score"] > 0}

    def _telling(self, words: list[str]) -> list[str]:
        """The rarest of the words, as many as match MOST_MATCHES passages together, and at least one."""
        now = position(self._database)
        if self._counted_at != now:
            self._counts, self._counted_at = {}, now
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
