"""How many tokens memory adds to a turn, at 10, 1,000 and 10,000 memories, beside Agno, which adds all of them.

Run by hand: `uv run --group dev python tests/bench/memory_tokens.py`. Counted as `recall/tokens.py` counts.
One memory in ten is a preference and one in fifty an instruction; each store also holds 2,000 messages.
The target is 650 tokens at the most.
"""

from __future__ import annotations

import statistics
import tempfile

from agentmem_cli.memories.operations import PERSON, Operation, Source
from agentmem_cli.memories.store import list_memories
from agentmem_cli.memories.writer import apply_operations
from agentmem_cli.recall.block import profile_text, recall_block
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.recall.tokens import count_tokens
from agentmem_cli.sessions.transfer import ImportedLine, import_lines
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database

USER = "sarah"
AT = 1_767_225_600
STORES = (10, 1_000, 10_000)
THINGS = ["garden", "boiler", "invoice", "holiday", "recipe", "server", "contract", "lesson", "bicycle", "concert"]
QUESTIONS = [
    f"What did I {verb} about the {thing} last spring?" for thing in THINGS for verb in ("say", "decide", "plan")
]


def main() -> None:
    """Measure and print."""
    print(f"{'memories':>9} {'mean':>7} {'p95':>7}   {'Agno':>8}   target: p95 <= 650")
    for count in STORES:
        with tempfile.TemporaryDirectory() as folder:
            database = open_database(load_settings(user=USER, environ={"AGENTMEM_HOME": folder}))
            seed(database, count)
            tokens = [tokens_of(database, question) for question in QUESTIONS]
            everything = sum(count_tokens(memory.text) + 1 for memory in list_memories(database, USER))
            p95 = statistics.quantiles(tokens, n=20)[-1]
            print(f"{count:>9,} {statistics.mean(tokens):>7.0f} {p95:>7.0f}   {everything:>8,}")
            database.close()


def tokens_of(database: Database, question: str) -> int:
    """Tokens of profile and recalled block for one question."""
    found = recall_for(database, USER, question)
    return count_tokens(profile_text(found.profile)) + count_tokens(recall_block(found, "0a1b2c3d"))


def seed(database: Database, count: int) -> None:
    """So many memories, and conversations about the same things."""
    operations = [operation(number) for number in range(count)]
    apply_operations(database, USER, operations, Source(None, None, AT, PERSON), typed_text="", mode="auto", now=AT)
    lines = [
        ImportedLine(
            f"s{number // 20}",
            "user" if number % 2 == 0 else "assistant",
            f"About the {THINGS[number % 10]}, round {number}: we decided to wait until spring and to ask Tom first.",
            AT + number * 60,
            None,
            None,
        )
        for number in range(2_000)
    ]
    import_lines(database, USER, lines)


def operation(number: int) -> Operation:
    """One memory."""
    thing = THINGS[number % 10]
    if number % 50 == 7:
        return Operation("add", f"Always mention the price of {thing} number {number}", "instruction")
    if number % 10 == 3:
        return Operation("add", f"Prefers {thing} number {number} to all others of its kind", "preference")
    return Operation("add", f"Bought {thing} number {number} for a friend in the spring of 2025", "fact")


if __name__ == "__main__":
    main()
