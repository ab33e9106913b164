"""A conversation: one session of one user with one model, as the terminal holds it.

The heavy packages load and every turn runs on a thread of its own with one event loop, so the prompt is there
at once and a model's connections live as long as the conversation. The methods here belong to one thread, the
terminal's; `stop` alone may be called from a signal handler.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING
from uuid import uuid4

from agentmem_cli.agent.capturing import Capturing
from agentmem_cli.agent.events import Captured, Evidence, TextDelta, TurnEnded, TurnEvent, Usage
from agentmem_cli.agent.loop_thread import LoopThread
from agentmem_cli.agent.quiet import quiet_agno
from agentmem_cli.agent.undo import ChatChanges
from agentmem_cli.agent.window import context_window
from agentmem_cli.errors import AgentmemError, UsageProblem
from agentmem_cli.records import TurnStatus
from agentmem_cli.sessions.instructions import instructions_of, keep_instructions
from agentmem_cli.sessions.turns import PendingTurn, begin_turn, settle_turn
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database, storable

if TYPE_CHECKING:  # heavy: imported on the conversation's thread
    from agentmem_cli.agent.request import TurnContext
    from agentmem_cli.recall.user_index import UserIndex

MESSAGE_LIMIT = 500_000
"""Characters of one message: beyond it no model's context holds it, and `ingest` is the way."""
CLOSING_SECONDS = 10.0
QUIET_SECONDS = 1.0
"""How long the end waits for background work without a word."""
SIGNAL_SECONDS = 0.2
"""How often who waits for an event looks up: a signal that comes as Python begins to wait is seen only after it."""
IDLE_SECONDS = 1.0
"""After loading, and after a turn, until searches are made ready: who only asks once has left by then."""


class Conversation:
    """Ask, stop, capture, and change session or model. `warn` is told of what degraded, from any thread."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        *,
        model: str,
        session_id: str | None = None,
        knowledge: bool = True,
        warn: Callable[[str], None],
    ) -> None:
        self.settings = settings
        self.database = database
        self.model = model
        self.session_id = session_id or str(uuid4())
        self.turn: PendingTurn | None = None
        self.changes = ChatChanges(database, settings.user, self._end_capture)
        self._new_instructions = ""
        self._capturing = Capturing(settings, database, self._index)
        self._captures: dict[str, Future[Captured]] = {}
        self._knowledge = knowledge
        self._warn = warn
        self._context: TurnContext | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._loaded = False
        self._thread = LoopThread("conversation")
        self._idle_work: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to load what a turn needs, in the background."""
        self._thread.start(self._load, self._let_go)

    def new_session(self, session_id: str | None = None) -> None:
        """Go on in another session: the one given, or a new one."""
        self.session_id = session_id or str(uuid4())
        self.turn = None
        self._new_instructions = ""

    @property
    def window(self) -> int | None:
        """How many tokens the model takes, where that is known."""
        return context_window(self.model, self.settings.context_window)

    @property
    def instructions(self) -> str:
        """What the person told the agent to do in this session."""
        return self._new_instructions or instructions_of(self.database, self.settings.user, self.session_id)

    def instruct(self, text: str) -> None:
        """Keep instructions for this session, or none; one that is still to come gets them with its first turn."""
        is_kept = keep_instructions(self.database, self.settings.user, self.session_id, text)
        self._new_instructions = "" if is_kept else text

    def use_model(self, model: str) -> None:
        """Answer with another model from the next turn on. Raises ConfigProblem when it cannot be used."""
        from agentmem_cli.agent.worker import use_model

        self._thread.call(lambda: use_model(self._ready_context(), model, self.settings))
        self.model = model
        self._capturing.use_another_model()

    def ask(self, question: str, *, typed: str | None = None, retry_of: str | None = None) -> Iterator[TurnEvent]:
        """Commit the question, then give what happens until the turn is settled; `TurnEnded` comes last.

        `typed` is the part that the person typed, None for all of it, "" for nothing: only that is captured.
        `retry_of` is a run without an answer, which the question takes up again.
        Raises UsageProblem for an empty or overlong question, and what `begin_turn` raises.
        """
        question = storable(question)
        if not question.strip():
            raise UsageProblem("The message is empty.", "Type one, or pipe it in.")
        if len(question) > MESSAGE_LIMIT:
            raise UsageProblem(
                f"The message has {len(question):,} characters, {MESSAGE_LIMIT:,} at most.",
                "Save it to a file and `agentmem ingest` it.",
            )
        self.changes.make_room(self.session_id, int(time.time()))
        self.turn = turn = begin_turn(
            self.database,
            user_id=self.settings.user,
            session_id=self.session_id,
            question=question,
            at=int(time.time()),
            run_id=retry_of,
            typed=None if typed is None else storable(typed),
            memory=self.settings.memory,
        )
        if self._new_instructions:
            self.instruct(self._new_instructions)
        events: SimpleQueue[TurnEvent] = SimpleQueue()
        self._stopping = False
        self._thread.submit(self._run_turn(turn, events.put))
        while True:
            try:
                event = events.get(timeout=SIGNAL_SECONDS)
            except Empty:
                continue
            if self._stopping and isinstance(event, TextDelta):
                continue  # it is kept; to print what a flood has brought would take seconds
            yield event
            if isinstance(event, TurnEnded):
                return

    def stop(self) -> None:
        """Stop the answer; what there is of it is kept."""
        self._stopping = True
        self._thread.loop.call_soon_threadsafe(self._cancel)

    @property
    def captures_at_once(self) -> bool:
        """Whether capture takes no model, and so no time."""
        return self._capturing.is_quick(self.model)

    def capture(self, turn: PendingTurn) -> Future[Captured]:
        """What a settled turn's message teaches, in the background."""
        self._captures = {run_id: each for run_id, each in self._captures.items() if not each.done()}
        captured = self._thread.submit(self._capturing.capture(turn.run_id, self.model))
        self._captures[turn.run_id] = captured
        return captured

    def refresh_vectors(self) -> None:
        """Make the vectors of what was said since, and wait for them: a script leaves no idle second for it."""
        if self._context is not None:
            from agentmem_cli.agent.worker import refresh_vectors

            refresh_vectors(self._context)

    def catch_up(self, tell: Callable[[Captured], None]) -> Future[None]:
        """Capture what waits from earlier starts, in the background; `tell` is told of each, from there."""
        return self._thread.submit(self._capturing.catch_up(self.model, tell))

    def leave_captures(self) -> None:
        """Stop what still captures: it waits for the next start."""
        if not self._thread.is_running or not self._loaded:
            return
        self._thread.submit(self._capturing.stop()).result()

    def close(self) -> None:
        """Let background work end, for a few seconds at the most, and let go of everything; Ctrl-C ends the wait.

        What still loads is not waited for: who leaves at once has nothing in the background.
        """
        try:
            if self._thread.is_running and self._loaded:
                self._wait_for_the_rest()
                self._thread.stop(CLOSING_SECONDS)
            elif self._thread.is_running:
                self._thread.stop(0)
        finally:
            self.database.close()

    def _let_go(self) -> None:
        """Close what the thread opened, and those that it started."""
        if self._context is not None:
            self._context.close()
        self.database.close()

    def _wait_for_the_rest(self) -> None:
        finishing = self._thread.submit(self._finish())
        try:
            if not wait([finishing], QUIET_SECONDS).done:
                self._warn("A message is still looked through for memories; Ctrl-C leaves that to the next start.")
            finishing.result(CLOSING_SECONDS)
        except TimeoutError:
            self._warn("Something still runs in the background; leaving anyway.")
        except KeyboardInterrupt:
            self.leave_captures()
            raise

    def _load(self) -> None:
        """Import and build everything, ahead of the first turn; a failure is told by the turn that needs it."""
        gc.disable()  # it would go over every new class again and again: 0.3 s of 0.8, in pauses that typing feels
        with suppress(Exception):
            self._ready_context()
        gc.enable()
        self._loaded = True
        if self._context is not None:
            from agentmem_cli.agent.worker import warm_up

            self._do_when_idle(warm_up, self._context)

    def _ready_context(self) -> TurnContext:
        if self._context is None:
            quiet_agno()
            from agentmem_cli.agent.worker import load_context

            self._context = load_context(
                self.settings, self.database, model=self.model, knowledge=self._knowledge, warn=self._warn
            )
        return self._context

    def _index(self) -> UserIndex | None:
        return self._context.index if self._context is not None else None

    async def _run_turn(self, turn: PendingTurn, tell: Callable[[TurnEvent], None]) -> None:
        try:
            context = self._ready_context()
        except AgentmemError as error:
            tell(self._unanswered(turn, TurnStatus.FAILED, error))
            return
        except Exception as error:  # noqa: BLE001 -- a broken package must not leave the person waiting for ever
            failure = AgentmemError(f"The agent cannot start: {type(error).__name__}: {error}.", "`agentmem doctor`.")
            tell(self._unanswered(turn, TurnStatus.FAILED, failure))
            return
        from agentmem_cli.agent.turn import run_turn

        self._task = asyncio.current_task()
        if self._stopping:
            tell(self._unanswered(turn, TurnStatus.INTERRUPTED, None))
            return
        from agentmem_cli.agent.worker import refresh_vectors

        await run_turn(context, turn, tell)
        self._task = None
        self._do_when_idle(refresh_vectors, context)

    def _do_when_idle(self, work: Callable[[TurnContext], None], context: TurnContext) -> None:
        """Do something in a thread of its own when nobody waits for an answer; what was to be done is forgotten."""
        loop = self._thread.loop
        self._forget_idle_work()
        self._idle_work = loop.call_later(IDLE_SECONDS, loop.run_in_executor, None, work, context)

    def _forget_idle_work(self) -> None:
        if self._idle_work is not None:
            self._idle_work.cancel()

    def _unanswered(self, turn: PendingTurn, status: TurnStatus, error: AgentmemError | None) -> TurnEnded:
        """Settle a turn that never reached a model."""
        try:
            settle_turn(self.database, turn, status, "", at=int(time.time()), error=str(error or ""))
        except AgentmemError as unsettled:
            error = unsettled
        return TurnEnded(turn.run_id, turn.session_id, status, "", error, Evidence(), Usage(), 0.0)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _end_capture(self, run_id: str) -> None:
        """Stop what still looks for memories in a turn that is taken back."""
        captured = self._captures.get(run_id)
        if captured is not None and not captured.done():
            self._thread.submit(self._capturing.end(run_id)).result()

    async def _finish(self) -> None:
        """Wait for captures, and for the tasks in which Agno ends stopped runs; begin nothing more."""
        self._forget_idle_work()
        self._capturing.begin_no_more()
        current = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not current]
        if others:
            await asyncio.wait(others, timeout=CLOSING_SECONDS - 1)
        if self._context is not None:
            self._context.index.stop()
