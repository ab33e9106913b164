"""Memories as recall gives them: each with its score, and with what perhaps replaces it. Ranks nothing."""

from __future__ import annotations

from agentmem_cli.memories.store import asking_about
from agentmem_cli.records import Memory, RecalledMemory
from agentmem_cli.storage.database import Database


def recalled_memories(database: Database, user_id: str, found: list[tuple[Memory, float]]) -> list[RecalledMemory]:
    """The memories with their scores, each with the newest one that perhaps replaces it."""
    asking = asking_about(database, user_id, [memory.memory_id for memory, _ in found])
    newer = {each.replaces_perhaps: each.text for each in reversed(asking)}
    return [
        RecalledMemory(
            memory_id=memory.memory_id,
            text=memory.text,
            kind=memory.kind,
            said_at=memory.said_at,
            quote=memory.quote,
            session_id=memory.session_id,
            score=round(score, 4),
            perhaps_replaced_by=newer.get(memory.memory_id),
            on_date=memory.on_date,
            until_date=memory.until_date,
        )
        for memory, score in found
    ]
