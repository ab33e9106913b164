"""Sessions by what is typed to find one: part of a word of the title, the date, the id or anything said there."""

from __future__ import annotations

from datetime import UTC, datetime

from agentmem_cli.records import SessionSummary
from agentmem_cli.sessions.catalog import list_sessions
from agentmem_cli.storage.database import Database

SHORTEST_IN_TEXT = 2
"""Characters: every message holds any one letter."""


def sessions_with(database: Database, user_id: str, typed: str) -> list[SessionSummary]:
    """A user's sessions that hold each of the typed words, the latest first; all of them for none.

    Words need not be whole, since they are still being typed; so this reads the text and not its index
    (40 ms for 50,000 messages).
    """
    sessions = list_sessions(database, user_id)
    for word in typed.casefold().split():
        said = _said_in(database, user_id, word) if len(word) >= SHORTEST_IN_TEXT else set()
        sessions = [each for each in sessions if each.session_id in said or word in _headline(each)]
    return sessions


def _headline(session: SessionSummary) -> str:
    on = datetime.fromtimestamp(session.updated_at, UTC).astimezone()
    return f"{session.session_id} {session.title} {on:%Y-%m-%d %H:%M %B %A}".casefold()


def _said_in(database: Database, user_id: str, word: str) -> set[str]:
    literal = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = database.read(
        "SELECT DISTINCT session_id FROM messages WHERE user_id = ? AND lower(text) LIKE ? ESCAPE '\\'",
        (user_id, f"%{literal}%"),
    )
    return {row["session_id"] for row in rows}
