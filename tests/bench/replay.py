"""Does replaying a chat add memories? Run by hand.

    uv run --group dev python tests/bench/replay.py FILE

FILE is JSON lines of `sessions import`, or conversations in LoCoMo's format. Every message of the user goes through
the offline capture and the writer, the whole chat ten times over. Prints how many memories there are after one pass and
after ten, beside the baseline that adds whatever is captured.
"""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from agentmem_cli.memories.operations import Source
from agentmem_cli.memories.statements import statements_of
from agentmem_cli.memories.store import list_memories, touched_memories
from agentmem_cli.memories.writer import apply_operations
from agentmem_cli.records import OFFLINE
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.schema import ensure_schema
from agentmem_cli.storage.sqlite import SqliteDatabase

PASSES = 10


def main(path: Path) -> None:
    """Replay and print."""
    said = messages(path.read_text(encoding="utf-8"))
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(SqliteDatabase(Path(folder) / "m.db", lock_timeout=30)) as database,
    ):
        ensure_schema(database)
        counts, naive, first = [], [], sum(len(statements_of(text, [], 0)) for text in said)
        for number in range(1, PASSES + 1):
            replay(database, said, number)
            counts.append(len(list_memories(database, "bench", status=None)))
            naive.append(first * number)
    print(f"{len(said)} messages of the user")
    print(f"{'':<28}{'once':>8}{f'{PASSES} times':>12}")
    for name, values in (("agentmem", counts), ("baseline: add every capture", naive)):
        print(f"{name:<28}{values[0]:>8}{values[-1]:>12}")
    print("the same" if counts[0] == counts[-1] else f"NOT the same: {counts}")


def replay(database: Database, said: list[str], number: int) -> None:
    """One pass: each message is captured as the chat does it."""
    for place, text in enumerate(said):
        at = number * 1_000_000 + place
        operations = statements_of(text, touched_memories(database, "bench", text), at)
        source = Source(f"s{number}", f"r{number}-{place}", at, OFFLINE)
        apply_operations(database, "bench", operations, source, typed_text=text, mode="auto", now=at)


def messages(text: str) -> list[str]:
    """What the user says; of LoCoMo's two speakers, the first."""
    if text.lstrip().startswith("["):
        return [turn for conversation in json.loads(text) for turn in _of_locomo(conversation["conversation"])]
    lines = [json.loads(line) for line in text.splitlines() if line.strip()]
    return [line["content"] for line in lines if line["role"] == "user"]


def _of_locomo(conversation: dict[str, Any]) -> list[str]:
    turns = [turn for value in conversation.values() if isinstance(value, list) for turn in value]
    return [turn["text"] for turn in turns if turn["speaker"] == conversation["speaker_a"]]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
