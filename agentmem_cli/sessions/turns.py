"""A turn made durable: the question committed before a model is called, its answer before the prompt returns.

The rows are Agno's own (`agno_sessions`, `agno_runs`), in Agno's own form, so that an Agno tool pointed at
the file sees every session. They are written here and not by Agno, because Agno's writes can fail while the
run still says it completed, take several transactions, and keep the system text and every memory in it.

How a turn ended is the run's status in Agno's words: RUNNING is a question that waits for its answer
(or whose process died), COMPLETED, CANCELLED (interrupted) and ERROR (failed) are settled.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from agentmem_cli.errors import NotFound
from agentmem_cli.records import Exchange, TurnStatus
from agentmem_cli.sessions.index import AGENT_ID, IndexedMessage, index_messages
from agentmem_cli.sessions.titles import is_small_talk, title_of
from agentmem_cli.storage.database import Database

AGNO_STATUS = {
    TurnStatus.PENDING: "RUNNING",
    TurnStatus.DONE: "COMPLETED",
    TurnStatus.INTERRUPTED: "CANCELLED",
    TurnStatus.FAILED: "ERROR",
}
TURN_STATUS = {agno: turn for turn, agno in AGNO_STATUS.items()}


@dataclass(frozen=True, slots=True)
class PendingTurn:
    """A question that is committed and waits for its answer. `at` is in Unix seconds."""

    run_id: str
    session_id: str
    user_id: str
    question: str
    run_index: int
    at: int


def begin_turn(
    database: Database, *, user_id: str, session_id: str, question: str, at: int, run_id: str | None = None
) -> PendingTurn:
    """Commit a question. Makes the session if it is new; `run_id` puts a failed turn's question once more.

    Raises NotFound when the session is another user's, or waits in the trash.
    """
    run_id = run_id or str(uuid4())
    with database.write() as connection:
        ensure_session(connection, user_id, session_id, "", at)
        name_session(connection, session_id, title_of(question))
        run_index = _place_of(connection, session_id, run_id)
        write_run(connection, user_id, session_id, run_index, _run_data(run_id, session_id, user_id, question, at))
        index_messages(connection, user_id, session_id, run_id, [IndexedMessage("user", question, at)])
    return PendingTurn(run_id, session_id, user_id, question, run_index, at)


def settle_turn(
    database: Database,
    turn: PendingTurn,
    status: TurnStatus,
    answer: str,
    *,
    at: int,
    run_data: dict[str, Any] | None = None,
    error: str = "",
) -> None:
    """Commit how a turn ended, in one transaction: run, session and text index.

    `run_data` is Agno's own account of the run; without it (stopped, failed) one is made from the answer so far.
    """
    if run_data is None:
        run_data = _run_data(turn.run_id, turn.session_id, turn.user_id, turn.question, turn.at)
        if answer:
            run_data["messages"].append(message_data("assistant", answer, at))
            run_data["content"] = answer
    run_data["status"] = AGNO_STATUS[status]
    if error:
        run_data["metadata"] = {**(run_data.get("metadata") or {}), "error": error}
    messages = [IndexedMessage("user", turn.question, turn.at)]
    if answer:
        messages.append(IndexedMessage("assistant", answer, at))
    with database.write() as connection:
        write_run(connection, turn.user_id, turn.session_id, turn.run_index, run_data)
        connection.execute("UPDATE agno_sessions SET updated_at = ? WHERE session_id = ?", (at, turn.session_id))
        index_messages(connection, turn.user_id, turn.session_id, turn.run_id, messages)


def history_before(database: Database, session_id: str, exchanges: int, *, before: int | None = None) -> list[Exchange]:
    """The last exchanges of a session before a place in it, its end for None: at most `exchanges`, oldest first.

    The window moves in steps of half its size: a window that slid by one each turn would change the prompt's
    first message every time, and a provider's prompt cache would never fit (measured reuse .46 against .85-.94).
    """
    if exchanges < 1:
        return []
    places = database.read(
        "SELECT run_index FROM agno_runs WHERE session_id = ? AND (? IS NULL OR run_index < ?) ORDER BY run_index",
        (session_id, before, before),
    )  # counted, not taken from run_index: what was taken back leaves gaps
    step = max(1, exchanges // 2)
    start = -(-max(0, len(places) - exchanges) // step) * step
    return exchanges_between(database, session_id, places[start]["run_index"], before) if places else []


def exchanges_between(database: Database, session_id: str, start: int = 0, end: int | None = None) -> list[Exchange]:
    """The exchanges at places `start` <= run_index < `end` of a session, in order; None is its end."""
    rows = database.read(
        "SELECT run.run_id, run.status, run.created_at, messages.role, messages.text FROM agno_runs AS run"
        " JOIN messages ON messages.run_id = run.run_id"
        " WHERE run.session_id = ? AND run.run_index >= ? AND (? IS NULL OR run.run_index < ?)"
        " ORDER BY run.run_index, messages.message_id",
        (session_id, start, end, end),
    )
    runs: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        runs.setdefault(row["run_id"], []).append(row)
    return [exchange_of(messages[0], [(each["role"], each["text"]) for each in messages]) for messages in runs.values()]


def exchange_of(run: sqlite3.Row, messages: list[tuple[str, str]]) -> Exchange:
    """An exchange from the columns of its run and the (role, text) of its messages."""
    said = {role: "\n\n".join(text for by, text in messages if by == role) for role in ("user", "assistant")}
    status = TURN_STATUS.get(run["status"], TurnStatus.DONE)
    return Exchange(run["run_id"], said["user"], said["assistant"], status, run["created_at"])


def ensure_session(connection: sqlite3.Connection, user_id: str, session_id: str, title: str, at: int) -> None:
    """Make the session row if there is none, in the caller's transaction.

    Raises NotFound when the id is another user's, or waits in the trash.
    """
    row = connection.execute("SELECT user_id FROM agno_sessions WHERE session_id = ?", (session_id,)).fetchone()
    if row is not None:
        if row["user_id"] != user_id:
            raise NotFound(f'Session "{session_id}" belongs to another user.', "Choose another id, or pass --user.")
        return
    if connection.execute("SELECT 1 FROM trashed_sessions WHERE session_id = ?", (session_id,)).fetchone():
        raise NotFound(f'Session "{session_id}" is in the trash.', f"`agentmem sessions restore {session_id}` first.")
    connection.execute(
        "INSERT INTO agno_sessions (session_id, session_type, agent_id, user_id, session_data, created_at, updated_at)"
        " VALUES (?, 'agent', ?, ?, ?, ?, ?)",
        (session_id, AGENT_ID, user_id, json.dumps({"session_name": title}), at, at),
    )


def name_session(connection: sqlite3.Connection, session_id: str, title: str) -> None:
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


def write_run(
    connection: sqlite3.Connection, user_id: str, session_id: str, run_index: int, run_data: dict[str, Any]
) -> None:
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


def next_place(connection: sqlite3.Connection, session_id: str) -> int:
    """The run_index that comes next in a session; one that was taken back is not given again."""
    row = connection.execute(
        "SELECT coalesce(max(run_index) + 1, 0) AS place FROM (SELECT run_index FROM agno_runs WHERE session_id = :id"
        " UNION ALL SELECT run_index FROM taken_back_runs WHERE session_id = :id)",
        {"id": session_id},
    ).fetchone()
    return int(row["place"])


def _place_of(connection: sqlite3.Connection, session_id: str, run_id: str) -> int:
    row = connection.execute("SELECT run_index FROM agno_runs WHERE run_id = ?", (run_id,)).fetchone()
    return int(row["run_index"]) if row else next_place(connection, session_id)


def _run_data(run_id: str, session_id: str, user_id: str, question: str, at: int) -> dict[str, Any]:
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
