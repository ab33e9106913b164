"""The text index of the transcript: one `messages` row and one FTS row for each message of a run.

Everything here can be rebuilt from `agno_runs`; nothing here is the only copy of anything.
Each FTS row holds the message and, in `before` and `after`, its neighbours in the session: evidence is found by
the question that led to it as often as by its own words (LoCoMo recall@10: .65 alone, .73 with the one before).
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from agentmem_cli.storage.database import Database
from agentmem_cli.storage.fulltext import searchable

AGENT_ID = "agentmem"
NEIGHBOUR_LIMIT = 2_000
"""Characters of a neighbour that go into a key: a pasted file must not drown the answer to it."""


@dataclass(frozen=True, slots=True)
class IndexedMessage:
    """What the index needs of one message. `at` is in Unix seconds."""

    role: str
    text: str
    at: int
    name: str | None = None
    imported_id: str | None = None


def index_messages(
    connection: sqlite3.Connection, user_id: str, session_id: str, run_id: str, messages: list[IndexedMessage]
) -> None:
    """Make these the indexed messages of a run, in the caller's transaction."""
    connection.execute("DELETE FROM messages WHERE run_id = ?", (run_id,))
    before_id, before = _last_message(connection, session_id)
    for message in messages:
        row = connection.execute(
            "INSERT INTO messages (user_id, session_id, run_id, role, name, at, text, imported_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (user_id, session_id, run_id, message.role, message.name, message.at, message.text, message.imported_id),
        )
        connection.execute(
            "INSERT INTO messages_fts (rowid, text, before, after) VALUES (?, ?, ?, '')",
            (row.lastrowid, _key(message.name, message.text), _key(None, before[:NEIGHBOUR_LIMIT])),
        )
        after = _key(message.name, message.text[:NEIGHBOUR_LIMIT])
        connection.execute("UPDATE messages_fts SET after = ? WHERE rowid = ?", (after, before_id))
        before_id, before = row.lastrowid, _named(message.name, message.text)


def messages_of_run(run_data: dict[str, Any]) -> list[IndexedMessage]:
    """The messages of a stored run that a person would call the conversation: no tool calls, no system text."""
    at = int(run_data.get("created_at") or 0)
    return [
        IndexedMessage(
            role=message["role"],
            text=message["content"],
            at=int(message.get("created_at") or at),
            name=message.get("name"),
            imported_id=(message.get("provider_data") or {}).get("imported_id"),
        )
        for message in run_data.get("messages") or []
        if message.get("role") in ("user", "assistant")
        and isinstance(message.get("content"), str)
        and message["content"]
        and not message.get("from_history")
    ]


def catch_up(database: Database) -> int:
    """Index the runs that are not: another Agno program wrote them. Gives how many there were."""
    missing = database.read(
        "SELECT run_id, session_id, user_id, run_data FROM agno_runs AS run WHERE run_type = 'agent'"
        " AND user_id IS NOT NULL AND parent_run_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.run_id = run.run_id)"
        " ORDER BY session_id, run_index"
    )
    found = 0
    for row in missing:
        messages = messages_of_run(json.loads(row["run_data"]))
        if messages:
            with database.write() as connection:
                index_messages(connection, row["user_id"], row["session_id"], row["run_id"], messages)
            found += 1
    return found


def take_from_index(connection: sqlite3.Connection, session_id: str, run_id: str) -> None:
    """Take a run's messages out, and their words out of the keys beside them, in the caller's transaction.

    Only these keys are made anew: those of a session of 10,000 turns take a second, for each of the turns taken back.
    """
    row = connection.execute("SELECT min(message_id) FROM messages WHERE run_id = ?", (run_id,)).fetchone()
    connection.execute("DELETE FROM messages WHERE run_id = ?", (run_id,))
    beside = "SELECT message_id, name, text FROM messages WHERE session_id = ? AND message_id "
    place = (session_id, row[0] or 0)
    before = connection.execute(beside + "< ? ORDER BY message_id DESC LIMIT 2", place).fetchall()
    after = connection.execute(beside + "> ? ORDER BY message_id LIMIT 2", place).fetchall()
    near = [*reversed(before), *after]
    texts = ["", *(_named(each["name"], each["text"])[:NEIGHBOUR_LIMIT] for each in near), ""]
    for each in (*before[:1], *after[:1]):
        at = near.index(each)
        connection.execute(
            "UPDATE messages_fts SET before = ?, after = ? WHERE rowid = ?",
            (searchable(texts[at]), searchable(texts[at + 2]), each["message_id"]),
        )


def _last_message(connection: sqlite3.Connection, session_id: str) -> tuple[int | None, str]:
    row = connection.execute(
        "SELECT message_id, name, text FROM messages WHERE session_id = ? ORDER BY message_id DESC LIMIT 1",
        (session_id,),
    ).fetchone()
    return (row["message_id"], _named(row["name"], row["text"])) if row else (None, "")


def _named(name: str | None, text: str) -> str:
    return f"{name}: {text}" if name else text


def _key(name: str | None, text: str) -> str:
    return searchable(_named(name, text))
