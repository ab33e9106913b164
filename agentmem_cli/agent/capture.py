"""What a message teaches about the person: the offline way or one model call proposes, the memories room writes.

Runs after the answer, on the person's typed words only: never on documents, tool results or answers.
"""

from __future__ import annotations

import time
from typing import Any, Literal

from pydantic import BaseModel

from agentmem_cli.agent.events import Captured
from agentmem_cli.errors import AgentmemError
from agentmem_cli.memories.model_capture import capture_prompt, parse_operations
from agentmem_cli.memories.statements import statements_of
from agentmem_cli.memories.store import search_memories, touched_memories
from agentmem_cli.memories.writer import OFFLINE, Operation, Source, apply_operations
from agentmem_cli.records import Memory
from agentmem_cli.sessions.turns import PendingTurn, is_in_sight
from agentmem_cli.storage.database import Database

RESEMBLING = 8
"""How many memories that resemble the message go with the model's call."""


class ProposedMemory(BaseModel):
    """One operation of a model's reply; `replaces` is the number of a known memory."""

    action: Literal["add", "replace", "nothing"]
    text: str
    kind: Literal["fact", "preference", "instruction", "event"]
    quote: str
    topics: list[str]
    replaces: int | None


class ProposedMemories(BaseModel):
    """The form of the reply, for models that can be held to one. Others are asked for it in words."""

    operations: list[ProposedMemory]


def capture_offline(database: Database, turn: PendingTurn, mode: str) -> Captured:
    """Keep the person's own statements. `mode` is auto, review or off."""
    if mode == "off":
        return Captured()
    known = touched_memories(database, turn.user_id, turn.question)
    return _written(database, turn, statements_of(turn.question, known), OFFLINE, mode)


async def capture_with_model(database: Database, turn: PendingTurn, mode: str, model: Any) -> Captured:
    """Capture with one call of a language model (Agno's `Model`). A failed call is said, never raised."""
    if mode == "off":
        return Captured()
    from agno.models.message import Message

    resembling = _resembling(database, turn)
    system, words = capture_prompt(turn.question, resembling)
    messages = [Message(role="system", content=system), Message(role="user", content=words)]
    form = ProposedMemories if model.supports_native_structured_outputs else None
    try:
        reply = await model.aresponse(messages=messages, response_format=form)
        operations = parse_operations(str(reply.content or ""), resembling)
        return _written(database, turn, operations, f"model:{model.id}", mode)
    except AgentmemError as error:
        return Captured(problem=error.problem)
    except Exception as error:  # noqa: BLE001 -- a provider's failure must not end the chat
        return Captured(problem=f"memory capture failed: {type(error).__name__}")


def _resembling(database: Database, turn: PendingTurn) -> list[Memory]:
    return [memory for memory, _ in search_memories(database, turn.user_id, turn.question, RESEMBLING)]


def _written(database: Database, turn: PendingTurn, operations: list[Operation], actor: str, mode: str) -> Captured:
    if not is_in_sight(database, turn):  # erased or taken back in another window while a model looked it through
        return Captured()
    source = Source(session_id=turn.session_id, run_id=turn.run_id, said_at=turn.at, actor=actor)
    written = apply_operations(
        database, turn.user_id, operations, source, typed_text=turn.question, mode=mode, now=int(time.time())
    )
    return Captured(written.added, written.replaced, written.asked, written.proposed, written.withheld)
