"""`agentmem backup`: one sound file, or none."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

from harness.command_line import run_here, run_process
from harness.environment import process_environment
from harness.starting import AGENTMEM

from agentmem_cli.storage.backup import contents_of
from agentmem_cli.storage.database import Database

TALK = """
import sys, time
from agentmem_cli.records import TurnStatus
from agentmem_cli.sessions.turns import begin_turn, settle_turn
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

database = open_database(load_settings())
for number in range(100_000):
    turn = begin_turn(database, user_id="sarah", session_id="busy", question=f"Question {number}", at=number)
    settle_turn(database, turn, TurnStatus.DONE, f"Answer {number}", at=number)
    print(number, flush=True)
"""


def grow(database: Database, megabytes: int) -> None:
    """Make the database large enough that a copy takes a while."""
    with database.write() as connection:
        connection.execute("CREATE TABLE ballast (text TEXT)")
        connection.executemany("INSERT INTO ballast VALUES (?)", [("x" * 1_000_000,)] * megabytes)


def test_a_backup_holds_everything_and_only_its_owner_may_read_it(database: Database, tmp_path: Path) -> None:
    """The counts are said, the file is private, and it is a database of its own."""
    target = tmp_path / "copy.db"

    result = run_here("backup", str(target))

    assert (0, "") == (result.code, result.err)
    assert "2 sessions, 4 messages, 1 memories, 1 documents" in result.out
    assert 0o600 == stat.S_IMODE(target.stat().st_mode)
    with closing(sqlite3.connect(target)) as copy:
        rows = [tuple(row) for row in database.read("SELECT * FROM agno_runs")]
        assert rows == copy.execute("SELECT * FROM agno_runs").fetchall()
    assert [target] == list(tmp_path.glob("copy.db*"))


def test_json_gives_the_counts(database: Database, tmp_path: Path) -> None:  # noqa: ARG001 -- it must be there
    """`--json` has the file and what it holds."""
    target = tmp_path / "copy.db"
    shown = run_here("backup", str(target), "--json").json()
    assert {
        "file": str(target), "sessions": 2, "messages": 4, "memories": 1, "documents": 1, "size": target.stat().st_size
    } == shown  # fmt: skip


def test_a_file_that_exists_is_kept_unless_forced(database: Database, tmp_path: Path) -> None:  # noqa: ARG001 -- as above
    """Without --force nothing is replaced."""
    target = tmp_path / "copy.db"
    target.write_text("precious")

    refused = run_here("backup", str(target))
    assert (2, "precious") == (refused.code, target.read_text())
    assert "--force" in refused.err

    assert 0 == run_here("backup", str(target), "--force").code
    assert 2 == contents_of(target).sessions


def test_the_database_in_use_is_no_target(database: Database) -> None:
    """Not even with --force, nor by another name for it, nor its log, nor what stands beside it."""
    home = database.path.parent
    link = database.path.parent.parent / "link.db"
    link.symlink_to(database.path)
    beside = [home / name for name in ("agentmem.lock", "chroma.lock", "history.lock", "config.toml", "history/x")]
    for target in (str(database.path), f"{database.path}-wal", str(link), *map(str, beside)):
        result = run_here("backup", target, "--force")
        assert 2 == result.code
        assert "in use by agentmem itself" in result.err


def test_nothing_to_back_up_is_not_found(home: Path, tmp_path: Path) -> None:
    """With no database yet, none is made."""
    assert 3 == run_here("backup", str(tmp_path / "copy.db")).code
    assert not home.exists()


def test_a_target_that_cannot_be_written_is_one_line(database: Database, tmp_path: Path) -> None:  # noqa: ARG001 -- as above
    """A folder that is not there, a folder in the way, a folder without permission."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    (tmp_path / "folder").mkdir()
    for target in (tmp_path / "none" / "copy.db", tmp_path / "folder", closed / "copy.db"):
        result = run_process("backup", str(target), "--force", without_root=True)
        assert 1 == result.code
        assert "cannot be written" in result.err
        assert 1 == result.err.count("\n")


def test_no_space_leaves_the_older_backup(database: Database, tmp_path: Path) -> None:
    """When the copy does not fit, what stood under the name stays, and nothing half-written."""
    grow(database, 2)
    target = tmp_path / "copy.db"
    target.write_text("precious")

    ended = subprocess.run(
        ["sh", "-c", f'ulimit -f 1000; exec "{AGENTMEM}" backup --force "{target}"'],
        env=process_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert 1 == ended.returncode
    assert "cannot be written" in ended.stderr
    assert "precious" == target.read_text()
    assert [target] == list(tmp_path.glob("copy.db*"))


def test_backups_made_while_a_chat_writes_are_consistent(database: Database, tmp_path: Path) -> None:  # noqa: ARG001 -- as above
    """Each holds whole turns: every message with its run and its index row; later ones hold more."""
    command = [sys.executable, "-c", TALK]
    with subprocess.Popen(command, env=process_environment(), stdout=subprocess.PIPE) as chat:
        try:
            assert chat.stdout is not None
            found = []
            for number in range(5):
                chat.stdout.readline()  # a turn more
                found.append(back_up_and_count(tmp_path / f"copy{number}.db"))
        finally:
            chat.kill()
    assert sorted(found) == found
    assert found[0] < found[-1]


def back_up_and_count(target: Path) -> int:
    """Back up, check that the copy is whole, and count its runs."""
    assert 0 == run_here("backup", str(target)).code
    with closing(sqlite3.connect(target)) as copy:
        assert [("ok",)] == copy.execute("PRAGMA integrity_check").fetchall()
        counts = "SELECT count(*), count(words) FROM messages"
        messages, indexed = copy.execute(counts).fetchone()
        pending = copy.execute("SELECT count(*) FROM agno_runs WHERE status = 'RUNNING'").fetchone()[0]
        runs = int(copy.execute("SELECT count(*) FROM agno_runs").fetchone()[0])
    assert messages == indexed == 2 * runs - pending
    return runs


def test_a_damaged_database_is_not_backed_up(database: Database, tmp_path: Path) -> None:
    """A copy of damage is no backup."""
    database.close()
    with suppress(FileNotFoundError):
        os.unlink(f"{database.path}-wal")  # noqa: PTH108 -- a name that ends in -wal
    content = bytearray(database.path.read_bytes())
    content[4096 * 3 :] = os.urandom(len(content) - 4096 * 3)
    database.path.write_bytes(content)

    result = run_here("backup", str(tmp_path / "copy.db"))

    assert 1 == result.code
    assert "damaged" in result.err
    assert [] == list(tmp_path.glob("copy.db*"))
