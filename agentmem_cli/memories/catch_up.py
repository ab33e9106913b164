"""What another Agno program did to the memories: it becomes part of the ledger. Never asks and never prints.

Agno's table holds the active memories, and any Agno tool may write there. Run at start; when nothing differs it
reads and writes nothing but one query.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from itertools import groupby

from agentmem_cli.errors import UsageProblem
from agentmem_cli.memories.index import index_text
from agentmem_cli.memories.ledger import THEY_SAID, Batch, begin_batch
from agentmem_cli.memories.replacing import end_questions
from agentmem_cli.memories.statements import reworded
from agentmem_cli.memories.store import find_memory, same_text, sameness_hash
from agentmem_cli.memories.wording import check_text, tidy
from agentmem_cli.records import Memory
from agentmem_cli.storage.database import Database, Row

ACTOR = "agno"
"""Who another Agno program is in the ledger."""

# A row whose text is none, or is no memory's, is left to its program; a forgotten one is taken out of the table again.
_DIFFERING = f"""
SELECT agno.user_id, agno.memory_id, json_extract(agno.memory, '$') AS text, agno.topics, agno.input, agno.created_at,
    agno.updated_at, details.status
FROM agno_memories AS agno LEFT JOIN memory_details AS details ON details.memory_id = agno.memory_id
WHERE agno.user_id IS NOT NULL AND json_type(agno.memory) = 'text' AND (details.memory_id IS NULL
    OR (details.user_id = agno.user_id AND (details.status <> 'active' OR
    json_extract(agno.memory, '$') NOT IN (details.text, '{THEY_SAID}' || details.text))))
UNION ALL
SELECT details.user_id, details.memory_id, NULL, NULL, NULL, details.created_at, NULL, details.status
FROM memory_details AS details WHERE details.status = 'active'
    AND NOT EXISTS (SELECT 1 FROM agno_memories AS agno WHERE agno.memory_id = details.memory_id)
ORDER BY 1, 6
"""  # noqa: S608 -- only SQL of this room


def catch_up(database: Database) -> int:
    """Take over what was added, changed or removed in Agno's table. Gives how many memories that were."""
    _make_anew(database)
    if not database.read(_DIFFERING):
        return 0
    with database.write() as connection:
        rows, now = database.read(_DIFFERING), int(time.time())
        return sum(
            _take_over(database, begin_batch(connection, user_id, ACTOR, now), row)
            for user_id, of_user in groupby(rows, key=lambda row: str(row["user_id"]))
            for row in of_user
        )


def _make_anew(database: Database) -> None:
    """Make anew what stands beside a text and an older version made in its own way, or not at all."""
    older = (
        "SELECT memory_id, user_id, text FROM memory_details WHERE same_hash = '' OR words IS NULL OR essential IS NULL"
    )
    if not database.read(f"{older} LIMIT 1"):
        return
    with database.write() as connection:
        for row in database.read(older):
            hashed = sameness_hash(row["user_id"], row["text"])
            connection.execute(
                "UPDATE memory_details SET same_hash = ? WHERE memory_id = ? AND same_hash = ''",
                (hashed, row["memory_id"]),
            )
            index_text(connection, row["memory_id"], row["text"])


def _take_over(database: Database, batch: Batch, row: Row) -> bool:
    if row["text"] is None:
        memory = find_memory(database, batch.user_id, row["memory_id"])
        batch.change(memory, replace(memory, status="forgotten", updated_at=batch.now), "forget")
        return True
    text = tidy(row["text"].removeprefix(THEY_SAID))
    try:
        check_text(text)
    except UsageProblem:
        return False
    if row["status"] == "active":
        memory = find_memory(database, batch.user_id, row["memory_id"])
        edited = replace(reworded(memory, text), replaces_perhaps=None, updated_at=batch.now)
        batch.change(memory, edited, "edit")
        end_questions(database, batch, memory)
    elif row["status"] or _is_unwanted(database, batch.user_id, text):
        batch.connection.execute("DELETE FROM agno_memories WHERE memory_id = ?", (row["memory_id"],))
    else:
        batch.change(None, _added(batch, row, text), "add")
    return True


def _is_unwanted(database: Database, user_id: str, text: str) -> bool:
    return any(memory.status in ("forgotten", "rejected") for memory in same_text(database, user_id, text))


def _added(batch: Batch, row: Row, text: str) -> Memory:
    topics = json.loads(row["topics"] or "null")
    return Memory(
        memory_id=row["memory_id"],
        user_id=batch.user_id,
        text=text,
        kind="fact",
        topics=[str(topic) for topic in topics] if isinstance(topics, list) else [],
        status="active",
        quote=row["input"],
        session_id=None,
        run_id=None,
        said_at=row["created_at"],
        created_at=row["created_at"],
        updated_at=row["updated_at"] or row["created_at"],
        pinned=False,
        supersedes=None,
        superseded_by=None,
        valid_from=row["created_at"],
    )
