"""Erasing one turn: the question and its answer, from the transcript, the trash and every index key.

What rests on the turn elsewhere stays: memories with their quotes, and what later answers say of it.
"""

from __future__ import annotations

import json
import sqlite3

from agentmem_cli.errors import NotFound
from agentmem_cli.sessions.index import index_neighbours, messages_of_run
from agentmem_cli.sessions.turns import title_of
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.erase import erase_deleted_text

ERASED_TITLE = "(erased)"
_RUN = "SELECT session_id, run_data FROM {runs} WHERE run_id = ? AND user_id = ?"


def question_of(database: Database, user_id: str, run_id: str) -> str | None:
    """What the user said in a turn; None when there is no such turn of theirs, in sight or in the trash."""
    row = _run(database, user_id, run_id, "agno_runs") or _run(database, user_id, run_id, "trashed_runs")
    return None if row is None else _question(row)


def erase_turn(database: Database, user_id: str, run_id: str) -> None:
    """Delete a turn of a user for good, and clear its text from the files. A session left empty goes too.

    Raises NotFound when there is no such turn of theirs, and what `erase_deleted_text` raises.
    """
    with database.write() as connection:
        for runs, sessions in (("agno_runs", "agno_sessions"), ("trashed_runs", "trashed_sessions")):
            row = _run(database, user_id, run_id, runs)
            if row is not None:
                connection.execute(f"DELETE FROM {runs} WHERE run_id = ? AND user_id = ?", (run_id, user_id))  # noqa: S608 -- a name from the line above
                _mend_session(connection, user_id, row, runs, sessions)
                break
        else:
            raise NotFound("There is no such turn.", "It is erased already, or its session is deleted.")
    erase_deleted_text(database)


def _mend_session(connection: sqlite3.Connection, user_id: str, gone: sqlite3.Row, runs: str, sessions: str) -> None:
    """Clear what the session kept of the turn: its title, and the keys of the messages beside it."""
    session = (gone["session_id"], user_id)
    if not connection.execute(f"SELECT 1 FROM {runs} WHERE session_id = ?", session[:1]).fetchone():  # noqa: S608 -- a name of the schema
        connection.execute(f"DELETE FROM {sessions} WHERE session_id = ? AND user_id = ?", session)  # noqa: S608 -- same
        return
    connection.execute(
        f"UPDATE {sessions} SET session_data = json_set(session_data, '$.session_name', ?)"  # noqa: S608 -- same
        " WHERE session_id = ? AND user_id = ? AND json_extract(session_data, '$.session_name') = ?",
        (ERASED_TITLE, *session, title_of(_question(gone))),
    )
    if runs == "agno_runs":
        index_neighbours(connection, gone["session_id"])


def _run(database: Database, user_id: str, run_id: str, runs: str) -> sqlite3.Row | None:
    rows = database.read(_RUN.format(runs=runs), (run_id, user_id))
    return rows[0] if rows else None


def _question(row: sqlite3.Row) -> str:
    said = [message.text for message in messages_of_run(json.loads(row["run_data"])) if message.role == "user"]
    return said[0] if said else ""
