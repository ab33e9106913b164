"""Whether a PostgreSQL database has the tables of its version, object by object.

They are made once more, as temporary ones, in a transaction that is rolled back: the server itself then says how each
object is spelt. Other programs, such as Agno, may add tables and plain indexes, as long as no row of theirs holds one
of ours fast.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import closing
from typing import Any

from agentmem_cli.storage.database import Connection, Cursor, Database
from agentmem_cli.storage.postgres_tables import MIGRATIONS, POINTS

_OBJECTS = """
SELECT 'column' AS kind, relname AS of_table, attname AS name, concat_ws(' ', format_type(atttypid, atttypmod),
    CASE WHEN attnotnull THEN 'NOT NULL' END, pg_get_expr(adbin, adrelid), nullif(attidentity, '')) AS definition
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relnamespace {place} AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT CASE WHEN indisunique THEN 'unique index' ELSE 'index' END, tables.relname, indexes.relname,
    pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class AS tables ON tables.oid = indrelid JOIN pg_class AS indexes ON indexes.oid = indexrelid
WHERE tables.relnamespace {place} AND tables.relkind = 'r'
UNION ALL
SELECT 'constraint', relname, conname, pg_get_constraintdef(pg_constraint.oid)
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
WHERE relnamespace {place} AND contype IN ('c', 'u', 'p', 'x')
UNION ALL
SELECT 'reference', relname, conname, pg_get_constraintdef(pg_constraint.oid)
FROM pg_constraint JOIN pg_class ON pg_class.oid = confrelid WHERE relnamespace {place}
UNION ALL
SELECT 'trigger', relname, tgname, pg_get_triggerdef(pg_trigger.oid)
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE relnamespace {place} AND NOT tgisinternal
UNION ALL
SELECT 'function', '', proname || '(' || pg_get_function_arguments(oid) || ')',
    CASE prokind WHEN 'f' THEN pg_get_functiondef(oid) END
FROM pg_proc WHERE pronamespace {place}
"""
_STORE = "IN (SELECT oid FROM pg_namespace WHERE nspname IN ('agentmem', 'ai'))"
_TEMPORARY = "= pg_my_temp_schema()"
_OWN_SCHEMA = re.compile(r"\b(?:agentmem|ai)\.")
_ANY_SCHEMA = re.compile(r"\b(?:agentmem|ai|pg_temp_\d+|pg_temp)\.")

Objects = dict[tuple[str, str, str], str]
"""By kind, table and name, how the server spells each object, its schema left out."""


def schema_problem(database: Database, version: int) -> str:
    """The first object that is not as a new database of this version has it; empty when all are."""
    with closing(database.connect()) as connection, database.translated_errors():
        connection.execute("BEGIN")
        found = objects(connection)
        wanted = _objects_of_version(connection, version, passage_points=_has_points(found))
        connection.execute("ROLLBACK")
    for key, definition in wanted.items():
        if key not in found:
            return f"the {_named(key)} is missing"
        if found[key] != definition:
            return f"the {_named(key)} is not agentmem's"
    ours = {table for _, table, _ in wanted if table}
    added = [key for key in found.keys() - wanted.keys() if key[1] in ours and key[0] != "index"]
    return f"the {_named(min(added))} is not agentmem's" if added else ""


def objects(connection: Connection, place: str = _STORE) -> Objects:
    """Every object of agentmem's and Agno's schemas, or of another place."""
    rows = connection.execute(_OBJECTS.format(place=place)).fetchall()
    return {(kind, table, name): _ANY_SCHEMA.sub("", definition or "") for kind, table, name, definition in rows}


def _objects_of_version(connection: Connection, version: int, *, passage_points: bool) -> Objects:
    aside = _Aside(connection, without="" if passage_points else POINTS)
    for number in range(version):
        if number in MIGRATIONS:
            MIGRATIONS[number](aside)
    return objects(connection, _TEMPORARY)


def _has_points(found: Objects) -> bool:
    """Whether pgvector was there when the tables were made."""
    return any(table == "passage_points" for _, table, _ in found)


def _named(key: tuple[str, str, str]) -> str:
    kind, table, name = key
    return f"{kind} {table}.{name}" if table else f"{kind} {name}"


class _Aside:
    """A connection on which everything is made as temporary, and one script passed over."""

    def __init__(self, connection: Connection, without: str) -> None:
        self._connection = connection
        self._without = without

    def execute(self, sql: str, parameters: Any = (), /) -> Cursor:
        """Run one statement, or script."""
        passed_over = sql.startswith("CREATE SCHEMA") or sql == self._without
        return self._connection.execute("SELECT" if passed_over else _OWN_SCHEMA.sub("pg_temp.", sql), parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> None:
        """Run one statement for each of these."""
        self._connection.executemany(_OWN_SCHEMA.sub("pg_temp.", sql), parameters)

    def close(self) -> None:
        """Leave it to the one who opened it."""
