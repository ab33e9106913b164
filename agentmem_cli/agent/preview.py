"""What would be kept of a message: captured as in a chat, and written in a transaction that is rolled back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from agentmem_cli.agent.capture import Before, proposed_by_model, proposed_offline
from agentmem_cli.agent.failures import explained_error
from agentmem_cli.errors import AgentmemError
from agentmem_cli.memories.operations import Operation, Source, Written
from agentmem_cli.memories.wording import own_words, tidy
from agentmem_cli.memories.writer import apply_operations
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.records import OFFLINE, Memory
from agentmem_cli.settings import Settings
from agentmem_cli.storage.captures import WaitingCapture
from agentmem_cli.storage.database import Database

if TYPE_CHECKING:  # heavy
    from agno.models.base import Model


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be kept of one message, and the kinds of secret that would be left out."""

    message: str
    operations: list[Operation]
    withheld: list[str]

    def as_json(self) -> dict[str, Any]:
        """What `--json` prints."""
        operations = [_as_json(operation) for operation in self.operations]
        return {"message": self.message, "operations": operations, "withheld": self.withheld}


class Previewer:
    """Previews the messages of one user, each by what is known now: a preview adds nothing to that.

    `model` is a name as `choice.model_name` gives it; it is built for the first message. Close it at the end.
    """

    def __init__(self, settings: Settings, database: Database, model: str) -> None:
        self._settings = settings
        self._database = database.rehearsal()
        self._model_name = model
        self._model: tuple[Model, UserIndex] | None = None
        self._runner = asyncio.Runner()

    def close(self) -> None:
        """Let go of the database and of the model's connections."""
        self._runner.close()
        self._database.close()

    def preview(self, message: str) -> Preview:
        """What would be kept of a message that is said now. Raises AgentmemError when the model fails."""
        waiting = WaitingCapture(
            run_id="",
            user_id=self._settings.user,
            session_id="",
            typed=message,
            at=int(time.time()),
            mode="auto",
            attempts=0,
            run_index=0,
        )
        operations, actor = self._proposed(waiting)
        written = apply_operations(
            self._database,
            waiting.user_id,
            operations,
            Source(session_id=None, run_id=None, said_at=waiting.at, actor=actor),
            typed_text=message,
            mode=waiting.mode,
            now=waiting.at,
        )
        return Preview(message, list(_carried_out(operations, written)), written.withheld)

    def _proposed(self, waiting: WaitingCapture) -> tuple[list[Operation], str]:
        """The operations that capture proposes, and their actor. A model that answers out of form is done without."""
        if not own_words(waiting.typed).strip():
            return [], OFFLINE
        if self._model_name != OFFLINE:
            model, index = self._ready_model()
            asking = proposed_by_model(self._database, waiting, Before(), model, index)
            try:
                operations = self._runner.run(asking)
            except Exception as error:
                raise explained_error(error, "Try again.") from error
            if operations is not None:
                return operations, f"model:{model.id}"
        return proposed_offline(self._database, waiting), OFFLINE

    def _ready_model(self) -> tuple[Model, UserIndex]:
        """The model, and the vectors that there are; none is made."""
        if self._model is None:
            from agentmem_cli.agent.worker import memory_model

            index = UserIndex(self._database, self._settings.user)
            with suppress(AgentmemError):
                index.refresh(seconds=0)
            self._model = memory_model(self._model_name, self._settings), index
        return self._model


def _carried_out(operations: Sequence[Operation], written: Written) -> Iterator[Operation]:
    """The operations without those that the writer refused, with tidy texts and what they replace."""
    new = {memory.text: memory for memory in (*written.added, *written.replaced)}
    gone = {memory.memory_id for memory in (*written.ended, *written.forgotten)}
    for operation in operations:
        memory = new.get(tidy(operation.text))
        if memory:
            yield _as_written(operation, memory)
        elif not operation.text and not gone.isdisjoint(operation.replaces):
            yield operation


def _as_written(operation: Operation, memory: Memory) -> Operation:
    replaced = [memory.supersedes, *memory.also_supersedes] if memory.supersedes else []
    return replace(
        operation,
        action="replace" if replaced else "add",
        text=memory.text,
        quote=memory.quote,
        replaces=tuple(filter(None, replaced)),
        asks_about=memory.replaces_perhaps,
    )


def _as_json(operation: Operation) -> dict[str, Any]:
    return {
        "action": operation.action,
        "text": operation.text,
        "kind": operation.kind,
        "quote": operation.quote,
        "replaces": list(operation.replaces),
        "on": operation.on,
        "from": operation.from_,
        "until": operation.until,
        "subject": operation.subject,
        "topics": operation.topics,
        "asks_about": operation.asks_about,
    }
