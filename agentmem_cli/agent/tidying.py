"""`agentmem memories tidy`: a language model words anew what was kept offline, in batches, and one write stores it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agentmem_cli.agent.capture import ask_for_operations
from agentmem_cli.agent.failures import explained_error
from agentmem_cli.errors import AgentmemError
from agentmem_cli.memories.tidying import (
    AT_ONCE,
    Rewriting,
    kept_offline,
    rewritings,
    tidying_prompt,
)
from agentmem_cli.memories.writer import rewrite_memories
from agentmem_cli.records import Memory
from agentmem_cli.storage.database import Database

if TYPE_CHECKING:  # heavy
    from agno.models.base import Model


@dataclass(frozen=True, slots=True)
class Tidied:
    """What became of the memories that were kept offline; `problem` is what ended it too early."""

    before: list[Memory]
    after: list[Memory]
    """The new ones; each says in `supersedes` and `also_supersedes` whose place it takes."""
    problem: AgentmemError | None = None

    @property
    def left(self) -> int:
        """How many stay as they were."""
        taken = sum(1 + len(memory.also_supersedes) for memory in self.after)
        return len(self.before) - taken

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        return {
            "tidied": [memory.as_json() for memory in self.after],
            "left": self.left,
            "problem": None if self.problem is None else str(self.problem),
        }


async def tidy_memories(database: Database, user_id: str, model: Model, progress: Callable[[int, int], None]) -> Tidied:
    """Word anew what was kept offline. A failure of the provider ends it; what was answered by then is written."""
    statements = kept_offline(database, user_id)
    held: list[Rewriting] = []
    problem = None
    try:
        for start in range(0, len(statements), AT_ONCE):
            progress(start, len(statements))
            batch = statements[start : start + AT_ONCE]
            operations = await ask_for_operations(model, *tidying_prompt(batch), batch)
            held += rewritings(operations or [], batch)
    except Exception as error:  # noqa: BLE001 -- whatever a provider's package raises
        problem = explained_error(error, "Run it again for the rest.")
    rewritten = [(each.operation, each.source) for each in held]
    written = rewrite_memories(database, user_id, rewritten, actor=f"model:{model.id}", now=int(time.time()))
    return Tidied(statements, written.replaced, problem)
