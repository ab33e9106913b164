"""The one writer of memories: what may be stored, replaced, ended and forgotten. Nothing else makes memories.

What it holds to, whoever asks: the person's own words behind everything that is proposed for them, no secrets,
nothing twice, nothing that the person made it forget. It judges no meaning: which memory another one replaces is said
by whoever proposes it. Every call is one transaction and one batch of the ledger, which `corrections.undo_last`
takes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from agentmem_cli.language.classifier import judge
from agentmem_cli.language.secrets import secrets_in
from agentmem_cli.memories.ledger import Batch
from agentmem_cli.memories.operations import PERSON, EarlierWords, Operation, Source, Written
from agentmem_cli.memories.replacing import are_both_kept, current_of, end, settle, supersede, superseding
from agentmem_cli.memories.store import same_text, text_key
from agentmem_cli.memories.support import is_supported
from agentmem_cli.memories.wording import MAX_TEXT, own_words, tidy, verbatim
from agentmem_cli.records import Memory
from agentmem_cli.storage.captures import take_capture
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.erase import perhaps_erasing


def apply_operations(
    database: Database,
    user_id: str,
    operations: Sequence[Operation],
    source: Source,
    *,
    typed_text: str,
    mode: str,
    now: int,
    earlier: Sequence[EarlierWords] = (),
    takes_capture: bool = False,
) -> Written:
    """Write what may be written, in one transaction. `mode` is "auto" or "review" (then it waits for approval).

    `typed_text` is the person's message; quotes of others must stand in its own words, or in those of
    `earlier` messages. `takes_capture` takes the source's run out of the queue too; when it is not there, since
    another process captured it or it was erased, nothing is written.
    """
    said = own_words(typed_text)
    written = Written(batch_id=uuid4().hex, withheld=secrets_in(said))
    if not operations and not takes_capture:
        return written
    with perhaps_erasing(database, user_id) as connection:
        if takes_capture and not take_capture(connection, source.run_id or ""):
            return Written(batch_id=written.batch_id)
        batch = Batch(connection, written.batch_id, user_id, source.actor, now, source.run_id)
        words = [EarlierWords(source.run_id, source.said_at, said), *earlier]
        writing = _Writing(database, batch, source, words, mode, written)
        for operation in operations:
            writing.write(operation)
    return written


def rewrite_memories(
    database: Database, user_id: str, rewritings: Sequence[tuple[Operation, Memory]], *, actor: str, now: int
) -> Written:
    """Word anew what is known: each "replace" operation with the source of one memory, all in one batch.

    One that names a memory that is no longer active, such as one forgotten meanwhile, is left out.
    """
    written = Written(batch_id=uuid4().hex)
    if not rewritings:
        return written
    with database.write(user_id) as connection:
        batch = Batch(connection, written.batch_id, user_id, actor, now)
        for operation, memory in rewritings:
            current = [current_of(database, user_id, each) for each in operation.replaces]
            if [each and each.memory_id for each in current] != list(operation.replaces):
                continue
            source = Source(memory.session_id, memory.run_id, memory.said_at, actor)
            words = [EarlierWords(memory.run_id, memory.said_at, memory.quote or "")]
            _Writing(database, batch, source, words, "auto", written, rewrites=True).write(operation)
    return written


def propose_statements(
    database: Database, user_id: str, statements: Sequence[tuple[Operation, Source, str]], *, now: int, batch_id: str
) -> Written:
    """Have statements wait for the person, each with its own source and typed text, in one transaction."""
    written = Written(batch_id=batch_id)
    if not statements:
        return written
    with database.write(user_id) as connection:
        for operation, source, typed_text in statements:
            batch = Batch(connection, batch_id, user_id, source.actor, now, source.run_id)
            words = [EarlierWords(source.run_id, source.said_at, own_words(typed_text))]
            _Writing(database, batch, source, words, "review", written).write(operation)
    return written


@dataclass(frozen=True, slots=True)
class _Checked:
    """An operation that may be written: its text tidy, its quote as it was typed, and where that stands."""

    operation: Operation
    source: Source
    is_doubtful: bool
    """Its quote was cut out of words that deny it, or that speak of somebody else."""


@dataclass(frozen=True, slots=True)
class _Writing:
    """One call of `apply_operations`: what it was given, and what it has `written` so far."""

    database: Database
    batch: Batch
    source: Source
    words: list[EarlierWords]
    mode: str
    written: Written
    rewrites: bool = False
    """A new text may say the same as what it replaces, in better words."""

    @property
    def by_person(self) -> bool:
        return self.source.actor == PERSON

    def write(self, proposed: Operation) -> None:
        """Carry out one operation, unless it may not be."""
        checked = self._checked(proposed)
        if checked is None:
            return
        old = self._named(checked.operation.replaces)
        if checked.operation.action == "forget":
            self._forget(checked, old)
        elif not checked.operation.text:
            self._end(checked, old)
        else:
            self._remember(checked, old if checked.operation.action == "replace" else [])

    def _named(self, ids: Sequence[str]) -> list[Memory]:
        """The active memories of these ids, or what has replaced them since; each once."""
        found = (current_of(self.database, self.batch.user_id, each) for each in ids)
        return list({memory.memory_id: memory for memory in found if memory is not None}.values())

    def _forget(self, checked: _Checked, memories: Sequence[Memory]) -> None:
        if checked.is_doubtful:
            return
        for memory in memories:
            forgotten = replace(memory, status="forgotten", updated_at=self.batch.now)
            self.batch.change(memory, forgotten, "forget")
            self.written.forgotten.append(forgotten)

    def _end(self, checked: _Checked, memories: Sequence[Memory]) -> None:
        """End memories. Where the person is to approve that, their own words wait in the place of the old ones."""
        quote = checked.operation.quote
        if not memories:
            return
        if self._waits(checked):
            text = quote if quote is None or len(quote) <= MAX_TEXT else f"{quote[: MAX_TEXT - 1]}…"
            if text and not same_text(self.database, self.batch.user_id, text):
                self._propose(checked, replace(checked.operation, text=text), memories)
            return
        last_day = checked.operation.until or checked.operation.on
        until = _end_of(last_day) if last_day else checked.source.said_at
        self.written.ended.extend(end(self.batch, memory, until) for memory in memories)

    def _remember(self, checked: _Checked, old: Sequence[Memory]) -> None:
        """Store a memory, unless the same is known, waits, or was forgotten."""
        known = same_text(self.database, self.batch.user_id, checked.operation.text)
        if self.rewrites:
            known = [memory for memory in known if memory not in old]
        same = {memory.status: memory for memory in known}
        if "active" in same:
            self._repeat(checked, same["active"], old)
        elif "proposed" in same and not self.by_person:
            self._see_again(same["proposed"])
        elif "proposed" in same:
            self.written.added.append(settle(self.database, self.batch, same["proposed"]))
        elif not self.by_person and (stopped := same.get("forgotten") or same.get("rejected")):
            self.written.blocked.append(stopped)
        elif "superseded" in same and not self._is_true_again(checked, known):
            self._see_again(same["superseded"])
        else:
            self._store(checked, old)

    def _repeat(self, checked: _Checked, memory: Memory, old: Sequence[Memory]) -> None:
        """What is known already may still be what replaces something else."""
        self._see_again(memory)
        others = [each for each in old if each.memory_id != memory.memory_id]
        if others and not self._waits(checked):
            for each in others:
                supersede(self.batch, each, memory)
            self.written.replaced.append(memory)

    def _see_again(self, memory: Memory) -> None:
        self.batch.connection.execute(
            "UPDATE memory_details SET seen_count = seen_count + 1 WHERE user_id = ? AND memory_id = ?",
            (self.batch.user_id, memory.memory_id),
        )
        self.written.repeated.append(replace(memory, seen_count=memory.seen_count + 1))

    def _is_true_again(self, checked: _Checked, known: Sequence[Memory]) -> bool:
        """Whether what was replaced is said again: later than it was replaced, and in words that are not on record.

        Without that, a chat that is replayed would turn every update back and forth.
        """
        said = text_key(checked.operation.quote or checked.operation.text)
        is_quoted = any(memory.quote and text_key(memory.quote) == said for memory in known)
        ended = max((memory.valid_to or 0 for memory in known), default=0)
        return self.by_person or (not is_quoted and checked.source.said_at >= ended)

    def _checked(self, proposed: Operation) -> _Checked | None:
        """None for what may not be written: without the person's words, with a secret, with too long a text."""
        checked = self._quoted(replace(proposed, text=tidy(proposed.text)))
        if checked is None or self._holds_secret(checked.operation):
            return None
        operation = checked.operation
        is_memory = operation.text or (operation.action != "add" and operation.replaces)
        if not is_memory or len(operation.text) > MAX_TEXT:
            return None
        return replace(checked, operation=replace(operation, quote=tidy(operation.quote) if operation.quote else None))

    def _quoted(self, operation: Operation) -> _Checked | None:
        """The operation with its quote as it stands in the person's words; None where it stands in none of them."""
        source = self.source
        if operation.said_at is not None:
            source = replace(source, said_at=operation.said_at)
        if self.by_person:
            return _Checked(operation, source, is_doubtful=False)
        for words in self.words:
            quote = verbatim(operation.quote or "", words.text)
            if quote is None:
                continue
            if words.run_id != source.run_id:
                source = replace(source, run_id=words.run_id, said_at=words.said_at)
            return _Checked(replace(operation, quote=quote), source, _is_doubtful(operation, quote, words.text))
        return None

    def _holds_secret(self, operation: Operation) -> bool:
        """Whether it may not be stored; the kinds of secret are noted."""
        secrets = secrets_in(f"{operation.text}\n{operation.quote or ''}")
        self.written.withheld.extend(kind for kind in secrets if kind not in self.written.withheld)
        return bool(secrets)

    def _waits(self, checked: _Checked) -> bool:
        return self.mode == "review" or checked.is_doubtful

    def _store(self, checked: _Checked, old: Sequence[Memory]) -> None:
        asked = self._asked_about(checked.operation)
        if self._waits(checked):
            self._propose(checked, checked.operation, old or asked)
            return
        memory = superseding(self._memory(checked, checked.operation), old)
        if asked and not old:
            memory = replace(memory, replaces_perhaps=asked[0].memory_id)
            self.written.asked.extend(asked)
        for each in old:
            supersede(self.batch, each, memory)
        self.batch.change(None, memory, "ask" if memory.replaces_perhaps else "add")
        (self.written.replaced if old else self.written.added).append(memory)

    def _propose(self, checked: _Checked, operation: Operation, old: Sequence[Memory]) -> None:
        waiting = replace(superseding(self._memory(checked, operation), old), status="proposed")
        self.batch.change(None, waiting, "propose")
        self.written.proposed.append(waiting)

    def _asked_about(self, operation: Operation) -> list[Memory]:
        """The memory that the new one may replace, unless the person has answered that both are true."""
        about, user_id = operation.asks_about, self.batch.user_id
        if about is None:
            return []
        same = [memory for memory in same_text(self.database, user_id, about) if memory.status == "active"]
        found = self._named([about]) or same[:1]
        return [each for each in found if not are_both_kept(self.database, user_id, operation.text, each.text)]

    def _memory(self, checked: _Checked, operation: Operation) -> Memory:
        said_at = checked.source.said_at
        return Memory(
            memory_id=self._new_id(operation.memory_id),
            user_id=self.batch.user_id,
            text=operation.text,
            kind=operation.kind,
            topics=[tidy(topic) for topic in operation.topics] or judge([operation.text])[0].topics,
            status="active",
            quote=operation.quote,
            session_id=checked.source.session_id,
            run_id=checked.source.run_id,
            said_at=said_at,
            created_at=self.batch.now,
            updated_at=self.batch.now,
            pinned=operation.pinned,
            supersedes=None,
            superseded_by=None,
            valid_from=_start_of(operation.from_) if operation.from_ else said_at,
            subject=operation.subject,
            on_date=operation.on,
            until_date=operation.until,
        )

    def _new_id(self, wanted: str | None) -> str:
        sql = "SELECT 1 FROM memory_details WHERE memory_id = ?"
        is_free = wanted and not self.batch.connection.execute(sql, (wanted,)).fetchone()
        return wanted if wanted and is_free else uuid4().hex


def _is_doubtful(operation: Operation, quote: str, said: str) -> bool:
    """To say that something is over is to deny it: the quote of an end may well be cut out of a denial."""
    is_end = operation.action == "replace" and not operation.text
    return not is_end and not is_supported(operation.text, quote, said)


def _start_of(day: str) -> int:
    """Unix seconds at which a day such as `2026-06-01` begins, here."""
    return int(datetime.combine(date.fromisoformat(day), time()).timestamp())


def _end_of(day: str) -> int:
    return int(datetime.combine(date.fromisoformat(day) + timedelta(days=1), time()).timestamp()) - 1
