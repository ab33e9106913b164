"""What stands in every prompt, and how much of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agentmem_cli.memories.corrections import pin
from agentmem_cli.memories.store import list_memories
from agentmem_cli.memories.writer import PERSON, Operation, Source, apply_operations
from agentmem_cli.recall.block import profile_line
from agentmem_cli.recall.profile import PROFILE_BUDGET, PROFILE_CAP, profile_of
from agentmem_cli.recall.tokens import count_tokens
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database


@pytest.fixture
def database(home: Path) -> Iterator[Database]:  # noqa: ARG001 -- its environment is what is needed
    with closing(open_database(load_settings())) as opened:
        yield opened


def know(database: Database, kind: str, count: int) -> None:
    """So many memories of Sarah's."""
    operations = [Operation("add", f"Prefers {kind} number {n} to what others may offer", kind) for n in range(count)]
    apply_operations(database, "sarah", operations, Source(None, None, 1, PERSON), typed_text="", mode="auto", now=1)


def tokens(database: Database) -> int:
    return sum(count_tokens(profile_line(memory)) + 1 for memory in profile_of(database, "sarah"))


def test_a_long_profile_is_cut_at_its_budget(database: Database) -> None:
    """However many instructions and preferences there are, they fill the budget and no more; facts are not in it."""
    know(database, "fact", 5)
    assert [] == profile_of(database, "sarah")
    know(database, "preference", 60)
    know(database, "instruction", 60)
    assert PROFILE_BUDGET - 20 < tokens(database) <= PROFILE_BUDGET
    assert {"instruction"} == {memory.kind for memory in profile_of(database, "sarah")}


def test_what_is_pinned_has_more_room(database: Database) -> None:
    """Pinned memories of any kind go beyond the budget, up to the cap, and leave the others what is left of it."""
    know(database, "fact", 100)
    know(database, "instruction", 10)
    facts = [memory.memory_id for memory in list_memories(database, "sarah") if memory.kind == "fact"]
    pin(database, "sarah", facts, pinned=True, now=2)
    assert PROFILE_CAP - 20 < tokens(database) <= PROFILE_CAP
    assert {"fact"} == {memory.kind for memory in profile_of(database, "sarah")}


def test_what_perhaps_replaces_a_memory_is_counted(database: Database) -> None:
    """A line of the profile is as long as the model reads it, with the newer text that may replace its memory."""
    know(database, "preference", 20)
    newer = [
        Operation("add", f"Likes another thing, number {n}, now", asks_about=memory.text)
        for n, memory in enumerate(list_memories(database, "sarah"))
    ]
    before = len(profile_of(database, "sarah"))
    apply_operations(database, "sarah", newer, Source(None, None, 2, PERSON), typed_text="", mode="auto", now=2)
    marked = profile_of(database, "sarah")
    assert all(memory.perhaps_replaced_by for memory in marked)
    assert 0 < len(marked) < before
    assert tokens(database) <= PROFILE_BUDGET
