"""Erasing: deleted text leaves the files too. Deletes no row itself and knows no table by name.

A deleted row's text is still on disk in three places (SQLite 3.40, counted): in the write-ahead log until it
is truncated, in free pages, and in FTS5, whose segments keep the words of deleted rows even after VACUUM.
Backups made earlier are other files, and keep what they hold.
"""

from __future__ import annotations

from agentmem_cli.errors import StoreLocked
from agentmem_cli.storage.database import Database, translated_errors


def erase_deleted_text(database: Database) -> None:
    """Make the text of every deleted row unrecoverable from the database's files. Rewrites the whole file.

    Must run outside a transaction. Raises StoreLocked when another process reads or writes for longer than
    the lock timeout: the rows are gone then, but their text is not, until a later call ends well.
    """
    for table in _full_text_tables(database):
        with database.write() as connection:
            connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608 -- a name of the schema
    with translated_errors(database.path):
        database.connection.execute("VACUUM")
        busy = database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise StoreLocked(
            f"Deleted text is still in {database.path}-wal, which another program is reading.",
            "Close it; the next erasing clears it.",
        )


def _full_text_tables(database: Database) -> list[str]:
    rows = database.read("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%USING fts5%'")
    return [row["name"] for row in rows]
