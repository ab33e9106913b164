"""Whether what one person recalls changes when 200,000 messages of 20 others stand in the same store.

Run by hand: `uv run --group dev python tests/bench/recall_walls.py FILE.json`, in LoCoMo's format or LongMemEval's.
The others' messages are made of the words of the same file, shuffled; each of them has memories too. Before and after
stand the ten best of every question, asked in this process and of `agentmem recall - --json` in a process of its own.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from conversations import USER, Pool, pools_of, stored

from agentmem_cli.memories.transfer import import_memories, parse_memories
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.sessions.transfer import ImportedLine, import_lines
from agentmem_cli.storage.database import Database

OTHERS, MESSAGES_EACH, MEMORIES_EACH = 20, 10_000, 100
PLACES = 3
"""Decimals of a score that are compared."""
Best = list[list[tuple[str, float]]]
"""Of each question the ten best messages and the memories, (text, score) in rank order."""


def main() -> None:
    """Print how many of the lists are the same, and the milliseconds of a question, before and after."""
    pool = pools_of(sys.argv[1])[0]
    with stored(pool.lines) as (database, index):
        remember(database, USER, [line.content for line in pool.lines[:MEMORIES_EACH]])
        index.refresh()
        before = asked_here(database, index, pool), asked_in_process(database, pool)
        add_others(database, pool)
        fresh = UserIndex(database, USER)
        began = time.perf_counter()
        fresh.cosines("anything")
        print(f"read into memory among the others: {(time.perf_counter() - began) * 1000:.0f} ms")
        after = asked_here(database, fresh, pool), asked_in_process(database, pool)
    for where, old, new in zip(("here", "in a process"), before, after, strict=True):
        same = sum(first == second for first, second in zip(old, new, strict=True))
        print(f"{where}: {same} of {len(old)} lists of ten are the same, with scores to {PLACES} decimals")


def asked_here(database: Database, index: UserIndex, pool: Pool) -> Best:
    """The ten best of each question; prints the milliseconds that each took."""
    best, taken = [], []
    for question in pool.questions:
        began = time.perf_counter()
        found = recall_for(database, USER, question.text, index=index)
        taken.append((time.perf_counter() - began) * 1000)
        scored = [(memory.text, memory.score) for memory in found.memories]
        scored += [(turn.text, turn.score) for turn in found.turns]
        best.append([(text, round(score, PLACES)) for text, score in scored])
    print(f"{len(taken)} questions: {median(taken):.1f} ms each (median)")
    return best


def asked_in_process(database: Database, pool: Pool) -> Best:
    """The ten best of each question, as the command prints them."""
    asked = "\n".join(" ".join(question.text.split()) for question in pool.questions)
    environment = {**os.environ, "AGENTMEM_HOME": str(Path(database.place).parent), "AGENTMEM_USER": USER}
    command = [sys.executable, "-m", "agentmem_cli", "recall", "-", "--json"]
    ended = subprocess.run(command, input=asked, env=environment, capture_output=True, text=True, check=True)
    answers = [json.loads(line)["items"] for line in ended.stdout.splitlines()]
    return [[(item["text"], round(item["score"], PLACES)) for item in items] for items in answers]


def add_others(database: Database, pool: Pool) -> None:
    """Store what the others said and what is known of them, with the vectors."""
    shuffled = random.Random(7)  # noqa: S311 -- not for secrets
    words = [word for line in pool.lines for word in line.content.split()]
    for number in range(OTHERS):
        user = f"other{number}"
        said = [" ".join(shuffled.choices(words, k=14)) for _ in range(MESSAGES_EACH)]
        lines = [
            ImportedLine(f"{user}-{place // 40}", "user", text, 1_600_000_000 + place * 60, None, None)
            for place, text in enumerate(said)
        ]
        import_lines(database, user, lines)
        remember(database, user, said[:MEMORIES_EACH])
        UserIndex(database, user).refresh()


def remember(database: Database, user: str, texts: list[str]) -> None:
    """Store these as memories."""
    known = json.dumps([{"text": text} for text in texts])
    import_memories(database, user, parse_memories(known), now=1_700_000_000)


if __name__ == "__main__":
    main()
