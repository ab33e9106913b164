"""Memory changes taken back and made again out of their turn: those of one exchange, or of one command.

`corrections.undo_last` undoes the last batch of all. Here later batches may stand on an earlier one, so each
change is taken back only while its memory is as that change left it: what was changed since stays as it is.
Works in the caller's transaction.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from agentmem_cli.errors import NotFound
from agentmem_cli.memories.ledger import UNDO, Batch, batch_entries, begin_batch, memory_from_json
from agentmem_cli.memories.operations import PERSON
from agentmem_cli.memories.store import find_memory, same_text
from agentmem_cli.records import LedgerEntry, Memory
from agentmem_cli.storage.database import Connection, Database


@dataclass(slots=True)
class MemoryChanges:
    """What became of some memories, as their texts: all that changed, and of these what is no more and what is again.

    `left` is what was changed meanwhile, and stays as it is.
    """

    changed: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def note(self, before: Memory | None, after: Memory | None) -> None:
        """Take in one change."""
        memory = after or before
        if memory is None:
            return
        was, now = (side is not None and side.status == "active" for side in (before, after))
        self.changed.append(memory.text)
        if after is None or (was and not now):
            self.gone.append(memory.text)
        elif before is None or (now and not was):
            self.back.append(memory.text)


def batches_of_run(database: Database, user_id: str, run_id: str) -> list[str]:
    """The batches in which a run's message changed memories and that are not undone, the last first."""
    rows = database.read(
        "SELECT batch_id, max(entry_id) AS last FROM memory_ledger WHERE user_id = :user AND action <> 'undo'"
        " AND run_id = :run AND :undo || batch_id NOT IN"
        " (SELECT batch_id FROM memory_ledger WHERE user_id = :user AND action = 'undo')"
        " GROUP BY batch_id ORDER BY last DESC",
        {"user": user_id, "run": run_id, "undo": UNDO},
    )
    return [row["batch_id"] for row in rows]


def last_change_of(database: Database, user_id: str, memory_id: str) -> str:
    """The batch that changed a memory last."""
    rows = database.read(
        "SELECT batch_id FROM memory_ledger WHERE user_id = ? AND memory_id = ? ORDER BY entry_id DESC LIMIT 1",
        (user_id, memory_id),
    )
    return str(rows[0]["batch_id"])


def take_back(
    database: Database, connection: Connection, user_id: str, batch_id: str, now: int, done: MemoryChanges
) -> None:
    """Undo one batch, the last change first; what happened goes into `done`."""
    batch = Batch(connection, UNDO + batch_id, user_id, PERSON, now)
    left: set[str] = set()
    for entry in reversed(batch_entries(database, user_id, batch_id)):
        before, after, current = _sides(database, entry)
        successor_stays = after is not None and after.superseded_by in left
        if successor_stays or not _same(current, after):
            left.add(entry.memory_id)
            if current is not None and not successor_stays:
                done.left.append(current.text)
        else:
            batch.change(after, before, "undo")
            done.note(after, before)


def make_again(
    database: Database, connection: Connection, user_id: str, batch_id: str, now: int, done: MemoryChanges
) -> str:
    """Make the changes of an undone batch again, as a new batch whose id this gives; what happened goes into `done`."""
    entries = batch_entries(database, user_id, batch_id)
    batch = begin_batch(connection, user_id, PERSON, now, entries[0].run_id if entries else None)
    for entry in entries:
        before, after, current = _sides(database, entry)
        known = before is None and after is not None and _is_known(database, user_id, after.text)
        if after is not None and not known and _same(current, before):
            batch.change(before, after, "redo")
            done.note(before, after)
    return batch.batch_id


def _sides(database: Database, entry: LedgerEntry) -> tuple[Memory | None, Memory | None, Memory | None]:
    """How the memory was before the entry and after it, and how it is now."""
    sides = [None if side is None else memory_from_json(side) for side in (entry.before, entry.after)]
    try:
        current = find_memory(database, entry.user_id, entry.memory_id)
    except NotFound:
        current = None
    return sides[0], sides[1], current


def _same(one: Memory | None, other: Memory | None) -> bool:
    """Whether two states of a memory are the same but for what its use has counted."""
    if one is None or other is None:
        return one is other
    counted = replace(one, updated_at=0, seen_count=1, use_count=0, last_used_at=None)
    return counted == replace(other, updated_at=0, seen_count=1, use_count=0, last_used_at=None)


def _is_known(database: Database, user_id: str, text: str) -> bool:
    return any(memory.status in ("active", "proposed") for memory in same_text(database, user_id, text))
