"""What a person has of a session already, took back or erased: an import of the same words must not bring it again.

A run is known by its first message. What is erased leaves only a hash here; who has the file can test a guess
against it, but cannot read it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from agentmem_cli.sessions.index import messages_of_run
from agentmem_cli.storage.database import Connection, Row
from agentmem_cli.storage.erased_keys import forget_erased, hashed, is_erased, note_erased, session_key


@dataclass(frozen=True, slots=True)
class KnownRun:
    """A run that is here: how many messages it has, and whether it was taken back."""

    run_id: str
    messages: int
    is_taken_back: bool = False


def run_key(
    user_id: str, session_id: str, imported_id: str | None, role: str, text: str, at: int | None, repetition: int = 1
) -> str:
    """The id of an imported run whose first message this is; `repetition` tells the same said twice at one time."""
    return hashed([user_id, session_id, imported_id, role, text, at, repetition])


def runs_known(connection: Connection, user_id: str, session_id: str) -> dict[str, KnownRun]:
    """The runs of a session, in sight or taken back, by id and by the key that an import of them would have."""
    known: dict[str, KnownRun] = {}
    live = connection.execute(
        "SELECT run_id, role, text, at, imported_id, messages FROM messages JOIN (SELECT min(message_id) AS first,"
        " count(*) AS messages FROM messages WHERE session_id = ? AND user_id = ? GROUP BY run_id) AS run"
        " ON message_id = first ORDER BY message_id",
        (session_id, user_id),
    )
    for row in live:
        run = known[row["run_id"]] = KnownRun(row["run_id"], row["messages"])
        known.setdefault(run_key(user_id, session_id, row["imported_id"], row["role"], row["text"], row["at"]), run)
    gone = connection.execute(
        "SELECT run_id, run_data FROM taken_back_runs WHERE session_id = ? AND user_id = ?", (session_id, user_id)
    )
    for row in gone:
        run = KnownRun(row["run_id"], len(messages_of_run(json.loads(row["run_data"]))), is_taken_back=True)
        for key in _keys(user_id, session_id, row):
            known.setdefault(key, run)
    return known


def note_erased_run(connection: Connection, user_id: str, run: Row) -> None:
    """Keep the hashes of a run that is erased, in the caller's transaction; the row has its ids and `run_data`."""
    note_erased(connection, _keys(user_id, run["session_id"], run))


def note_erased_session(connection: Connection, user_id: str, session_id: str) -> None:
    """Keep the hash of a session that is erased whole, in the caller's transaction."""
    note_erased(connection, [session_key(user_id, session_id)])


def is_session_erased(connection: Connection, user_id: str, session_id: str) -> bool:
    """Whether a session of this id was erased whole."""
    return is_erased(connection, session_key(user_id, session_id))


def forget_erasing(connection: Connection, user_id: str, session_id: str, keys: Iterable[str]) -> None:
    """Have a session, and these runs of it, count as never erased: they were asked for again."""
    forget_erased(connection, (session_key(user_id, session_id), *keys))


def _keys(user_id: str, session_id: str, run: Row) -> list[str]:
    """Its id, and the key that an import of it would have."""
    said = messages_of_run(json.loads(run["run_data"]))[:1]
    keys = [run_key(user_id, session_id, first.imported_id, first.role, first.text, first.at) for first in said]
    return [run["run_id"], *keys]
