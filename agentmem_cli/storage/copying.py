"""All of one store copied into another, whichever stores these are. The source is only read, in one snapshot.

Which tables and columns there are, and in which order they can be filled, the two databases say themselves. A table is
copied in batches ordered by its first column, each in one transaction with a note of how far it is: a copy that was
killed goes on there. What a store makes for itself is left out (`DERIVED`, `_OWN_TABLES`); the rooms make it anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from shlex import quote
from typing import Any

from agentmem_cli.errors import StorageProblem, UsageProblem
from agentmem_cli.records import Record
from agentmem_cli.storage.database import Connection, Database, Row, storable, storable_json

DERIVED = {"documents": {"name_words", "first_page_words"}, "passages": {"words", "numbers"}}
"""Columns that PostgreSQL alone has: the words for which SQLite has full-text tables."""
_OWN_TABLES = {"agno_schema_versions", "passage_points"}
"""Tables that speak of the store itself, or that its index fills."""
_NOTE = "migration"
"""The key in `knowledge_state` of the target's note, as long as the copy is not whole."""
_ROWS = {"knowledge_state": f"key NOT IN ('{_NOTE}', 'points', 'vectors_due')"}
"""Which rows count, where not all do: the state of an index of vectors is the store's own too."""
_JSON = {"json", "jsonb"}
"""PostgreSQL's types that keep a value and not its text."""
_BATCH = 500
_MOST_VALUES = 30_000
"""In one statement; SQLite takes 32,766."""
_EXACT = 1e16
"""From here on Python writes a float with an exponent, and PostgreSQL as a whole number."""

Show = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Counted(Record):
    """How many rows a table has, and the sum of the SHA-256 of each, which knows no order."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Copied(Record):
    """What the target holds now, by table; the tables that were left out, with their rows; whether it `went_on`."""

    tables: dict[str, Counted]
    left_out: dict[str, int]
    went_on: bool


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of both stores. Its first column is its key, or the first part of it."""

    name: str
    columns: list[str]
    json: list[bool]
    """Of each column, whether one of the stores knows it as JSON."""


@dataclass(slots=True)
class _Note:
    """What the target says of itself while it is being filled: by table, the last key that was copied."""

    source: str
    last: dict[str, Any] = field(default_factory=dict)

    def keep(self, connection: Connection) -> None:
        """Store it, in the caller's transaction."""
        connection.execute(
            "INSERT INTO knowledge_state (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (_NOTE, json.dumps({"source": self.source, "last": self.last})),
        )


def copy_all(source: Database, target: Database, make_words: Callable[[], None], show: Show) -> Copied:
    """Copy everything, or go on with it; compare the two. `make_words` makes what the target finds documents by.

    Raises UsageProblem for a target that holds something else, StorageProblem where the two then differ.
    """
    with target.locked(), target.translated_errors(), source.snapshot() as reading:
        tables, left_out = _shared_tables(source, target, reading)
        note = _begun(target)
        went_on = note is not None
        note = _continued(note, source, reading, target, tables) if note else _begin(source, target, tables)
        for table in tables:
            _copy(reading, target, table, note, show)
        show("words of documents")
        make_words()
        found = _compared(reading, target, tables, show)
        with target.write() as connection:
            target.number_on(connection)
            connection.execute("DELETE FROM knowledge_state WHERE key = ?", (_NOTE,))
    return Copied(found, left_out, went_on)


def refuse_unfinished(database: Database) -> None:
    """Raise StorageProblem for a store that holds only a part of another one, since a migration was cut short."""
    note = _begun(database)
    if note is not None:
        raise StorageProblem(f"{database.place} is not whole: a migration to it was cut short.", _go_on(note))


def _go_on(note: _Note) -> str:
    return f"Run `agentmem migrate --from {quote(note.source)}` again, with the same --to: it goes on."


def _begun(target: Database) -> _Note | None:
    rows = target.read("SELECT value FROM knowledge_state WHERE key = ?", (_NOTE,))
    return _Note(**json.loads(rows[0]["value"])) if rows else None


def _shared_tables(source: Database, target: Database, reading: Connection) -> tuple[list[_Table], dict[str, int]]:
    """The tables to copy, each after those it refers to, and the others with rows.

    Raises StorageProblem for a column that would be lost.
    """
    from graphlib import TopologicalSorter

    theirs, ours, references = source.columns(), target.columns(), target.references()
    names = theirs.keys() & ours.keys() - _OWN_TABLES
    order = TopologicalSorter({name: references.get(name, set()) & names for name in sorted(names)})
    tables = [_table(name, theirs[name], ours[name]) for name in order.static_order()]
    others = {name: _count(reading, name) for name in sorted(theirs.keys() - ours.keys() - _OWN_TABLES)}
    return tables, {name: rows for name, rows in others.items() if rows}


def _table(name: str, theirs: dict[str, str], ours: dict[str, str]) -> _Table:
    columns = [column for column in theirs if column not in DERIVED.get(name, set())]
    lost = [column for column in columns if column not in ours]
    if lost:
        raise StorageProblem(f"The target's table {name} has no column {lost[0]}.", "`agentmem doctor` checks it.")
    return _Table(name, columns, [not _JSON.isdisjoint((theirs[column], ours[column])) for column in columns])


def _begin(source: Database, target: Database, tables: list[_Table]) -> _Note:
    """Note a new copy. Raises UsageProblem where the target holds anything."""
    note = _Note(source.place)
    with target.write() as connection:
        for table in tables:
            rows = _count(connection, table.name)
            if rows:
                raise UsageProblem(
                    f"{target.place} is not empty: {table.name} has {rows} rows.",
                    "Give an empty database, or a file that is not there.",
                )
        note.keep(connection)
    return note


def _continued(note: _Note, source: Database, reading: Connection, target: Database, tables: list[_Table]) -> _Note:
    """The note of a copy that was cut short, if what was copied is still what the source holds."""
    if note.source != source.place:
        raise UsageProblem(f"{target.place} is not empty: it holds a part of {note.source}.", _go_on(note))
    for table in tables:
        upto = note.last.get(table.name)
        if upto is not None and _counted(reading, table, upto) != _counted(target.connection, table):
            raise StorageProblem(
                f"{table.name} has changed in {source.place} since the migration began.",
                f"Remove all that is in {target.place}, and begin again.",
            )
    return note


def _copy(reading: Connection, target: Database, table: _Table, note: _Note, show: Show) -> None:
    """Copy what is left of a table."""
    total, done = _count(reading, table.name), 0
    for rows in _batches(reading, table, note.last.get(table.name)):
        with target.write() as connection:
            _insert(connection, table, rows)
            note.last[table.name] = rows[-1][0]
            note.keep(connection)
        done += len(rows)
        show(f"{table.name}: {done} of {total}")


def _insert(connection: Connection, table: _Table, rows: Sequence[Row]) -> None:
    """Put rows in, many with one statement: each would be a message to the server and back."""
    names = ", ".join(f'"{column}"' for column in table.columns)
    marks = f"({', '.join('?' * len(table.columns))})"
    most = _MOST_VALUES // len(table.columns)
    for start in range(0, len(rows), most):
        some = rows[start : start + most]
        connection.execute(
            f"INSERT INTO {table.name} ({names}) VALUES {', '.join([marks] * len(some))}",  # noqa: S608 -- names of the schema
            [value for row in some for value in _values(table, row)],
        )


def _compared(reading: Connection, target: Database, tables: list[_Table], show: Show) -> dict[str, Counted]:
    """Count and hash each table of both. Raises StorageProblem for one that differs."""
    found = {}
    for table in tables:
        show(f"comparing {table.name}")
        wanted, found[table.name] = _counted(reading, table), _counted(target.connection, table)
        if found[table.name] != wanted:
            raise StorageProblem(
                f"{table.name} differs in {target.place}: {found[table.name].rows} rows for {wanted.rows}.",
                "The source is as it was. Remove all that is in the target, and begin again.",
            )
    return found


def _counted(connection: Connection, table: _Table, upto: Any = None) -> Counted:
    """Count and hash a table, up to a key."""
    from hashlib import sha256

    total = 0
    for rows in _batches(connection, table, upto=upto):
        for row in rows:
            text = json.dumps(_values(table, row), default=bytes.hex)
            total += int.from_bytes(sha256(text.encode()).digest())
    return Counted(_count(connection, table.name, table.columns[0], upto), f"{total % 2**256:064x}")


def _batches(connection: Connection, table: _Table, after: Any = None, upto: Any = None) -> Iterator[list[Row]]:
    """The rows of a table in the order of their keys, behind one and up to another; rows of one key together."""
    key, names = f'"{table.columns[0]}"', ", ".join(f'"{column}"' for column in table.columns)
    while True:
        within = f"FROM {table.name} WHERE {_condition(table.name, key, after, upto)}"
        places = {"after": after, "upto": upto}
        ends = f"SELECT max({key}) FROM (SELECT {key} {within} ORDER BY {key} LIMIT {_BATCH}) AS part"  # noqa: S608 -- names of the schema
        end = connection.execute(ends, places).fetchone()[0]
        if end is None:
            return
        yield connection.execute(
            f"SELECT {names} {within} AND {key} <= :end ORDER BY {key}",
            {**places, "end": end},
        ).fetchall()
        after = end


def _condition(name: str, key: str, after: Any, upto: Any) -> str:
    bounds = [_ROWS.get(name, "true")]
    if after is not None:
        bounds.append(f"{key} > :after")
    if upto is not None:
        bounds.append(f"{key} <= :upto")
    return " AND ".join(bounds)


def _count(connection: Connection, name: str, key: str = "", upto: Any = None) -> int:
    rows = connection.execute(
        f'SELECT count(*) FROM "{name}" WHERE {_condition(name, key, None, upto)}',  # noqa: S608 -- names of the schema
        {"upto": upto},
    )
    return int(rows.fetchone()[0])


def _values(table: _Table, row: Row) -> list[Any]:
    """A row's values as every store takes them, and both give them back."""
    return [_value(value, is_json) for value, is_json in zip(row, table.json, strict=True)]


def _value(value: Any, is_json: bool) -> Any:
    if is_json and value is not None:
        return json.dumps(_parsed(str(value)), ensure_ascii=False, sort_keys=True)
    return storable(value) if isinstance(value, str) else value


def _parsed(text: str) -> Any:
    """A JSON value that PostgreSQL takes too; of what is no JSON, its text."""
    try:
        return storable_json(json.loads(text, parse_float=_number, parse_constant=lambda _: None))
    except ValueError:
        return storable(text)


def _number(text: str) -> int | float | None:
    """A number as both stores give it back; None for one that is not finite."""
    number = float(text) + 0.0  # PostgreSQL knows no -0.0
    if abs(number) == float("inf"):
        return None
    return int(number) if abs(number) >= _EXACT else number
