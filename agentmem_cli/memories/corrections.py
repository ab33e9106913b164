"""What a person does to what is remembered: correct, forget, approve and reject (a proposal, a question), undo.

Called for a person only, never by a model. Every call is one transaction and one batch of the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agentmem_cli.errors import NotFound, UsageProblem
from agentmem_cli.memories.ledger import UNDO, Batch, batch_entries, begin_batch, last_batch
from agentmem_cli.memories.operations import PERSON
from agentmem_cli.memories.replacing import end_questions, settle
from agentmem_cli.memories.statements import reworded
from agentmem_cli.memories.store import STATUSES, find_memory, list_memories, list_pending, same_text
from agentmem_cli.memories.taking_back import MemoryChanges, take_back
from agentmem_cli.memories.wording import check_text, tidy
from agentmem_cli.records import LedgerEntry, Memory
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.erase import perhaps_erasing

_KNOWN = ("active", "proposed", "superseded")


def edit_memory(database: Database, user_id: str, prefix: str, text: str, *, now: int) -> Memory:
    """Correct a memory's text. Raises UsageProblem when the text cannot be stored or is known already."""
    text = tidy(text)
    check_text(text)
    with database.write(user_id) as connection:
        memory = find_memory(database, user_id, prefix)
        _must_be(memory, ("active", "proposed"))
        for other in same_text(database, user_id, text):
            if other.memory_id != memory.memory_id and other.status in ("active", "proposed"):
                raise UsageProblem(
                    f'"{other.text}" is known already, as {other.memory_id[:8]}.', "Delete one of the two."
                )
        corrected = replace(reworded(memory, text), replaces_perhaps=None, updated_at=now)
        batch = begin_batch(connection, user_id, PERSON, now)
        batch.change(memory, corrected, "edit")
        end_questions(database, batch, memory)
    return corrected


def forget_memories(database: Database, user_id: str, prefixes: Sequence[str], *, now: int) -> list[Memory]:
    """Forget memories. Each stays as a tombstone, which stops the same from being learnt again."""
    with perhaps_erasing(database, user_id) as connection:
        memories = _found(database, user_id, prefixes, _KNOWN)
        return _end(begin_batch(connection, user_id, PERSON, now), memories, "forgotten", "forget")


def forget_all(database: Database, user_id: str, *, now: int) -> list[Memory]:
    """Forget everything that is known of a user, what was replaced and what waits for approval too."""
    with perhaps_erasing(database, user_id) as connection:
        memories = [each for each in list_memories(database, user_id, status=None) if each.status in _KNOWN]
        return _end(begin_batch(connection, user_id, PERSON, now), memories, "forgotten", "forget")


def forgettable(database: Database, user_id: str, prefixes: Sequence[str] | None) -> list[Memory]:
    """The memories of these ids, or all, that are or can be forgotten. Raises as `forget_memories` does."""
    allowed = (*_KNOWN, "forgotten")
    if prefixes is None:
        return [each for each in list_memories(database, user_id, status=None) if each.status in allowed]
    return _found(database, user_id, prefixes, allowed)


def pin(database: Database, user_id: str, prefixes: Sequence[str], *, pinned: bool, now: int) -> list[Memory]:
    """Put memories first in every prompt's profile, or no longer. What is so already is not changed."""
    with database.write(user_id) as connection:
        batch = begin_batch(connection, user_id, PERSON, now)
        memories = [each for each in _found(database, user_id, prefixes, ("active",)) if each.pinned != pinned]
        changed = [replace(memory, pinned=pinned, updated_at=now) for memory in memories]
        for before, after in zip(memories, changed, strict=True):
            batch.change(before, after, "pin" if pinned else "unpin")
    return changed


def approve(
    database: Database, user_id: str, prefixes: Sequence[str], *, now: int, keep_old: bool = False
) -> list[Memory]:
    """Accept proposals, and answer questions with yes: what one may replace is superseded, unless `keep_old`.

    The first said comes first, and the last one of several that replace each other holds.
    """
    settled = []
    with database.write(user_id) as connection:
        batch = begin_batch(connection, user_id, PERSON, now)
        for memory in _waiting(database, user_id, prefixes):
            current = find_memory(database, user_id, memory.memory_id)  # the one before may have replaced it
            if current.status == memory.status:
                settled.append(settle(database, batch, current, keep_old=keep_old))
    return settled


def reject(database: Database, user_id: str, prefixes: Sequence[str], *, now: int) -> list[Memory]:
    """Turn proposals down, and answer questions with no: both stand. The same is not proposed or asked again."""
    with perhaps_erasing(database, user_id) as connection:
        batch = begin_batch(connection, user_id, PERSON, now)
        return [
            _end(batch, [memory], "rejected", "reject")[0]
            if memory.status == "proposed"
            else settle(database, batch, memory, keep_old=True)
            for memory in _waiting(database, user_id, prefixes)
        ]


def undo_last(database: Database, user_id: str, *, now: int) -> list[LedgerEntry]:
    """Take back the last batch that is not undone; give the entries that this wrote. Raises NotFound."""
    with perhaps_erasing(database, user_id) as connection:
        entries = last_batch(database, user_id)
        if not entries:
            raise NotFound("There is nothing to undo.", "`agentmem memories history` shows every change.")
        batch_id = entries[0].batch_id
        take_back(database, connection, user_id, batch_id, now, MemoryChanges())
    return batch_entries(database, user_id, UNDO + batch_id)


def _end(batch: Batch, memories: Sequence[Memory], status: str, action: str) -> list[Memory]:
    """Give memories a status that they do not come back from, but by undo."""
    ended = [replace(memory, status=status, updated_at=batch.now) for memory in memories]
    for before, after in zip(memories, ended, strict=True):
        batch.change(before, after, action)
    return ended


def _found(database: Database, user_id: str, prefixes: Sequence[str], allowed: Sequence[str]) -> list[Memory]:
    """The memories of these ids, each once. Raises NotFound, Ambiguous, or UsageProblem for another status."""
    found = {memory.memory_id: memory for memory in (find_memory(database, user_id, each) for each in prefixes)}
    for memory in found.values():
        _must_be(memory, allowed)
    return list(found.values())


def _waiting(database: Database, user_id: str, prefixes: Sequence[str]) -> list[Memory]:
    """The memories of these ids, which must wait for the person, the first said first."""
    waiting = [memory.memory_id for memory in reversed(list_pending(database, user_id))]
    found = _found(database, user_id, prefixes, STATUSES)
    for memory in found:
        if memory.memory_id not in waiting:
            _must_be(memory, ("proposed", "in question"))
    return sorted(found, key=lambda memory: waiting.index(memory.memory_id))


def _must_be(memory: Memory, allowed: Sequence[str]) -> None:
    if memory.status not in allowed:
        raise UsageProblem(
            f'"{memory.text}" ({memory.memory_id[:8]}) is {memory.status}.',
            f"This needs one that is {' or '.join(allowed)}.",
        )
