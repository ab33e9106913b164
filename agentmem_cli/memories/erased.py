"""What rests on words that are erased: their quotes go, and what the person made it forget goes whole.

Only a hash of what a forgotten memory said stays (`store.sameness_hash`): it stops the same from being learnt again.
Deletes no turn, and clears no file: `agent/erase.py` puts the parts together.
"""

from __future__ import annotations

from typing import Literal

from agentmem_cli.memories.index import index_text
from agentmem_cli.storage.database import Connection

ERASED_TEXT = "(erased)"
"""Stands where a forgotten memory's text was."""
FORGOTTEN = ("forgotten", "rejected")
"""The statuses of what the person made it forget."""

_KEPT = "SELECT memory_id FROM memory_details WHERE user_id = ? AND status NOT IN ('forgotten', 'rejected')"
_GONE = (
    "SELECT memory_id FROM memory_details WHERE user_id = ? AND {source} = ? AND status IN ('forgotten', 'rejected')"
)
_OF_SOURCE = "json_extract(COALESCE(after, before), '$.{source}') = ?"
# An entry with neither side cannot be undone. What an undo took away has no row, and is emptied too.
_EMPTY_ENTRIES = (
    "UPDATE memory_ledger SET before = NULL, after = NULL"  # noqa: S608 -- only SQL of this file
    f" WHERE user_id = ? AND {_OF_SOURCE} AND memory_id NOT IN ({_KEPT})"
)
_QUOTES = (
    "UPDATE memory_details SET quote = NULL WHERE user_id = ? AND {source} = ?",
    "UPDATE agno_memories SET input = NULL WHERE user_id = ?"
    " AND memory_id IN (SELECT memory_id FROM memory_details WHERE {source} = ?)",
    "UPDATE memory_ledger SET before = json_set(before, '$.quote', NULL),"  # noqa: S608 -- same
    " after = json_set(after, '$.quote', NULL)"
    f" WHERE user_id = ? AND {_OF_SOURCE}",
)


def erase_quotes(
    connection: Connection, user_id: str, source: Literal["run_id", "session_id", "memory_id"], value: str
) -> None:
    """Take the words of one source out of the user's memories and their ledger, in the transaction of the caller.

    Memories that are known stay, without a quote; forgotten and rejected ones lose their text too, for good.
    """
    chosen = (user_id, value)
    for row in connection.execute(_GONE.format(source=source), chosen).fetchall():
        erased = (ERASED_TEXT, row["memory_id"])
        connection.execute("UPDATE memory_details SET text = ?, topics = '[]' WHERE memory_id = ?", erased)
        index_text(connection, row["memory_id"], ERASED_TEXT)
    connection.execute(_EMPTY_ENTRIES.format(source=source), (*chosen, user_id))
    for statement in _QUOTES:
        connection.execute(statement.format(source=source), chosen)
