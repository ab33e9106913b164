"""agentmem as one of Agno's learning stores, for an agent that keeps its sessions where they are.

What the user says is kept here as a turn without an answer, so that it is captured, recalled and erased as any other.
What Agno's seam does not give, `build_agent` does: an answer is not kept, no run can be refused, a failure is a line
of Agno's log, and what is recalled stands in the system text, which Agno stores with each run.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from secrets import token_hex
from typing import Any

from agno.learn.machine import LearningMachine
from agno.models.base import Model
from agno.models.message import Message

from agentmem_cli.agent.events import Evidence
from agentmem_cli.agent.prompt import memory_text
from agentmem_cli.agent.tools import read_only_tools
from agentmem_cli.library.build import open_store
from agentmem_cli.library.store import Store
from agentmem_cli.recall.block import block_lines, fenced, profile_text, room_for
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.records import Memory, Recall, TurnStatus
from agentmem_cli.sessions.turns import begin_turn, settle_turn

NAME = "agentmem"


def agentmem_learning(
    model: str | Model, *, db: str | Path | None = None, memory: str = "auto", knowledge: bool = True
) -> LearningMachine:
    """What Agno's `Agent(learning=…)` takes: a machine whose one store is agentmem's.

    `model` captures the memories; `db`, `memory` and `knowledge` are as in `build_agent`. Runs without a `user_id`
    recall and teach nothing. Raises what `build_agent` raises.
    """
    _, store, _ = open_store(model, db, memory, knowledge=knowledge)
    stores = {NAME: AgentmemLearning(store)}
    return LearningMachine(name=NAME, custom_stores=stores)  # type: ignore[arg-type]  # a store is given what it takes


class AgentmemLearning:
    """Agno's protocol of a learning store."""

    learning_type = NAME
    schema = Memory
    was_updated = False
    """Memories are captured later, in the background."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def recall(self, user_id: str | None = None, message: str | None = None) -> Recall | None:
        """What is recalled for a message of a user's."""
        if not user_id:
            return None
        return recall_for(self.store.database, user_id, message or "", index=self.store.person(user_id).index)

    async def arecall(self, user_id: str | None = None, message: str | None = None) -> Recall | None:
        """The same, off the event loop."""
        return await asyncio.to_thread(self.recall, user_id, message)

    def process(
        self,
        messages: Sequence[Message],
        user_id: str | None = None,
        session_id: str | None = None,
        run_context: Any = None,
    ) -> None:
        """Keep what the user said, and look for memories in it, in the background. Raises what `begin_turn` raises."""
        said = [each.get_content_string() for each in messages if each.role == "user" and not each.from_history]
        if not (user_id and session_id and said):
            return
        now = int(time.time())
        turn = begin_turn(
            self.store.database,
            user_id=user_id,
            session_id=session_id,
            question=said[-1],
            at=now,
            new_id=getattr(run_context, "run_id", None),
            memory=self.store.settings.memory,
        )
        settle_turn(self.store.database, turn, TurnStatus.DONE, "", at=now)
        self.store.capture(user_id, turn.run_id)

    async def aprocess(
        self,
        messages: Sequence[Message],
        user_id: str | None = None,
        session_id: str | None = None,
        run_context: Any = None,
    ) -> None:
        """The same, off the event loop."""
        await asyncio.to_thread(self.process, messages, user_id, session_id, run_context)

    def build_context(self, data: Recall | None) -> str:
        """What was recalled, as the model reads it: fenced, within the budget."""
        if data is None:
            return ""
        block = fenced(block_lines(data, room_for(data)), token_hex(4))
        return "\n\n".join(filter(None, [profile_text(data.profile), block]))

    def instructions(self) -> str:
        """How the model is to take it."""
        return memory_text(self.store.settings.memory)

    def get_tools(self, user_id: str | None = None) -> list[Callable[..., Any]]:
        """The two tools, which only read."""
        if not user_id:
            return []
        context = self.store.context(user_id)

        def recall(query: str) -> Recall:
            return recall_for(context.database, user_id, query, limit=20, index=context.index, is_wanted=True)

        return list(read_only_tools(Evidence(), context.search, recall))  # type: ignore[arg-type]  # Agno takes both

    async def aget_tools(self, user_id: str | None = None) -> list[Callable[..., Any]]:
        """The same, off the event loop."""
        return await asyncio.to_thread(self.get_tools, user_id)
