"""One turn: the request, the Agno agent's stream, and how it ended, settled in one transaction.

Runs on the conversation's event loop. However it ends, by an answer, an error, a stop or a failure of our
own, the turn is settled before `TurnEnded` is told, and `TurnEnded` is always told.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from agno.agent import Agent
from agno.metrics import RunMetrics
from agno.run.agent import (
    ModelRequestCompletedEvent,
    RunCompletedEvent,
    RunContentEvent,
    RunErrorEvent,
    ToolCallStartedEvent,
)

from agentmem_cli.agent.events import Evidence, TextDelta, ToolUsed, TurnEnded, TurnEvent, Usage
from agentmem_cli.agent.failures import CALLS_WITHOUT_END, NO_ANSWER, explained, incomplete
from agentmem_cli.agent.offline import OfflineModel
from agentmem_cli.agent.offline_sources import Sources
from agentmem_cli.agent.request import TurnContext, prepare_request, recall_again
from agentmem_cli.agent.tools import read_only_tools, tool_query
from agentmem_cli.errors import AgentmemError
from agentmem_cli.memories.ledger import note_used
from agentmem_cli.records import TurnStatus
from agentmem_cli.sessions.index import AGENT_ID
from agentmem_cli.sessions.turns import PendingTurn, settle_turn

Tell = Callable[[TurnEvent], None]
TOOL_CALL_LIMIT = 8
REQUEST_LIMIT = 12
"""Requests of one turn: Agno tells a model that goes on calling tools that there are no more, without end."""


_ELSEWHERE = AgentmemError(
    "In another window this exchange was taken back, or its session put into the trash, meanwhile.",
    "The answer waits there with it.",
)


@dataclass(slots=True)
class _Answer:
    """The answer as it grows."""

    evidence: Evidence = field(default_factory=Evidence)
    parts: list[str] = field(default_factory=list)
    is_interrupted: bool = False
    """A tool was called since the last piece."""
    error: AgentmemError | None = None
    usage: Usage = field(default_factory=Usage)
    context_tokens: int = 0
    requests: int = 0

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def add(self, text: str) -> str:
        """Take in a piece; gives it as it is shown: what follows a tool's call begins a paragraph."""
        if self.is_interrupted and self.parts and not self.parts[-1].endswith("\n"):
            text = f"\n\n{text}"
        self.is_interrupted = False
        self.parts.append(text)
        return text


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
        if not _settle(context, turn, status, answer):
            status, answer.error = TurnStatus.FAILED, _ELSEWHERE
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
    messages = prepare_request(context, turn, answer.evidence)
    model = context.answerer.model
    agent = Agent(
        model=model,
        id=AGENT_ID,
        db=context.turn_db,
        tools=read_only_tools(answer.evidence, context.search, lambda query: recall_again(context, turn, query)),
        tool_call_limit=TOOL_CALL_LIMIT,
        build_context=False,  # the prompt is ours, whole
        resolve_in_context=False,  # or Agno fills `{names}` in the person's own text
        telemetry=False,
    )
    if isinstance(model, OfflineModel):
        model.begin(turn.question, Sources(context.database, turn, answer.evidence, context.memory))
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
        answer.error = incomplete(context.answerer.watch) or (None if answer.text.strip() else NO_ANSWER)


def _follow(event: Any, context: TurnContext, answer: _Answer, tell: Tell) -> None:
    """Take in one of Agno's events."""
    if isinstance(event, RunContentEvent) and event.content:
        tell(TextDelta(answer.add(str(event.content))))
    elif isinstance(event, ToolCallStartedEvent) and event.tool is not None:
        answer.is_interrupted = True
        answer.evidence.tools.append(event.tool.tool_name or "")
        tell(ToolUsed(event.tool.tool_name or "", tool_query(event.tool.tool_args)))
    elif isinstance(event, RunErrorEvent):
        answer.error = explained(context.answerer.watch, event.content or "")
    elif isinstance(event, ModelRequestCompletedEvent):
        answer.requests += 1
        if answer.requests > REQUEST_LIMIT:
            raise CALLS_WITHOUT_END
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


def _settle(context: TurnContext, turn: PendingTurn, status: TurnStatus, answer: _Answer) -> bool:
    """Settle the turn; whether it is still in sight."""
    at = int(time.time())
    held = context.turn_db.take(turn, answer.text, at)
    return settle_turn(
        context.database,
        turn,
        status,
        answer.text,
        at=at,
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
