"""A question -> passages in rank order. Reads SQLite and the index; changes neither.

Candidates come from three sides: the words of passages, their vectors, and the documents that the question names.
`ranking.py` puts them in order.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agentmem_cli.embedding.configured import configured_embedder
from agentmem_cli.errors import AgentmemError
from agentmem_cli.knowledge.abbreviations import Abbreviation
from agentmem_cli.knowledge.abbreviations_asked import abbreviations_in, other_forms
from agentmem_cli.knowledge.comparing import questions_to_each
from agentmem_cli.knowledge.documents import Position, find_document, names_told_apart, position
from agentmem_cli.knowledge.index import bring_index_in_step, passage_index
from agentmem_cli.knowledge.presence import with_absences
from agentmem_cli.knowledge.question import name_words, question_words
from agentmem_cli.knowledge.quoting import Asked, Quotes, best_lines, best_scores
from agentmem_cli.knowledge.ranking import (
    READ,
    REREAD,
    Candidate,
    Scored,
    ranked,
    read_closely,
    reranked,
    spread_over_pages,
    without_repeats,
)
from agentmem_cli.knowledge.scan import ExactScan
from agentmem_cli.knowledge.words import CANDIDATES, word_index
from agentmem_cli.language.stems import stemmed_terms
from agentmem_cli.records import FoundPassage
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database, Row

if TYPE_CHECKING:
    from agentmem_cli.embedding.configured import Embedder
    from agentmem_cli.embedding.vectors import Vectors

MOST_SCANNED = 20_000
"""Up to this many passages their vectors are read into memory (20 MB) and scanned exactly, about 1 ms a query
with no import of Chroma (1.1 s). Above it Chroma answers, and the exact scan only while Chroma is out of step."""


class Searcher:
    """Searches again and again, from any thread, with the embedder and the vectors loaded once.

    What another process ingests is found by the next search: what is kept carries the position it was read at.
    `problem` says why the last search went by words alone, empty when it did not.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self.problem = ""
        self._database = database
        self._settings = settings
        self._index = passage_index(database, settings)
        self._lock = threading.Lock()
        self._scan = ExactScan(database)
        self._words = word_index(database)
        self._count = 0
        self._names: dict[str, str] = {}
        self._counted_at: Position | None = None
        self._abbreviated: tuple[str, Position, list[Abbreviation]] | None = None

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
            abbreviations = self._abbreviations_in(query)
            forms = other_forms(query, abbreviations)
            vector = self._embedded(embedder, " ".join([query, *forms]))
            names = self._words.documents_by_name(name_words(query))
            words = [*name_words(query), *forms]
            bm25 = self._words.within(document_id, words) if document_id else self._words.among_all(words)
            if document_id is None and count > CANDIDATES:
                bm25 |= self._words.within_named(words, names)
            near = [] if vector is None else self._nearest(embedder, vector, count, document_id)
            candidates = self._candidates(list(dict.fromkeys([*bm25, *near])), bm25, embedder, vector)
            scored = ranked(candidates, names, self._words.documents_by_first_page(question_words(query)))
            passages = self._passages([each.passage_id for _, each in scored[:READ]])
            found = spread_over_pages(read_closely(query, scored, passages, abbreviations))
            read = max(limit, REREAD)
            best = without_repeats(self._whole(found, passages, read), read)
            lines = best_scores(self._asked(query, best[:REREAD]))
            return with_absences(self._database, reranked(best, lines)[:limit])

    def quotes(self, question: str, passages: Sequence[FoundPassage], follow_up: str = "") -> Quotes:
        """The lines of passages that a search for the question found which answer it best.

        A `follow_up` stands at the end of the question, behind what it follows.
        """
        if not passages:
            return Quotes([], 0.0)
        with self._lock:
            if each := questions_to_each(question, list(dict.fromkeys(each.document for each in passages))):
                return self._quotes_of_each(each, passages)
            alone = self._asked(follow_up, passages) if follow_up else None
            return best_lines(self._asked(question, passages), alone)

    def following(self, passage: FoundPassage, count: int) -> list[FoundPassage]:
        """Up to `count` passages that stand behind this one in its document."""
        rows = self._database.read(
            "SELECT passage_id FROM passages WHERE document_id = ? AND passage_id > ? ORDER BY passage_id LIMIT ?",
            (passage.document_id, passage.passage_id, count),
        )
        passage_ids = [row["passage_id"] for row in rows]
        with self._lock:
            found = self._passages(passage_ids)
        return with_absences(self._database, [found[each] for each in passage_ids if each in found])

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

    def _quotes_of_each(self, questions: dict[str, str], passages: Sequence[FoundPassage]) -> Quotes:
        """The best line of each document for its question, as certain as the least certain of them."""
        found = []
        for document, question in questions.items():
            places = [place for place, each in enumerate(passages) if each.document == document]
            quotes = best_lines(self._asked(question, [passages[place] for place in places]))
            found.append(replace(quotes, lines=[replace(line, place=places[line.place]) for line in quotes.lines]))
        best = [line for quotes in found for line in quotes.lines[:1]]
        return Quotes(best, min(quotes.certainty for quotes in found))

    def _asked(self, question: str, passages: Sequence[FoundPassage]) -> Asked:
        rarity = self._words.rarities(stemmed_terms(question))
        return Asked(question, passages, rarity, self._abbreviations_in(question))

    def _abbreviations_in(self, question: str) -> list[Abbreviation]:
        """Those of the question; the last ones are kept, since what is quoted asks for them again."""
        now = position(self._database)
        if self._abbreviated is None or self._abbreviated[:2] != (question, now):
            self._abbreviated = (question, now, abbreviations_in(question, self._words))
        return self._abbreviated[2]

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
        """How many passages there are; counting 100,000 takes 2 ms."""
        now = position(self._database)
        if self._counted_at != now:
            rows = self._database.read("SELECT COUNT(*) FROM passages")
            self._count, self._counted_at = rows[0][0], now
            self._names = names_told_apart(self._database)
        return self._count

    def _nearest(self, embedder: Embedder, vector: Vectors, count: int, document_id: str | None) -> list[int]:
        """Passage ids nearest to the vector: from Chroma above MOST_SCANNED, else, and in one document, exactly."""
        if count > MOST_SCANNED and document_id is None:
            found = self._index.nearest(vector, CANDIDATES)
            if found is not None:
                return found
        return self._scan.nearest(embedder, vector, CANDIDATES, document_id)

    def _candidates(
        self, passage_ids: list[int], bm25: dict[int, float], embedder: Embedder, vector: Vectors | None
    ) -> list[Candidate]:
        """Without their texts: of 200 candidates 40 are read."""
        rows = self._database.read(
            "SELECT passage_id, document_id, page_index, embedder, vector FROM passages"
            " WHERE passage_id IN (SELECT CAST(value AS BIGINT) FROM json_each(?)) ORDER BY passage_id",
            (json.dumps(passage_ids),),
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
            "SELECT passage_id, passages.document_id, title, passages.page_index, pages.label, heading, passages.text,"
            " last_page_index, last.label AS last_label, COALESCE(pages.is_scan, 0) AS is_scan"
            " FROM passages JOIN documents ON documents.document_id = passages.document_id"
            " LEFT JOIN pages ON pages.document_id = passages.document_id AND pages.page_index = passages.page_index"
            " LEFT JOIN pages last ON last.document_id = passages.document_id AND last.page_index = last_page_index"
            " WHERE passage_id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))",
            (json.dumps(passage_ids),),
        )
        return {row["passage_id"]: _found(row, self._names.get(row["document_id"], row["title"])) for row in rows}


def _found(row: Row, name: str) -> FoundPassage:
    return FoundPassage(
        document=name,
        document_id=row["document_id"],
        page=row["page_index"] + 1,
        page_index=row["page_index"],
        text=row["text"],
        score=0.0,
        passage_id=row["passage_id"],
        heading=row["heading"],
        page_label=row["label"],
        last_page=None if row["last_page_index"] is None else row["last_page_index"] + 1,
        last_page_label=row["last_label"],
        is_scan=bool(row["is_scan"]),
    )


def _cosines(rows: Sequence[Row], embedder: Embedder, vector: Vectors | None) -> list[float]:
    """The cosine of each passage's vector with the query's, all of length 1; never below 0. Exact, whoever found it."""
    import numpy as np

    if vector is None or not rows:
        return [0.0] * len(rows)
    nothing = bytes(vector.nbytes)
    held = b"".join(row["vector"] if row["embedder"] == embedder.name else nothing for row in rows)
    cosines: list[float] = np.maximum(np.frombuffer(held, np.float32).reshape(len(rows), -1) @ vector, 0).tolist()
    return cosines
