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

from agentmem_cli.memories.claims import claim_of, cues_of
from agentmem_cli.memories.conflict import Conflict, find_conflict
from agentmem_cli.memories.ledger import Batch
from agentmem_cli.memories.replacing import are_both_kept, current_of, settle, supersede
from agentmem_cli.memories.secrets import secrets_in
from agentmem_cli.memories.store import profile_memories, resembling_memories, same_text, text_key
from agentmem_cli.memories.wording import MAX_TEXT, own_words, tidy, verbatim
from agentmem_cli.records import Memory, Record
from agentmem_cli.storage.database import Database

PERSON = "person"
"""The actor who needs no quote, and who alone may say again what was forgotten."""

_SAID_AT_ONCE = 20
"""Operations: a longer batch is a file of memories, and is not judged one by one (10,000 took 84 s, and take 1.5)."""


_WHO_THEY_ARE = 4_000
"""Characters of the profile that a new home is compared with."""


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
    asks_about: str | None = None
    """The text of the memory that it may replace, where that was asked before: an import asks it again."""


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
    asked: list[Memory] = field(default_factory=list)
    """The older memories that one of the added may replace, as its `replaces_perhaps` says: the person is asked."""
    proposed: list[Memory] = field(default_factory=list)
    """What waits for the person in review mode."""
    repeated: list[Memory] = field(default_factory=list)
    """What was known already, or was replaced since: it is seen once more, and nothing else changed."""
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
        writing = _Writing(database, batch, source, said, mode, written, is_file=len(operations) > _SAID_AT_ONCE)
        for operation in operations:
            writing.write(operation)
    return written


@dataclass(frozen=True, slots=True)
class _Writing:
    """One call of `apply_operations`: what it was given, and what it has `written` so far."""

    database: Database
    batch: Batch
    source: Source
    said: str
    mode: str
    written: Written
    is_file: bool

    @property
    def by_person(self) -> bool:
        return self.source.actor == PERSON

    def write(self, proposed: Operation) -> None:
        """Store one operation, unless it may not be, or the same is known, waits, or was forgotten."""
        operation = self._checked(proposed)
        if operation is None:
            return
        written, user_id = self.written, self.batch.user_id
        known = same_text(self.database, user_id, operation.text)
        same = {memory.status: memory for memory in known}
        if "active" in same or ("proposed" in same and not self.by_person):
            self._see_again(same.get("active") or same["proposed"])
        elif "proposed" in same:
            written.added.append(settle(self.database, self.batch, same["proposed"]))
        elif not self.by_person and (stopped := same.get("forgotten") or same.get("rejected")):
            written.blocked.append(stopped)
        elif "superseded" in same and not self._is_said_anew(operation, known):
            self._see_again(same["superseded"])
        else:
            replaces = operation.replaces if operation.action == "replace" else None
            old = current_of(self.database, user_id, replaces)
            self._store(operation, Conflict(old, sure=True) if old else self._judged(operation))

    def _see_again(self, memory: Memory) -> None:
        self.batch.connection.execute(
            "UPDATE memory_details SET seen_count = seen_count + 1 WHERE user_id = ? AND memory_id = ?",
            (self.batch.user_id, memory.memory_id),
        )
        self.written.repeated.append(replace(memory, seen_count=memory.seen_count + 1))

    def _is_said_anew(self, operation: Operation, known: Sequence[Memory]) -> bool:
        """Whether what was replaced is true again: other words than before that speak of a change.

        Without that, a chat that is replayed would turn every update back and forth.
        """
        quote = operation.quote or operation.text
        is_quoted = any(memory.quote and text_key(memory.quote) == text_key(quote) for memory in known)
        return self.by_person or (not is_quoted and claim_of(operation.text, quote).changes)

    def _judged(self, operation: Operation) -> Conflict | None:
        if operation.asks_about:
            same = same_text(self.database, self.batch.user_id, operation.asks_about)
            return next((Conflict(each, sure=False) for each in same if each.status == "active"), None)
        return None if self.is_file else self._conflict(operation)

    def _conflict(self, operation: Operation) -> Conflict | None:
        """What the new memory makes untrue. Not what the same batch says, nor what was said later."""
        said_at = self.source.said_at if operation.said_at is None else operation.said_at
        new = {memory.memory_id for memory in (*self.written.added, *self.written.replaced)}
        alike = resembling_memories(self.database, self.batch.user_id, operation.text, cues_of(operation.text))
        if "home" in claim_of(operation.text).slots:  # shares no word with "Is a nurse in Oslo"
            alike += profile_memories(self.database, self.batch.user_id, _WHO_THEY_ARE)
        resembling = {each.memory_id: each for each in alike if each.memory_id not in new}
        earlier = [each for each in resembling.values() if each.said_at <= said_at]
        found = find_conflict(operation.text, operation.quote or "", earlier)
        kept = found and are_both_kept(self.database, self.batch.user_id, operation.text, found.memory.text)
        return None if kept else found

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

    def _store(self, operation: Operation, conflict: Conflict | None) -> None:
        memory, old = self._memory(operation), conflict.memory if conflict else None
        if self.mode == "review":
            waiting = replace(memory, status="proposed", supersedes=old.memory_id if old else None)
            self.batch.change(None, waiting, "propose")
            self.written.proposed.append(waiting)
        elif conflict and conflict.sure:
            memory = replace(memory, supersedes=conflict.memory.memory_id)
            supersede(self.batch, conflict.memory, memory)
            self.batch.change(None, memory, "add")
            self.written.replaced.append(memory)
        elif conflict:
            memory = replace(memory, replaces_perhaps=conflict.memory.memory_id)
            self.batch.change(None, memory, "ask")
            self.written.added.append(memory)
            self.written.asked.append(conflict.memory)
        else:
            self.batch.change(None, memory, "add")
            self.written.added.append(memory)

    def _memory(self, operation: Operation) -> Memory:
        said_at = self.source.said_at if operation.said_at is None else operation.said_at
        return Memory(
            memory_id=uuid4().hex,
            user_id=self.batch.user_id,
            text=operation.text,
            kind=operation.kind,
            topics=operation.topics,
            status="active",
            quote=operation.quote,
            session_id=self.source.session_id,
            run_id=self.source.run_id,
            said_at=said_at,
            created_at=self.batch.now,
            updated_at=self.batch.now,
            pinned=False,
            supersedes=None,
            superseded_by=None,
            valid_from=said_at,
        )
