"""How often the right passage is found, beside BM25 over passages, the embedder alone and Chroma alone, in one run.

    python tests/bench/knowledge.py squad FILE...         SQuAD or XQuAD json: one .txt a paragraph
    python tests/bench/knowledge.py beir FOLDER...        corpus.jsonl, queries.jsonl, qrels/test.tsv; also as .txt
    python tests/bench/knowledge.py financebench FOLDER   pdfs/ and questions.jsonl with evidence pages

Everything is ingested into a store of its own, by the code that `agentmem ingest` runs, and searched by the code that
`agentmem knowledge search` and the agent's tool run. `--embedder NAME` takes another embedder than the bundled one,
`--postgres` another store than a file.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[2]))

from stores import empty_store

from agentmem_cli.embedding.configured import chosen_embedder, configured_embedder
from agentmem_cli.knowledge.index import bring_index_in_step
from agentmem_cli.knowledge.ingest import ingest_files
from agentmem_cli.knowledge.reembed import use_embedder
from agentmem_cli.knowledge.scan import ExactScan
from agentmem_cli.knowledge.search import Searcher
from agentmem_cli.language.stems import terms
from agentmem_cli.settings import Settings, load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.fulltext import match_any
from agentmem_cli.storage.opening import open_database

DEPTH = 10
"""How many passages a search may give. A document or page that repeats counts once, at its best place."""
Key = tuple[str, int]
"""A document's name, and the page's index where pages are asked for, else 0."""
Search = Callable[[str], list[Key]]


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what answers it, each with its grade."""

    text: str
    gold: dict[Key, int]


@dataclass(frozen=True, slots=True)
class Collection:
    """Files to ingest, the questions, and whether a page is what must be found."""

    files: list[Path]
    questions: list[Question]
    by_page: bool = False


def squad(path: Path, folder: Path) -> Collection:
    """A paragraph is a .txt document."""
    files: list[Path] = []
    questions = []
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            files.append(folder / f"p{len(files):05d}.txt")
            files[-1].write_text(paragraph["context"], encoding="utf-8")
            gold = {(files[-1].name, 0): 1}
            questions += [Question(each["question"], gold) for each in paragraph["qas"]]
    return Collection(files, questions)


def beir(path: Path, folder: Path) -> Collection:
    """A document of the corpus is a .txt document: its title, then its text."""
    files = []
    for line in (path / "corpus.jsonl").read_text(encoding="utf-8").splitlines():
        document = json.loads(line)
        files.append(folder / f"{document['_id']}.txt")
        files[-1].write_text(f"{document.get('title', '')}\n\n{document['text']}".strip(), encoding="utf-8")
    gold: dict[str, dict[Key, int]] = {}
    with (path / "qrels" / "test.tsv").open(encoding="utf-8") as table:
        for row in csv.DictReader(table, delimiter="\t"):
            if int(row["score"]) > 0:
                gold.setdefault(row["query-id"], {})[f"{row['corpus-id']}.txt", 0] = int(row["score"])
    queries = map(json.loads, (path / "queries.jsonl").read_text(encoding="utf-8").splitlines())
    return Collection(files, [Question(each["text"], gold[each["_id"]]) for each in queries if each["_id"] in gold])


def financebench(path: Path, _: Path) -> Collection:
    """Annual and quarterly reports, and the pages that answer."""
    lines = (path / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [
        Question(each["question"], {(one["document"], one["page_index"]): 1 for one in each["evidence"]})
        for each in map(json.loads, lines)
    ]
    return Collection(sorted((path / "pdfs").glob("*.pdf")), questions, by_page=True)


KINDS = {"squad": squad, "beir": beir, "financebench": financebench}


def searches(database: Database, settings: Settings, by_page: bool) -> Iterator[tuple[str, Search]]:
    """Each way to search, by its name."""
    rows = database.read("SELECT passage_id, title, page_index FROM passages JOIN documents USING (document_id)")
    keys: dict[int, Key] = {row["passage_id"]: (row["title"], row["page_index"] if by_page else 0) for row in rows}
    if not database.is_server:
        yield "BM25 over passages", lambda question: [keys[each] for each in bm25(database, question)]
    searcher = Searcher(database, settings)
    embedder, scan = configured_embedder(database), ExactScan(database)
    yield (
        f"{embedder.name} alone",
        lambda question: [keys[each] for each in scan.nearest(embedder, embedder.embed([question])[0], 200, None)],
    )
    index = searcher._index

    def indexed(question: str) -> list[Key]:
        return [keys[each] for each in index.nearest(embedder.embed([question])[0], DEPTH * 3) or []]

    yield f"{'pgvector' if database.is_server else 'Chroma'} alone, same vectors", indexed
    yield "agentmem", lambda question: [keys[each.passage_id] for each in searcher.search(question, limit=DEPTH)]
    searcher.close()


def bm25(database: Database, question: str) -> list[int]:
    """The ids of the passages whose own text fits best."""
    words = terms(question)
    if not words:
        return []
    rows = database.read(
        "SELECT rowid FROM passages_fts WHERE passages_fts MATCH ? ORDER BY bm25(passages_fts, 0, 0, 1) LIMIT 30",
        (match_any(words),),
    )
    return [row["rowid"] for row in rows]


def ndcg(gold: dict[Key, int], found: list[Key]) -> float:
    """Normalised discounted cumulative gain of the first ten."""
    gain = sum(gold.get(key, 0) / math.log2(place + 2) for place, key in enumerate(found))
    best = sorted(gold.values(), reverse=True)[:DEPTH]
    return gain / sum(grade / math.log2(place + 2) for place, grade in enumerate(best))


def measure(name: str, search: Search, questions: list[Question]) -> None:
    """One line of the table."""
    first, ten, gains, seconds = [], [], [], []
    for question in questions:
        started = time.perf_counter()
        found = list(dict.fromkeys(search(question.text)[:DEPTH]))
        seconds.append(time.perf_counter() - started)
        first.append(bool(found) and found[0] in question.gold)
        ten.append(any(key in question.gold for key in found))
        gains.append(ndcg(question.gold, found))
    p95 = sorted(seconds)[math.ceil(0.95 * len(seconds)) - 1] * 1000
    figures = [f"{statistics.fmean(each):.3f}" for each in (first, ten, gains)]
    print(f"{name:32} {figures[0]:>6} {figures[1]:>8} {figures[2]:>8} {p95:>8.1f}", flush=True)


def measure_collection(kind: str, path: Path, embedder: str | None) -> None:
    """Ingest and print the table."""
    with TemporaryDirectory() as folder, empty_store() as environment:
        os.environ.update(environment)
        documents = Path(folder, "documents")
        documents.mkdir()
        settings = load_settings(user="bench")
        database = open_database(settings)
        collection = KINDS[kind](path, documents)
        for _ in ingest_files(database, collection.files):
            pass
        if embedder:
            use_embedder(database, chosen_embedder(embedder), lambda *_: None)
        bring_index_in_step(database, settings)
        count = database.read("SELECT COUNT(*) FROM passages")[0][0]
        print(
            f"{path.name}: {len(collection.files)} documents, {count} passages, {len(collection.questions)} questions"
        )
        print(f"{'':32} {'first':>6} {'top 10':>8} {'nDCG@10':>8} {'p95 ms':>8}")
        for name, search in searches(database, settings, collection.by_page):
            search("a first search loads everything")
            measure(name, search, collection.questions)
        database.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--embedder")
    given = parser.parse_args()
    for each in given.paths:
        measure_collection(given.kind, each, given.embedder)
