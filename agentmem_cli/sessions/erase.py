"""Deleting one turn: question and answer, from transcript, trash, what was taken back, forks and every index key.

Knows nothing of what rests on the turn elsewhere, and clears no file: `agent/erase.py` does the whole.
"""

from __future__ import annotations

import json

from agentmem_cli.errors import NotFound
from agentmem_cli.sessions.branches import fork_base, related_runs
from agentmem_cli.sessions.index import messages_of_run
from agentmem_cli.sessions.known_runs import note_erased_run
from agentmem_cli.sessions.titles import title_of
from agentmem_cli.storage.database import Connection, Database, Row

ERASED_TITLE = "(erased)"
_RUN = "SELECT run_id, session_id, run_data FROM {runs} WHERE run_id = ? AND user_id = ?"
_PLACES = (
    ("agno_runs", "agno_sessions"),
    ("trashed_runs", "trashed_sessions"),
    ("taken_back_runs", "agno_sessions"),
)
"""The tables in which a run can be, each with that of its session."""
_LEFT = " UNION ALL ".join(f"SELECT 1 FROM {runs} WHERE session_id = ?" for runs, _ in _PLACES)  # noqa: S608 -- names from above
_TITLE = (
    "SELECT coalesce(json_extract(session_data, '$.session_name'), '') AS title FROM {sessions}"
    " WHERE session_id = ? AND user_id = ?"
)


def question_of(database: Database, user_id: str, run_id: str) -> str | None:
    """What the user said in a turn; None when there is no such turn of theirs, in sight, in the trash or taken back."""
    rows = (_run(database, user_id, run_id, runs) for runs, _ in _PLACES)
    return next((_question(row) for row in rows if row is not None), None)


def questions_in(database: Database, user_id: str, session_id: str) -> list[str]:
    """What the user said in a session, in sight, in the trash or taken back."""
    of_session = [
        database.read(f"SELECT run_data FROM {runs} WHERE session_id = ? AND user_id = ?", (session_id, user_id))  # noqa: S608 -- names from above
        for runs, _ in _PLACES
    ]
    runs = [json.loads(row["run_data"]) for rows in of_session for row in rows]
    return [message.text for run in runs for message in messages_of_run(run) if message.role == "user"]


def delete_turn(database: Database, connection: Connection, user_id: str, run_id: str) -> None:
    """Delete a turn of a user, and its copies in forks, in the caller's transaction. A session left empty goes too.

    Only hashes stay, by which no import brings it again. Raises NotFound when there is no such turn of theirs.
    """
    found = False
    for each in related_runs(database, [run_id]):
        for runs, sessions in _PLACES:
            row = _run(database, user_id, each, runs)
            if row is not None:
                found = True
                note_erased_run(connection, user_id, row)
                connection.execute(f"DELETE FROM {runs} WHERE run_id = ? AND user_id = ?", (each, user_id))  # noqa: S608 -- a name from the lines above
                _mend_session(connection, user_id, row, sessions)
    if not found:
        raise NotFound("There is no such turn.", "It is erased already, or its session is deleted.")


def _mend_session(connection: Connection, user_id: str, gone: Row, sessions: str) -> None:
    """Clear what the session kept of the turn: its title, or all of it when it is empty now."""
    session = (gone["session_id"], user_id)
    if not connection.execute(_LEFT, session[:1] * 3).fetchone():
        connection.execute(f"DELETE FROM {sessions} WHERE session_id = ? AND user_id = ?", session)  # noqa: S608 -- a name of the schema
        return
    titled = connection.execute(_TITLE.format(sessions=sessions), session).fetchone()
    if titled and fork_base(titled["title"]) == title_of(_question(gone)):
        connection.execute(
            f"UPDATE {sessions} SET session_data = json_set(session_data, '$.session_name', ?)"  # noqa: S608 -- same
            " WHERE session_id = ? AND user_id = ?",
            (ERASED_TITLE, *session),
        )


def _run(database: Database, user_id: str, run_id: str, runs: str) -> Row | None:
    rows = database.read(_RUN.format(runs=runs), (run_id, user_id))
    return rows[0] if rows else None


def _question(row: Row) -> str:
    said = [message.text for message in messages_of_run(json.loads(row["run_data"])) if message.role == "user"]
    return said[0] if said else ""
