"""Whether a database has the schema of its version, object by object. Changes nothing.

A table that is missing breaks a command some day, and a trigger that is not ours can delete what is stored. Other
programs, such as Agno, may add tables of their own, as long as no row of theirs holds one of ours fast.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

from agentmem_cli.storage.schema import MIGRATIONS

_OBJECTS = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master"
    r" WHERE sql NOT NULL AND (type NOT IN ('table', 'index') OR name NOT LIKE 'sqlite\_%' ESCAPE '\')"
)
_REFERRED_TO = 'SELECT "table" FROM pragma_foreign_key_list(?)'

Objects = dict[tuple[str, str], tuple[str, str]]
"""By type and name, the table of each object and its SQL, however that is broken into lines."""


def schema_problem(connection: sqlite3.Connection, version: int) -> str:
    """The first object that is not as a new database of this version has it; empty when all are."""
    wanted, found = _objects_of_version(version), _objects(connection)
    for key, (_, sql) in wanted.items():
        if key not in found:
            return f"the {' '.join(key)} is missing"
        if found[key][1] != sql:
            return f"the {' '.join(key)} is not agentmem's"
    ours = {name for kind, name in wanted if kind == "table"}
    others = {key: table for key, (table, _) in found.items() if key not in wanted}
    for (kind, name), table in others.items():
        if kind not in ("table", "index") or table in ours or _refers_to(connection, table, ours):
            return f"the {kind} {name} is not agentmem's"
    return ""


def _refers_to(connection: sqlite3.Connection, table: str, ours: set[str]) -> bool:
    return not ours.isdisjoint(row[0] for row in connection.execute(_REFERRED_TO, (table,)))


def _objects_of_version(version: int) -> Objects:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for migrate in MIGRATIONS[:version]:
            migrate(connection)
        return _objects(connection)


def _objects(connection: sqlite3.Connection) -> Objects:
    return {(row[0], row[1]): (row[2], " ".join(row[3].split())) for row in connection.execute(_OBJECTS)}
