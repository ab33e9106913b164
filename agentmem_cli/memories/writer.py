"""The one writer of new memories: what may be stored, and what it replaces. Nothing else makes memories.

What it holds to, whoever asks: the person's own words behind everything that rules or a model propose, no
secrets, nothing twice, nothing that the person made it forget. Every call is one transaction and one
batch of the ledger, which `corrections.undo_last` takes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal
from uuid import uuid4

from agentmem_cli.errors import NotFound
from agentmem_cli.memories.ledger import Batch
from agentmem_cli.memories.secrets import secrets_in
from agentmem_cli.memories.store import find_memory, same_text
from agentmem_cli.memories.wording import MAX_TEXT, own_words, tidy, verbatim
from agentmem_cli.records import Memory, Record
from agentmem_cli.storage.database import Database

PERSON = "person"
"""The actor who needs no quote, and who alone may say again what was forgotten."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to remember. `replaces` is the id of the memory that it makes untrue."""

    action: Literal["add", "replace"]
    text: str
    kind: str = "fact"
    quote: str | None = None
    topics: list[str] = field(default_factory=list)
    replaces: str | None = None
    said_at: int | None = None
    """When it was said, if not when its source was."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where operations come from. `actor` is "person", "rules" or "model:ID"."""

    session_id: str | None
    run_id: str | None
    said_at: int
    actor: str


@dataclass(frozen=True, slots=True)
class Written(Record):
    """What became of the operations of one batch. An operation without its quote is in none of the lists."""

    batch_id: str
    added: list[Memory] = field(default_factory=list)
    replaced: list[Memory] = field(default_factory=list)
    """The new memories; each says in `supersedes` which one it replaced."""
    proposed: list[Memory] = field(default_factory=list)
    repeated: list[Memory] = field(default_factory=list)
    """What was known already. Nothing changed."""
    blocked: list[Memory] = field(default_factory=list)
    """The forgotten or rejected memories that kept the same from being learnt again."""
    withheld: list[str] = field(default_factory=list)
    """The kinds of secret that were left out, in words such as "a password"."""

    def as_json(self) -> dict[str, Any]:
        """The lists by name, memories in their JSON form."""
        return {
            each.name: [item.as_json() if isinstance(item, Memory) else item for item in value]
            if isinstance(value := getattr(self, each.name), list)
            else value
            for each in fields(self)
        }


def apply_operations(
    database: Database,
    user_id: str,
    operations: Sequence[Operation],
    source: Source,
    *,
    typed_text: str,
    mode: str,
    now: int,
) -> Written:
    """Write what may be written, in one transaction. `mode` is "auto" or "review" (then it waits for approval).

    `typed_text` is the person's message; the quotes of rules and models must stand in its own words.
    """
    said = own_words(typed_text)
    written = Written(batch_id=uuid4().hex, withheld=secrets_in(said))
    if not operations:
        return written
    with database.write() as connection:
        batch = Batch(connection, written.batch_id, user_id, source.actor, now)
        writing = _Writing(database, batch, source, said, mode, written)
        for operation in operations:
            writing.write(operation)
    return written


def make_active(database: Database, batch: Batch, memory: Memory) -> Memory:
    """Make a proposed memory active; what it replaces is superseded."""
    old = _replaced(database, batch.user_id, memory.supersedes)
    approved = replace(memory, status="active", supersedes=old.memory_id if old else None, updated_at=batch.now)
    if old:
        _supersede(batch, old, approved)
    batch.change(memory, approved, "approve")
    return approved


@dataclass(frozen=True, slots=True)
class _Writing:
    """One call of `apply_operations`: what it was given, and what it has `written` so far."""

    database: Database
    batch: Batch
    source: Source
    said: str
    mode: str
    written: Written

    @property
    def by_person(self) -> bool:
        return self.source.actor == PERSON

    def write(self, proposed: Operation) -> None:
        """Store one operation, unless it may not be, or the same is known, waits, or was forgotten."""
        operation = self._checked(proposed)
        if operation is None:
            return
        written, user_id = self.written, self.batch.user_id
        same = {memory.status: memory for memory in same_text(self.database, user_id, operation.text)}
        if "active" in same or ("proposed" in same and not self.by_person):
            written.repeated.append(same.get("active") or same["proposed"])
        elif "proposed" in same:
            written.added.append(make_active(self.database, self.batch, same["proposed"]))
        elif not self.by_person and (stopped := same.get("forgotten") or same.get("rejected")):
            written.blocked.append(stopped)
        else:
            replaces = operation.replaces if operation.action == "replace" else None
            self._store(operation, _replaced(self.database, user_id, replaces))

    def _checked(self, operation: Operation) -> Operation | None:
        """The operation with a tidy text and its quote as it was typed; None when it may not be stored."""
        text, quote = tidy(operation.text), operation.quote
        if not self.by_person:
            quote = verbatim(quote or "", self.said)
            if quote is None:
                return None
        secrets = secrets_in(f"{text}\n{quote or ''}")
        self.written.withheld.extend(kind for kind in secrets if kind not in self.written.withheld)
        if secrets or not text or len(text) > MAX_TEXT:
            return None
        return replace(operation, text=text, quote=tidy(quote) if quote else None)

    def _store(self, operation: Operation, old: Memory | None) -> None:
        memory = self._memory(operation, old)
        if memory.status == "proposed":
            self.batch.change(None, memory, "propose")
            self.written.proposed.append(memory)
            return
        if old:
            _supersede(self.batch, old, memory)
        self.batch.change(None, memory, "add")
        (self.written.replaced if old else self.written.added).append(memory)

    def _memory(self, operation: Operation, old: Memory | None) -> Memory:
        return Memory(
            memory_id=uuid4().hex,
            user_id=self.batch.user_id,
            text=operation.text,
            kind=operation.kind,
            topics=operation.topics,
            status="proposed" if self.mode == "review" else "active",
            quote=operation.quote,
            session_id=self.source.session_id,
            run_id=self.source.run_id,
            said_at=self.source.said_at if operation.said_at is None else operation.said_at,
            created_at=self.batch.now,
            updated_at=self.batch.now,
            pinned=False,
            supersedes=old.memory_id if old else None,
            superseded_by=None,
        )


def _replaced(database: Database, user_id: str, memory_id: str | None) -> Memory | None:
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


def _supersede(batch: Batch, old: Memory, new: Memory) -> None:
    gone = replace(old, status="superseded", superseded_by=new.memory_id, updated_at=batch.now)
    batch.change(old, gone, "supersede")
