"""What is kept of erased words: hashes, by which they are known again when they come once more.

Who has the file can test a guess against a hash, but cannot read it. The keys of runs are made by
`sessions/known_runs.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from uuid import NAMESPACE_URL, uuid5

from agentmem_cli.storage.database import Connection

_SESSION_IS_HERE = (
    "SELECT 1 FROM agno_sessions WHERE session_id = :key"
    " UNION ALL SELECT 1 FROM trashed_sessions WHERE session_id = :key"
)
_RUN_IS_HERE = (
    "SELECT 1 FROM agno_runs WHERE run_id = :key UNION ALL SELECT 1 FROM trashed_runs WHERE run_id = :key"
    " UNION ALL SELECT 1 FROM taken_back_runs WHERE run_id = :key"
)


def hashed(parts: Sequence[str | int | None]) -> str:
    """One key of these parts."""
    return str(uuid5(NAMESPACE_URL, json.dumps(parts)))


def session_key(user_id: str, session_id: str) -> str:
    """The key of a whole session of a user."""
    return hashed([user_id, session_id])


def note_erased(connection: Connection, keys: Iterable[str]) -> None:
    """Keep these keys, in the transaction that erases what they stand for."""
    connection.executemany("INSERT INTO erased_keys VALUES (?) ON CONFLICT DO NOTHING", [(key,) for key in keys])


def forget_erased(connection: Connection, keys: Iterable[str]) -> None:
    """Have what these keys stand for count as never erased."""
    connection.executemany("DELETE FROM erased_keys WHERE key = ?", [(key,) for key in keys])


def is_erased(connection: Connection, key: str) -> bool:
    """Whether the run or session of this key was erased."""
    return connection.execute("SELECT 1 FROM erased_keys WHERE key = ?", (key,)).fetchone() is not None


def is_source_erased(connection: Connection, user_id: str, session_id: str | None, run_id: str | None) -> bool:
    """Whether the message that something came from was erased, by itself or with its session."""
    if run_id is not None and is_erased(connection, run_id):
        return True
    if session_id is None or not is_erased(connection, session_key(user_id, session_id)):
        return False
    # A session of the same id may have begun since.
    here, key = (_SESSION_IS_HERE, session_id) if run_id is None else (_RUN_IS_HERE, run_id)
    return connection.execute(here, {"key": key}).fetchone() is None
