"""Where nothing can be written, a read-only folder or a full disk, what only reads works, and the rest says so."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from harness.command_line import AGENTMEM, WITHOUT_ROOT, Result, run_here
from harness.environment import process_environment

from agentmem_cli.knowledge import search
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_to_read

FULL_DISK = """
import resource
import sys

from agentmem_cli.main import main

resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
main()
"""
"""Runs a command line in which no file can grow; standard output is a pipe."""
READING = [
    ("sessions", "list"),
    ("sessions", "show", "clinic"),
    ("sessions", "search", "clinic"),
    ("sessions", "export", "clinic"),
    ("memories", "list"),
    ("memories", "show", "m1"),
    ("memories", "search", "clinic"),
    ("memories", "history"),
    ("memories", "pending"),
    ("memories", "export"),
    ("knowledge", "list"),
    ("knowledge", "show", "refunds.txt"),
    ("knowledge", "search", "days"),
    ("recall", "clinic"),
    ("config", "list"),
    ("doctor", "--erased", "zanzibar"),
]
WRITING = [
    ("memories", "add", "Likes tea."),
    ("memories", "delete", "m1", "--erase-turn", "--yes"),
    ("sessions", "rename", "clinic", "Another"),
    ("sessions", "delete", "clinic", "--purge", "--yes"),
    ("knowledge", "remove", "refunds.txt"),
    ("config", "set", "theme", "dark"),
    ("chat", "-p", "--model", "offline", "Hello."),
]


def on_a_full_disk(*words: str) -> Result:
    """How a command ends where no file can grow."""
    return _ended([sys.executable, "-c", FULL_DISK, *words])


def in_a_closed_folder(*words: str) -> Result:
    """How a command ends where the permissions of the data folder count."""
    return _ended([*WITHOUT_ROOT, sys.executable, "-m", "agentmem_cli", *words])


def _ended(command: list[str]) -> Result:
    without_coverage = {name: None for name in os.environ if name.startswith("COV")}  # it would have to write, too
    environment = process_environment(without_coverage)
    ended = subprocess.run(command, env=environment, input="", capture_output=True, text=True, check=False)
    return Result(ended.returncode, ended.stdout, ended.stderr)


@pytest.fixture(params=["closed folder", "full disk"])
def run(request: pytest.FixtureRequest, database: Database, home: Path) -> Iterator[Callable[..., Result]]:
    """Run a command where nothing can be written, beside a store with something of every kind in it."""
    (home / "history").mkdir()
    (home / "config.toml").write_text('theme = "light"\n')
    database.close()
    if request.param == "full disk":
        yield on_a_full_disk
        return
    folders = [home, home / "history"]
    for folder in folders:
        folder.chmod(0o500)
    yield in_a_closed_folder
    for folder in folders:
        folder.chmod(0o700)


def test_what_only_reads_works(run: Callable[..., Result]) -> None:
    """It gives what it gives elsewhere."""
    for words in READING:
        result = run(*words)
        assert (0, True) == (result.code, bool(result.out or "pending" in words)), (words, result)


def test_what_writes_says_so(run: Callable[..., Result], home: Path) -> None:
    """The last line says what is wrong; no half-written file is left, and nothing has changed."""
    before = {path.name: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    for words in WRITING:
        result = run(*words)
        assert (1, True) == (result.code, "cannot be" in result.err.splitlines()[-1]), (words, result)
    assert "--incognito" in result.err
    assert [] == list(home.rglob("*.part"))
    assert before["agentmem.db"] == (home / "agentmem.db").read_bytes()
    assert before["config.toml"] == (home / "config.toml").read_bytes()


def test_doctor_says_what_it_is(run: Callable[..., Result]) -> None:
    """The database is sound; that it cannot be written is all that is said of it."""
    found = run("doctor").out
    assert "is sound, but nothing can be written there" in found
    assert "write-ahead log" not in found


def test_a_backup_to_another_disk(run: Callable[..., Result], database: Database, tmp_path: Path) -> None:
    """It needs no place in the data folder; with no place anywhere it says so."""
    result = run("backup", str(tmp_path / "copy.db"))
    if run is on_a_full_disk:
        assert (1, False) == (result.code, (tmp_path / "copy.db").exists())
    else:
        assert (0, True) == (result.code, "2 sessions, 4 messages" in result.out), result
    assert 2 == database.read("SELECT count(*) FROM agno_sessions")[0][0]


def test_beside_a_chat_that_has_it_open(database: Database, home: Path) -> None:
    """What stands in the write-ahead log only is read too."""
    with database.write() as connection:
        connection.execute('UPDATE agno_sessions SET session_data = \'{"session_name": "In the log"}\'')
    home.chmod(0o500)
    result = in_a_closed_folder("sessions", "list")
    home.chmod(0o700)
    assert "In the log" in result.out


def test_a_search_without_chroma(database: Database, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Chroma writes when it is asked; the passages are scanned then, and found."""
    monkeypatch.setattr(search, "MOST_SCANNED", 0)
    from agentmem_cli.knowledge.index import PassageIndex

    settings = load_settings()
    PassageIndex(database, settings).bring_in_step()
    (home / "chroma.lock").unlink()
    (home / "chroma.lock").mkdir()
    with closing(open_to_read(replace(settings, lock_timeout=0.1))) as opened:
        assert ["refunds.txt"] == [each.document for each in search.Searcher(opened, settings).search("days")]


def test_an_incognito_chat_needs_no_place(home: Path) -> None:
    """As its remedy says."""
    run_here("memories", "add", "Likes tea.")
    home.chmod(0o500)
    result = in_a_closed_folder("chat", "-p", "--incognito", "--model", "offline", "Hello.")
    home.chmod(0o700)
    assert 0 == result.code, result


def test_output_that_cannot_be_written(home: Path) -> None:
    """What was to be printed is missing, so it failed, in clear words; talk that cannot be written changes nothing."""
    with Path("/dev/full").open("w") as full:
        for words in (("config", "list"), ("--help",), ("chat", "-p", "--model", "offline", "Hello.")):
            ended = subprocess.run(
                [AGENTMEM, *words],
                env=process_environment(),
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
            last = ended.stderr.splitlines()[-1]
            assert (1, True) == (ended.returncode, "cannot be read or written: No space" in last), ended
        add = [AGENTMEM, "memories", "add", "Likes tea."]
        assert 0 == subprocess.run(add, env=process_environment(), stderr=full, check=False).returncode
    assert (home / "agentmem.db").exists()
