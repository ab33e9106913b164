"""How long does remembering take in a full store? Run by hand.

    uv run --group dev python tests/bench/memory_writing.py [MEMORIES]

Fills a store with MEMORIES (10,000) active memories of one person, made up from the statements of
`memory_updates.txt` with other names and numbers, then says two hundred more: capture by rules, and the writer with
its search for what they make untrue. Prints milliseconds a message, the median and the 95th percentile, in an empty
store and in the full one, first with the embedder loaded, which takes up to a second once in a process.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from memory_updates import made_up_cases
from replay import KNOWN

from agentmem_cli.embedding import bundled
from agentmem_cli.memories.rules import capture_by_rules
from agentmem_cli.memories.store import list_memories
from agentmem_cli.memories.writer import PERSON, Operation, Source, apply_operations
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.schema import ensure_schema

SAID = 200
NAMES = ("Oslo", "Bergen", "Anna", "Tom", "Acme", "Globex", "Paris", "Rex", "Leeds", "Lima", "Turin", "Miguel", "Omar")


def main(count: int) -> None:
    """Fill, measure and print."""
    bundled.embed(["warm"])
    print(f"{'':<24}{'median':>10}{'p95':>10}  ms a message")
    for size in (0, count):
        with (
            tempfile.TemporaryDirectory() as folder,
            closing(Database(Path(folder) / "m.db", lock_timeout=30)) as database,
        ):
            ensure_schema(database)
            fill(database, size)
            times = sorted(seconds(database, text, at) for at, text in enumerate(said(), start=2))
            median, p95 = statistics.median(times), times[int(len(times) * 0.95)]
            print(f"{f'{size:,} memories':<24}{1000 * median:>10.1f}{1000 * p95:>10.1f}")


def fill(database: Database, count: int) -> None:
    """Store so many memories, all different, as a file of them is imported."""
    cases = [case for of_set in made_up_cases().values() for case in of_set]
    texts = sorted({text for case in cases for text in (case.old or case.new, *case.others)})
    sample = random.Random(1)  # noqa: S311 -- the same in every run
    made = {f"{sample.choice(texts)} with {sample.choice(NAMES)} {number}": None for number in range(count)}
    operations = [Operation("add", text) for text in made]
    apply_operations(database, "bench", operations, Source(None, None, 1, PERSON), typed_text="", mode="auto", now=1)


def said() -> list[str]:
    """New statements of the person, as they would type them."""
    news = sorted({case.new for case in made_up_cases()["development"] if case.old})
    texts = [new if new.startswith(("I ", "I'", "My ", "We ")) else f"I want you to remember: {new}." for new in news]
    return (texts * 2)[:SAID]


def seconds(database: Database, text: str, at: int) -> float:
    """How long one message takes, whatever it is captured as: what the rules leave is written as the person's."""
    begun = time.perf_counter()
    operations = capture_by_rules(text, list_memories(database, "bench", limit=KNOWN))
    actor = "rules" if operations else PERSON
    source, now = Source("s", f"r{at}", at, actor), at
    apply_operations(
        database, "bench", operations or [Operation("add", text)], source, typed_text=text, mode="auto", now=now
    )
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
