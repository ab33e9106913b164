"""Messages of a person by when they were typed, without what was forgotten. Reads the transcript; writes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from agentmem_cli.language.dates import Span
from agentmem_cli.recall.forgotten import without_forgotten
from agentmem_cli.recall.ranking import described, seconds_of
from agentmem_cli.records import RecalledTurn
from agentmem_cli.storage.database import Database

_TYPED = """
SELECT message_id FROM messages
WHERE user_id = ? AND looked_up = 0 AND role = 'user' AND name IS NULL AND run_id <> ?
"""


def said_lately(database: Database, user_id: str, limit: int, *, without_run: str = "") -> list[RecalledTurn]:
    """What the person typed last but in one run, newest first, with score 0. What stands in a fork too comes once."""
    rows = database.read(f"{_TYPED} ORDER BY message_id DESC LIMIT ?", (user_id, without_run, limit))
    return _turns(database, user_id, [row["message_id"] for row in rows])


def typed_on(database: Database, user_id: str, days: Sequence[Span], *, without_run: str = "") -> list[RecalledTurn]:
    """What the person typed on these days but in one run, oldest first, with score 0, each once."""
    numbers: dict[int, None] = {}
    for first, last in days:
        rows = database.read(
            f"{_TYPED} AND at >= ? AND at < ? ORDER BY message_id",
            (user_id, without_run, *seconds_of(first, last)),
        )
        numbers |= dict.fromkeys(row["message_id"] for row in rows)
    return _turns(database, user_id, sorted(numbers))


def _turns(database: Database, user_id: str, numbers: list[int]) -> list[RecalledTurn]:
    turns = described(database, numbers, dict.fromkeys(numbers, 0.0), max(1, len(numbers)))
    return without_forgotten(database, user_id, turns)
