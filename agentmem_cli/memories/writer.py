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

from agentmem_cli.memories.ledger import Batch
from agentmem_cli.memories.replacing import are_both_kept, current_of, settle, supersede
from agentmem_cli.language.secrets import secrets_in
from agentmem_cli.memories.store import same_text, text_key
from agentmem_cli.memories.wording import MAX_TEXT, own_words, tidy, verbatim
from agentmem_cli.records import Memory, Record
from agentmem_cli.storage.database import Database

PERSON = "person"
"""The actor who needs no quote, and who alone may say again what was forgotten."""
OFFLINE = "offline"
"""The actor where no language model is in use."""

@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to do: remember a text, put it in the place of other memories, or forget those."""

    action: Literal["add", "replace", "forget"]
    text: str = ""
    kind: str = "fact"
    quote: str | None = None
    topics: list[str] = field(default_factory=list)
    replaces: tuple[str, ...] = ()
    """The ids of the memories that it makes untrue, or that are to be forgotten."""
    said_at: int | None = None
    """When it was said, if not when its source was."""
    asks_about: str | None = None
    """The id, or in an import the text, of a memory that it may replace: both stay, and the person is asked."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where operations come from. `actor` is PERSON, OFFLINE or "model:ID"."""

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
        writing = _Writing(database, batch, source, said, mode, written)
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
            replaces = next(iter(operation.replaces), None)
            old = current_of(self.database, user_id, replaces)
            self._store(operation, old, self._asked(operation))

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
        return self.by_person or not is_quoted

    def _asked(self, operation: Operation) -> Memory | None:
        """The memory to ask about, unless the person has answered that both are true."""
        about = operation.asks_about
        if about is None:
            return None
        same = same_text(self.database, self.batch.user_id, about)
        named = next((memory for memory in same if memory.status == "active"), None)
        asked = named or current_of(self.database, self.batch.user_id, about)
        kept = asked and are_both_kept(self.database, self.batch.user_id, operation.text, asked.text)
        return None if kept else asked

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

    def _store(self, operation: Operation, old: Memory | None, asked: Memory | None) -> None:
        memory = self._memory(operation)
        if self.mode == "review":
            waiting = replace(memory, status="proposed", supersedes=old.memory_id if old else None)
            self.batch.change(None, waiting, "propose")
            self.written.proposed.append(waiting)
        elif old:
            memory = replace(memory, supersedes=old.memory_id)
            supersede(self.batch, old, memory)
            self.batch.change(None, memory, "add")
            self.written.replaced.append(memory)
        elif asked:
            memory = replace(memory, replaces_perhaps=asked.memory_id)
            self.batch.change(None, memory, "ask")
            self.written.added.append(memory)
            self.written.asked.append(asked)
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
