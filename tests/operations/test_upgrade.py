"""A data folder of an earlier version."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from harness.command_line import Result

from agentmem_cli.memories.catch_up import catch_up
from agentmem_cli.memories.store import same_text
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database
from agentmem_cli.storage.schema import MIGRATIONS, SCHEMA_VERSION, ensure_schema, first_tables, tables_of_imports
from agentmem_cli.storage.sqlite import SqliteDatabase

Cli = Callable[..., Result]
LINE = '{"session": "abc", "role": "user", "content": "My boiler leaks."}'


def schema_of(database: Database) -> list[tuple[str, str]]:
    """What the database consists of."""
    return [tuple(row) for row in database.read("SELECT name, sql FROM sqlite_master WHERE sql > '' ORDER BY name")]


OLD_MEMORY = {
    "memory_id": "m1",
    "user_id": "sarah",
    "text": "Lives in Oslo",
    "kind": "fact",
    "topics": "[]",
    "status": "active",
    "run_id": "r1",
    "said_at": 1_000,
    "created_at": 1_000,
    "updated_at": 1_000,
    "same_hash": "x",
}


def test_a_memory_of_version_2_is_kept(cli: Cli) -> None:
    """It says nothing of whom it is about, and what was captured then is known to be of its run."""
    settings = load_settings(user="sarah")
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    shown = {**OLD_MEMORY, "topics": [], "said_at": "1970-01-01T00:16:40Z", "pinned": False}
    with closing(SqliteDatabase(settings.database, lock_timeout=5)) as database, database.write() as connection:
        first_tables(connection)
        tables_of_imports(connection)
        columns, marks = ", ".join(OLD_MEMORY), ", ".join("?" * len(OLD_MEMORY))
        connection.execute(f"INSERT INTO memory_details ({columns}) VALUES ({marks})", [*OLD_MEMORY.values()])  # noqa: S608 -- names from above
        connection.execute(
            "INSERT INTO agno_memories (memory_id, memory, user_id, created_at) VALUES ('m1', ?, 'sarah', 1000)",
            (json.dumps("Lives in Oslo"),),
        )
        connection.execute(
            "INSERT INTO memory_ledger (batch_id, user_id, memory_id, at, actor, action, after)"
            " VALUES ('b1', 'sarah', 'm1', 1000, 'rules', 'add', ?)",
            (json.dumps(shown),),
        )
        connection.execute("PRAGMA user_version = 2")
    (memory,) = cli("memories", "list", "--user", "sarah", "--json").json()
    assert ("Lives in Oslo", None, None, None, []) == (
        memory["text"],
        memory["subject"],
        memory["on_date"],
        memory["until_date"],
        memory["also_supersedes"],
    )
    assert ["r1"] == [entry["run_id"] for entry in cli("memories", "history", "--user", "sarah", "--json").json()]


def test_a_database_of_version_1_is_brought_up_to_date(cli: Cli) -> None:
    """Every command can use it, and it is then as one that was made today."""
    settings = load_settings(user="sarah")
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    with closing(SqliteDatabase(settings.database, lock_timeout=5)) as database, database.write() as connection:
        first_tables(connection)
        connection.execute("PRAGMA user_version = 1")
    cli("sessions", "import", "-", stdin=LINE)
    assert ["abc"] == [each["session_id"] for each in cli("sessions", "list", "--json").json()]
    made_today = SqliteDatabase(settings.database.with_name("new.db"), lock_timeout=5)
    with closing(made_today), closing(open_database(settings)) as upgraded:
        ensure_schema(made_today)
        assert schema_of(made_today) == schema_of(upgraded)
        assert SCHEMA_VERSION == upgraded.read("PRAGMA user_version")[0][0]


def test_a_memory_of_version_2_is_not_learnt_twice(cli: Cli) -> None:
    """What two texts share is told in another way since: what is known is hashed anew."""
    cli("memories", "add", "I work in healthcare.")
    settings = load_settings(user="sarah")
    with closing(open_database(settings)) as database:
        with database.write() as connection:
            connection.execute("UPDATE memory_details SET same_hash = ''")
        assert 1 == len(same_text(database, "sarah", "I'm working in healthcare"))
        assert 0 == catch_up(database)
        assert [] == database.read("SELECT 1 FROM memory_details WHERE same_hash = ''")
        assert 1 == len(same_text(database, "sarah", "I'm working in healthcare"))


def test_words_of_version_3_are_found_and_stored(cli: Cli) -> None:
    """What was stored without its words is found all the same, and has them from the next chat on."""
    cli("sessions", "import", "-", stdin=LINE)
    cli("memories", "add", "Owns a red kayak")
    settings = load_settings(user="sarah")
    with closing(open_database(settings)) as database:
        with database.write() as connection:
            connection.execute("UPDATE messages SET words = NULL")
            connection.execute("UPDATE memory_details SET words = NULL")
        assert {"turn", "memory"} == {
            item["type"] for item in cli("recall", "the kayak and the boiler", "--json").json()["items"]
        }
        cli("chat", "-p", "--memory", "off", "hi")
        unpacked = "SELECT 1 FROM messages WHERE words IS NULL UNION SELECT 1 FROM memory_details WHERE words IS NULL"
        assert [] == database.read(unpacked)


def test_what_is_essential_of_version_7_is_judged(cli: Cli) -> None:
    """The next chat tells what must always be known among memories that an older version wrote."""
    cli("memories", "add", "I am allergic to peanuts")
    with closing(open_database(load_settings(user="sarah"))) as database:
        with database.write() as connection:
            connection.execute("UPDATE memory_details SET essential = NULL")
        cli("chat", "-p", "--memory", "off", "hi")
        assert [] == database.read("SELECT 1 FROM memory_details WHERE essential IS NULL OR essential < 0.5")


def test_the_vectors_of_version_4_are_kept(home: Path) -> None:  # noqa: ARG001 -- its environment is what is needed
    """An embedder that costs money is not asked for them again."""
    settings = load_settings(user="sarah")
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    with closing(SqliteDatabase(settings.database, lock_timeout=5)) as database, database.write() as connection:
        for migration in MIGRATIONS[:4]:
            migration(connection)
        connection.execute("INSERT INTO agno_sessions (session_id, session_type, created_at) VALUES ('s', 'agent', 1)")
        connection.execute(
            "INSERT INTO agno_runs (run_id, session_id, run_type, run_data, created_at)"
            " VALUES ('r', 's', 'agent', '{}', 1)"
        )
        connection.execute(
            "INSERT INTO messages (message_id, user_id, session_id, run_id, role, at, text)"
            " VALUES (7, 'sarah', 's', 'r', 'user', 1, 'Apple pie')"
        )
        connection.execute("INSERT INTO message_vectors (message_id, embedder, vector) VALUES (7, 'openai:x', x'003c')")
        columns, marks = ", ".join(OLD_MEMORY), ", ".join("?" * len(OLD_MEMORY))
        connection.execute(f"INSERT INTO memory_details ({columns}) VALUES ({marks})", [*OLD_MEMORY.values()])  # noqa: S608 -- names from above
        connection.execute(
            "INSERT INTO memory_vectors (memory_number, embedder, vector) VALUES (1, 'openai:x', x'003c')"
        )
        connection.execute("PRAGMA user_version = 4")
    with closing(open_database(settings)) as upgraded:
        kept = [upgraded.read(f"SELECT * FROM {table}_vectors") for table in ("message", "memory")]  # noqa: S608 -- as above
        assert [(7, "openai:x", b"\x00<"), (1, "openai:x", b"\x00<")] == [tuple(row) for (row,) in kept]
        upgraded.connection.execute("UPDATE memory_details SET status = 'forgotten'")
        upgraded.connection.execute("DELETE FROM agno_runs")
        assert [[], []] == [upgraded.read(f"SELECT * FROM {table}_vectors") for table in ("message", "memory")]  # noqa: S608 -- as above


def test_the_documents_of_version_5_are_kept(cli: Cli, tmp_path: Path) -> None:
    """Passages and vectors stay; a PDF in which pages had no text is read again, for scans may be among them."""
    settings = load_settings(user="sarah")
    settings.database.parent.mkdir(parents=True, exist_ok=True)
    with closing(SqliteDatabase(settings.database, lock_timeout=5)) as database, database.write() as connection:
        for migration in MIGRATIONS[:5]:
            migration(connection)
        for name, status in (("a.pdf", "indexed"), ("b.pdf", "no text"), ("c.pdf", "indexed")):
            connection.execute(
                "INSERT INTO documents (document_id, path, title, sha256, size, modified_ns, pages, passages, status,"
                " detail, ingested_at) VALUES (?, ?, ?, 'abc', 1, 2, 1, 1, ?, '', 3)",
                (name, str(tmp_path / name), name, status),
            )
        connection.execute("INSERT INTO pages VALUES ('a.pdf', 0, NULL, 'Apple pie'), ('c.pdf', 0, NULL, '')")
        connection.execute(
            "INSERT INTO passages (document_id, page_index, position, text, embedder, vector)"
            " VALUES ('a.pdf', 0, 0, 'Apple pie', 'openai:x', x'0000803f')"
        )
        connection.execute("PRAGMA user_version = 5")
    (passage,) = cli("knowledge", "show", "a.pdf", "--json").json()["text"]
    assert ("Apple pie", 1, None) == (passage["text"], passage["page"], passage["last_page"])
    with closing(open_database(settings)) as database:
        assert ["openai:x"] == [row["embedder"] for row in database.read("SELECT embedder FROM passages")]
        again = database.read("SELECT path FROM documents WHERE modified_ns = -1 AND sha256 = '' ORDER BY path")
        assert [str(tmp_path / "b.pdf"), str(tmp_path / "c.pdf")] == [row["path"] for row in again]
