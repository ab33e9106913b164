"""Words -> passages and documents, on PostgreSQL: which hold them by an inverted index, and how well by BM25.

PostgreSQL's own full text knows no BM25 (its ranks lose 4 to 12 points of recall at ten) and other stems than SQLite's,
so the words are ours: beside each text stand the hashes of its words in their order (`language/word_index.py`), an
inverted index holds which texts have which, and the server counts and weighs them, so that no text's words leave it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from agentmem_cli.knowledge.documents import Position, position
from agentmem_cli.knowledge.words import FIRST_PAGE, MOST_MATCHES, NAME, WordIndex
from agentmem_cli.language.word_index import LENGTH_SHARE, SATURATION, Word, packed, rarity_of, words_of
from agentmem_cli.storage.database import Connection, Database

_SAMPLE = 10_000
"""Texts whose mean length stands for that of all."""


@dataclass(frozen=True, slots=True)
class _Texts:
    """Where texts of one kind have their words: names of the schema, never data."""

    table: str
    key: str
    words: str


_PASSAGES = _Texts("passages", "passage_id", "words")
_OF_DOCUMENTS = {
    NAME: _Texts("documents", "document_id", "name_words"),
    FIRST_PAGE: _Texts("documents", "document_id", "first_page_words"),
}


@dataclass(slots=True)
class _Counted:
    """What was counted at one position of the knowledge."""

    at: Position | None = None
    holding: dict[tuple[_Texts, Word], int] = field(default_factory=dict)
    """How many texts hold a word."""
    size: dict[_Texts, tuple[int, float]] = field(default_factory=dict)
    """How many texts there are, and how many words they have at the mean."""


class PostgresWordIndex(WordIndex):
    """The words of one store on PostgreSQL."""

    _NEW_DOCUMENTS = "name_words IS NULL"
    _NEW_PASSAGES = "words IS NULL"

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._counted_now = _Counted()

    def texts_with(self, words: list[str], part: str, count: int) -> list[str]:
        """The texts with a part, in this case, among the first `count` passages that hold all of the words."""
        wanted = [_numbers([each]) for each in _hashed(words)]
        holding = " AND ".join("words && CAST(? AS INTEGER[])" for _ in wanted) or "false"
        rows = self._database.read(
            f"SELECT text FROM (SELECT text FROM passages WHERE {holding} LIMIT ?) AS part WHERE strpos(text, ?) > 0",  # noqa: S608 -- marks only
            (*wanted, count, part),
        )
        return [row["text"] for row in rows]

    def index_document(self, connection: Connection, number: int, name: str, first_page: str) -> None:
        """Keep the words of a document's name and first page, in the caller's transaction."""
        connection.execute(
            "UPDATE documents SET name_words = CAST(? AS INTEGER[]), first_page_words = CAST(? AS INTEGER[])"
            " WHERE document_number = ?",
            (_in_order(name), _in_order(first_page), number),
        )

    def index_passage(self, connection: Connection, passage_id: int, name: str, heading: str, text: str) -> None:
        """Keep the words of a passage, its document's name and its headings, in the caller's transaction."""
        connection.execute(
            "UPDATE passages SET words = CAST(? AS INTEGER[]) WHERE passage_id = ?",
            (_in_order(f"{name}\n{heading}\n{text}"), passage_id),
        )

    def rename(self, connection: Connection, document_id: str, name: str) -> None:
        """Keep the words of a document's new name, in the caller's transaction."""
        connection.execute(
            "UPDATE documents SET name_words = CAST(? AS INTEGER[]) WHERE document_id = ?",
            (_in_order(name), document_id),
        )
        passages = "SELECT passage_id, heading, text FROM passages WHERE document_id = ?"
        for row in connection.execute(passages, (document_id,)).fetchall():
            self.index_passage(connection, row["passage_id"], name, row["heading"], row["text"])

    def _telling(self, words: list[str]) -> list[str]:
        self._forget_what_changed()
        rarest = set(self._rarest(_PASSAGES, _hashed(words)))
        return [word for word in words if not rarest.isdisjoint(_hashed([word]))]

    def _passages(self, words: list[str], document_id: str | None, count: int) -> dict[int, float]:
        self._forget_what_changed()
        return self._best(_PASSAGES, _hashed(words), count, document_id)

    def _documents(self, words: list[str], part: str) -> dict[str, float]:
        self._forget_what_changed()
        texts = _OF_DOCUMENTS[part]
        return self._best(texts, self._rarest(texts, _hashed(words)), MOST_MATCHES)

    def _matches(self, word: str) -> int:
        self._forget_what_changed()
        return sum(self._holding(_PASSAGES, _hashed([word])).values())

    def _passage_count(self) -> int:
        self._forget_what_changed()
        return self._size(_PASSAGES)[0]

    def _rarest(self, texts: _Texts, words: Sequence[Word]) -> list[Word]:
        """The rarest of the words, as many as MOST_MATCHES texts hold together, and at least one."""
        holding = self._holding(texts, words)
        kept: list[Word] = []
        matches = 0
        for word in sorted(words, key=holding.__getitem__):
            matches += holding[word]
            if matches > MOST_MATCHES and kept:
                break
            kept.append(word)
        return kept

    def _best(
        self, texts: _Texts, words: Sequence[Word], count: int, document_id: str | None = None
    ) -> dict[Any, float]:
        """The keys of the texts that the words fit best, of one document or all, with their BM25 among all."""
        total, mean = self._size(texts)
        weights = {word: rarity_of(held, total) for word, held in self._holding(texts, words).items() if held}
        if not weights:
            return {}
        saturating = f"{SATURATION} * ({1 - LENGTH_SHARE} + {LENGTH_SHARE} * cardinality({texts.words}) / {mean})"
        rows = self._database.read(
            f"SELECT {texts.key}, {_score(weights)} AS score FROM ("  # noqa: S608 -- names and numbers
            f"SELECT {texts.key}, {texts.words} AS words, {saturating} AS least FROM {texts.table}"
            f" WHERE {texts.words} && CAST(:words AS INTEGER[])"
            f" {'AND document_id = :document' if document_id else ''} LIMIT :most"
            f") AS holding ORDER BY score DESC, {texts.key} LIMIT :count",
            {"words": _numbers(weights), "document": document_id, "most": MOST_MATCHES, "count": count},
        )
        return {row[0]: float(row["score"]) for row in rows}

    def _holding(self, texts: _Texts, words: Sequence[Word]) -> dict[Word, int]:
        """How many texts hold each word."""
        holding = self._counted_now.holding
        unknown = [word for word in words if (texts, word) not in holding]
        for word, count in zip(unknown, self._counts_of(texts, unknown), strict=True):
            holding[texts, word] = count if count < MOST_MATCHES else self._expected(texts, word)
        return {word: holding[texts, word] for word in words}

    def _counts_of(self, texts: _Texts, words: Sequence[Word]) -> list[int]:
        """How many texts hold each word, MOST_MATCHES at the most; asked at once."""
        if not words:
            return []
        of_one = f"SELECT 1 FROM {texts.table} WHERE {texts.words} && CAST(? AS INTEGER[]) LIMIT {MOST_MATCHES}"  # noqa: S608 -- names
        columns = ", ".join(f"(SELECT count(*) FROM ({of_one}) AS holding)" for _ in words)  # noqa: S608 -- from above
        return list(self._database.read(f"SELECT {columns}", [_numbers([word]) for word in words])[0])

    def _expected(self, texts: _Texts, word: Word) -> int:
        """The same of a common word, by PostgreSQL's own statistics: counting it reads much of the table."""
        holding = f"SELECT 1 FROM {texts.table} WHERE {texts.words} && CAST(? AS INTEGER[])"  # noqa: S608 -- names of the schema
        ((plan,),) = self._database.read(f"EXPLAIN (FORMAT JSON) {holding}", (_numbers([word]),))
        return max(MOST_MATCHES, int(json.loads(plan)[0]["Plan"]["Plan Rows"]))

    def _size(self, texts: _Texts) -> tuple[int, float]:
        """How many texts there are, and how many words they have at the mean, 1 or more."""
        size = self._counted_now.size
        if texts not in size:
            total, mean = self._database.read(
                f"SELECT (SELECT count(*) FROM {texts.table}), avg(cardinality({texts.words}))"  # noqa: S608 -- names
                f" FROM (SELECT {texts.words} FROM {texts.table} LIMIT {_SAMPLE}) AS part"
            )[0]
            size[texts] = total, max(1.0, float(mean or 0))
        return size[texts]

    def _forget_what_changed(self) -> None:
        now = position(self._database)
        if self._counted_now.at != now:
            self._counted_now = _Counted(now)


def _score(weights: dict[Word, float]) -> str:
    """SQL: the BM25 of `words`, where `least` is what stands beside a word's count below the line.

    times * (k + 1) / (times + least), written so that each word is counted once.
    """
    terms = []
    for word, weight in weights.items():
        times = " + ".join(f"cardinality(array_positions(words, {each}))" for each in _numbers([word]))
        terms.append(f"{weight * (SATURATION + 1):.6f} * (1 - least / (least + {times}))")
    return " + ".join(terms)


def _hashed(words: Sequence[str]) -> list[Word]:
    """Each word's hashes, of those that are looked for at all."""
    return list(dict.fromkeys(hashes for word in words for hashes in words_of(word)))


def _numbers(words: Iterable[Word]) -> list[int]:
    """The hashes as PostgreSQL's integers, which have a sign."""
    return sorted({each - (each >> 31 << 32) for word in words for each in word})


def _in_order(text: str) -> list[int]:
    """The words of a text as PostgreSQL's integers."""
    import numpy as np

    numbers: list[int] = np.frombuffer(packed(text), np.int32).tolist()
    return numbers
