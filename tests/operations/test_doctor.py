"""`agentmem doctor`: what is wrong is found and has a remedy, and looking changes nothing."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from harness.command_line import Result, run_here, run_process, started_process

from agentmem_cli.embedding import configured
from agentmem_cli.knowledge.index import PassageIndex
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.checks import check_database
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database
from agentmem_cli.storage.schema import MIGRATIONS, SCHEMA_VERSION
from agentmem_cli.storage.sqlite import SqliteDatabase


def findings(result: Result) -> dict[str, Any]:
    """Every check's finding, by its name."""
    return {finding["name"]: finding for finding in result.json()}


def examined(name: str) -> tuple[int, dict[str, Any]]:
    """The exit code of `doctor --json`, and one check's finding."""
    result = run_here("doctor", "--json")
    assert "" == result.err
    return result.code, findings(result)[name]


def test_before_anything_is_made_doctor_makes_nothing(home: Path) -> None:
    """It says that the folder is not made yet, exits with 0 and leaves no file."""
    result = run_process("doctor", "--json")

    assert (0, "") == (result.code, result.err)
    assert ["data folder", "model", "embedder", "versions"] == list(findings(result))
    assert "not made yet" in findings(result)["data folder"]["found"]
    assert not home.exists()


def test_a_sound_store_passes_every_check(database: Database) -> None:
    """All are ok, but for the model when there is no key; for people it is one line a check."""
    PassageIndex(database, load_settings()).bring_in_step()
    run_here("recall", "clinic")  # makes the vectors

    result = run_here("doctor", "--json")

    verdicts = {name: finding["verdict"] for name, finding in findings(result).items()}
    sound = (
        "data folder",
        "permissions",
        "database",
        "transcripts",
        "memories",
        "recall",
        "knowledge",
        "embedder",
        "erasing",
    )
    assert {**dict.fromkeys((*sound, "versions"), "ok"), "model": "warning"} == verdicts
    assert 0 == result.code
    assert all(bool(finding["remedy"]) == (finding["verdict"] != "ok") for finding in result.json())
    shown = run_here("doctor").out
    assert "ok       memories     1 memories, all in the text index\n" in shown
    assert "-> Set ANTHROPIC_API_KEY" in shown


def test_data_that_others_may_read_is_a_warning(database: Database) -> None:
    """The remedy is the command to run."""
    database.path.parent.chmod(0o755)
    database.path.chmod(0o644)
    code, finding = examined("permissions")
    assert (0, "warning") == (code, finding["verdict"])
    assert f"chmod 600 {database.path}" in finding["remedy"]
    assert f"chmod 700 {database.path.parent}" in finding["remedy"]


def test_a_folder_that_cannot_be_written_has_failed(database: Database) -> None:
    """The other checks still run; nothing is a traceback."""
    database.close()
    database.path.parent.chmod(0o500)
    result = run_process("doctor", "--json", without_root=True)
    database.path.parent.chmod(0o700)
    assert (1, "failed") == (result.code, findings(result)["data folder"]["verdict"])
    assert "AGENTMEM_HOME" in findings(result)["data folder"]["remedy"]
    assert 11 == len(findings(result))


def test_little_space_is_a_warning(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 -- its environment
    """Under 200 MB free."""
    monkeypatch.setattr("agentmem_cli.storage.checks.LITTLE_SPACE", 10**18)
    assert "warning" == examined("data folder")[1]["verdict"]


def spoil_header(database: Database) -> None:
    """Write something else over the whole file."""
    database.close()
    database.path.write_bytes(b"no database" * 1000)


def spoil_end(database: Database) -> None:
    """Cut the file."""
    database.close()
    content = database.path.read_bytes()
    database.path.write_bytes(content[: len(content) // 2])


def from_the_future(database: Database) -> None:
    """Pretend that a newer agentmem wrote it."""
    database.connection.execute("PRAGMA user_version = 999")


def another_schema(database: Database) -> None:
    """Add a trigger that deletes what is remembered."""
    database.connection.execute("CREATE TRIGGER evil AFTER INSERT ON messages BEGIN DELETE FROM agno_memories; END")


def emptied(database: Database) -> None:
    """Lose all bytes, as a full disk or a sync program may do."""
    database.close()
    database.path.write_bytes(b"")


def break_a_rule(database: Database) -> None:
    """Leave a NULL where the schema allows none: only SQLite's own check finds it."""
    database.connection.execute("PRAGMA writable_schema = ON")
    database.connection.execute(
        "UPDATE sqlite_master SET sql = replace(sql, 'label TEXT', 'label TEXT NOT NULL') WHERE name = 'pages'"
    )
    database.close()


def orphan(database: Database) -> None:
    """Take a session away from its runs."""
    with closing(sqlite3.connect(database.path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM agno_sessions WHERE session_id = 'clinic'")


@pytest.mark.parametrize(
    ("spoil", "remedy"),
    [
        (spoil_header, "restore"),
        (spoil_end, "restore"),
        (break_a_rule, "restore"),
        (orphan, "restore"),
        (another_schema, "restore"),
        (emptied, "restore"),
        (from_the_future, "pip install --upgrade"),
    ],
)
def test_a_database_that_cannot_be_used_has_failed(
    database: Database, spoil: Callable[[Database], None], remedy: str
) -> None:
    """Damaged, cut, newer, or with rows that refer to nothing: the check fails, the others still run."""
    spoil(database)
    result = run_here("doctor", "--json")
    assert (1, "failed") == (result.code, findings(result)["database"]["verdict"])
    assert remedy in findings(result)["database"]["remedy"]
    if spoil is emptied:
        assert 0 == database.path.stat().st_size
        assert (1, True) == ((listed := run_here("sessions", "list")).code, "what it held is lost" in listed.err)
        database.path.unlink()
        assert 0 == run_here("sessions", "list").code
    assert 11 == len(findings(result))


def test_a_database_without_a_write_ahead_log_is_a_warning() -> None:
    """As on a network disk; here, in memory."""
    with closing(open_database(replace(load_settings(), incognito=True))) as database:
        finding = check_database(database)
    assert "warning" == finding.verdict
    assert "local disk" in finding.remedy


def test_a_locked_database_has_failed(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Doctor waits for the lock timeout, 3 s at most, and says what holds it up."""
    monkeypatch.setenv("AGENTMEM_LOCK_TIMEOUT", "0.1")
    database.close()
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        code, finding = examined("database")
    assert (1, "failed") == (code, finding["verdict"])
    assert "locked" in finding["found"]


@pytest.mark.parametrize(
    ("name", "sql", "verdict", "found"),
    [
        ("transcripts", "UPDATE messages SET words = NULL WHERE message_id = 1", "warning", "1 of 4 messages"),
        ("transcripts", "DELETE FROM messages WHERE session_id = 'clinic'", "warning", "1 runs"),
        ("memories", "DELETE FROM agno_memories", "failed", "1 memories"),
        (
            "memories",
            "INSERT INTO agno_memories (memory_id, memory, created_at) VALUES ('x', '1', 1)",
            "warning",
            "1 mem",
        ),
        ("memories", "UPDATE memory_details SET words = NULL", "warning", "1 of 1 memories"),
        ("recall", "SELECT 1", "warning", "5 of 5 messages and memories of sarah have no vector"),
        ("knowledge", "DELETE FROM documents_fts", "failed", "1 documents, but 0"),
        ("knowledge", "DELETE FROM passages_fts", "failed", "1 passages, but 0"),
        ("knowledge", "SELECT 1", "warning", "vector index"),
    ],
)
def test_an_index_out_of_step_is_found(database: Database, name: str, sql: str, verdict: str, found: str) -> None:
    """Rows without their index row, Agno's table and agentmem's apart, vectors behind passages."""
    database.connection.execute(sql)
    code, finding = examined(name)
    assert (verdict, int(verdict == "failed")) == (finding["verdict"], code)
    assert found in finding["found"]
    assert finding["remedy"]


def test_the_key_is_never_shown(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 -- its environment
    """With a key, the model that it means is ok."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-secret")
    result = run_here("doctor", "--json")
    assert "ok" == findings(result)["model"]["verdict"]
    assert "anthropic:claude-sonnet-4-6" in findings(result)["model"]["found"]
    assert "secret" not in result.out + result.err


@pytest.mark.parametrize(
    ("model", "remedy"),
    [
        ("cohere:x", "--with cohere"),
        ("openai:gpt-5", "OPENAI_API_KEY"),
        ("anthropic:claude-x", "ANTHROPIC_API_KEY"),
        ("nobody:x", "provider:id"),
    ],
)
def test_a_model_that_cannot_answer_has_failed(
    home: Path,  # noqa: ARG001 -- its environment
    monkeypatch: pytest.MonkeyPatch,
    model: str,
    remedy: str,
) -> None:
    """No package, no key, no such provider: each with what to do."""
    monkeypatch.setenv("AGENTMEM_MODEL", model)
    code, finding = examined("model")
    assert (1, "failed") == (code, finding["verdict"])
    assert remedy in finding["remedy"]


def test_an_embedder_that_breaks_has_failed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 -- as above
    """It raises, or gives vectors that mean nothing."""

    def broken(texts: list[str]) -> Any:
        raise OSError(f"no weights for {texts}")

    monkeypatch.setattr(configured, "BUNDLED", replace(configured.BUNDLED, embed=broken))
    code, finding = examined("embedder")
    assert (1, "failed") == (code, finding["verdict"])
    assert "no weights" in finding["found"]

    zeros = replace(configured.BUNDLED, embed=lambda texts: np.zeros((len(texts), 256), np.float32))
    monkeypatch.setattr(configured, "BUNDLED", zeros)
    assert (1, "failed") == (examined("embedder")[0], examined("embedder")[1]["verdict"])


def test_an_untested_version_is_a_warning(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 -- as above
    """A library outside of the range that agentmem asks for."""
    version = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "9.9.9" if name == "agno" else version(name))
    finding = examined("versions")[1]
    assert "warning" == finding["verdict"]
    assert "agno 9.9.9" in finding["found"]


def test_an_extra_left_out_is_no_failure(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 -- as above
    """A plain install has no OCR, and its versions are well."""
    version = metadata.version

    def without_ocr(name: str) -> str:
        if name == "rapidocr":
            raise metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(metadata, "version", without_ocr)
    assert "ok" == examined("versions")[1]["verdict"]


def test_beside_the_first_start_of_another(home: Path) -> None:
    """However far that is, nothing has failed: `doctor` waits for the schema, or says that it is not ready."""
    for _ in range(3):
        shutil.rmtree(home, ignore_errors=True)
        with started_process("memories", "add", "Likes tea."), ThreadPoolExecutor(4) as pool:
            ended = list(pool.map(lambda _: run_process("doctor", "--json"), range(4)))
        assert [0] * 4 == [result.code for result in ended], [result.out for result in ended]


@pytest.mark.parametrize("version", range(SCHEMA_VERSION))
def test_a_database_of_an_older_agentmem_is_not_ready(home: Path, version: int) -> None:
    """That is a warning with what to do; the checks of what stands in it wait."""
    home.mkdir(mode=0o700)
    with closing(SqliteDatabase(home / "agentmem.db", lock_timeout=1.0)) as database, database.write() as connection:
        for migrate in MIGRATIONS[:version]:
            migrate(connection)
        connection.execute(f"PRAGMA user_version = {version}")
    code, finding = examined("database")
    assert (0, "warning") == (code, finding["verdict"])
    assert f"schema {version}" in finding["found"]
    assert 0 == run_here("sessions", "list").code
    assert "ok" == examined("database")[1]["verdict"]
