"""What a program's tools keep in a session between its runs, Agno's `session_state`: in the session's own row."""

from __future__ import annotations

import json
from typing import Any

from agentmem_cli.storage.database import Database, storable_json


def state_of(database: Database, user_id: str, session_id: str) -> dict[str, Any]:
    """The state of a user's session; empty when it has none, or is not there yet."""
    rows = database.read(
        "SELECT json_extract(session_data, '$.session_state') AS state FROM agno_sessions"
        " WHERE session_id = ? AND user_id = ?",
        (session_id, user_id),
    )
    state = json.loads(rows[0]["state"]) if rows and rows[0]["state"] else {}
    return state if isinstance(state, dict) else {}


def keep_state(database: Database, user_id: str, session_id: str, state: dict[str, Any]) -> None:
    """Keep the state of a user's session. Raises TypeError for what is no JSON."""
    key = (session_id, user_id)
    with database.write(user_id) as connection:
        row = connection.execute(
            "SELECT session_data FROM agno_sessions WHERE session_id = ? AND user_id = ?", key
        ).fetchone()
        if row is not None:
            data = {**json.loads(row["session_data"] or "{}"), "session_state": storable_json(state)}
            connection.execute(
                "UPDATE agno_sessions SET session_data = ? WHERE session_id = ? AND user_id = ?",
                (json.dumps(data), *key),
            )
