"""How much of the evidence recall finds, beside BM25 and the bundled embedder alone; small talk; and how long it takes.

Run by hand: `uv run --group dev python tests/bench/recall.py FILE`, in LoCoMo's format, LongMemEval's or that
of `chats`; with `--postgres` on PostgreSQL. Evidence is the share of a question's
evidence turns, over all questions that have any.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import time
import weakref
from collections.abc import Callable
from pathlib import Path

from conversations import USER, Pool, Question, pools_of, stored

from agentmem_cli.embedding.bundled import embed
from agentmem_cli.language.stems import terms
from agentmem_cli.language.word_index import words_of
from agentmem_cli.recall.block import block_lines, recall_block, room_for
from agentmem_cli.recall.later_mentions import with_later_mentions
from agentmem_cli.recall.ranking import Asked, in_its_time, rank_messages
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.recall.tokens import count_tokens
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.recall.vectors import MESSAGES
from agentmem_cli.records import Recall
from agentmem_cli.sessions.transfer import ImportedLine
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.fulltext import match_any

BLOCK = 1_000
"""Tokens of the block whose evidence is counted."""
NEAR = 0.35
"""The cosine from which the embedder alone would recall something."""
SAID = ("small talk", "short questions", "fresh small talk", "fresh questions")
"""The parts of `small_talk.txt`. The rules were fitted on the first two and the fourth; what they missed
of the third was looked at too, so that only lists made since are unseen."""
Found = list[tuple[str, str]]
"""(id, text) in rank order."""
Search = Callable[[str], Found]


def main() -> None:
    """Print the tables."""
    if len(sys.argv) > 1:
        pools = pools_of(sys.argv[1])
        measure_quality(pools)
        measure_small_talk(pools[0])
    measure_time()


def measure_quality(pools: list[Pool]) -> None:
    """Evidence in the top 5, the top 10 and a block, for each way to search; then the top 10 by kind of question.

    Last the blocks that a model reads: one of BLOCK tokens, and that of a turn, each with its mean size.
    """
    shares: dict[str, list[tuple[str, list[float]]]] = {}
    blocks: dict[str, list[tuple[float, int]]] = {}
    for pool in pools:
        with stored(pool.lines) as (database, index):
            ways = {
                "BM25, single turns": bm25(pool.lines),
                "embedder alone": nearest(pool.lines),
                "agentmem, words alone": ours(database, index, by_meaning=False),
                "agentmem": ours(database, index, by_meaning=True),
            }
            for question in pool.questions:
                for way, search in ways.items():
                    ranked = search(question.text)
                    parts = [share(ids, question.evidence) for ids in (top(ranked, 5), top(ranked, 10), block(ranked))]
                    shares.setdefault(way, []).append((question.kind, parts))
                found = recall_for(database, USER, question.text, index=index)
                for name, budget in ((f"{BLOCK:,} tokens", BLOCK), ("a turn", room_for(found))):
                    blocks.setdefault(name, []).append(placed(found, question, budget))
    kinds = sorted({question.kind for pool in pools for question in pool.questions})
    print(f"{sum(len(pool.questions) for pool in pools)} questions          top 5  top 10  {BLOCK:,} tokens")
    for way, measured in shares.items():
        print(f"{way:<22}" + "".join(f"{statistics.mean(parts[at] for _, parts in measured):8.3f}" for at in range(3)))
    print(f"\n{'top 10 by kind':<30}" + "".join(f"{way:>24}" for way in shares))
    for kind in kinds:
        means = (statistics.mean(parts[1] for of, parts in measured if of == kind) for measured in shares.values())
        print(f"{kind:<30}" + "".join(f"{mean:>24.3f}" for mean in means))
    for name, placed_ in blocks.items():
        found_, size = (statistics.mean(each) for each in zip(*placed_, strict=True))
        print(f"in the block of {name}: {found_:.3f}, with {size:.0f} tokens")


def measure_small_talk(pool: Pool) -> None:
    """The share of `small_talk.txt` that brings a block, and of its short questions."""
    text = Path(__file__).with_name("small_talk.txt").read_text(encoding="utf-8")
    parts = [part.splitlines()[1:] for part in text.split("# ")[1:]]
    with stored(pool.lines) as (database, index):
        print(f"\n{'with a recall block':<30}   Agno  embedder  agentmem")
        for name, said in zip(SAID, parts, strict=True):
            ours_ = [bool(recall_block(recall_for(database, USER, each, index=index), "0a1b2c3d")) for each in said]
            near = [bool(index.cosines(each)[MESSAGES].nearest(1, NEAR)) for each in said if embed([each]).any()]
            print(f"{len(said):>4} {name:<25}  1.000 {sum(near) / len(said):9.3f} {statistics.mean(ours_):9.3f}")


def measure_time() -> None:
    """Milliseconds that recall adds before the request, among many turns, with its block."""
    for turns in (5_000, 50_000):
        words = [f"word{number}" for number in range(3_000)]
        text = [" ".join(words[(n * 7 + k * k * 13) % (60 + n % 2_900)] for k in range(18)) for n in range(turns)]
        with stored([ImportedLine(f"s{n // 40}", "user", said, n * 60, None, None) for n, said in enumerate(text)]) as (
            database,
            index,
        ):
            taken = []
            for n in range(120):
                question = " ".join(words[(n * 31 + k * 17) % 2_900] for k in range(8))
                began = time.perf_counter()
                recall_block(recall_for(database, USER, question, index=index), "0a1b2c3d")
                taken.append((time.perf_counter() - began) * 1000)
        cuts = statistics.quantiles(taken, n=20)
        print(f"{turns:>7,} turns: p50 {statistics.median(taken):.1f} ms, p95 {cuts[-1]:.1f} ms")


def ours(database: Database, index: UserIndex, *, by_meaning: bool) -> Search:
    """What `agentmem recall` ranks."""

    def search(question: str) -> Found:
        near = index.cosines(question).get(MESSAGES) if by_meaning else None
        transcript = index.transcript()
        asked = in_its_time(transcript, Asked(question, words_of(question), near))
        ranked = rank_messages(database, transcript, asked, limit=40)
        turns = with_later_mentions(database, transcript, asked, ranked, limit=10)
        return [(turn.id or "", f"{turn.name or turn.role}: {turn.text}") for turn in turns]

    return search


def bm25(lines: list[ImportedLine]) -> Search:
    """FTS5's BM25 over single turns."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE turns USING fts5(text, tokenize = 'porter unicode61')")
    connection.executemany("INSERT INTO turns VALUES (?)", [(shown(line)[1],) for line in lines])

    def search(question: str) -> Found:
        query = match_any(terms(question)) or '""'
        rows = connection.execute("SELECT rowid FROM turns WHERE turns MATCH ? ORDER BY rank LIMIT 40", (query,))
        return [shown(lines[row[0] - 1]) for row in rows]

    weakref.finalize(search, connection.close)
    return search


def nearest(lines: list[ImportedLine]) -> Search:
    """Cosine of the bundled embedder."""
    vectors = embed([line.content for line in lines])

    def search(question: str) -> Found:
        return [shown(lines[place]) for place in (-(vectors @ embed([question])[0])).argsort()[:40]]

    return search


def shown(line: ImportedLine) -> tuple[str, str]:
    """(id, text) of a line."""
    return line.id or "", f"{line.name or line.role}: {line.content}"


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


def placed(found: Recall, question: Question, budget: int) -> tuple[float, int]:
    """How much of the evidence a block of so many tokens at the most has room for, and how many it takes."""
    ids = {turn.message_id: turn.id or "" for turn in found.turns + found.further}
    lines = block_lines(found, budget)
    shown = {ids.get(line.source, "") for line in lines if isinstance(line.source, int)}
    return share(shown, question.evidence), sum(line.cost for line in lines)


def share(ids: set[str], evidence: list[str]) -> float:
    """How much of the evidence is among the ids."""
    return sum(each in ids for each in evidence) / len(evidence)


if __name__ == "__main__":
    main()
