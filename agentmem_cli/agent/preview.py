"""What would be kept of a message: captured as in a chat, and written in a transaction that is rolled back."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agentmem_cli.memories.statements import statements_of
from agentmem_cli.memories.store import touched_memories
from agentmem_cli.memories.wording import tidy
from agentmem_cli.memories.writer import OFFLINE, Operation, Source, Written, apply_operations
from agentmem_cli.records import Memory
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database, Rehearsal


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be kept of one message, and the kinds of secret that would be left out."""

    message: str
    operations: list[Operation]
    withheld: list[str]

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        operations = [_as_json(operation) for operation in self.operations]
        return {"message": self.message, "operations": operations, "withheld": self.withheld}


class Previewer:
    """Previews the messages of one user, each by what is known now: a preview adds nothing to that."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._user_id = settings.user
        self._database = Rehearsal(database.path, lock_timeout=database.lock_timeout)

    def preview(self, message: str) -> Preview:
        """What would be kept of a message that is said now."""
        now = int(time.time())
        known = touched_memories(self._database, self._user_id, message)
        operations = statements_of(message, known)
        source = Source(session_id=None, run_id=None, said_at=now, actor=OFFLINE)
        written = apply_operations(
            self._database,
            self._user_id,
            operations,
            source,
            typed_text=message,
            mode="auto",
            now=now,
        )
        return Preview(message, list(_carried_out(operations, written)), written.withheld)


def _carried_out(operations: Sequence[Operation], written: Written) -> Iterator[Operation]:
    """The operations without those that the writer refused, with tidy texts and what they replace.

    One without a text only ends or forgets memories that are known: nothing refuses that.
    """
    new = {memory.text: memory for memory in (*written.added, *written.replaced)}
    for operation in operations:
        memory = new.get(tidy(operation.text))
        if memory:
            yield _as_written(operation, memory)
        elif not operation.text:
            yield operation


def _as_written(operation: Operation, memory: Memory) -> Operation:
    return replace(
        operation,
        action="replace" if memory.supersedes else "add",
        text=memory.text,
        quote=memory.quote,
        replaces=operation.replaces if memory.supersedes else (),
        asks_about=memory.replaces_perhaps,
    )


def _as_json(operation: Operation) -> dict[str, Any]:
    return {
        "action": operation.action,
        "text": operation.text,
        "kind": operation.kind,
        "quote": operation.quote,
        "replaces": list(operation.replaces),
        "topics": operation.topics,
        "asks_about": operation.asks_about,
    }
