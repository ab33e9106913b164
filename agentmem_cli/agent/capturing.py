"""The memory capture of a conversation, on its event loop: from the queue, one message at a time, in their order.

A message leaves the queue in the transaction that writes its memories, so whatever ends a capture, its message waits
for the next start. Here is decided what becomes of one whose model fails, or does not answer in form.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from agentmem_cli.agent.events import Captured
from agentmem_cli.agent.failures import explained_error
from agentmem_cli.errors import AgentmemError
from agentmem_cli.records import OFFLINE
from agentmem_cli.settings import Settings
from agentmem_cli.storage.captures import WaitingCapture, note_failed_captures, waiting_capture, waiting_captures
from agentmem_cli.storage.database import Database

if TYPE_CHECKING:  # heavy: imported on the conversation's thread
    from agno.models.base import Model

    from agentmem_cli.recall.user_index import UserIndex

MOST_ATTEMPTS = 3
"""Starts in which a model may fail on a message; then it is captured without one."""
NOT_IN_FORM = "the model's replies cannot be read; such messages are captured without it"


class Capturing:
    """What looks for memories in the messages of a conversation.

    `index` gives the user's, once there is one; `build` gives a model that captures, where it is no named one.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        index: Callable[[], UserIndex | None],
        build: Callable[[str], Model] | None = None,
    ) -> None:
        self._settings = settings
        self._database = database
        self._index = index
        self._build = build
        self._model: Model | None = None
        self._running: dict[str, asyncio.Task[Captured]] = {}
        self._in_turn = asyncio.Lock()
        self._is_stopped = False
        self._has_said_form = False

    def use_another_model(self) -> None:
        """Forget the model: the conversation has changed its own."""
        self._model = None

    def is_quick(self, model: str) -> bool:
        """Whether capture takes no model, and so no time."""
        return (self._settings.memory_model or model) == OFFLINE

    async def capture(self, run_id: str, model: str) -> Captured:
        """What a turn's message teaches; nothing when it is ended before, or does not wait in the queue.

        What is being captured already is waited for.
        """
        if running := self._running.get(run_id):
            await asyncio.wait([running])
            return Captured() if running.cancelled() else running.result()
        task = asyncio.ensure_future(self._captured(run_id, model))
        self._running[run_id] = task
        try:
            return await task
        except asyncio.CancelledError:
            return Captured()
        finally:
            del self._running[run_id]

    async def catch_up(self, model: str, tell: Callable[[Captured], None]) -> None:
        """Capture what waits from earlier, the oldest first; the first failure of the model ends it."""
        if self._settings.memory == "off":
            return
        waiting = [each.run_id for each in waiting_captures(self._database, self._settings.user)]
        while waiting and not self._is_stopped:
            run_id = waiting.pop(0)
            if run_id not in self._running:
                captured = await self.capture(run_id, model)
                tell(captured)
                if captured.waits:
                    with suppress(AgentmemError):  # where nothing can be written, no count is lost
                        note_failed_captures(self._database, waiting)
                    return

    async def end(self, run_id: str) -> None:
        """Stop the capture of a turn: from now on it writes nothing."""
        task = self._running.get(run_id)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    def begin_no_more(self) -> None:
        """Leave what still waits from earlier to the next start."""
        self._is_stopped = True

    async def stop(self) -> None:
        """Stop all captures; their messages wait for the next start."""
        self.begin_no_more()
        for run_id in list(self._running):
            await self.end(run_id)

    async def _captured(self, run_id: str, model: str) -> Captured:
        async with self._in_turn:
            try:
                waiting = waiting_capture(self._database, run_id)
                return await self._capture(waiting, model) if waiting is not None else Captured()
            except AgentmemError as error:  # nothing was written, so the message is still in the queue
                return _waiting(error.problem)

    async def _capture(self, waiting: WaitingCapture, model: str) -> Captured:
        from agentmem_cli.agent.capture import capture_offline, capture_with_model

        if self.is_quick(model):
            return capture_offline(self._database, waiting)
        try:
            captured = await capture_with_model(self._database, waiting, self._ready_model(model), self._index())
        except Exception as error:  # noqa: BLE001 -- a provider's failure must not end the chat
            return self._failed(waiting, explained_error(error, "").problem)
        return captured or self._without_form(waiting)

    def _ready_model(self, model: str) -> Model:
        from agentmem_cli.agent.worker import memory_model

        if self._model is None:
            self._model = self._build(model) if self._build else memory_model(model, self._settings)
        return self._model

    def _failed(self, waiting: WaitingCapture, problem: str) -> Captured:
        from agentmem_cli.agent.capture import capture_offline

        if waiting.attempts + 1 >= MOST_ATTEMPTS:
            return replace(capture_offline(self._database, waiting), problem=problem)
        note_failed_captures(self._database, [waiting.run_id])
        return _waiting(problem)

    def _without_form(self, waiting: WaitingCapture) -> Captured:
        from agentmem_cli.agent.capture import capture_offline

        captured = capture_offline(self._database, waiting)
        problem = "" if self._has_said_form else NOT_IN_FORM
        self._has_said_form = True
        return replace(captured, problem=problem)


def _waiting(problem: str) -> Captured:
    return Captured(problem=f"{problem.rstrip('.')}; tried again at the next start", waits=True)
