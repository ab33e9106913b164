"""Sessions and memories of a plain Agno database, 2 or 3, taken over by the ways that all imports go.

A session, a run and a memory keep their ids, and their user; what has none becomes the person's who imports.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agentmem_cli.errors import AgentmemError, NotFound
from agentmem_cli.memories.operations import Operation
from agentmem_cli.memories.transfer import import_memories
from agentmem_cli.memories.wording import MAX_TEXT, tidy
from agentmem_cli.records import Record
from agentmem_cli.sessions.index import messages_of_run
from agentmem_cli.sessions.rows import NO_SESSION_ID
from agentmem_cli.sessions.titles import title_of_messages
from agentmem_cli.sessions.transfer import ImportedLine, SessionImport, import_session
from agentmem_cli.storage.database import Database, storable, storable_json
from agentmem_cli.storage.foreign import ForeignDatabase
from agentmem_cli.storage.plain_agno import decoded


@dataclass(frozen=True, slots=True)
class AgnoSession:
    """A session as Agno stores it, with its runs in order."""

    session_id: str
    user_id: str | None
    title: str
    created_at: int | None
    runs: list[dict[str, Any]]


@dataclass(slots=True)
class AgnoImport(Record):
    """What an import did: what is new, what was here already, and what was taken back or erased here."""

    sessions: int = 0
    messages: int = 0
    repeated: int = 0
    left_out: int = 0
    memories: int = 0
    refused: int = 0
    """Sessions whose id is another user's or waits in the trash, and memories too long to be one."""


def import_agno(database: Database, source: ForeignDatabase, user_id: str, *, erased: bool = False) -> AgnoImport:
    """Take over what is new. The same database twice adds nothing; `erased` brings back what was erased here too.

    `user_id` gets what is nobody's. Raises AgentmemError where there are no tables of Agno's.
    """
    if not source.tables & {"agno_sessions", "agno_memories"}:
        raise AgentmemError("That is no database of Agno's.", "It has neither agno_sessions nor agno_memories.")
    done = AgnoImport()
    for session in agno_sessions(source):
        _import_session(database, session, session.user_id or user_id, done, erased=erased)
    for owner, operations in agno_memories(source, done).items():
        written = import_memories(database, owner or user_id, operations, now=int(time.time()))
        done.memories += len(written.added) + len(written.replaced) + len(written.proposed)
    return done


def agno_sessions(source: ForeignDatabase) -> Iterator[AgnoSession]:
    """Every session, with its runs of either version: a row each, or all in one column of the session's."""
    runs: dict[str, list[dict[str, Any]]] = {}
    for row in source.rows("agno_runs", "session_id, run_index"):
        runs.setdefault(row["session_id"], []).append(decoded(row["run_data"]))
    for row in source.rows("agno_sessions", "created_at"):
        about, in_column = decoded(row["session_data"]), decoded(row.get("runs"))
        title = about.get("session_name") if isinstance(about, dict) else None
        own = runs.get(row["session_id"]) or (in_column if isinstance(in_column, list) else [])
        kept = [storable_json(run) for run in own if isinstance(run, dict) and not run.get("parent_run_id")]
        yield AgnoSession(row["session_id"], row["user_id"], str(title or ""), row["created_at"], kept)


def agno_memories(source: ForeignDatabase, done: AgnoImport) -> dict[str | None, list[Operation]]:
    """The memories of each user, the oldest first; what is none, or too long to be one, is counted as refused."""
    found: dict[str | None, list[Operation]] = {}
    for row in source.rows("agno_memories", "created_at, memory_id"):
        text, topics = decoded(row["memory"]), decoded(row.get("topics"))
        text = tidy(storable(str(text.get("memory", "") if isinstance(text, dict) else text or "")))
        if not 0 < len(text) <= MAX_TEXT:
            done.refused += 1
            continue
        found.setdefault(row["user_id"], []).append(
            Operation(
                "add",
                text,
                quote=row.get("input"),
                topics=[tidy(str(each)) for each in topics] if isinstance(topics, list) else [],
                said_at=row["created_at"],
                memory_id=row["memory_id"],
            )
        )
    return found


def _import_session(database: Database, session: AgnoSession, user_id: str, done: AgnoImport, *, erased: bool) -> None:
    lines = [line for run in session.runs for line in _lines(database, session.session_id, run)]
    if not lines:
        return
    if NO_SESSION_ID.search(session.session_id):
        done.refused += 1
        return
    title = session.title or title_of_messages(
        [each.content for each in lines if each.role == "user"] or ["(no title)"]
    )
    try:
        with database.write(user_id) as connection:
            imported: SessionImport = import_session(
                connection,
                user_id,
                session.session_id,
                title,
                lines,
                erased=erased,
                begun_at=session.created_at,
            )
    except NotFound:
        done.refused += 1
        return
    done.sessions += bool(imported.new)
    done.messages += imported.new
    done.left_out += imported.left_out
    done.repeated += len(lines) - imported.new - imported.left_out


def _lines(database: Database, session_id: str, run: dict[str, Any]) -> list[ImportedLine]:
    """What was said in a run; its first line has the run's id, unless a run of another session has it here."""
    run_id = run.get("run_id")
    if database.read("SELECT 1 FROM agno_runs WHERE run_id = ? AND session_id <> ?", (run_id, session_id)):
        run_id = None
    said = messages_of_run(run)
    return [
        ImportedLine(session_id, each.role, each.text, each.at or None, each.name, None, None if place else run_id)
        for place, each in enumerate(said)
    ]
