"""One run of an agent that has these memories: asked, answered by an Agno agent without a database, and settled.

The question is committed before Agno is called at all, and how it ended before the end is told. Agno would read all
of a session first, swallow what its own writes raise, and go on where a hook refuses. What reads or writes the store
runs on a thread; the model and the tools run on the caller's event loop.
"""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any

from agno.agent import Agent
from agno.exceptions import InputCheckError
from agno.models.message import Citations, DocumentCitation, Message
from agno.run.agent import (
    RunCancelledEvent,
    RunCompletedEvent,
    RunErrorEvent,
    RunInput,
    RunOutput,
    RunOutputEvent,
    RunPausedEvent,
)
from agno.run.base import RunStatus

from agentmem_cli.agent.agno_answer import AgnoAnswerer
from agentmem_cli.agent.answer import Answer
from agentmem_cli.agent.citations import citation
from agentmem_cli.agent.events import TurnEnded
from agentmem_cli.agent.failures import NO_ANSWER, incomplete
from agentmem_cli.agent.models import place_profile
from agentmem_cli.agent.prompt import Asked as Question
from agentmem_cli.agent.prompt import memory_text, prompt_messages
from agentmem_cli.agent.request import TurnContext, recall_again, recall_into
from agentmem_cli.agent.tools import read_only_tools
from agentmem_cli.agent.turn import settled
from agentmem_cli.errors import AgentmemError
from agentmem_cli.library.asked import Call
from agentmem_cli.library.store import Store
from agentmem_cli.records import TurnStatus
from agentmem_cli.sessions.instructions import instructions_of
from agentmem_cli.sessions.state import keep_state, state_of
from agentmem_cli.sessions.turns import PendingTurn, begin_turn, is_first_run

AgentEvent = RunOutputEvent | RunOutput
RunAgent = Callable[[dict[str, Any], list[Message], dict[str, Any]], AsyncGenerator[Any]]
"""(what differs in this run of the agent, its messages, its options) -> the events of Agno's own run."""
_ENDS = (RunCompletedEvent, RunErrorEvent, RunOutput)
"""What is told when the turn is stored."""
_OF_THE_RUN = frozenset({"current_user_id", "current_session_id", "current_run_id"})
"""What Agno puts into a session's state for one run."""


class RunRefused(AgentmemError, InputCheckError):
    """A run that may not begin: no user, another user's session. Nothing of it is stored, and AgentOS answers 400."""

    def __init__(self, error: AgentmemError) -> None:
        InputCheckError.__init__(self, str(error))
        AgentmemError.__init__(self, error.problem, error.remedy)
        self.exit_code = error.exit_code


@dataclass(slots=True)
class AgentRun:
    """A question of a user in a session, and the answer as it comes."""

    store: Store
    answerer: AgnoAnswerer
    call: Call
    answer: Answer = field(default_factory=lambda: Answer(lambda _: None))
    status: TurnStatus = TurnStatus.INTERRUPTED
    is_stopped: bool = False
    output: RunOutput | None = None
    state: dict[str, Any] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    async def begin(self) -> PendingTurn:
        """Commit the question. Raises RunRefused. Who cancels meanwhile has it settled as interrupted."""
        beginning = asyncio.ensure_future(asyncio.to_thread(self._begin))
        try:
            return await asyncio.shield(beginning)
        except asyncio.CancelledError:
            with suppress(RunRefused):
                await self._settled(await beginning)
            raise

    async def events(
        self, turn: PendingTurn, agent: Agent, run: RunAgent, options: dict[str, Any]
    ) -> AsyncGenerator[AgentEvent]:
        """What Agno tells, and at last the end, once it is stored. Raises what storing it raises."""
        ends: list[AgentEvent] = []
        try:
            changes, messages = await asyncio.to_thread(self._prepared, turn, agent, options)
            async with aclosing(run(changes, messages, {**options, "session_state": self.state})) as told:
                async for event in told:
                    self._follow(event, turn)
                    if isinstance(event, _ENDS):
                        ends.append(event)
                    else:
                        yield event
            self._judge()
        except AgentmemError as error:
            self.status, self.answer.error = TurnStatus.FAILED, error
        except Exception:
            self.status = TurnStatus.FAILED
            raise
        finally:
            ended = await self._settled(turn)
        for event in self._told(ended, ends, agent):
            yield event

    def _begin(self) -> PendingTurn:
        try:
            return begin_turn(
                self.store.database,
                user_id=self.call.user_id,
                session_id=self.call.session_id,
                question=self.call.asked.question,
                at=int(time.time()),
                new_id=self.call.run_id,
                memory=self.store.settings.memory,
            )
        except AgentmemError as error:
            raise RunRefused(error) from None

    def _prepared(
        self, turn: PendingTurn, agent: Agent, options: dict[str, Any]
    ) -> tuple[dict[str, Any], list[Message]]:
        """What differs in this run of the agent, and the messages of its request."""
        context, evidence = self.store.context(self.call.user_id, self.answerer), self.answer.evidence
        history = recall_into(context, turn, evidence)
        first = history[0].run_id if history else turn.run_id
        *before, last = prompt_messages(
            "",
            history,
            Question(turn.question, turn.at, evidence.in_prompt),
            is_cut=not is_first_run(context.database, turn.session_id, first),
            mark_cache=self.answerer.marks_cache,
        )
        asked = last.model_copy(update=dict(self.call.asked.media))
        kept = state_of(context.database, self.call.user_id, self.call.session_id)
        first_state = copy.deepcopy(agent.session_state or {})  # or one user's tools would write into another's
        self.state = {**first_state, **kept, **(options.get("session_state") or {})}
        return self._changes(context, turn, agent), [*before[1:], *self.call.asked.given, asked]

    def _changes(self, context: TurnContext, turn: PendingTurn, agent: Agent) -> dict[str, Any]:
        evidence = self.answer.evidence
        wishes = instructions_of(context.database, turn.user_id, turn.session_id)
        texts = [agent.additional_context, memory_text(context.memory, wishes)]
        if self.answerer.marks_cache:
            place_profile(self.answerer.model, evidence.profile)
        else:
            texts.append(evidence.profile)
        own = read_only_tools(evidence, context.search, lambda query: recall_again(context, turn, query))
        return {
            "additional_context": "\n\n".join(filter(None, texts)),
            "tools": [*(agent.tools or []), *own],  # type: ignore[misc]  # build_agent refuses a function
            "model": self.answerer.model,
        }

    def _follow(self, event: Any, turn: PendingTurn) -> None:
        self.answerer.follow(event, turn, self.answer)
        if isinstance(event, RunOutput):
            self.output = event
        elif isinstance(event, RunCompletedEvent) and not self.is_stopped:  # Agno tells a cancelled run complete too
            self.status = TurnStatus.DONE
        elif isinstance(event, (RunCancelledEvent, RunPausedEvent)):
            self.is_stopped = True
        elif isinstance(event, RunErrorEvent):
            self.status = TurnStatus.FAILED
            if self.answerer.watch.error is None:  # a hook's refusal, not the provider's
                self.answer.error = AgentmemError(str(event.content))

    def _judge(self) -> None:
        """See whether an answer that Agno took for whole is."""
        if self.status is not TurnStatus.DONE:
            return
        self.answer.error = incomplete(self.answerer.watch)
        if self.answer.error is None and not self.answer.text.strip():
            self.answer.error = NO_ANSWER
        self.status = TurnStatus.DONE if self.answer.error is None else TurnStatus.FAILED

    async def _settled(self, turn: PendingTurn) -> TurnEnded:
        """Settle the turn, whoever cancels meanwhile: what a thread has begun is not stopped."""
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(None, self._settle, turn))

    def _settle(self, turn: PendingTurn) -> TurnEnded:
        error = self.answer.error
        context = self.store.context(self.call.user_id, self.answerer)
        ended = settled(context, turn, self.status, self.answer, time.monotonic() - self.began)
        if ended.error is not error:  # it is not stored: whoever is told of an answer would take it for kept
            raise ended.error or AgentmemError("The turn was not stored.")
        if ended.model_answered:
            self.store.capture(self.call.user_id, turn.run_id)
        self._keep_state()
        return ended

    def _keep_state(self) -> None:
        state = dict((self.output and self.output.session_state) or {})
        kept = {name: value for name, value in state.items() if name not in _OF_THE_RUN}
        if kept:
            keep_state(self.store.database, self.call.user_id, self.call.session_id, kept)

    def _told(self, ended: TurnEnded, ends: list[AgentEvent], agent: Agent) -> list[AgentEvent]:
        """The end as Agno tells it, with what the answer cites; last the run. A failure is in both."""
        output = self.output or self._unfinished(ended, agent)
        output.input = RunInput(input_content=self.call.asked.question)
        told = [each for each in ends if not isinstance(each, RunOutput)]
        if ended.error:
            failures = [each for each in told if isinstance(each, RunErrorEvent)] or [_failure(ended, agent)]
            failures[0].content, told = str(ended.error), [failures[0]]
            output.status, output.content = RunStatus.error, ended.answer or str(ended.error)
        for each in (*told, output):
            if isinstance(each, (RunCompletedEvent, RunOutput)):
                each.citations = _citations(ended) or each.citations
        return [*told, output]

    def _unfinished(self, ended: TurnEnded, agent: Agent) -> RunOutput:
        return RunOutput(
            run_id=ended.run_id,
            session_id=ended.session_id,
            user_id=self.call.user_id,
            agent_id=agent.id,
            agent_name=agent.name,
            content=ended.answer or None,
            status=RunStatus.error if ended.error else RunStatus.cancelled,
        )


def _failure(ended: TurnEnded, agent: Agent) -> RunErrorEvent:
    return RunErrorEvent(
        content=str(ended.error),
        run_id=ended.run_id,
        session_id=ended.session_id,
        agent_id=agent.id or "",
        agent_name=agent.name or "",
    )


def _citations(ended: TurnEnded) -> Citations | None:
    """The passages that the answer cites, each with its document and page, in the order of their numbers in it."""
    passages = [ended.evidence.passages[number - 1] for number in ended.cited]
    if not passages:
        return None
    documents = [
        DocumentCitation(document_title=citation(each), cited_text=each.text, file_name=each.document)
        for each in passages
    ]
    return Citations(documents=documents)


async def whole(events: AsyncIterator[AgentEvent]) -> RunOutput:
    """The run at the end of its events."""
    output = [event async for event in events if isinstance(event, RunOutput)]
    return output[-1]
