"""Words -> the passages and documents that hold them, with their BM25, by SQLite's full-text tables.

On PostgreSQL `postgres_words.py` stands behind the same methods.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agentmem_cli.knowledge.documents import Position, position, title_words
from agentmem_cli.language.word_index import rarity_of
from agentmem_cli.storage.database import Connection, Database, Row
from agentmem_cli.storage.fulltext import match_all, match_any, searchable

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
_AT_ONCE = 500
"""Documents or passages whose words are kept in one transaction."""
_DOCUMENTS = (
    "SELECT document_number, title, coalesce((SELECT text FROM pages WHERE pages.document_id = documents.document_id"
    " AND text <> '' ORDER BY page_index LIMIT 1), '') FROM documents"
    " WHERE document_number > ? AND {which} ORDER BY document_number LIMIT ?"
)
_PASSAGES = (
    "SELECT passage_id, title, heading, text FROM passages JOIN documents"
    " ON documents.document_id = passages.document_id"
    " WHERE passage_id > ? AND {which} ORDER BY passage_id LIMIT ?"
)
NAME, FIRST_PAGE = "name", "first page"
"""The parts of a document that are looked through for themselves."""
_WEIGHTS = {NAME: "1.0, 0.0", FIRST_PAGE: "0.0, 1.0"}


def word_index(database: Database) -> WordIndex:
    """The index of the words in a store."""
    if database.is_server:
        from agentmem_cli.knowledge.postgres_words import PostgresWordIndex

        return PostgresWordIndex(database)
    return WordIndex(database)


class WordIndex:
    """The text indexes of one store; how often a word occurs is counted once. Used by one thread at a time."""

    _NEW_DOCUMENTS = "NOT EXISTS (SELECT 1 FROM documents_fts WHERE rowid = document_number)"
    _NEW_PASSAGES = "NOT EXISTS (SELECT 1 FROM passages_fts WHERE rowid = passage_id)"
    """SQL: whether a row has no words in the index."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts: dict[str, int] = {}
        self._counted_at: Position | None = None

    def among_all(self, words: list[str]) -> dict[int, float]:
        """The ids of the passages that the rarest of the words fit best, with their BM25 (higher is better)."""
        return self._passages(self._telling(words), None, CANDIDATES)

    def within(self, document_id: str, words: list[str], count: int = CANDIDATES) -> dict[int, float]:
        """The same of one document, by all of the words; BM25 is the one that they have among all passages."""
        return self._passages(words, document_id, count)

    def within_named(self, words: list[str], names: dict[str, float]) -> dict[int, float]:
        """The best passages of the documents whose names fit best."""
        best = sorted(names, key=lambda each: -names[each])[:NAMED_DOCUMENTS]
        return {passage: score for each in best for passage, score in self.within(each, words, OF_EACH).items()}

    def documents_by_name(self, words: list[str]) -> dict[str, float]:
        """Document ids with the BM25 of their name; those above 0."""
        return self._documents(words, NAME)

    def documents_by_first_page(self, words: list[str]) -> dict[str, float]:
        """The same of their first page."""
        return self._documents(words, FIRST_PAGE)

    def rarities(self, words: Iterable[str]) -> dict[str, float]:
        """Of each word BM25's weight: the logarithm of how few passages hold it, among BACKGROUND others without it."""
        passages = BACKGROUND + self._passage_count()
        wanted = list(words)
        counts = self._counted(wanted)
        return {word: rarity_of(counts[word], passages) for word in wanted}

    def texts_with(self, words: list[str], part: str, count: int) -> list[str]:
        """The texts with a part, in this case, among the first `count` passages that hold all of the words."""
        rows = self._database.read(
            "SELECT text FROM (SELECT text FROM passages_fts WHERE passages_fts MATCH ? LIMIT ?) AS part"
            " WHERE instr(text, ?)",
            (match_all(words), count, part),
        )
        return [row["text"] for row in rows]

    def index_document(self, connection: Connection, number: int, name: str, first_page: str) -> None:
        """Keep the words of a document's name and first page, in the caller's transaction."""
        connection.execute(
            "INSERT INTO documents_fts (rowid, title, text) VALUES (?, ?, ?)", (number, name, searchable(first_page))
        )

    def index_passage(self, connection: Connection, passage_id: int, name: str, heading: str, text: str) -> None:
        """Keep the words of a passage, its document's name and its headings, in the caller's transaction."""
        connection.execute(
            "INSERT INTO passages_fts (rowid, title, heading, text) VALUES (?, ?, ?, ?)",
            (passage_id, name, searchable(heading), searchable(text)),
        )

    def index_the_rest(self) -> None:
        """Keep the words of all documents and passages that have none yet, in transactions of a few."""
        for rows in self._in_parts(_DOCUMENTS, self._NEW_DOCUMENTS):
            with self._database.write() as connection:
                for number, title, first_page in rows:
                    self.index_document(connection, number, title_words(title), first_page)
        for rows in self._in_parts(_PASSAGES, self._NEW_PASSAGES):
            with self._database.write() as connection:
                for passage_id, title, heading, text in rows:
                    self.index_passage(connection, passage_id, title_words(title), heading, text)

    def _in_parts(self, query: str, which: str) -> Iterator[list[Row]]:
        """The rows of a query that goes by their first column, a few at a time."""
        after = -1
        while rows := self._database.read(query.format(which=which), (after, _AT_ONCE)):
            yield rows
            after = rows[-1][0]

    def rename(self, connection: Connection, document_id: str, name: str) -> None:
        """Keep the words of a document's new name, in the caller's transaction."""
        connection.execute(
            "UPDATE documents_fts SET title = ?"
            " WHERE rowid = (SELECT document_number FROM documents WHERE document_id = ?)",
            (name, document_id),
        )
        connection.execute(
            "UPDATE passages_fts SET title = ? WHERE rowid IN (SELECT passage_id FROM passages WHERE document_id = ?)",
            (name, document_id),
        )

    def _passages(self, words: list[str], document_id: str | None, count: int) -> dict[int, float]:
        """The ids of the passages that fit the words best, of one document or all, with their BM25 among all."""
        if not words:
            return {}
        # A document is stored in one transaction, so its passages' numbers follow each other.
        of_document = (
            "AND rowid BETWEEN (SELECT MIN(passage_id) FROM passages WHERE document_id = :document)"
            " AND (SELECT MAX(passage_id) FROM passages WHERE document_id = :document)"
        )
        rows = self._database.read(
            "SELECT rowid, -bm25(passages_fts) AS score FROM passages_fts WHERE passages_fts MATCH :words"  # noqa: S608 -- our own words
            f" {of_document if document_id else ''} ORDER BY score DESC LIMIT :count",
            {"words": match_any(words), "count": count, "document": document_id},
        )
        return {row["rowid"]: row["score"] for row in rows}

    def _documents(self, words: list[str], part: str) -> dict[str, float]:
        """The documents with a BM25 above 0 in one part, NAME or FIRST_PAGE."""
        if not words:
            return {}
        rows = self._database.read(
            f"SELECT document_id, -bm25(documents_fts, {_WEIGHTS[part]}) AS score FROM documents_fts"  # noqa: S608 -- our own figures
            " JOIN documents ON document_number = documents_fts.rowid WHERE documents_fts MATCH ?",
            (match_any(words),),
        )
        return {row["document_id"]: row["score"] for row in rows if row["score"] > 0}

    def _passage_count(self) -> int:
        count: int = self._database.read("SELECT COUNT(*) FROM passages")[0][0]
        return count

    def _telling(self, words: list[str]) -> list[str]:
        """The rarest of the words, as many as match MOST_MATCHES passages together, and at least one."""
        counts = self._counted(words)
        kept: list[str] = []
        matches = 0
        for word in sorted((word for word in words if counts[word]), key=counts.__getitem__):
            matches += counts[word]
            if kept and matches > MOST_MATCHES:
                break
            kept.append(word)
        return kept

    def _counted(self, words: Iterable[str]) -> dict[str, int]:
        """How many passages hold each word; counted once, as long as no document changes."""
        now = position(self._database)
        if self._counted_at != now:
            self._counts, self._counted_at = {}, now
        for word in words:
            if word not in self._counts:
                self._counts[word] = self._matches(word)
        return self._counts

    def _matches(self, word: str) -> int:
        """How many passages hold the word, MOST_MATCHES at the most."""
        counting = "SELECT COUNT(*) FROM (SELECT 1 FROM passages_fts WHERE passages_fts MATCH ? LIMIT ?) AS part"
        count: int = self._database.read(counting, (match_any([word]), MOST_MATCHES))[0][0]
        return count
