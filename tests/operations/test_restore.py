"""`agentmem restore`: all of a backup or nothing of it, and what was there is kept."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from harness.command_line import run_here, run_process
from harness.environment import process_environment
from harness.starting import AGENTMEM
from harness.terminal import on_terminal

from agentmem_cli.sessions.transfer import ImportedLine, import_lines
from agentmem_cli.storage import schema
from agentmem_cli.storage.backup import contents_of
from agentmem_cli.storage.database import Database

DIE = """
import os
from agentmem_cli.sessions.turns import begin_turn
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

database = open_database(load_settings())  # closing it would empty the log
begin_turn(database, user_id="sarah", session_id="late", question="In the log only", at=1)
os._exit(1)
"""


@pytest.fixture
def backup(database: Database, tmp_path: Path) -> Path:
    """A backup of two sessions; a third one was begun since."""
    target = tmp_path / "copy.db"
    assert 0 == run_here("backup", str(target)).code
    add_session(database, "later")
    return target


def add_session(database: Database, session_id: str) -> None:
    """Begin one more session."""
    import_lines(database, "sarah", [ImportedLine(session_id, "user", "Hello again.", 1_700_000_100, None, None)])


def kept_copies(home: Path) -> list[Path]:
    """The databases that restores put aside, oldest first; not their logs."""
    return sorted(path for path in home.glob("*.before-restore-*") if not path.name.endswith(("-wal", "-shm")))


def session_ids(home: Path) -> list[str]:
    """The sessions that are there, in order."""
    return sorted(session["session_id"] for session in run_here("sessions", "list", "--json").json() if home.exists())


def test_a_restore_puts_the_backup_in_place_and_keeps_what_was_there(backup: Path, home: Path) -> None:
    """The counts are the backup's, the undo that is printed works, the search index is gone."""
    (home / "chroma").mkdir()

    result = run_here("restore", str(backup), "--yes")

    assert (0, "") == (result.code, result.err)
    assert "2 sessions, 4 messages, 1 memories, 1 documents" in result.out
    assert ["clinic", "travel"] == session_ids(home)
    assert not (home / "chroma").exists()
    (kept,) = kept_copies(home)
    assert f"Undo: agentmem restore {kept}" in result.out
    assert 0o600 == kept.stat().st_mode & 0o777

    assert 0 == run_here("restore", str(kept), "--yes").code
    assert ["clinic", "later", "travel"] == session_ids(home)


def test_json_says_what_was_kept_where(backup: Path, home: Path) -> None:
    """`--json` has the backup, its counts and the file that keeps what was there."""
    shown = run_here("restore", str(backup), "--yes", "--json").json()
    assert (str(backup), 2, str(kept_copies(home)[0])) == (shown["file"], shown["sessions"], shown["kept"])


def test_on_a_fresh_machine_nothing_is_asked(backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no data to replace, no --yes is needed and nothing is kept."""
    fresh = tmp_path / "fresh" / "home"
    monkeypatch.setenv("AGENTMEM_HOME", str(fresh))

    result = run_here("restore", str(backup))

    assert (0, "") == (result.code, result.err)
    assert ["clinic", "travel"] == session_ids(fresh)
    assert [] == kept_copies(fresh)
    assert 0o700 == fresh.stat().st_mode & 0o777


def test_data_is_replaced_only_when_somebody_says_yes(backup: Path, home: Path) -> None:
    """Without a terminal --yes is needed; on a terminal it asks, and anything but yes changes nothing."""
    result = run_here("restore", str(backup))
    assert 2 == result.code
    assert "--yes" in result.err

    for answer, code, sessions in (("n", 2, 3), ("y", 0, 2)):
        with on_terminal(AGENTMEM, "restore", str(backup)) as terminal:
            terminal.wait_for(re.compile(r"2 sessions[\s\S]*y/N"))
            terminal.send(f"{answer}\r")
            assert (code, sessions) == (terminal.wait_for_exit(), len(session_ids(home)))


def test_a_chat_that_is_open_goes_on_with_the_restored_content(backup: Path, database: Database) -> None:
    """Its connection sees the backup's rows and writes beside them; the file stays sound."""
    assert 3 == database.read("SELECT count(*) FROM agno_sessions")[0][0]

    assert 0 == run_here("restore", str(backup), "--yes").code

    assert 2 == database.read("SELECT count(*) FROM agno_sessions")[0][0]
    add_session(database, "after")
    assert 3 == len(session_ids(database.path.parent))
    assert "ok" == database.read("PRAGMA integrity_check")[0][0]


def test_the_log_of_a_process_that_died_goes_into_the_kept_copy(backup: Path, database: Database, home: Path) -> None:
    """What stands only in the -wal is kept, and is not mixed into the restored content."""
    database.close()
    assert 1 == subprocess.run([sys.executable, "-c", DIE], env=process_environment(), check=False).returncode
    assert (home / "agentmem.db-wal").stat().st_size > 0

    assert 0 == run_here("restore", str(backup), "--yes").code

    assert ["clinic", "travel"] == session_ids(home)
    assert 4 == contents_of(kept_copies(home)[0]).sessions


@pytest.mark.parametrize("damage", ["no database", "half a database", "empty"])
def test_a_damaged_database_is_moved_aside(backup: Path, database: Database, home: Path, damage: str) -> None:
    """A restore is the way out of damage; the damaged bytes are kept as they are."""
    database.close()
    whole = database.path.read_bytes()
    left = {"no database": b"no database" * 1000, "half a database": whole[: len(whole) // 2], "empty": b""}[damage]
    database.path.write_bytes(left)

    assert 0 == run_here("restore", str(backup), "--yes").code

    assert ["clinic", "travel"] == session_ids(home)
    if left:
        assert left == kept_copies(home)[0].read_bytes()
    assert "ok" == database.read("PRAGMA integrity_check")[0][0]


def spoiled(kind: str, backup: Path) -> Path:
    """Make a file that is no sound backup."""
    path = backup.with_name("spoiled.db")
    whole = backup.read_bytes()
    content = {"text": b"Dear diary,\n" * 500, "truncated": whole[: len(whole) // 2], "empty": b"", "another": b""}
    path.write_bytes(content.get(kind, whole))
    changes = {
        "newer": ["PRAGMA user_version = 999"],
        "another": ["CREATE TABLE recipes (name)"],
        "negative": ["PRAGMA user_version = -5"],
        "no table": ["DROP TABLE taken_back_runs"],
        "trigger": ["CREATE TRIGGER evil AFTER INSERT ON messages BEGIN DELETE FROM agno_memories; END"],
        "view": ["CREATE VIEW evil AS SELECT * FROM agno_memories"],
        "index": ["CREATE UNIQUE INDEX one_message ON messages (message_id, text)"],
        "column": ["ALTER TABLE messages ADD COLUMN evil TEXT"],
        "held": ["CREATE TABLE recipes (about TEXT REFERENCES agno_sessions (session_id))"],
        "broken": [
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_master SET sql = replace(sql, 'label TEXT', 'label NOT NULL')",
        ],
    }
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for change in changes.get(kind, []):
            connection.execute(change)
    return path


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("text", "not a sound agentmem backup (file is not a database)"),
        ("truncated", "malformed"),
        ("empty", "not a sound agentmem backup"),
        ("another", "not a sound agentmem backup (no such table: agno_sessions)"),
        ("broken", "NULL value in pages.label"),
        ("negative", "there is no schema -5"),
        ("no table", "the table taken_back_runs is missing"),
        ("trigger", "the trigger evil is not agentmem's"),
        ("view", "the view evil is not agentmem's"),
        ("index", "the index one_message is not agentmem's"),
        ("column", "the table messages is not agentmem's"),
        ("held", "the table recipes is not agentmem's"),
        ("newer", "Upgrade agentmem"),
    ],
)
def test_what_is_no_backup_is_refused_and_nothing_changes(backup: Path, home: Path, kind: str, said: str) -> None:
    """One line says why, and the data folder is as it was."""
    path = spoiled(kind, backup)
    before = path.read_bytes()

    result = run_here("restore", str(path), "--yes")

    assert 1 == result.code
    assert said in result.err
    assert 1 == result.err.count("\n")
    assert before == path.read_bytes()
    assert (3, []) == (len(session_ids(home)), kept_copies(home))


def test_tables_of_other_programs_may_stay(backup: Path, home: Path) -> None:
    """Such as those that Agno makes beside ours; nothing of ours hangs on them."""
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("CREATE TABLE agno_metrics (id VARCHAR PRIMARY KEY)")
        connection.execute("CREATE INDEX metrics_by_id ON agno_metrics (id)")
    assert 0 == run_here("restore", str(backup), "--yes").code
    assert ["clinic", "travel"] == session_ids(home)


def test_a_pipe_is_no_backup(tmp_path: Path) -> None:
    """It would be waited for without end; nor is a folder."""
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        result = run_process("restore", str(path), "--yes")
        assert (1, True) == (result.code, "not a regular file" in result.err)


def test_a_file_that_is_missing_is_not_found(backup: Path, home: Path) -> None:
    """Exit code 3; and the database in use is no backup of itself."""
    assert 3 == run_here("restore", str(backup) + ".none", "--yes").code
    assert 2 == run_here("restore", str(home / "agentmem.db"), "--yes").code


def test_a_locked_database_is_left_alone(backup: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program in the middle of a write is waited for, for the lock timeout, and then named."""
    monkeypatch.setenv("AGENTMEM_LOCK_TIMEOUT", "0.1")
    with closing(sqlite3.connect(home / "agentmem.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        result = run_here("restore", str(backup), "--yes")
    assert 1 == result.code
    assert "locked" in result.err
    assert (3, []) == (len(session_ids(home)), kept_copies(home))


def test_a_backup_of_an_older_agentmem_is_migrated(
    backup: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the next version adds is there after the restore."""

    def add_moods(connection: sqlite3.Connection) -> None:
        connection.execute("CREATE TABLE moods (mood TEXT)")

    monkeypatch.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, add_moods])
    monkeypatch.setattr(schema, "SCHEMA_VERSION", schema.SCHEMA_VERSION + 1)

    assert 0 == run_here("restore", str(backup), "--yes").code

    assert [] == database.read("SELECT * FROM moods")


def test_a_data_folder_that_cannot_be_made_is_one_line(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file stands where the folder should be."""
    monkeypatch.setenv("AGENTMEM_HOME", str(tmp_path / "copy.db" / "home"))
    result = run_here("restore", str(backup), "--yes")
    assert 1 == result.code
    assert 1 == result.err.count("\n")
