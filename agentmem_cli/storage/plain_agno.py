"""A database that Agno alone has made, taken in where agentmem's first tables are made. Opens no connection.

Agno's tables are made anew as agentmem has them, and the rows copied: what Agno 2 keeps of a session's runs in one
column are rows of `agno_runs` then.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from agentmem_cli.storage.database import Connection

TABLES = ("agno_runs", "agno_sessions", "agno_memories", "agno_schema_versions")
"""Those that refer to others first."""
_ASIDE = "{}_of_agno"
_OF_THE_RUN = ("run_id", "agent_id", "team_id", "workflow_id", "parent_run_id", "status")


def set_aside(connection: Connection) -> list[str]:
    """Give the tables that Agno has made other names, in the caller's transaction; which ones there are."""
    found = [table for table in TABLES if _columns(connection, table)]
    for table in found:
        connection.execute(f"ALTER TABLE {table} RENAME TO {_ASIDE.format(table)}")
        indexes = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
        for (name,) in connection.execute(indexes, (_ASIDE.format(table),)).fetchall():
            connection.execute(f'DROP INDEX "{name}"')
    return found


def take_in(connection: Connection, tables: list[str]) -> None:
    """Copy what was set aside into the tables of the same names, and let go of it."""
    for table in reversed(tables):
        aside = _ASIDE.format(table)
        shared = ", ".join(sorted(_columns(connection, table) & _columns(connection, aside)))
        connection.execute(f"INSERT OR IGNORE INTO {table} ({shared}) SELECT {shared} FROM {aside}")  # noqa: S608 -- names of columns
        if table == "agno_sessions" and "runs" in _columns(connection, aside):
            for run in _runs_in_one_column(connection, aside):
                names, marks = ", ".join(run), ", ".join("?" * len(run))
                connection.execute(f"INSERT OR IGNORE INTO agno_runs ({names}) VALUES ({marks})", list(run.values()))  # noqa: S608 -- names from below
    for table in tables:
        connection.execute(f"DROP TABLE {_ASIDE.format(table)}")


def decoded(value: Any) -> Any:
    """A JSON value as Agno stores it; Agno 2 wrote the text of a text."""
    for _ in range(2):
        if not isinstance(value, str):
            break
        try:
            value = json.loads(value)
        except ValueError:
            break
    return value


def _runs_in_one_column(connection: Connection, sessions: str) -> Iterator[dict[str, Any]]:
    """The runs of Agno 2, each as a row of Agno 3."""
    rows = connection.execute(f"SELECT session_id, user_id, created_at, runs FROM {sessions} WHERE runs IS NOT NULL")  # noqa: S608 -- a name from above
    for session_id, user_id, made_at, written in rows.fetchall():
        runs = decoded(written)
        for place, run in enumerate(runs if isinstance(runs, list) else []):
            if isinstance(run, dict) and run.get("run_id"):
                kind = next((each for each in ("agent", "team") if run.get(f"{each}_id")), "workflow")
                at = run.get("created_at") or made_at
                yield {
                    **{name: run.get(name) for name in _OF_THE_RUN},
                    "run_type": kind,
                    "session_id": session_id,
                    "user_id": user_id,
                    "run_index": place,
                    "run_data": json.dumps(run),
                    "created_at": at,
                    "updated_at": at,
                }


def _columns(connection: Connection, table: str) -> set[str]:
    return {str(row[0]) for row in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))}
