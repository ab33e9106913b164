"""Backups, restores, upgrades and erasings that are killed: the next start finishes or undoes them, whole.

Here at random moments; operations/test_erase_killed.py kills an erasing at each of its steps.
"""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from harness.command_line import run_here
from harness.kept import is_sound, kept_bytes
from harness.killing import killed

from agentmem_cli.storage.backup import contents_of
from agentmem_cli.storage.schema import first_tables
from agentmem_cli.storage.sqlite import SqliteDatabase

Times = Callable[[int, int], int]
MARK = "zyxmarker"


@pytest.fixture
def chance() -> random.Random:
    """The same moments each time."""
    return random.Random(1)  # noqa: S311 -- no secret


def put_in(home: Path, *sessions: str, megabytes: int = 0) -> None:
    """Sessions of one message each, and ballast, so that a copy takes a while."""
    for session in sessions:
        line = {"session": session, "role": "user", "content": f"Hello from {session}."}
        assert 0 == run_here("sessions", "import", "-", stdin=json.dumps(line)).code
    with closing(sqlite3.connect(home / "agentmem.db")) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS ballast (text TEXT)")
        connection.executemany("INSERT INTO ballast VALUES (?)", [("x" * 1_000_000,)] * megabytes)


def session_ids() -> tuple[str, ...]:
    """The sessions that are there, in order."""
    return tuple(sorted(each["session_id"] for each in run_here("sessions", "list", "--json").json()))


def has_put_aside(home: Path) -> bool:
    """Whether a restore has begun to keep what was there."""
    return any(home.glob("*.before-restore-*"))


def asked(home: Path, query: str) -> object:
    """The first value that SQLite answers."""
    with closing(sqlite3.connect(home / "agentmem.db")) as connection:
        return connection.execute(query).fetchone()[0]


@pytest.mark.sqlite
def test_a_backup(home: Path, tmp_path: Path, chance: random.Random, times: Times) -> None:
    """There is no FILE or a whole one; the next backup clears what was left and succeeds."""
    put_in(home, "clinic", "travel", megabytes=60)
    target, partial = tmp_path / "copy.db", tmp_path / "copy.db.partial"
    for _ in range(times(3, 50)):
        killed("backup", str(target), chance=chance, longest=0.05, begun=partial.exists)
        if target.exists():
            assert 2 == contents_of(target).sessions
            target.unlink()

    assert 0 == run_here("backup", str(target)).code
    assert [target] == list(tmp_path.glob("copy.db*"))


@pytest.mark.sqlite
def test_a_restore(home: Path, tmp_path: Path, chance: random.Random, times: Times) -> None:
    """The sessions are those before or those of the backup, and the file is sound."""
    target = tmp_path / "copy.db"
    put_in(home, "clinic", megabytes=30)
    assert 0 == run_here("backup", str(target)).code
    seen = set()
    for _ in range(times(4, 50)):
        put_in(home, "later")
        for kept in home.glob("*.before-restore-*"):
            kept.unlink()
        killed("restore", str(target), "--yes", chance=chance, longest=0.2, begun=lambda: has_put_aside(home))
        seen.add(session_ids())
        assert "ok" == asked(home, "PRAGMA integrity_check")
    assert seen <= {("clinic",), ("clinic", "later")}


@pytest.mark.sqlite
def test_an_upgrade(home: Path, tmp_path: Path, chance: random.Random, times: Times) -> None:
    """The next start brings the oldest store up to date, with every message."""
    old = tmp_path / "old.db"
    with closing(SqliteDatabase(old, lock_timeout=5)) as database, database.write() as connection:
        first_tables(connection)
        connection.execute(
            "INSERT INTO agno_sessions (session_id, user_id, session_type, created_at)"
            " VALUES ('s', 'sarah', 'agent', 1)"
        )
        connection.execute(
            "INSERT INTO agno_runs (run_id, session_id, run_type, run_data, created_at)"
            " VALUES ('r', 's', 'agent', '{}', 1)"
        )
        connection.executemany(
            "INSERT INTO messages (user_id, session_id, run_id, role, at, text)"
            " VALUES ('sarah', 's', 'r', 'user', 1, ?)",
            [(f"Message {number}",) for number in range(5_000)],
        )
        connection.execute("PRAGMA user_version = 1")
    home.mkdir(mode=0o700)
    for _ in range(times(3, 50)):
        for left in home.glob("agentmem.db*"):
            left.unlink()
        shutil.copy(old, home / "agentmem.db")
        killed("sessions", "list", chance=chance, longest=0.4)
        assert ("s",) == session_ids()
        assert (5_000, "ok") == (asked(home, "SELECT count(*) FROM messages"), asked(home, "PRAGMA integrity_check"))


@pytest.mark.usefixtures("without_index")
@pytest.mark.parametrize("kind", ["session", "turn", "document"])
def test_an_erasing(home: Path, tmp_path: Path, chance: random.Random, times: Times, kind: str) -> None:
    """It has not begun, and can be asked for again, or the next start ends it."""
    document = tmp_path / "note.txt"
    erase = {
        "session": ("sessions", "delete", "s1", "--purge", "--yes"),
        "turn": ("memories", "delete", "--all", "--erase-turn", "--yes"),
        "document": ("knowledge", "remove", "note.txt"),
    }[kind]
    for number in range(times(1, 50)):
        said = f"I work at {MARK}{number}."  # what was erased once is not learnt again
        document.write_text(said)
        chat = ("chat", "-p", "--model", "offline", "--session", "s1", said)
        put = {"document": ("ingest", str(document)), "session": (*chat, "--memory", "off"), "turn": chat}[kind]
        assert 0 == run_here(*put).code
        killed(*erase, chance=chance, longest=0.2)
        assert 0 == run_here("memories", "add", "Likes tea.").code
        if MARK.encode() in kept_bytes(home):
            assert 0 == run_here(*erase).code
        assert MARK.encode() not in kept_bytes(home)
        assert is_sound()
