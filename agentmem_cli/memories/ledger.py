"""How one memory changes: its row, Agno's row, the text index and the ledger, always the four together.

Decides nothing: what may be written is the writer's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import uuid4

from agentmem_cli.memories.erased import FORGOTTEN, erase_quotes
from agentmem_cli.memories.index import index_text
from agentmem_cli.memories.store import entry_of, sameness_hash
from agentmem_cli.records import LedgerEntry, Memory
from agentmem_cli.storage.database import Connection, Database
from agentmem_cli.storage.erase import note_erasure_due
from agentmem_cli.storage.erased_keys import is_source_erased

AGENT_ID = "agentmem"
"""Whose memories these are, in Agno's table."""
THEY_SAID = "The user said: "
"""Stands in Agno's table before a statement in the person's own words."""
UNDO = "undo:"
"""An undo's batch id is this and the id of the batch it undid: that is how the ledger knows what is undone."""

_TIMES = ("said_at", "created_at", "updated_at", "valid_from", "valid_to", "last_used_at")
_SAVE = """
INSERT INTO memory_details (memory_id, user_id, text, kind, topics, status, quote, session_id, run_id, said_at,
    created_at, updated_at, pinned, supersedes, superseded_by, valid_from, valid_to, replaces_perhaps,
    seen_count, use_count, last_used_at, subject, on_date, until_date, also_supersedes, same_hash)
VALUES (:memory_id, :user_id, :text, :kind, :topics, :status, :quote, :session_id, :run_id, :said_at,
    :created_at, :updated_at, :pinned, :supersedes, :superseded_by, :valid_from, :valid_to, :replaces_perhaps,
    :seen_count, :use_count, :last_used_at, :subject, :on_date, :until_date, :also_supersedes, :same_hash)
ON CONFLICT (memory_id) DO UPDATE SET text = excluded.text, kind = excluded.kind, topics = excluded.topics,
    status = excluded.status, quote = excluded.quote, session_id = excluded.session_id, run_id = excluded.run_id,
    said_at = excluded.said_at, created_at = excluded.created_at, updated_at = excluded.updated_at,
    pinned = excluded.pinned, supersedes = excluded.supersedes, superseded_by = excluded.superseded_by,
    valid_from = excluded.valid_from, valid_to = excluded.valid_to,
    replaces_perhaps = excluded.replaces_perhaps, subject = excluded.subject, on_date = excluded.on_date,
    until_date = excluded.until_date, also_supersedes = excluded.also_supersedes, same_hash = excluded.same_hash
"""
# A change leaves the counts alone: what was seen and used since must outlive an undo.
_SAVE_FOR_AGNO = """
INSERT INTO agno_memories (memory_id, memory, input, agent_id, user_id, topics, created_at, updated_at)
VALUES (:memory_id, :text, :quote, :agent_id, :user_id, :topics, :created_at, :updated_at)
ON CONFLICT (memory_id) DO UPDATE SET memory = excluded.memory, input = excluded.input, topics = excluded.topics,
    created_at = excluded.created_at, updated_at = excluded.updated_at
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """The changes of one transaction, undone together. Made inside `Database.write`."""

    connection: Connection
    batch_id: str
    user_id: str
    actor: str
    now: int
    run_id: str | None = None
    """The run whose message is captured."""

    def change(self, before: Memory | None, after: Memory | None, action: str) -> None:
        """Put a memory into its new state; None is a memory that is not there."""
        kept = after or before
        if kept is None:
            return
        if after is None:
            self.connection.execute("DELETE FROM memory_details WHERE memory_id = ?", (kept.memory_id,))
        else:
            row = {
                **_fields(after),
                "topics": json.dumps(after.topics),
                "also_supersedes": json.dumps(after.also_supersedes),
                "same_hash": sameness_hash(after.user_id, after.text),
            }
            self.connection.execute(_SAVE, row)
        if after is not None and (before is None or before.text != after.text):
            index_text(self.connection, after.memory_id, after.text)
        self._show_agno(kept.memory_id, after)
        self._record(kept.memory_id, before, after, action)
        if after is None or after.status in FORGOTTEN:
            self._erase_with_its_source(kept)

    def _erase_with_its_source(self, memory: Memory) -> None:
        """What goes after the message that it came from was erased leaves a hash only, as what went before it does."""
        if is_source_erased(self.connection, self.user_id, memory.session_id, memory.run_id):
            erase_quotes(self.connection, self.user_id, "memory_id", memory.memory_id)
            note_erasure_due(self.connection)

    def _show_agno(self, memory_id: str, after: Memory | None) -> None:
        """Agno's table holds exactly the active memories, its JSON columns as Agno writes them."""
        if after is None or after.status != "active":
            self.connection.execute("DELETE FROM agno_memories WHERE memory_id = ?", (memory_id,))
            return
        columns = {
            **_fields(after),
            "text": json.dumps(_told(after)),
            "topics": json.dumps(after.topics),
            "agent_id": AGENT_ID,
        }
        self.connection.execute(_SAVE_FOR_AGNO, columns)

    def _record(self, memory_id: str, before: Memory | None, after: Memory | None, action: str) -> None:
        self.connection.execute(
            "INSERT INTO memory_ledger (batch_id, user_id, memory_id, at, actor, action, before, after, run_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.batch_id,
                self.user_id,
                memory_id,
                self.now,
                self.actor,
                action,
                _snapshot(before),
                _snapshot(after),
                self.run_id,
            ),
        )


def _told(memory: Memory) -> str:
    """The text for another program's prompt: of a statement kept as it was typed it says who "I" is."""
    return f"{THEY_SAID}{memory.text}" if memory.text == memory.quote else memory.text


def begin_batch(connection: Connection, user_id: str, actor: str, now: int, run_id: str | None = None) -> Batch:
    """A new batch of this transaction."""
    return Batch(connection, uuid4().hex, user_id, actor, now, run_id)


def note_used(database: Database, user_id: str, memory_ids: Sequence[str], now: int) -> None:
    """Count that these memories stood in a prompt. One update, and no entry: it changes nothing that is known."""
    if not memory_ids:
        return
    marks = ", ".join("?" for _ in memory_ids)
    with database.write(user_id) as connection:
        connection.execute(
            "UPDATE memory_details SET use_count = use_count + 1, last_used_at = ?"  # noqa: S608 -- question marks only
            f" WHERE user_id = ? AND memory_id IN ({marks})",
            (now, user_id, *memory_ids),
        )


def memory_from_json(value: dict[str, Any]) -> Memory:
    """The memory that `Memory.as_json` showed."""
    times = {key: int(datetime.fromisoformat(value[key]).timestamp()) for key in _TIMES if value.get(key)}
    return Memory(**{**value, **times})


def last_batch(database: Database, user_id: str) -> list[LedgerEntry]:
    """The entries of the user's last batch that is neither undone, erased nor itself an undo; empty when none is."""
    rows = database.read(
        "SELECT batch_id FROM memory_ledger WHERE user_id = :user AND action <> 'undo'"
        " AND COALESCE(before, after) IS NOT NULL AND :undo || batch_id NOT IN"
        " (SELECT batch_id FROM memory_ledger WHERE user_id = :user AND action = 'undo')"
        " ORDER BY entry_id DESC LIMIT 1",
        {"user": user_id, "undo": UNDO},
    )
    return batch_entries(database, user_id, rows[0]["batch_id"]) if rows else []


def batch_entries(database: Database, user_id: str, batch_id: str) -> list[LedgerEntry]:
    """The entries of one batch, in the order they were made."""
    sql = "SELECT * FROM memory_ledger WHERE user_id = ? AND batch_id = ? ORDER BY entry_id"
    return [entry_of(row) for row in database.read(sql, (user_id, batch_id))]


def _fields(memory: Memory) -> dict[str, Any]:
    return {each.name: getattr(memory, each.name) for each in fields(memory)}


def _snapshot(memory: Memory | None) -> str | None:
    return None if memory is None else json.dumps(memory.as_json())
