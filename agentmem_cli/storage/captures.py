"""The queue of messages whose memories are still to be captured. Decides nothing and calls no model.

A row is written in the transaction that settles the turn and deleted in the one that writes its memories, so a
process that is killed between the two loses nothing: the next start finds the row. `tables.py` says how it leaves
with its run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agentmem_cli.storage.database import Connection, Database

MODES = ("auto", "review")
"""The memory modes in which messages are captured."""

_COLUMNS = (
    "queue.run_id, queue.user_id, queue.session_id, typed, at, mode, attempts, run_index"
    " FROM capture_queue AS queue JOIN agno_runs AS run ON run.run_id = queue.run_id"
)
# Joined: what is taken back or in the trash waits until it is returned.


@dataclass(frozen=True, slots=True)
class WaitingCapture:
    """A message to capture: what the person `typed` of it, when, in which memory mode, and where in its session.

    `attempts` is how often a model failed to answer.
    """

    run_id: str
    user_id: str
    session_id: str
    typed: str
    at: int
    mode: str
    attempts: int
    run_index: int


def queue_capture(
    connection: Connection, *, run_id: str, user_id: str, session_id: str, typed: str, at: int, mode: str
) -> None:
    """Put a message into the queue, in the caller's transaction; one that was captured before is left out."""
    connection.execute(
        "INSERT INTO capture_queue (run_id, user_id, session_id, typed, at, mode)"
        " SELECT ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM memory_ledger WHERE run_id = ?)"
        " ON CONFLICT DO NOTHING",
        (run_id, user_id, session_id, typed, at, mode, run_id),
    )


def waiting_captures(database: Database, user_id: str) -> list[WaitingCapture]:
    """What waits of a user's messages, the oldest first."""
    rows = database.read(f"SELECT {_COLUMNS} WHERE queue.user_id = ? ORDER BY at, run_index", (user_id,))
    return [WaitingCapture(**dict(row)) for row in rows]


def waiting_capture(database: Database, run_id: str) -> WaitingCapture | None:
    """The message of a run, while it waits."""
    rows = database.read(f"SELECT {_COLUMNS} WHERE queue.run_id = ?", (run_id,))
    return WaitingCapture(**dict(rows[0])) if rows else None


def take_capture(connection: Connection, run_id: str) -> bool:
    """Take a message out of the queue, in the transaction that writes its memories.

    False when it is not there, or its run is not in sight: then nothing may be written.
    """
    taken = connection.execute(
        "DELETE FROM capture_queue WHERE run_id = ? AND EXISTS (SELECT 1 FROM agno_runs WHERE run_id = ?)",
        (run_id, run_id),
    )
    return taken.rowcount > 0


def note_failed_captures(database: Database, run_ids: Sequence[str]) -> None:
    """Count, for each of these messages, one more attempt in which the model did not answer."""
    with database.write() as connection:
        connection.executemany(
            "UPDATE capture_queue SET attempts = attempts + 1 WHERE run_id = ?", [(each,) for each in run_ids]
        )
