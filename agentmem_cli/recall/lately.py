"""The latest messages of a person, whatever the question. Reads the transcript; writes nothing."""

from __future__ import annotations

from agentmem_cli.recall.ranking import described
from agentmem_cli.records import RecalledTurn
from agentmem_cli.storage.database import Database

_LATEST = """
SELECT message_id FROM messages
WHERE user_id = ? AND looked_up = 0 AND role = 'user' AND name IS NULL AND run_id <> ?
ORDER BY message_id DESC LIMIT ?
"""


def said_lately(database: Database, user_id: str, limit: int, *, without_run: str = "") -> list[RecalledTurn]:
    """What the person typed last but in one run, newest first, with score 0. What stands in a fork too comes once."""
    rows = database.read(_LATEST, (user_id, without_run, limit))
    numbers = [row["message_id"] for row in rows]
    return described(database, numbers, dict.fromkeys(numbers, 0.0), limit)
