"""Erasing: deleted text leaves the files too. Deletes no row itself.

A deleted row's text is still on disk in three places (SQLite 3.40, counted): in the write-ahead log until it
is truncated, in free pages, and in FTS5, whose segments keep the words of deleted rows even after VACUUM.
Backups made earlier are other files, and keep what they hold.

The transaction that deletes the rows also stores that their text is still to leave the files. A process that is killed
in between, or a full disk, leaves that note, and the next start that can write finishes the erasing.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from agentmem_cli.errors import StorageProblem
from agentmem_cli.storage.database import EVERYBODY, Connection, Database
from agentmem_cli.storage.lock import file_lock

_DUE = "erasure_due"
"""The key of the note in `knowledge_state`. Its value is random: one erasing must not clear the note of another."""
_VECTORS_DUE = "vectors_due"
"""The key of the same note for vectors in the search index."""


def note_erasure_due(connection: Connection, *, vectors: bool = False) -> None:
    """Store, in the transaction that deletes rows, that their text is still in the files, and their vectors perhaps."""
    for key in (_DUE, _VECTORS_DUE) if vectors else (_DUE,):
        connection.execute(
            "INSERT INTO knowledge_state (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, token_hex(8)),
        )


def erasure_due(database: Database) -> str | None:
    """A note of deleted text, or its vectors, that is still in the files; None when there is none."""
    return next(iter(_notes(database).values()), None)


def _notes(database: Database) -> dict[str, str]:
    keys = (_DUE, _VECTORS_DUE)
    rows = database.read("SELECT key, value FROM knowledge_state WHERE key IN (?, ?)", keys)
    return {row["key"]: row["value"] for row in rows}


@contextmanager
def erasing(database: Database, user_id: str = EVERYBODY) -> Iterator[Connection]:
    """One transaction that deletes rows for good, of one user where one is named: their text leaves the files after it.

    Raises StorageProblem when the rows are gone and the text is still there, as with a full disk.
    """
    with database.write(user_id) as connection:
        note_erasure_due(connection)
        yield connection
    erase_deleted_text(database)


@contextmanager
def perhaps_erasing(database: Database, user_id: str) -> Iterator[Connection]:
    """One transaction of a user that may note an erasing: then what was deleted leaves the files, now or later."""
    with database.write(user_id) as connection:
        yield connection
    finish_erasing(database)


def erase_deleted_text(database: Database) -> None:
    """Make the text of every deleted row unrecoverable from the database's files. Rewrites the whole file.

    Must run outside a transaction. Raises StoreLocked when another process reads or writes for longer than
    the lock timeout, StorageProblem for a full disk: the next start tries again.
    """
    try:
        with database.locked():
            _erase(database)
    except StorageProblem as problem:
        raise type(problem)(
            f"It is deleted, but its text is still in {database.place}: {problem.problem}",
            "The next agentmem that can write there removes it; `agentmem doctor` says when it is gone.",
        ) from None


def erase_vectors(database: Database, index: Path, timeout: float) -> None:
    """Remove the search index in this folder, whose files keep deleted vectors, if any are due; it can be rebuilt.

    Raises StoreLocked when another process uses the index for `timeout` seconds, StorageProblem where it cannot go.
    """
    due = _notes(database).get(_VECTORS_DUE)
    if due is None:
        return
    with file_lock(index.with_suffix(".lock"), timeout):
        try:
            if index.exists():
                shutil.rmtree(index)
        except OSError as problem:
            raise StorageProblem(f"{index} cannot be removed: {problem.strerror}.", "Check its permissions.") from None
        _clear(database, _VECTORS_DUE, due)


def finish_erasing(database: Database, index: Path | None = None) -> None:
    """Do what an erasing that was killed, or met a full disk, has left. One that is still at work is not waited for.

    `index` is the folder of the search index, where that may be removed. Raises nothing: what cannot be erased now is
    due until the next start.
    """
    due = _notes(database)
    if _DUE in due:
        with suppress(StorageProblem), database.locked(timeout=0):
            _erase(database)
    if _VECTORS_DUE in due and index is not None:
        with suppress(StorageProblem):
            erase_vectors(database, index, 0)


def _erase(database: Database) -> None:
    due = _notes(database).get(_DUE)
    database.clear_deleted_text()
    _clear(database, _DUE, due)


def _clear(database: Database, key: str, note: str | None) -> None:
    with database.write() as connection:
        connection.execute("DELETE FROM knowledge_state WHERE key = ? AND value = ?", (key, note))
