"""Words -> passages and documents, on PostgreSQL: which hold them by an index of numbers, and how well by BM25.

PostgreSQL's own full text knows no BM25 (its ranks lose 4 to 12 points of recall at ten) and other stems than SQLite's,
so the words are ours: a passage's packed words stand beside it (`language/word_index.py`), and an inverted index holds
which passage has which.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from agentmem_cli.knowledge.words import FIRST_PAGE, MOST_MATCHES, NAME, WordIndex
from agentmem_cli.language.word_index import Word, indexed, packed, weighted, words_of
from agentmem_cli.storage.database import Connection, Row

_COLUMN = {NAME: "name_words", FIRST_PAGE: "first_page_words"}
_SAMPLE = 10_000
"""Passages whose mean length stands for that of all."""


class PostgresWordIndex(WordIndex):
    """The words of one store on PostgreSQL."""

    def texts_with(self, words: list[str], part: str, count: int) -> list[str]:
        """The texts with a part, in this case, among the first `count` passages that hold all of the words."""
        wanted = [_numbers(each) for each in _hashed(words)]
        holding = " AND ".join("numbers && CAST(? AS INTEGER[])" for _ in wanted) or "false"
        rows = self._database.read(
            f"SELECT text FROM (SELECT text FROM passages WHERE {holding} LIMIT ?) AS part WHERE strpos(text, ?) > 0",  # noqa: S608 -- marks only
            (*wanted, count, part),
        )
        return [row["text"] for row in rows]

    def index_document(self, connection: Connection, number: int, name: str, first_page: str) -> None:
        """Keep the words of a document's name and first page, in the caller's transaction."""
        connection.execute(
            "UPDATE documents SET name_words = ?, first_page_words = ? WHERE document_number = ?",
            (packed(name), packed(first_page), number),
        )

    def index_passage(self, connection: Connection, passage_id: int, name: str, heading: str, text: str) -> None:
        """Keep the words of a passage, its document's name and its headings, in the caller's transaction."""
        words = packed(f"{name}\n{heading}\n{text}")
        connection.execute(
            "UPDATE passages SET words = ?, numbers = CAST(? AS INTEGER[]) WHERE passage_id = ?",
            (words, _distinct(words), passage_id),
        )

    def rename(self, connection: Connection, document_id: str, name: str) -> None:
        """Keep the words of a document's new name, in the caller's transaction."""
        connection.execute("UPDATE documents SET name_words = ? WHERE document_id = ?", (packed(name), document_id))
        passages = "SELECT passage_id, heading, text FROM passages WHERE document_id = ?"
        for row in connection.execute(passages, (document_id,)).fetchall():
            self.index_passage(connection, row["passage_id"], name, row["heading"], row["text"])

    def _passages(self, words: list[str], document_id: str | None, count: int) -> dict[int, float]:
        known = self._counted(words)
        wanted = {word: hashes for word in words if known[word] for hashes in _hashed([word])}
        rows = self._database.read(
            "SELECT passage_id, words FROM passages WHERE numbers && CAST(:numbers AS INTEGER[])"  # noqa: S608 -- our own words
            f" {'AND document_id = :document' if document_id else ''} ORDER BY passage_id LIMIT :most",
            {"numbers": _numbers(*wanted.values()), "document": document_id, "most": MOST_MATCHES},
        )
        total, mean = self._database.read(
            "SELECT (SELECT count(*) FROM passages), avg(length(words)) / 4"  # noqa: S608 -- a number
            f" FROM (SELECT words FROM passages LIMIT {_SAMPLE}) AS part"
        )[0]
        weights = [_rarity(known[word], total) for word in wanted]
        scores = _scores(rows, "words", list(wanted.values()), weights, float(mean or 0))
        best = sorted(range(len(rows)), key=lambda place: -scores[place])[:count]
        return {rows[place]["passage_id"]: scores[place] for place in best}

    def _documents(self, words: list[str], part: str) -> dict[str, float]:
        rows = self._database.read(f"SELECT document_id, {_COLUMN[part]} FROM documents")  # noqa: S608 -- a name from above
        wanted = _hashed(words)
        texts = indexed([row[1] or b"" for row in rows])
        weights = [_rarity(texts.texts_with(word), len(rows)) for word in wanted]
        mean = float(texts.lengths.mean()) if len(rows) else 0.0
        scores = _scores(rows, _COLUMN[part], wanted, weights, mean)
        return {row["document_id"]: score for row, score in zip(rows, scores, strict=True) if score > 0}

    def _matches(self, word: str) -> int:
        wanted = [number for hashes in _hashed([word]) for number in _numbers(hashes)]
        counting = "SELECT count(*) FROM (SELECT 1 FROM passages WHERE numbers && CAST(? AS INTEGER[]) LIMIT ?) AS part"
        return int(self._database.read(counting, (wanted, MOST_MATCHES))[0][0])


def _scores(rows: Sequence[Row], column: str, words: list[Word], weights: list[float], mean: float) -> list[float]:
    """The BM25 of each row's words."""
    import numpy as np

    if not words or not rows:
        return [0.0] * len(rows)
    texts = indexed([row[column] or b"" for row in rows])
    counts = np.concatenate([texts.counts([word]) for word in words])
    scores: list[float] = weighted(counts, texts.lengths, np.array(weights, np.float32), mean).tolist()
    return scores


def _rarity(holding: int, texts: int) -> float:
    return math.log(1 + (texts - holding + 0.5) / (holding + 0.5)) if holding else 0.0


def _hashed(words: Sequence[str]) -> list[Word]:
    """Each word's hashes, of those that are looked for at all."""
    return [hashes for word in words for hashes in words_of(word)]


def _numbers(*words: Word) -> list[int]:
    """The hashes as PostgreSQL's integers, which have a sign."""
    return sorted({each - (each >> 31 << 32) for word in words for each in word})


def _distinct(words: bytes) -> list[int]:
    """The same of packed words, each once."""
    import numpy as np

    distinct: list[int] = np.unique(np.frombuffer(words, np.int32)).tolist()
    return distinct
