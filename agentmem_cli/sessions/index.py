"""The text index of the transcript: one `messages` row for each message of a run, with its words beside it.

Everything here can be rebuilt from `agno_runs`; nothing here is the only copy of anything. A message leaves the index
with its run.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from agentmem_cli.language.word_index import packed
from agentmem_cli.records import OFFLINE
from agentmem_cli.storage.database import Connection, Database, Row

AGENT_ID = "agentmem"
_BATCH = 1_000
"""Messages that one transaction changes."""
_OF_RUN = """
SELECT message_id, user_id, session_id, role, name, at, text, imported_id, looked_up
FROM messages WHERE run_id = ? ORDER BY message_id
"""
_INDEXED = """
SELECT message_id, name, words, CASE WHEN words IS NULL THEN text END AS text
FROM messages WHERE user_id = ? ORDER BY message_id
"""


@dataclass(frozen=True, slots=True)
class IndexedMessage:
    """What the index needs of one message. `at` is in Unix seconds."""

    role: str
    text: str
    at: int
    name: str | None = None
    imported_id: str | None = None
    looked_up: bool = False
    """Whether it is an answer of the offline look-up, which only quotes: recall passes it over."""


def index_messages(
    connection: Connection, user_id: str, session_id: str, run_id: str, messages: list[IndexedMessage]
) -> None:
    """Make these the indexed messages of a run, in the caller's transaction.

    Those that stand there already stay, with their numbers and vectors: a number that went would have recall read
    all that the user ever said anew.
    """
    stored = connection.execute(_OF_RUN, (run_id,)).fetchall()
    new = [_columns(each) for each in messages]
    same = 0
    while same < min(len(stored), len(new)) and tuple(stored[same])[1:] == (user_id, session_id, *new[same]):
        same += 1
    connection.executemany("DELETE FROM messages WHERE message_id = ?", [(row["message_id"],) for row in stored[same:]])
    connection.executemany(
        "INSERT INTO messages (user_id, session_id, run_id, role, name, at, text, imported_id, looked_up, words)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (user_id, session_id, run_id, *columns, packed(_named(each.name, each.text)))
            for each, columns in zip(messages[same:], new[same:], strict=True)
        ],
    )


def _columns(message: IndexedMessage) -> tuple[str, str | None, int, str, str | None, bool]:
    return message.role, message.name, message.at, message.text, message.imported_id, message.looked_up


def indexed_messages(database: Database, user_id: str) -> list[Row]:
    """A user's messages in their order, without their text: `words_in` gives their words."""
    return database.read(_INDEXED, (user_id,))


def words_in(row: Row) -> bytes:
    """The packed words of such a message; of one that was stored before words were, made now."""
    return row["words"] if row["words"] is not None else packed(_named(row["name"], row["text"]))


def messages_of_run(run_data: dict[str, Any]) -> list[IndexedMessage]:
    """The messages of a stored run that a person would call the conversation: no tool calls, no system text."""
    at = int(run_data.get("created_at") or 0)
    return [
        IndexedMessage(
            role=message["role"],
            text=message["content"],
            at=int(message.get("created_at") or at),
            name=message.get("name"),
            looked_up=message["role"] == "assistant" and run_data.get("model") == OFFLINE,
            imported_id=(message.get("provider_data") or {}).get("imported_id"),
        )
        for message in run_data.get("messages") or []
        if message.get("role") in ("user", "assistant")
        and isinstance(message.get("content"), str)
        and message["content"]
        and not message.get("from_history")
    ]


def catch_up(database: Database, user_id: str) -> int:
    """Index the user's runs that are not: another Agno program wrote them. Gives how many there were."""
    pack_missing(database)
    missing = database.read(
        "SELECT run_id, session_id, run_data FROM agno_runs AS run WHERE run_type = 'agent'"
        " AND user_id = ? AND parent_run_id IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.run_id = run.run_id)"
        " ORDER BY session_id, run_index",
        (user_id,),
    )
    found = 0
    for row in missing:
        messages = messages_of_run(json.loads(row["run_data"]))
        if messages:
            with database.write(user_id) as connection:
                index_messages(connection, user_id, row["session_id"], row["run_id"], messages)
            found += 1
    return found


def pack_missing(database: Database) -> None:
    """Store the words of the messages that an older version stored without."""
    rows = database.read("SELECT message_id, name, text FROM messages WHERE words IS NULL")
    for start in range(0, len(rows), _BATCH):
        packs = [(packed(_named(row["name"], row["text"])), row["message_id"]) for row in rows[start : start + _BATCH]]
        with database.write() as connection:
            connection.executemany("UPDATE messages SET words = ? WHERE message_id = ?", packs)


def _named(name: str | None, text: str) -> str:
    return f"{name}: {text}" if name else text
