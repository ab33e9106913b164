"""One memory in the place of another: what is replaced, what the person answers to "does it?", what ends the question.

An unsure update is active at once and asks: `replaces_perhaps` names the older memory, which stays active too. The
question is open while both are active. Decides nothing: who calls has a sure rule, or the person's answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agentmem_cli.errors import NotFound
from agentmem_cli.memories.ledger import Batch
from agentmem_cli.memories.store import asking_about, find_memory, history, same_text
from agentmem_cli.records import Memory
from agentmem_cli.storage.database import Database

_KEEP = "keep"
"""The ledger's word for the answer that both memories are true."""


def current_of(database: Database, user_id: str, memory_id: str | None) -> Memory | None:
    """The active memory to replace: the one of this id, or what has replaced that since."""
    while memory_id:
        try:
            memory = find_memory(database, user_id, memory_id)
        except NotFound:
            return None
        if memory.status == "active":
            return memory
        memory_id = memory.superseded_by if memory.status == "superseded" else None
    return None


def supersede(batch: Batch, old: Memory, new: Memory) -> None:
    """End an active memory: the new one, which the caller stores, holds instead."""
    until = max(new.said_at, old.said_at)
    gone = replace(old, status="superseded", superseded_by=new.memory_id, valid_to=until, updated_at=batch.now)
    batch.change(old, gone, "supersede")


def superseding(new: Memory, old: Sequence[Memory]) -> Memory:
    """The new memory with the names of those that it replaces; pinned where one of them is."""
    ids = [memory.memory_id for memory in old]
    is_pinned = new.pinned or any(memory.pinned for memory in old)
    return replace(new, supersedes=ids[0] if ids else None, also_supersedes=ids[1:], pinned=is_pinned)


def end(batch: Batch, memory: Memory, until: int) -> Memory:
    """End an active memory that nothing replaces; `until` is the last time at which it was true."""
    ended = replace(memory, status="superseded", valid_to=until, updated_at=batch.now)
    batch.change(memory, ended, "end")
    return ended


def settle(database: Database, batch: Batch, memory: Memory, *, keep_old: bool = False) -> Memory:
    """Accept a proposal, or answer a question: what the memory may replace is superseded, unless `keep_old`."""
    proposed = [memory.supersedes, *memory.also_supersedes]
    asked = proposed if memory.status == "proposed" else [memory.replaces_perhaps]
    found = [] if keep_old else [current_of(database, batch.user_id, each) for each in asked]
    old = {each.memory_id: each for each in found if each is not None}
    settled = replace(
        superseding(memory, list(old.values())), status="active", replaces_perhaps=None, updated_at=batch.now
    )
    for each in old.values():
        supersede(batch, each, settled)
    batch.change(memory, settled, _KEEP if keep_old else "approve")
    return settled


def end_questions(database: Database, batch: Batch, memory: Memory) -> None:
    """Withdraw what is asked about a memory whose text the caller changes: it says something else now."""
    for asking in asking_about(database, batch.user_id, [memory.memory_id]):
        batch.change(asking, replace(asking, replaces_perhaps=None, updated_at=batch.now), "withdraw")


def are_both_kept(database: Database, user_id: str, one: str, other: str) -> bool:
    """Whether the person has answered that these two texts are both true."""
    of_one, of_other = ({each.memory_id for each in same_text(database, user_id, text)} for text in (one, other))
    for memory_id in of_one | of_other:
        for entry in history(database, user_id, memory_id):
            if entry.action == _KEEP and entry.before:
                about = entry.before["supersedes"] or entry.before["replaces_perhaps"]
                if about in (of_other if memory_id in of_one else of_one):
                    return True
    return False
