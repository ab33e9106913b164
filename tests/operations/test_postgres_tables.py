"""PostgreSQL's tables are SQLite's, and `agentmem doctor` finds what is not as agentmem makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from harness.command_line import Result
from harness.postgres import PostgresServer

from agentmem_cli.settings import load_settings
from agentmem_cli.storage import postgres_tables
from agentmem_cli.storage.copying import DERIVED
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database, postgres_database

Cli = Callable[..., Result]
KINDS = {"VARCHAR": "TEXT", "NUM": "JSON", "INT": "INTEGER", "BIGINT": "INTEGER", "BLOB": "BYTES"}
KINDS_THERE = {
    "character varying": "TEXT", "text": "TEXT", "jsonb": "JSON", "integer": "INTEGER", "bigint": "INTEGER",
    "bytea": "BYTES", "double precision": "REAL",
}  # fmt: skip
"""The types of both that hold the same."""


@pytest.fixture
def url(postgres: PostgresServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:  # noqa: ARG001 -- its environment
    """A database with agentmem's tables, in use."""
    with postgres.database() as made:
        monkeypatch.setenv("AGENTMEM_DB", made)
        yield made


def columns(database: Database, kinds: dict[str, str]) -> dict[str, dict[str, str]]:
    """Every table with its columns, and what each of them holds."""
    with closing(database):
        return {
            table: {name: kinds.get(kind, kind) for name, kind in described.items()}
            for table, described in database.columns().items()
        }


def test_the_tables_of_both_stores_are_the_same(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Table by table and column by column, but for the words of documents and pgvector's points."""
    there = columns(postgres_database(url, 1), KINDS_THERE)
    monkeypatch.delenv("AGENTMEM_DB")
    here = columns(open_database(load_settings()), KINDS)
    assert there.pop("passage_points")
    for table, names in DERIVED.items():
        for name in names:
            assert there[table].pop(name)
    assert here == there


def found_by_doctor(cli: Cli) -> tuple[int, str]:
    """The exit code, and what is said of the database."""
    result = cli("doctor", "--json")
    return result.code, {each["name"]: each["found"] for each in result.json()}["database"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("DROP INDEX agentmem.trashed_run", "the index trashed_runs.trashed_run is missing"),
        ("ALTER TABLE agentmem.pages DROP label", "the column pages.label is missing"),
        ("ALTER TABLE agentmem.pages ALTER is_scan TYPE bigint", "the column pages.is_scan is not agentmem's"),
        ("ALTER TABLE agentmem.pages ADD more text", "the column pages.more is not agentmem's"),
        ("ALTER TABLE agentmem.pages ADD CHECK (page_index < 5)", "the constraint pages.pages_page_index_check is not"),
        ("DROP TRIGGER captures_go_with_a_run ON ai.agno_runs", "the trigger agno_runs.captures_go_with_a_run is miss"),
        (
            "CREATE TRIGGER x AFTER INSERT ON ai.agno_runs FOR EACH ROW EXECUTE FUNCTION agentmem.let_captures_go()",
            "the trigger agno_runs.x is not agentmem's",
        ),
        (
            "CREATE OR REPLACE FUNCTION agentmem.instr(whole text, part text) RETURNS integer LANGUAGE sql RETURN 1",
            "the function instr(whole text, part text) is not agentmem's",
        ),
        (
            "CREATE TABLE public.theirs (run_id text REFERENCES ai.agno_runs)",
            "the reference agno_runs.theirs_run_id_fkey is not agentmem's",
        ),
    ],
)
def test_another_schema(cli: Cli, url: str, change: str, problem: str) -> None:
    """What is missing, is another, or can delete what is stored, or keep it from being deleted."""
    with psycopg.connect(url) as connection:
        connection.execute(change)
    code, found = found_by_doctor(cli)
    assert (1, True) == (code, problem in found), found


def test_what_may_be_added(cli: Cli, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of Agno's own and plain indexes; and pgvector may be missing, or come later."""
    assert (0, True) == (found_by_doctor(cli)[0], "with all that belongs to it" in found_by_doctor(cli)[1])
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE ai.agno_metrics (id text PRIMARY KEY)")
        connection.execute("CREATE INDEX mine ON agentmem.messages (at)")
        connection.execute("DROP TABLE agentmem.passage_points")
    assert 0 == found_by_doctor(cli)[0]
    monkeypatch.setattr(postgres_tables, "EXTENSION", "no_such_extension")
    assert 0 == found_by_doctor(cli)[0]


def test_nothing_is_left_of_the_look(cli: Cli, url: str) -> None:
    """What is made to compare with is rolled back."""
    found_by_doctor(cli)
    with psycopg.connect(url) as connection:
        left = connection.execute("SELECT relname FROM pg_class WHERE relpersistence = 't'").fetchall()
    assert [] == left
