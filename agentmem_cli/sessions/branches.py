"""Another course for a session: exchanges taken back and returned, and the session forked at a turn.

What is taken back leaves Agno's table, so it is out of the model's view, recall, search, counts and exports by
construction; it waits whole in `taken_back_runs`. A fork holds copies with ids of their own and shares nothing.
Memories are another room's: `agent/undo.py` moves the two together.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from agentmem_cli.errors import NotFound, UsageProblem
from agentmem_cli.records import Exchange, SessionSummary
from agentmem_cli.sessions.catalog import find_session, list_sessions
from agentmem_cli.sessions.index import index_messages, messages_of_run
from agentmem_cli.sessions.rows import name_session, write_run
from agentmem_cli.sessions.titles import title_of
from agentmem_cli.sessions.turns import exchange_of, exchanges_between
from agentmem_cli.storage.database import ALL_ROWS, Connection, Database, Row

_RUN = (
    "run_id, session_id, run_type, agent_id, team_id, workflow_id, user_id, parent_run_id, status, run_index,"
    " run_data, created_at, updated_at"
)
_FORK_MARK = re.compile(r" \(fork(?: \d+)?\)$")


@dataclass(frozen=True, slots=True)
class TakenBackRun:
    """An exchange that waits in `taken_back_runs`, and the memory changes that were undone with it."""

    run_id: str
    question: str
    memory_batches: list[str]


def exchanges_of(database: Database, user_id: str, session_id: str) -> list[Exchange]:
    """Every exchange of a user's session, in order; empty for a session that is not there yet."""
    owned = database.read("SELECT 1 FROM agno_sessions WHERE session_id = ? AND user_id = ?", (session_id, user_id))
    return exchanges_between(database, session_id) if owned else []


def last_run(database: Database, user_id: str, session_id: str) -> str | None:
    """The id of the session's last run; None when there is none."""
    rows = database.read(
        "SELECT run_id FROM agno_runs WHERE session_id = ? AND user_id = ? ORDER BY run_index DESC LIMIT 1",
        (session_id, user_id),
    )
    return rows[0]["run_id"] if rows else None


def runs_from(database: Database, user_id: str, session_id: str, first: str) -> list[str]:
    """The ids of a run and of all after it in its session, the last one first."""
    rows = database.read(
        "SELECT run_id FROM agno_runs WHERE session_id = :session AND user_id = :user AND run_index >="
        " (SELECT run_index FROM agno_runs WHERE run_id = :first AND session_id = :session) ORDER BY run_index DESC",
        {"session": session_id, "user": user_id, "first": first},
    )
    return [row["run_id"] for row in rows]


def take_back_run(connection: Connection, user_id: str, run_id: str, memory_batches: Sequence[str]) -> str:
    """Take one exchange out of its session, in the caller's transaction; gives what the person had asked.

    A title that this question gave goes with it; the first one that is left gives another, or the next to come.
    Raises NotFound when it is not there any more.
    """
    key = (run_id, user_id)
    run = connection.execute(
        "SELECT session_id, run_data FROM agno_runs WHERE run_id = ? AND user_id = ?", key
    ).fetchone()
    if run is None:
        raise NotFound("That exchange is not here any more.", "Another window took it back or erased it: try again.")
    question = _question(run)
    connection.execute("DELETE FROM taken_back_runs WHERE run_id = ?", (run_id,))
    connection.execute(
        f"INSERT INTO taken_back_runs ({_RUN}, memory_batches, number) SELECT {_RUN}, ?,"  # noqa: S608 -- same
        " (SELECT coalesce(max(number), 0) + 1 FROM taken_back_runs) FROM agno_runs WHERE run_id = ?",
        (json.dumps(memory_batches), run_id),
    )
    connection.execute("DELETE FROM agno_runs WHERE run_id = ?", (run_id,))
    first = connection.execute(
        "SELECT run_data FROM agno_runs WHERE session_id = ? ORDER BY run_index LIMIT 1", (run["session_id"],)
    ).fetchone()
    connection.execute(
        "UPDATE agno_sessions SET session_data = json_set(session_data, '$.session_name', ?) WHERE session_id = ?"
        " AND json_extract(session_data, '$.session_name') = ? AND json_extract(session_data, '$.renamed') IS NULL",
        (title_of(_question(first)) if first else "", run["session_id"], title_of(question)),
    )
    return question


def returnable_run(database: Database, user_id: str, session_id: str) -> TakenBackRun | None:
    """The exchange that was taken back last, while nothing has been asked in its place."""
    rows = database.read(
        "SELECT run_id, run_data, memory_batches FROM taken_back_runs WHERE session_id = :session AND user_id = :user"
        " AND run_index > (SELECT coalesce(max(run_index), -1) FROM agno_runs WHERE session_id = :session)"
        " ORDER BY number DESC LIMIT 1",
        {"session": session_id, "user": user_id},
    )
    return TakenBackRun(rows[0]["run_id"], _question(rows[0]), json.loads(rows[0]["memory_batches"])) if rows else None


def return_run(connection: Connection, user_id: str, run_id: str) -> None:
    """Put an exchange back where it was, in the caller's transaction."""
    key = (run_id, user_id)
    connection.execute(
        f"INSERT INTO agno_runs ({_RUN}) SELECT {_RUN} FROM taken_back_runs WHERE run_id = ? AND user_id = ?",  # noqa: S608 -- names of this file
        key,
    )
    run = connection.execute("SELECT session_id, run_data FROM agno_runs WHERE run_id = ?", key[:1]).fetchone()
    connection.execute("DELETE FROM taken_back_runs WHERE run_id = ? AND user_id = ?", key)
    index_messages(connection, user_id, run["session_id"], run_id, messages_of_run(json.loads(run["run_data"])))
    name_session(connection, run["session_id"], title_of(_question(run)))


def taken_back(database: Database, user_id: str, session_id: str) -> list[Exchange]:
    """What was taken back in a session, in the order in which it was said."""
    rows = database.read(
        "SELECT run_id, status, created_at, run_data FROM taken_back_runs WHERE session_id = ? AND user_id = ?"
        " ORDER BY run_index",
        (session_id, user_id),
    )
    return [exchange_of(row, _said(row)) for row in rows]


def fork_session(database: Database, user_id: str, session_id: str, exchanges: int | None, at: int) -> SessionSummary:
    """A new session with copies of the first so many exchanges of another one, all for None.

    Raises UsageProblem when there are not so many, and NotFound for a session that is not there.
    """
    if last_run(database, user_id, session_id) is None:
        raise NotFound("There is nothing to fork yet.", "Ask something first.")
    source = find_session(database, user_id, session_id)
    if exchanges is not None and not 1 <= exchanges <= source.turns:
        raise UsageProblem(f"There is no turn {exchanges}.", f"This session has {source.turns}; /history shows them.")
    new_id = str(uuid4())
    with database.write(user_id) as connection:
        connection.execute(
            "INSERT INTO agno_sessions"
            " (session_id, session_type, agent_id, user_id, session_data, created_at, updated_at)"
            " SELECT ?, session_type, agent_id, user_id, json_set(coalesce(session_data, '{}'), '$.session_name', ?),"
            " ?, ? FROM agno_sessions WHERE session_id = ?",
            (new_id, _fork_title(database, user_id, source.title), at, at, session_id),
        )
        rows = connection.execute(
            "SELECT run_id, run_index, run_data FROM agno_runs WHERE session_id = ? ORDER BY run_index LIMIT ?",
            (session_id, ALL_ROWS if exchanges is None else exchanges),
        ).fetchall()
        for place, row in enumerate(rows):
            _copy_run(connection, user_id, new_id, place, row)
    return find_session(database, user_id, new_id)


def related_runs(database: Database, run_ids: Iterable[str]) -> set[str]:
    """These runs, and every run that says the same because a session was forked."""
    wanted = json.dumps(list(run_ids))
    rows = database.read(
        "WITH wanted AS (SELECT value AS run_id FROM json_each(?)),"
        " origins AS (SELECT coalesce(origin, wanted.run_id) AS origin"
        " FROM wanted LEFT JOIN forked_runs USING (run_id))"
        " SELECT origin AS run_id FROM origins UNION SELECT run_id FROM forked_runs JOIN origins USING (origin)",
        (wanted,),
    )
    return {row["run_id"] for row in rows}


def fork_base(title: str) -> str:
    """The title of the session that one was forked from, as long as it keeps the name that this gave it."""
    return _FORK_MARK.sub("", title)


def _copy_run(connection: Connection, user_id: str, session_id: str, place: int, row: Row) -> None:
    run_id = str(uuid4())
    copied: dict[str, Any] = {**json.loads(row["run_data"]), "run_id": run_id, "session_id": session_id}
    write_run(connection, user_id, session_id, place, copied)
    connection.execute(
        "INSERT INTO forked_runs SELECT :copy, coalesce((SELECT origin FROM forked_runs WHERE run_id = :run), :run)",
        {"copy": run_id, "run": row["run_id"]},
    )
    index_messages(connection, user_id, session_id, run_id, messages_of_run(copied))


def _fork_title(database: Database, user_id: str, title: str) -> str:
    base = fork_base(title)
    taken = {session.title for session in list_sessions(database, user_id)}
    number, wanted = 1, f"{base} (fork)"
    while wanted in taken:
        number += 1
        wanted = f"{base} (fork {number})"
    return wanted


def _question(run: Row) -> str:
    return "\n\n".join(text for role, text in _said(run) if role == "user")


def _said(run: Row) -> list[tuple[str, str]]:
    return [(message.role, message.text) for message in messages_of_run(json.loads(run["run_data"]))]
