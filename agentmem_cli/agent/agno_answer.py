"""An answer by a language model: the run of an Agno agent, followed event by event, and the form in which it is stored.

The agent gets no database. The prompt brings its own history, and Agno reads every run of a session before a turn and
swallows its own write errors after it: `sessions.settle_turn` commits the finished run with everything that belongs
to it, and its errors are raised. Importing this module imports Agno.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from agno.agent import Agent
from agno.metrics import RunMetrics
from agno.models.base import Model
from agno.models.message import Message
from agno.run.agent import (
    ModelRequestCompletedEvent,
    RunCompletedEvent,
    RunContentEvent,
    RunErrorEvent,
    RunInput,
    RunOutput,
    ToolCallStartedEvent,
)
from pydantic import BaseModel

from agentmem_cli.agent.answer import Answer
from agentmem_cli.agent.events import Evidence, Usage, Waiting
from agentmem_cli.agent.failures import CALLS_WITHOUT_END, explained, incomplete, refuses_tools
from agentmem_cli.agent.prompt import Asked, prompt_messages, system_text
from agentmem_cli.agent.request import TurnContext, recall_again, recall_into, searched_for
from agentmem_cli.agent.tools import passages_beside, read_only_tools, tool_query, tools_text
from agentmem_cli.agent.watch import AnswerWatch
from agentmem_cli.agent.window import room_beside
from agentmem_cli.recall.tokens import count_tokens
from agentmem_cli.sessions.index import AGENT_ID
from agentmem_cli.sessions.instructions import instructions_of
from agentmem_cli.sessions.turns import PendingTurn, is_first_run
from agentmem_cli.storage.database import storable_json

TOOL_CALL_LIMIT = 8
REQUEST_LIMIT = 12
"""Requests of one turn: Agno tells a model that goes on calling tools that there are no more, without end."""
NO_TOOLS = "This model calls no tools. The passages of your documents that fit go with each question instead."
RECALL_TOOL = "recall"
"""What this tool gave is memory, and must not outlive it in a run's row."""


@dataclass(slots=True, repr=False)  # the repr of a Claude holds its key
class AgnoAnswerer:
    """A model ready to answer, the watch on it, and whether the question carries Claude's cache mark.

    A model that calls no tools is given with each question the passages that fit it.
    """

    model: Model
    watch: AnswerWatch
    marks_cache: bool
    calls_tools: bool = True

    async def answer(self, context: TurnContext, turn: PendingTurn, answer: Answer) -> None:
        """Run the agent on a committed question. A failure that Agno reports is the answer's error."""
        self.watch.tell = lambda text: answer.tell(Waiting(text))
        await self._run(context, turn, answer)
        if self.calls_tools and answer.error and not answer.text and refuses_tools(self.watch):
            self.calls_tools, answer.error = False, None
            context.warn(NO_TOOLS)
            await self._run(context, turn, answer)
        answer.error = answer.error or incomplete(self.watch)

    async def _run(self, context: TurnContext, turn: PendingTurn, answer: Answer) -> None:
        tools, passages = [], ""
        if self.calls_tools:
            tools = read_only_tools(answer.evidence, context.search, lambda query: recall_again(context, turn, query))
        elif context.search is not None:
            asked = searched_for(context, turn)
            passages = passages_beside(asked, answer.evidence, context.search, context.window)
        messages = self._messages(context, turn, answer.evidence, tools_text(tools), passages)
        agent = Agent(
            model=self.model,
            id=AGENT_ID,
            tools=tools,
            tool_call_limit=TOOL_CALL_LIMIT,
            build_context=False,  # the prompt is ours, whole
            resolve_in_context=False,  # or Agno fills `{names}` in the person's own text
            telemetry=False,
        )
        stream = agent.arun(
            messages,
            stream=True,
            stream_events=True,
            yield_run_output=True,
            run_id=turn.run_id,
            session_id=turn.session_id,
            user_id=turn.user_id,
        )
        async for event in stream:
            self.follow(event, turn, answer)

    def _messages(
        self, context: TurnContext, turn: PendingTurn, evidence: Evidence, tools: str, passages: str
    ) -> list[Message]:
        """The messages of the request. Claude gets the profile beside them, in a block with a cache mark of its own."""
        system = system_text(context.memory, instructions_of(context.database, turn.user_id, turn.session_id))
        fixed = sum(map(count_tokens, (tools, passages, system, turn.question)))
        history = recall_into(context, turn, evidence, room_beside(context.window, fixed))
        first = history[0].run_id if history else turn.run_id
        if self.marks_cache:
            from agentmem_cli.agent.models import place_profile  # imports Claude

            place_profile(self.model, evidence.profile)
        elif evidence.profile:
            system = f"{system}\n\n{evidence.profile}"
        return prompt_messages(
            system,
            history,
            Asked(turn.question, turn.at, "\n\n".join(filter(None, (evidence.in_prompt, passages)))),
            is_cut=not is_first_run(context.database, turn.session_id, first),
            mark_cache=self.marks_cache,
        )

    def follow(self, event: Any, turn: PendingTurn, answer: Answer) -> None:
        """Take in one of Agno's events."""
        if isinstance(event, RunContentEvent) and event.content:
            answer.add(_text_of(event.content))
        elif isinstance(event, ToolCallStartedEvent) and event.tool is not None:
            answer.use_tool(event.tool.tool_name or "", tool_query(event.tool.tool_args))
        elif isinstance(event, RunErrorEvent):
            answer.error = explained(self.watch, event.content or "")
        elif isinstance(event, ModelRequestCompletedEvent):
            self._count_request(event, answer)
        elif isinstance(event, RunCompletedEvent) and event.metrics is not None:
            answer.usage = _usage(event.metrics, claude=self.marks_cache)
        elif isinstance(event, RunOutput):
            answer.run_data = lambda at: stored_form(event, turn, answer.text, at)

    def _count_request(self, event: ModelRequestCompletedEvent, answer: Answer) -> None:
        answer.requests += 1
        if answer.requests > REQUEST_LIMIT:
            raise CALLS_WITHOUT_END
        answer.context_tokens = _context_tokens(event, claude=self.marks_cache)


def stored_form(run: RunOutput, turn: PendingTurn, answer: str, at: int) -> dict[str, Any]:
    """The run as a dictionary without what must not be stored in it; `at` is when its answer came.

    Out go the system text and the recalled block (a forgotten memory would live on in them), the history
    (every run has its own row), media, and what the recall tool gave. Question and answer stand in it as the person saw
    them, one message and one time each: what is made from this row, as when a session comes back from the trash,
    is what was indexed when the turn was settled.
    """
    kept = copy.copy(run)
    own = [m for m in run.messages or [] if m.role != "system" and not m.from_history and m.add_to_agent_memory]
    kept.messages = [copy.copy(message) for message in own]
    kept.input, kept.content = RunInput(input_content=turn.question), answer
    kept.additional_input, kept.session_state, kept.events = None, None, None
    kept.tools = [copy.copy(tool) for tool in run.tools or []] or None
    replies = [message for message in kept.messages if message.role == "assistant"]
    for message in replies:
        message.content, message.created_at = (answer if message is replies[-1] else None), at
    for message in kept.messages:
        if message.role == "user":
            message.content, message.created_at = turn.question, turn.at
            message.images = message.audio = message.videos = message.files = None
        if message.role == "tool" and message.tool_name == RECALL_TOOL:
            message.content = "(not kept)"
    for tool in kept.tools or []:
        if tool.tool_name == RECALL_TOOL:
            tool.result = "(not kept)"
    stored: dict[str, Any] = storable_json(kept.to_dict())
    return stored


def _text_of(content: Any) -> str:
    """A piece of an answer as text; one in a form that the caller asked for, as its JSON."""
    return content.model_dump_json() if isinstance(content, BaseModel) else str(content)


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
