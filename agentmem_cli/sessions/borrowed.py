"""Which answers may hold words of others: of a document, a tool, a paste, an import.

Such words may demand to be remembered. They reach an answer by what it rests on, or by an earlier one that the model
reads again. A capture is shown no such answer, so that a model that obeys whatever it reads has nothing to obey.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from agentmem_cli.storage.database import Database

NOTE = "borrowed"
"""In the metadata of a run. Runs that were stored before this note was have other signs."""
_SIGNS = ("metadata.borrowed", "metadata.typed", "tools")
_BORROWS = " OR ".join(f"json_extract(run_data, '$.{sign}') IS NOT NULL" for sign in _SIGNS)


def borrowing(database: Database, run_ids: Sequence[str]) -> set[str]:
    """Those of the runs whose answers may hold words of others."""
    rows = database.read(
        f"SELECT run_id FROM agno_runs WHERE run_id IN (SELECT value FROM json_each(?)) AND ({_BORROWS})",  # noqa: S608 -- our own words
        (json.dumps(list(run_ids)),),
    )
    return {row["run_id"] for row in rows}


def has_read_borrowed(database: Database, session_id: str, run_index: int, message_ids: Sequence[int]) -> bool:
    """Whether such an answer stands before a place in a session, or among these messages.

    The exchange just before tells of all before it, since each carries its sign on.
    """
    runs = database.read(
        "SELECT run_id FROM messages WHERE role = 'assistant'"
        " AND message_id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))",
        (json.dumps(list(message_ids)),),
    )
    runs += database.read(
        "SELECT run_id FROM agno_runs WHERE session_id = ? AND run_index < ? ORDER BY run_index DESC LIMIT 1",
        (session_id, run_index),
    )
    return bool(borrowing(database, [row["run_id"] for row in runs]))
