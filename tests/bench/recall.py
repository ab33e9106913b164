"""How much of the evidence recall finds, beside plain BM25 and the bundled embedder alone; and how long it takes.

Run by hand: `uv run --group dev python tests/bench/recall.py locomo.json`, a file in LoCoMo's format.
Evidence is the share of a question's evidence turns, over all questions that have any.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from agentmem_cli.embedding.bundled import embed
from agentmem_cli.recall.ranking import rank_messages
from agentmem_cli.recall.recall import question_words
from agentmem_cli.recall.tokens import count_tokens
from agentmem_cli.sessions.transfer import ImportedLine, import_lines
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.fulltext import match_any
from agentmem_cli.storage.opening import open_database

BLOCK = 1_000
"""Tokens of the block whose evidence is counted."""
Found = list[tuple[str, str]]
"""(id, text) in rank order."""
Search = Callable[[str], Found]


def main() -> None:
    """Print both tables."""
    if len(sys.argv) > 1:
        measure_quality(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    measure_time()


def measure_quality(samples: list[dict[str, Any]]) -> None:
    """Evidence in the top 5, the top 10 and a block, for each way to search."""
    sums: dict[str, list[float]] = {}
    questions = 0
    for sample in samples:
        lines = lines_of(sample)
        with tempfile.TemporaryDirectory() as folder:
            database = open_database(load_settings(user="bench", environ={"AGENTMEM_HOME": folder}))
            import_lines(database, "bench", lines)
            ways = {"BM25, single turns": bm25(lines), "embedder alone": nearest(lines), "agentmem": ours(database)}
            for question in (each for each in sample["qa"] if each.get("evidence")):
                questions += 1
                for way, search in ways.items():
                    found = search(question["question"])
                    shares = [share(ids, question["evidence"]) for ids in (top(found, 5), top(found, 10), block(found))]
                    before = sums.get(way, [0.0] * 3)
                    sums[way] = [total + part for total, part in zip(before, shares, strict=True)]
            database.close()
    print(f"{questions} questions            top 5  top 10  {BLOCK:,} tokens")
    for way, totals in sums.items():
        print(f"{way:<24}" + "".join(f"{total / questions:8.3f}" for total in totals))


def measure_time() -> None:
    """Milliseconds of one recall among many turns."""
    for turns in (5_000, 50_000):
        with tempfile.TemporaryDirectory() as folder:
            database = open_database(load_settings(user="bench", environ={"AGENTMEM_HOME": folder}))
            words = [f"word{number}" for number in range(3_000)]
            text = [" ".join(words[(n * 7 + k * k * 13) % (60 + n % 2_900)] for k in range(18)) for n in range(turns)]
            lines = [ImportedLine(f"s{n // 40}", "user", said, n * 60, None, None) for n, said in enumerate(text)]
            import_lines(database, "bench", lines)
            search = ours(database)
            taken = []
            for n in range(120):
                question = " ".join(words[(n * 31 + k * 17) % 2_900] for k in range(8))
                began = time.perf_counter()
                search(question)
                taken.append((time.perf_counter() - began) * 1000)
            cuts = statistics.quantiles(taken, n=20)
            print(f"{turns:>7,} turns: p50 {statistics.median(taken):.1f} ms, p95 {cuts[-1]:.1f} ms")
            database.close()


def lines_of(sample: dict[str, Any]) -> list[ImportedLine]:
    """A LoCoMo conversation as messages."""
    conversation, lines, number = sample["conversation"], [], 1
    while f"session_{number}" in conversation:
        said_at = datetime.strptime(conversation[f"session_{number}_date_time"], "%I:%M %p on %d %B, %Y")  # noqa: DTZ007 -- the file has no zone
        for turn in conversation[f"session_{number}"]:
            role = "user" if turn["speaker"] == conversation["speaker_a"] else "assistant"
            caption = f" [shares {turn['blip_caption']}]" if turn.get("blip_caption") else ""
            text, at = turn["text"] + caption, int(said_at.timestamp())
            lines.append(ImportedLine(f"s{number}", role, text, at, turn["speaker"], turn["dia_id"]))
        number += 1
    return lines


def ours(database: Database) -> Search:
    """What `agentmem recall` ranks."""

    def search(question: str) -> Found:
        turns = rank_messages(database, "bench", question, question_words(question), limit=40)
        return [(turn.id or "", f"{turn.name}: {turn.text}") for turn in turns]

    return search


def bm25(lines: list[ImportedLine]) -> Search:
    """FTS5's BM25 over single turns."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE turns USING fts5(text, tokenize = 'porter unicode61')")
    connection.executemany("INSERT INTO turns VALUES (?)", [(f"{line.name}: {line.content}",) for line in lines])

    def search(question: str) -> Found:
        query = match_any(question_words(question)) or '""'
        rows = connection.execute("SELECT rowid FROM turns WHERE turns MATCH ? ORDER BY rank LIMIT 40", (query,))
        return [shown(lines[row[0] - 1]) for row in rows]

    return search


def nearest(lines: list[ImportedLine]) -> Search:
    """Cosine of the bundled embedder."""
    vectors = embed([line.content for line in lines])

    def search(question: str) -> Found:
        return [shown(lines[place]) for place in (-(vectors @ embed([question])[0])).argsort()[:40]]

    return search


def shown(line: ImportedLine) -> tuple[str, str]:
    """(id, text) of a line."""
    return line.id or "", f"{line.name}: {line.content}"


def top(found: Found, count: int) -> set[str]:
    """The ids of the first so many."""
    return {identifier for identifier, _ in found[:count]}


def block(found: Found) -> set[str]:
    """The ids of what fits a block, the best first."""
    left, ids = BLOCK, set()
    for identifier, text in found:
        cost = count_tokens(f"[2026-01-01] {text}") + 1
        if cost <= left:
            left -= cost
            ids.add(identifier)
    return ids


def share(ids: set[str], evidence: list[str]) -> float:
    """How much of the evidence is among the ids."""
    return sum(each in ids for each in evidence) / len(evidence)


if __name__ == "__main__":
    main()
