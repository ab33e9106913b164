"""How PostgreSQL finds what the program asks for: the statements that were run, and the plan of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from agentmem_cli.storage.database import Connection, Database

Statement = tuple[str, tuple[Any, ...]]
"""An SQL text and what follows it in the call."""


class _Noting:
    """A connection that notes each query."""

    def __init__(self, connection: Connection, noted: list[Statement]) -> None:
        self._connection, self._noted = connection, noted

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, *parameters: Any) -> Any:
        """Run one statement."""
        if sql.lstrip().startswith(("SELECT", "WITH")):
            self._noted.append((sql, parameters))
        return self._connection.execute(sql, *parameters)


@contextmanager
def queries_noted(database: Database) -> Iterator[list[Statement]]:
    """The queries that are run meanwhile."""
    noted: list[Statement] = []
    connect = database.connect
    database.close()  # what is open already notes nothing
    database.connect = lambda: _Noting(connect(), noted)  # type: ignore[method-assign,assignment,return-value]  # stands before it
    try:
        yield noted
    finally:
        database.close()
        database.connect = connect  # type: ignore[method-assign]  # as it was


def plan_of(database: Database, statement: Statement) -> str:
    """PostgreSQL's plan of a query, a line a step."""
    sql, parameters = statement
    return "\n".join(row[0] for row in database.read(f"EXPLAIN (COSTS OFF) {sql}", *parameters))
