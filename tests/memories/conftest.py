"""A store of memories on a real file, and the writer with its constant arguments filled in."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentmem_cli.memories.operations import Operation, Source, Written
from agentmem_cli.memories.writer import apply_operations
from agentmem_cli.records import OFFLINE
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database

NOW = 1_780_000_000


class Store:
    """A database and a clock that ticks once a write."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = itertools.count(NOW)

    def write(
        self, *operations: Operation, actor: str = OFFLINE, mode: str = "auto", user: str = "sarah", typed: str = ""
    ) -> Written:
        """Write what `user` typed; without `typed`, that is the quotes."""
        now = next(self.clock)
        text = typed or "\n".join(operation.quote or "" for operation in operations)
        source = Source("session-1", "run-1", now, actor)
        return apply_operations(self.database, user, operations, source, typed_text=text, mode=mode, now=now)

    def say(self, text: str, *, user: str = "sarah", actor: str = "person", mode: str = "auto") -> Written:
        """Remember one text."""
        return self.write(Operation("add", text, quote=text), user=user, actor=actor, mode=mode, typed=text)


@pytest.fixture
def store(home: Path) -> Iterator[Store]:  # noqa: ARG001 -- its environment is what is needed
    """An empty store of Sarah's."""
    database = open_database(load_settings())
    yield Store(database)
    database.close()
