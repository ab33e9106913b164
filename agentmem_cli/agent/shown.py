"""Which memories a model that captures a message is shown: those that the message may touch. Reads only."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress

from agentmem_cli.memories.store import list_memories, search_memories
from agentmem_cli.recall.tokens import count_tokens
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.recall.vectors import MEMORIES
from agentmem_cli.records import Memory
from agentmem_cli.storage.database import Database

BUDGET = 1_200
"""Tokens of all of them."""
_ALWAYS_BUDGET = 800
"""Of those that are shown whatever the message is: the rest is left for what resembles it."""
_LINE = 14
"""Tokens of a memory's number, kind and dates."""
_ALWAYS_TOPICS = frozenset({"name", "people", "family", "health", "diet"})
_RESEMBLING = 40
_REFRESHING = 2.0
"""Seconds for vectors that are missing."""
_SEARCHED = 4_000
"""Characters of a text that are searched for."""


async def shown_memories(
    database: Database, user_id: str, texts: Sequence[str], index: UserIndex | None = None
) -> list[Memory]:
    """All that is known, the last said first, where that is little.

    Else standing instructions, name, people and health, then what resembles the texts, by their words, and by
    their meaning where there is an `index`.
    """
    everything = list_memories(database, user_id)
    if sum(map(_tokens, everything)) <= BUDGET:
        return everything
    if index is not None:
        await asyncio.to_thread(_refresh, index)
    shown = _within(_ALWAYS_BUDGET, filter(_is_always_shown, everything), [])
    for text in texts:
        near = index.cosines(text[:_SEARCHED]) if index and text.strip() else {}
        found = search_memories(database, user_id, text[:_SEARCHED], _RESEMBLING, near.get(MEMORIES))
        shown = _within(BUDGET, (memory for memory, _ in found), shown)
    return shown


def _refresh(index: UserIndex) -> None:
    """Make and read the vectors that are missing. Who recalls says what fails about them; here words must do."""
    with suppress(Exception):
        index.refresh(_REFRESHING)


def _is_always_shown(memory: Memory) -> bool:
    return memory.kind == "instruction" or not _ALWAYS_TOPICS.isdisjoint(memory.topics)


def _within(budget: int, memories: Iterable[Memory], shown: list[Memory]) -> list[Memory]:
    """What is shown already, and of the memories as many as the budget has room for with it."""
    kept = {memory.memory_id: memory for memory in shown}
    left = budget - sum(map(_tokens, shown))
    for memory in memories:
        if memory.memory_id not in kept and _tokens(memory) <= left:
            kept[memory.memory_id] = memory
            left -= _tokens(memory)
    return list(kept.values())


def _tokens(memory: Memory) -> int:
    return count_tokens(memory.text) + _LINE
