"""The memory capture of a conversation, on its event loop: with rules or a model, and ended when its turn is undone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from agentmem_cli.agent.choice import OFFLINE
from agentmem_cli.agent.events import Captured
from agentmem_cli.errors import AgentmemError
from agentmem_cli.sessions.turns import PendingTurn
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database

if TYPE_CHECKING:  # heavy: imported on the conversation's thread
    from agno.models.base import Model


class Capturing:
    """What looks for memories in the messages of a conversation."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._model: Model | None = None
        self._running: dict[str, asyncio.Task[Captured]] = {}

    def use_another_model(self) -> None:
        """Forget the model: the conversation has changed its own."""
        self._model = None

    async def capture(self, turn: PendingTurn, model: str) -> Captured:
        """What a turn's message teaches; nothing when it is ended before."""
        task = asyncio.ensure_future(self._captured(turn, model))
        self._running[turn.run_id] = task
        try:
            return await task
        except asyncio.CancelledError:
            return Captured()
        finally:
            del self._running[turn.run_id]

    async def end(self, run_id: str) -> None:
        """Stop the capture of a turn: from now on it writes nothing."""
        task = self._running.get(run_id)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _captured(self, turn: PendingTurn, model: str) -> Captured:
        from agentmem_cli.agent.capture import capture_offline, capture_with_model

        if model == OFFLINE and not self._settings.memory_model:
            try:
                return capture_offline(self._database, turn, self._settings.memory)
            except AgentmemError as error:
                return Captured(problem=error.problem)
        from agentmem_cli.agent.worker import memory_model

        try:
            if self._model is None:
                self._model = memory_model(model, self._settings)
        except AgentmemError as error:
            return Captured(problem=error.problem)
        return await capture_with_model(self._database, turn, self._settings.memory, self._model)
