"""What a message teaches about the person: the offline way or one model call proposes, the memories room writes.

Runs after the answer, from the queue, on the person's typed words only: never on documents, tool results or answers.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentmem_cli.agent.events import Captured
from agentmem_cli.agent.shown import shown_memories
from agentmem_cli.memories.model_capture import AGAIN, Said, capture_prompt, parse_operations
from agentmem_cli.memories.operations import EarlierWords, Operation, Source
from agentmem_cli.memories.statements import statements_of
from agentmem_cli.memories.store import touched_memories
from agentmem_cli.memories.wording import own_words
from agentmem_cli.memories.writer import apply_operations
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.records import OFFLINE, Exchange, Memory
from agentmem_cli.sessions.borrowed import borrowing
from agentmem_cli.sessions.turns import history_before, typed_words
from agentmem_cli.storage.captures import WaitingCapture
from agentmem_cli.storage.database import Database, storable

if TYPE_CHECKING:  # heavy: imported on the conversation's thread
    from agno.models.base import Model

EXCHANGES = 3
"""Exchanges before the message that a model is shown."""
_MOST_TYPED = 1_000
"""Characters of an earlier message whose words count as the person's: a longer one is mostly pasted."""
_LEFT_OUT = "(an answer that may hold words of others)"


@dataclass(frozen=True, slots=True)
class Before:
    """The exchanges before a message, and what the person typed of each."""

    exchanges: Sequence[Exchange] = ()
    typed: Sequence[str] = ()

    def words(self) -> list[EarlierWords]:
        """What a quote may be taken from."""
        pairs = zip(self.exchanges, self.typed, strict=True)
        return [EarlierWords(each.run_id, each.at, own_words(typed)) for each, typed in pairs]


def capture_offline(database: Database, waiting: WaitingCapture) -> Captured:
    """Keep the person's own statements."""
    return _written(database, waiting, proposed_offline(database, waiting), OFFLINE, Before())


def proposed_offline(database: Database, waiting: WaitingCapture) -> list[Operation]:
    """What is proposed for a message without a model. Writes nothing."""
    known = touched_memories(database, waiting.user_id, waiting.typed)
    return statements_of(waiting.typed, known, waiting.at)


async def capture_with_model(
    database: Database, waiting: WaitingCapture, model: Model, index: UserIndex | None
) -> Captured | None:
    """Capture with a language model; None when it twice did not answer in form. Raises what the model raises."""
    if not own_words(waiting.typed).strip():
        return _written(database, waiting, [], f"model:{model.id}", Before())
    before = exchanges_before(database, waiting)
    operations = await proposed_by_model(database, waiting, before, model, index)
    if operations is None:
        return None
    return _written(database, waiting, operations, f"model:{model.id}", before)


async def proposed_by_model(
    database: Database, waiting: WaitingCapture, before: Before, model: Model, index: UserIndex | None
) -> list[Operation] | None:
    """What a model proposes for a message; None when it twice did not answer in form. Writes nothing."""
    known = await shown_memories(database, waiting.user_id, [waiting.typed, *before.typed[-1:]], index)
    borrowed = borrowing(database, [each.run_id for each in before.exchanges])
    answers = [_LEFT_OUT if each.run_id in borrowed else each.answer for each in before.exchanges]
    said = Said(waiting.typed, waiting.at, list(zip(before.typed, answers, strict=True)))
    return await ask_for_operations(model, *capture_prompt(said, known), known)


def exchanges_before(database: Database, waiting: WaitingCapture) -> Before:
    """The last exchanges of the session before a message."""
    exchanges = history_before(database, waiting.session_id, EXCHANGES, before=waiting.run_index)
    typed = [text if len(text) <= _MOST_TYPED else "" for text in typed_words(database, exchanges)]
    return Before(exchanges, typed)


async def ask_for_operations(model: Model, system: str, words: str, known: Sequence[Memory]) -> list[Operation] | None:
    """The operations that a model answers with, `known` being what they name by number; None when it twice cannot.

    Raises what the model raises.
    """
    from agno.models.message import Message

    from agentmem_cli.agent.capture_form import CapturedOperations

    form = CapturedOperations if model.supports_native_structured_outputs else None
    messages = [Message(role="system", content=system), Message(role="user", content=words)]
    for _ in range(2):
        reply = await model.aresponse(messages=list(messages), response_format=form)
        answer = storable(str(reply.content or ""))
        operations = parse_operations(answer, known)
        if operations is not None:
            return operations
        again = [Message(role="assistant", content=answer or "(nothing)"), Message(role="user", content=AGAIN)]
        messages.extend(again)
    return None


def _written(
    database: Database, waiting: WaitingCapture, operations: Sequence[Operation], actor: str, before: Before
) -> Captured:
    source = Source(session_id=waiting.session_id, run_id=waiting.run_id, said_at=waiting.at, actor=actor)
    written = apply_operations(
        database,
        waiting.user_id,
        operations,
        source,
        typed_text=waiting.typed,
        mode=waiting.mode,
        now=int(time.time()),
        earlier=before.words(),
        takes_capture=True,
    )
    return Captured(
        added=written.added,
        replaced=written.replaced,
        ended=written.ended,
        forgotten=written.forgotten,
        asked=written.asked,
        proposed=written.proposed,
        withheld=written.withheld,
    )
