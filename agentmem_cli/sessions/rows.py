"""The rows of sessions and their runs, in Agno's own form, written in the transaction of whoever calls.

They are Agno's own tables (`agno_sessions`, `agno_runs`), so that an Agno tool pointed at the file sees every
session. They are written here and not by Agno, because Agno's writes can fail while the run still says it completed,
take several transactions, and keep the system text and every memory in it.

How a turn ended is the run's status in Agno's words: RUNNING is a question that waits for its answer
(or whose process died), COMPLETED, CANCELLED (interrupted) and ERROR (failed) are settled.
"""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import uuid4

from agentmem_cli.errors import NotFound, UsageProblem
from agentmem_cli.records import TurnStatus
from agentmem_cli.sessions.index import AGENT_ID
from agentmem_cli.sessions.titles import is_small_talk
from agentmem_cli.storage.database import Connection

AGNO_STATUS = {
    TurnStatus.PENDING: "RUNNING",
    TurnStatus.DONE: "COMPLETED",
    TurnStatus.INTERRUPTED: "CANCELLED",
    TurnStatus.FAILED: "ERROR",
}
NO_SESSION_ID = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What can be typed on no command line, or would be two lines of a list."""
TURN_STATUS = {agno: turn for turn, agno in AGNO_STATUS.items()}


def ensure_session(connection: Connection, user_id: str, session_id: str, title: str, at: int) -> None:
    """Make the session row if there is none, in the caller's transaction.

    Raises NotFound when the id is another user's, or waits in the trash, and UsageProblem when it cannot be typed.
    """
    row = connection.execute("SELECT user_id FROM agno_sessions WHERE session_id = ?", (session_id,)).fetchone()
    if row is not None:
        if row["user_id"] != user_id:
            raise NotFound(f'Session "{session_id}" belongs to another user.', "Choose another id, or pass --user.")
        return
    if connection.execute("SELECT 1 FROM trashed_sessions WHERE session_id = ?", (session_id,)).fetchone():
        raise NotFound(f'Session "{session_id}" is in the trash.', f"`agentmem sessions restore {session_id}` first.")
    if NO_SESSION_ID.search(session_id):
        raise UsageProblem(f"{session_id!a} cannot be a session's id.", "Leave out line breaks and control characters.")
    connection.execute(
        "INSERT INTO agno_sessions (session_id, session_type, agent_id, user_id, session_data, created_at, updated_at)"
        " VALUES (?, 'agent', ?, ?, ?, ?, ?)",
        (session_id, AGENT_ID, user_id, json.dumps({"session_name": title}), at, at),
    )


def name_session(connection: Connection, session_id: str, title: str) -> None:
    """Give a session this title, in the caller's transaction, if it has none, or one that a mere greeting gave it."""
    (row,) = connection.execute(
        "SELECT json_extract(session_data, '$.session_name') AS title,"
        " json_extract(session_data, '$.renamed') AS renamed FROM agno_sessions WHERE session_id = ?",
        (session_id,),
    )
    if not row["title"] or (is_small_talk(row["title"]) and not row["renamed"]):
        connection.execute(
            "UPDATE agno_sessions SET session_data = json_set(coalesce(session_data, '{}'), '$.session_name', ?)"
            " WHERE session_id = ?",
            (title, session_id),
        )


def write_run(connection: Connection, user_id: str, session_id: str, run_index: int, run_data: dict[str, Any]) -> None:
    """Write one row of `agno_runs` as Agno would, in the caller's transaction."""
    at = run_data["created_at"]
    connection.execute(
        "INSERT INTO agno_runs"
        " (run_id, session_id, run_type, agent_id, user_id, status, run_index, run_data, created_at, updated_at)"
        " VALUES (?, ?, 'agent', ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (run_id) DO UPDATE"
        " SET status = excluded.status, run_data = excluded.run_data, updated_at = excluded.updated_at",
        (
            run_data["run_id"],
            session_id,
            AGENT_ID,
            user_id,
            run_data["status"],
            run_index,
            json.dumps(run_data, ensure_ascii=True),
            at,
            at,
        ),
    )


def message_data(
    role: str, text: str, at: int, *, name: str | None = None, imported_id: str | None = None
) -> dict[str, Any]:
    """One message in the form in which Agno stores it."""
    data: dict[str, Any] = {
        "id": str(uuid4()),
        "content": text,
        "from_history": False,
        "stop_after_tool_call": False,
        "role": role,
        "created_at": at,
    }
    if name:
        data["name"] = name
    if imported_id:
        data["provider_data"] = {"imported_id": imported_id}
    return data


def next_place(connection: Connection, session_id: str) -> int:
    """The run_index that comes next in a session; one that was taken back is not given again."""
    row = connection.execute(
        "SELECT coalesce(max(run_index) + 1, 0) AS place FROM (SELECT run_index FROM agno_runs WHERE session_id = :id"
        " UNION ALL SELECT run_index FROM taken_back_runs WHERE session_id = :id) AS places",
        {"id": session_id},
    ).fetchone()
    return int(row["place"])


def pending_run(run_id: str, session_id: str, user_id: str, question: str, at: int) -> dict[str, Any]:
    """A run that waits for its answer, in the form in which Agno stores it."""
    return {
        "run_id": run_id,
        "agent_id": AGENT_ID,
        "session_id": session_id,
        "user_id": user_id,
        "content_type": "str",
        "created_at": at,
        "status": AGNO_STATUS[TurnStatus.PENDING],
        "messages": [message_data("user", question, at)],
        "input": {"input_content": question},
    }
