"""One turn: recall, prompt, the Agno agent's stream, and how it ended, settled in one transaction.

Runs on the conversation's event loop. However it ends, by an answer, an error, a stop or a failure of our
own, the turn is settled before `TurnEnded` is told, and `TurnEnded` is always told.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from agno.agent import Agent
from agno.metrics import RunMetrics
from agno.models.base import Model
from agno.run.agent import (
    ModelRequestCompletedEvent,
    RunCompletedEvent,
    RunContentEvent,
    RunErrorEvent,
    ToolCallStartedEvent,
)

from agentmem_cli.agent.agno_db import TurnDb
from agentmem_cli.agent.events import Evidence, TextDelta, ToolUsed, TurnEnded, TurnEvent, Usage
from agentmem_cli.agent.failures import explained, incomplete
from agentmem_cli.agent.offline import OfflineModel
from agentmem_cli.agent.prompt import prompt_messages
from agentmem_cli.agent.tools import SearchKnowledge, read_only_tools, tool_query
from agentmem_cli.agent.watch import AnswerWatch
from agentmem_cli.errors import AgentmemError
from agentmem_cli.memories.ledger import note_used
from agentmem_cli.memories.store import list_memories
from agentmem_cli.recall.block import block_lines, fenced, profile_text, room_for
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.recall.vectors import Vectors
from agentmem_cli.records import Recall, TurnStatus
from agentmem_cli.sessions.branches import related_runs
from agentmem_cli.sessions.catalog import conversation_before
from agentmem_cli.sessions.index import AGENT_ID
from agentmem_cli.sessions.instructions import instructions_of
from agentmem_cli.sessions.turns import PendingTurn, history_before, settle_turn
from agentmem_cli.storage.database import Database

Tell = Callable[[TurnEvent], None]
TOOL_CALL_LIMIT = 8


@dataclass(frozen=True, slots=True, repr=False)  # the repr of a Claude holds its key
class Answerer:
    """A model ready to answer, the watch on it, and whether the question carries Claude's cache mark."""

    model: Model
    watch: AnswerWatch
    marks_cache: bool


@dataclass(slots=True, repr=False)  # as above
class TurnContext:
    """What every turn of a conversation shares.

    `history` is in exchanges, `memory` a mode; `warn` is told of what degraded.
    """

    database: Database
    turn_db: TurnDb
    answerer: Answerer
    search: SearchKnowledge | None
    vectors: Vectors
    history: int
    memory: str
    warn: Callable[[str], None]
    close: Callable[[], None]


@dataclass(slots=True)
class _Answer:
    """The answer as it grows."""

    evidence: Evidence = field(default_factory=Evidence)
    parts: list[str] = field(default_factory=list)
    error: AgentmemError | None = None
    usage: Usage = field(default_factory=Usage)
    context_tokens: int = 0

    @property
    def text(self) -> str:
        return "".join(self.parts)


async def run_turn(context: TurnContext, turn: PendingTurn, tell: Tell) -> None:
    """Answer a committed question and settle it. Never raises; a stop is `task.cancel()`."""
    began = time.monotonic()
    answer = _Answer()
    status = TurnStatus.FAILED
    try:
        await _answer(context, turn, answer, tell)
        status = TurnStatus.DONE if answer.error is None else TurnStatus.FAILED
    except asyncio.CancelledError:
        status = TurnStatus.INTERRUPTED
    except AgentmemError as error:
        answer.error = error
    except Exception as error:  # noqa: BLE001 -- whatever fails, the turn is settled and the person is told
        answer.error = AgentmemError(f"The turn failed: {type(error).__name__}: {error}.", "Your message is kept.")
    try:
        _settle(context, turn, status, answer)
        _count_uses(context, turn, answer.evidence)
    except AgentmemError as error:
        status, answer.error = TurnStatus.FAILED, error
    except Exception as error:  # noqa: BLE001 -- an end that is not told leaves the person waiting for ever
        failure = AgentmemError(f"The turn was not stored: {type(error).__name__}: {error}.", "`agentmem doctor`.")
        status, answer.error = TurnStatus.FAILED, failure
    seconds = time.monotonic() - began
    tell(
        TurnEnded(
            turn.run_id,
            turn.session_id,
            status,
            answer.text,
            answer.error,
            answer.evidence,
            answer.usage,
            seconds,
            answer.context_tokens,
        )
    )


async def _answer(context: TurnContext, turn: PendingTurn, answer: _Answer, tell: Tell) -> None:
    messages = _prepare(context, turn, answer.evidence)
    model = context.answerer.model
    agent = Agent(
        model=model,
        id=AGENT_ID,
        db=context.turn_db,
        tools=read_only_tools(answer.evidence, context.search, lambda query: _recall(context, turn, query)),
        tool_call_limit=TOOL_CALL_LIMIT,
        build_context=False,  # the prompt is ours, whole
        resolve_in_context=False,  # or Agno fills `{names}` in the person's own text
        telemetry=False,
    )
    if isinstance(model, OfflineModel):
        model.begin(
            turn.question,
            answer.evidence,
            lambda: list_memories(context.database, turn.user_id),
            lambda: conversation_before(context.database, turn.user_id, turn.session_id),
        )
    stream = agent.arun(
        messages,
        stream=True,
        stream_events=True,
        run_id=turn.run_id,
        session_id=turn.session_id,
        user_id=turn.user_id,
    )
    async for event in stream:
        _follow(event, context, answer, tell)
    if answer.error is None:
        answer.error = incomplete(context.answerer.watch)


def _follow(event: Any, context: TurnContext, answer: _Answer, tell: Tell) -> None:
    """Take in one of Agno's events."""
    if isinstance(event, RunContentEvent) and event.content:
        answer.parts.append(str(event.content))
        tell(TextDelta(str(event.content)))
    elif isinstance(event, ToolCallStartedEvent) and event.tool is not None:
        answer.evidence.tools.append(event.tool.tool_name or "")
        tell(ToolUsed(event.tool.tool_name or "", tool_query(event.tool.tool_args)))
    elif isinstance(event, RunErrorEvent):
        answer.error = explained(context.answerer.watch, event.content or "")
    elif isinstance(event, ModelRequestCompletedEvent):
        answer.context_tokens = _context_tokens(event, claude=context.answerer.marks_cache)
    elif isinstance(event, RunCompletedEvent) and event.metrics is not None:
        answer.usage = _usage(event.metrics, claude=context.answerer.marks_cache)


def _context_tokens(request: ModelRequestCompletedEvent, *, claude: bool) -> int:
    cached = (request.cache_read_tokens or 0) + (request.cache_write_tokens or 0)
    return (request.input_tokens or 0) + (request.output_tokens or 0) + (cached if claude else 0)


def _usage(metrics: RunMetrics, *, claude: bool) -> Usage:
    """Claude alone counts what it reads from its cache, and writes there, beside its input tokens, not among them."""
    cached = metrics.cache_read_tokens + metrics.cache_write_tokens
    return Usage(
        input_tokens=metrics.input_tokens + (cached if claude else 0),
        output_tokens=metrics.output_tokens,
        cache_read_tokens=metrics.cache_read_tokens,
        cache_write_tokens=metrics.cache_write_tokens,
        cost=metrics.cost,
    )


def _prepare(context: TurnContext, turn: PendingTurn, evidence: Evidence) -> list[Any]:
    """The messages of the request; what was recalled for it goes into the evidence."""
    history = history_before(context.database, turn.session_id, context.history, before=turn.run_index)
    shown = related_runs(context.database, [turn.run_id, *(exchange.run_id for exchange in history)])
    try:
        found = recall_for(context.database, turn.user_id, turn.question, without_runs=shown, vectors=context.vectors)
    except AgentmemError as error:
        context.warn(f"Nothing was recalled for this answer: {error.problem}")
        found = Recall(turn.question, [], [], [])
    evidence.recall = found
    evidence.profile = profile_text(found.profile)
    lines = block_lines(found, room_for(found))
    evidence.placed = frozenset(line.source for line in lines)
    evidence.in_prompt = fenced(lines, token_hex(4))
    return prompt_messages(
        today=time.strftime("%Y-%m-%d"),
        instructions=instructions_of(context.database, turn.user_id, turn.session_id),
        profile=evidence.profile,
        history=history,
        question=turn.question,
        recalled=evidence.in_prompt,
        mark_cache=context.answerer.marks_cache,
        memory=context.memory,
    )


def _recall(context: TurnContext, turn: PendingTurn, query: str) -> Recall:
    return recall_for(
        context.database, turn.user_id, query, limit=20, without_runs={turn.run_id}, vectors=context.vectors
    )


def _settle(context: TurnContext, turn: PendingTurn, status: TurnStatus, answer: _Answer) -> None:
    held = context.turn_db.take(turn.run_id, turn.question)
    settle_turn(
        context.database,
        turn,
        status,
        answer.text,
        at=int(time.time()),
        run_data=held if status is TurnStatus.DONE else None,
        error=str(answer.error or ""),
    )


def _count_uses(context: TurnContext, turn: PendingTurn, evidence: Evidence) -> None:
    """Count the memories that recall brought in. The answer is stored: a count that fails is only said."""
    try:
        note_used(context.database, turn.user_id, _recalled_in_prompt(evidence), int(time.time()))
    except AgentmemError as error:
        context.warn(f"The use of memories was not counted: {error.problem}")


def _recalled_in_prompt(evidence: Evidence) -> list[str]:
    """The memories of the block; those of the profile are there in any case, and would only confirm it."""
    return [source for source in evidence.placed if isinstance(source, str)]
