"""An Agno agent with these memories. Everything that Agno does with an agent it does with this one.

It is as thin as can be: `run` and `arun` put a turn of agentmem's around Agno's own run (`agent_run.py`), and the
shared store stands behind `db`, which Agno's copies of an agent share.
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from contextlib import aclosing
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NoReturn

from agno.agent import Agent
from agno.models.anthropic import Claude
from agno.models.base import Model
from agno.models.message import Message
from agno.run.agent import RunEvent, RunOutput
from agno.run.base import RunStatus

from agentmem_cli.agent.agno_answer import TOOL_CALL_LIMIT, AgnoAnswerer
from agentmem_cli.agent.loop_thread import LoopThread
from agentmem_cli.agent.models import watched
from agentmem_cli.errors import UsageProblem
from agentmem_cli.library.agent_run import AgentEvent, AgentRun, RunRefused, whole
from agentmem_cli.library.agno_db import KeptDb
from agentmem_cli.library.asked import Call, asked_of
from agentmem_cli.library.options import OWNED_BY_RUN, refuse_owned
from agentmem_cli.library.store import log, refuse_no_user
from agentmem_cli.memories.store import list_memories
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.records import Memory, Recall
from agentmem_cli.sessions.turns import PendingTurn

if TYPE_CHECKING:
    from agentmem_cli.knowledge.walk import FileResult

_ALWAYS_TOLD = frozenset(
    {RunEvent.run_content, RunEvent.run_intermediate_content, RunEvent.run_error, RunEvent.run_cancelled}
    | {RunEvent.run_paused, RunEvent.custom_event}
)
"""The events of a stream whose caller asks for no others."""
_NOT_HERE = UsageProblem("A run is not continued, forked or regenerated here.", "Ask again in its session.")


class MemoryAgent(Agent):
    """An Agno agent whose sessions, memories and documents are agentmem's. `build_agent` makes it."""

    db: KeptDb

    def arun(self, input: Any, **options: Any) -> Any:  # noqa: A002 -- Agno's signature
        """Ask, as Agno's `arun`: a coroutine of the run, or with `stream=True` its events as they come.

        `user_id` says whose memories, `session_id` which conversation. Raises RunRefused before a model is called
        where there is no user, or the session is another one's; StorageProblem where the answer cannot be kept.
        """
        is_stream = _either(options.pop("stream", None), self.stream)
        shows_all = _either(options.pop("stream_events", None), self.stream_events)
        gives_run = bool(options.pop("yield_run_output", False))
        in_background = bool(options.pop("background", False))
        call = self._call(input, options)
        if in_background and not is_stream:
            return self._later(call, options)
        events = self._events(call, options)
        return _shown(events, shows_all=shows_all, gives_run=gives_run) if is_stream else whole(events)

    def run(self, input: Any, **options: Any) -> Any:  # noqa: A002 -- Agno's signature
        """Ask, as Agno's `run`, and wait: `arun` on a thread of the agent's, also where an event loop runs already."""
        asked = self.arun(input, **options)
        thread = self.db.store.thread
        return thread.submit(asked).result() if asyncio.iscoroutine(asked) else _events_from(thread, asked)

    def continue_run(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: a run that is settled is history."""
        raise RunRefused(_NOT_HERE)

    acontinue_run = fork_session = afork_session = continue_run

    async def ingest(self, paths: str | Path | Iterable[str | Path]) -> list[FileResult]:
        """Read files and folders into the knowledge, which all users share; what became of each.

        Unchanged files are skipped. Raises NotFound for a single path that is not there.
        """
        listed = [paths] if isinstance(paths, str | Path) else list(paths)
        return await asyncio.to_thread(self.db.store.ingest, [Path(each) for each in listed])

    async def recall(self, question: str, *, user: str | None = None) -> Recall:
        """What the agent would be given for a question of this user's, or of the one that the agent has."""
        return await asyncio.to_thread(self._recalled, question, refuse_no_user(user or self.user_id))

    def memories(self, user: str | None = None) -> list[Memory]:
        """What is known of a user, the last said first."""
        return list_memories(self.db.store.database, refuse_no_user(user or self.user_id))

    async def captured(self) -> None:
        """Wait until the messages of the turns so far have been looked through for memories."""
        await asyncio.to_thread(self.db.store.wait_for_captures)

    def close(self) -> None:
        """Wait a few seconds for what runs in the background, and let go of the store."""
        self.db.close()
        self.db.store.close()

    def _recalled(self, question: str, user_id: str) -> Recall:
        store = self.db.store
        return recall_for(store.database, user_id, question, index=store.person(user_id).index)

    def _call(self, given: Any, options: dict[str, Any]) -> Call:
        """What is asked, by whom and where, taken out of the options. Raises RunRefused."""
        user, session, run_id = (options.pop(name, None) for name in ("user_id", "session_id", "run_id"))
        media = {kind: options.pop(kind, None) for kind in ("images", "audio", "videos", "files")}
        try:
            refuse_owned({name: value for name, value in options.items() if value not in (None, False)}, OWNED_BY_RUN)
            user_id = refuse_no_user(user or self.user_id)
            asked = asked_of(given, **media)
        except UsageProblem as problem:
            raise RunRefused(problem) from None
        session_id = session or self.session_id or self.db.store.session_without_id(user_id)
        return Call(asked, user_id, session_id, run_id)

    async def _events(self, call: Call, options: dict[str, Any]) -> AsyncGenerator[AgentEvent]:
        run = self._run_here(call)
        turn = await run.begin()
        async with aclosing(self._answered(run, turn, options)) as events:
            async for event in events:
                yield event

    def _run_here(self, call: Call) -> AgentRun:
        """A run on the event loop that runs, with a model of its own on that loop's connections."""
        store = self.db.store
        assert isinstance(self.model, Model)  # noqa: S101 -- build_agent made it
        model, watch = watched(self.db.connections.here(self.model), store.settings.timeout)
        return AgentRun(store, AgnoAnswerer(model, watch, marks_cache=type(model) is Claude), call)

    def _answered(self, run: AgentRun, turn: PendingTurn, options: dict[str, Any]) -> AsyncGenerator[AgentEvent]:
        ids = {"run_id": turn.run_id, "session_id": turn.session_id, "user_id": turn.user_id}
        shown = {"stream": True, "stream_events": True, "yield_run_output": True}

        def agnos(changes: dict[str, Any], messages: list[Message], options: dict[str, Any]) -> AsyncGenerator[Any]:
            return Agent.arun(self._changed(changes), messages, **ids, **shown, **options)  # type: ignore[call-overload, no-any-return]  # it tells its overloads by literals

        return run.events(turn, self, agnos, options)

    def _changed(self, changes: dict[str, Any]) -> MemoryAgent:
        """This agent as it is for one run: with no database, so that Agno reads and writes none."""
        changed = copy.copy(self)
        changed.db = None  # type: ignore[assignment]  # nothing here asks it for the store
        changed.tool_call_limit = self.tool_call_limit or TOOL_CALL_LIMIT
        for name, value in changes.items():
            setattr(changed, name, value)
        return changed

    async def _later(self, call: Call, options: dict[str, Any]) -> RunOutput:
        """The run as it begins. It goes on by itself, and its row says how it ends."""
        run = self._run_here(call)
        turn = await run.begin()
        going_on = asyncio.create_task(whole(self._answered(run, turn, options)))
        _going_on.add(going_on)
        going_on.add_done_callback(_end)
        return RunOutput(
            run_id=turn.run_id,
            session_id=turn.session_id,
            user_id=turn.user_id,
            agent_id=self.id,
            agent_name=self.name,
            status=RunStatus.running,
        )


_going_on: set[asyncio.Task[RunOutput]] = set()
"""Runs that nobody waits for: a loop holds its tasks only weakly."""


def _end(task: asyncio.Task[RunOutput]) -> None:
    _going_on.discard(task)
    if not task.cancelled() and task.exception() is not None:
        log.error("A run in the background was not stored: %s", task.exception())


def _events_from(thread: LoopThread, events: AsyncGenerator[AgentEvent]) -> Iterator[AgentEvent]:
    """The events of a run on another thread, as they come; whoever stops early ends the run."""
    told: SimpleQueue[AgentEvent | BaseException | None] = SimpleQueue()
    following = thread.submit(_followed(events, told.put))
    try:
        while (event := told.get()) is not None:
            if isinstance(event, BaseException):
                raise event
            yield event
    finally:
        following.cancel()


async def _followed(
    events: AsyncGenerator[AgentEvent], tell: Callable[[AgentEvent | BaseException | None], None]
) -> None:
    try:
        async with aclosing(events):
            async for event in events:
                tell(event)
    except Exception as error:  # noqa: BLE001 -- it is raised where the events are read
        tell(error)
    tell(None)


def _either(chosen: bool | None, default: bool | None) -> bool:
    return bool(default if chosen is None else chosen)


async def _shown(events: AsyncGenerator[AgentEvent], *, shows_all: bool, gives_run: bool) -> AsyncGenerator[AgentEvent]:
    """Of the events those that the caller asks for."""
    async with aclosing(events):
        async for event in events:
            if gives_run if isinstance(event, RunOutput) else shows_all or event.event in _ALWAYS_TOLD:
                yield event
