"""What would be kept of a message: captured as in a chat, and written in a transaction that is rolled back."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from agentmem_cli.memories.rules import capture_by_rules
from agentmem_cli.memories.store import list_memories
from agentmem_cli.memories.wording import tidy
from agentmem_cli.memories.writer import Operation, Source, Written, apply_operations
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
    """Previews the messages of one user. What is known of them is read once: a preview adds nothing to it."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._user_id = settings.user
        self._database = Rehearsal(database.path, lock_timeout=database.lock_timeout)
        self.known = list_memories(database, settings.user)

    def preview(self, message: str) -> Preview:
        """What would be kept of a message that is said now."""
        now = int(time.time())
        operations = capture_by_rules(message, self.known)
        written = apply_operations(
            self._database,
            self._user_id,
            operations,
            Source(None, None, now, "rules"),
            typed_text=message,
            mode="auto",
            now=now,
        )
        return Preview(message, _kept(operations, written), written.withheld)


def _kept(operations: Sequence[Operation], written: Written) -> list[Operation]:
    """The operations that the writer carried out, as it did: with tidy texts, and what they really replace."""
    new = {memory.text: memory for memory in (*written.added, *written.replaced)}
    carried_out = ((operation, new.get(tidy(operation.text))) for operation in operations)
    return [_as_written(operation, memory) for operation, memory in carried_out if memory]


def _as_written(operation: Operation, memory: Memory) -> Operation:
    return replace(
        operation,
        action="replace" if memory.supersedes else "add",
        text=memory.text,
        quote=memory.quote,
        replaces=memory.supersedes,
        asks_about=memory.replaces_perhaps,
    )


def _as_json(operation: Operation) -> dict[str, Any]:
    return {
        "action": operation.action,
        "text": operation.text,
        "kind": operation.kind,
        "quote": operation.quote,
        "replaces": [operation.replaces] if operation.replaces else [],
        "topics": operation.topics,
        "asks_about": operation.asks_about,
    }
