"""How long a search takes among many passages: `python tests/bench/knowledge_scale.py [PASSAGES]`, 100,000 by default.

The passages are made up: 150 words each, drawn from 60,000 by Zipf's law, so that the commonest are in nearly all of
them, as in real text. A question is eight words of a passage. The baselines are BM25 over all of its words, and the
exact scan of every vector.
"""

from __future__ import annotations

import math
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

from agentmem_cli.embedding.configured import BUNDLED
from agentmem_cli.knowledge.documents import Passage
from agentmem_cli.knowledge.index import bring_index_in_step
from agentmem_cli.knowledge.scan import ExactScan
from agentmem_cli.knowledge.search import Searcher
from agentmem_cli.knowledge.storing import NewDocument, store_document
from agentmem_cli.language.stems import terms
from agentmem_cli.reading.layout import Page
from agentmem_cli.reading.read import Reading, ReadStatus
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.fulltext import match_any
from agentmem_cli.storage.opening import open_database

WORDS_A_PASSAGE, OF_A_DOCUMENT, QUESTIONS = 150, 400, 200
_SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "in", "ol", "un")]


def made_up_passages(count: int, chance: random.Random) -> list[str]:
    """Texts whose words follow Zipf's law."""
    words = sorted({"".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(80_000)}, key=len)[
        :60_000
    ]
    chance.shuffle(words)
    sums, total = [], 0.0
    for rank in range(len(words)):
        total += 1 / (rank + 2)
        sums.append(total)
    return [" ".join(chance.choices(words, cum_weights=sums, k=WORDS_A_PASSAGE)) for _ in range(count)]


def store(database: Database, texts: list[str]) -> None:
    """Documents of OF_A_DOCUMENT passages, three to a page."""
    for start in range(0, len(texts), OF_A_DOCUMENT):
        some = texts[start : start + OF_A_DOCUMENT]
        pages = [Page(place // 3, None, "\n".join(some[place : place + 3])) for place in range(0, len(some), 3)]
        passages = [Passage(place // 3, text) for place, text in enumerate(some)]
        path = f"/reports/COMPANY{start // OF_A_DOCUMENT}_2023_10K.pdf"
        reading = Reading(ReadStatus.INDEXED, pages, len(pages))
        store_document(database, NewDocument(path, path, 1, 1, reading, passages))


def report(name: str, search: Callable[[str], object], questions: list[str]) -> None:
    """Median, p95 and slowest of the questions, warm."""
    search(questions[0])
    seconds = []
    for question in questions:
        started = time.perf_counter()
        search(question)
        seconds.append((time.perf_counter() - started) * 1000)
    seconds.sort()
    p95 = seconds[math.ceil(0.95 * len(seconds)) - 1]
    print(f"{name:32} {seconds[len(seconds) // 2]:>8.1f} {p95:>8.1f} {seconds[-1]:>8.1f}", flush=True)


def main(count: int) -> None:
    """Make the store and print the table."""
    chance = random.Random(4)  # noqa: S311 -- the same texts in every run
    texts = made_up_passages(count, chance)
    questions = [" ".join(chance.sample(chance.choice(texts).split(), 8)) for _ in range(QUESTIONS)]
    with TemporaryDirectory() as folder:
        os.environ["AGENTMEM_HOME"] = folder
        settings = load_settings(user="bench")
        database = open_database(settings)
        started = time.perf_counter()
        store(database, texts)
        stored = time.perf_counter()
        bring_index_in_step(database, settings)
        built = time.perf_counter()
        print(f"{count:,} passages: stored in {stored - started:.0f} s, Chroma built in {built - stored:.0f} s")
        print(f"{'milliseconds':32} {'median':>8} {'p95':>8} {'slowest':>8}")
        searcher = Searcher(database, settings)
        report("BM25 over passages, all words", lambda question: bm25(database, question), questions)
        vectors = [BUNDLED.embed([question])[0] for question in questions]
        by_text = dict(zip(questions, vectors, strict=True))
        report("Chroma alone", lambda question: searcher._index.nearest(by_text[question], 200), questions)
        scan = ExactScan(database)
        report("exact scan alone", lambda question: scan.nearest(BUNDLED, by_text[question], 200, None), questions)
        report("agentmem", searcher.search, questions)
        searcher.close()
        database.close()


def bm25(database: Database, question: str) -> object:
    """The plain ranking, no word left out."""
    sql = "SELECT rowid FROM passages_fts WHERE passages_fts MATCH ? ORDER BY bm25(passages_fts) LIMIT 200"
    return database.read(sql, (match_any(terms(question)),))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
