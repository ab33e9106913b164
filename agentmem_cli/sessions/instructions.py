"""What a person told the agent to do in one session: kept with the session, in its Agno row."""

from __future__ import annotations

from agentmem_cli.storage.database import Database


def instructions_of(database: Database, user_id: str, session_id: str) -> str:
    """The instructions of a user's session; empty when it has none, or is not there yet."""
    rows = database.read(
        "SELECT coalesce(json_extract(session_data, '$.instructions'), '') AS text FROM agno_sessions"
        " WHERE session_id = ? AND user_id = ?",
        (session_id, user_id),
    )
    return str(rows[0]["text"]) if rows else ""


def keep_instructions(database: Database, user_id: str, session_id: str, text: str) -> bool:
    """Keep a session's instructions, or take them away with ""; whether there is such a session yet."""
    with database.write(user_id) as connection:
        changed = connection.execute(
            "UPDATE agno_sessions SET session_data = json_set(coalesce(session_data, '{}'), '$.instructions', ?)"
            " WHERE session_id = ? AND user_id = ?",
            (text, session_id, user_id),
        )
    return changed.rowcount > 0
