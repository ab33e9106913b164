"""Where nothing can be written, a read-only folder or a full disk, what only reads works, and the rest says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from harness.command_line import WITHOUT_ROOT, Result, run_here
from harness.environment import NO_NETWORK, process_environment
from harness.starting import AGENTMEM

from agentmem_cli.knowledge import search
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_to_read

TESTS = Path(__file__).parent.parent
FULL_DISK = """
import resource

resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
"""
"""What a program begins with in which no file can grow; standard output is a pipe."""
ONE = """
from agentmem_cli.main import main

main()
"""
"""A program that runs its own command line."""
MANY = """
import json
import sys

from harness.command_line import run_here

for words in json.load(sys.stdin):
    result = run_here(*words)
    print(json.dumps([result.code, result.out, result.err]))
"""
"""A program that runs the command lines on standard input, which spares each a process."""
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


@dataclass(frozen=True)
class Place:
    """A place where nothing can be written, and how a program is run there."""

    before: tuple[str, ...]
    beginning: str

    def run(self, *words: str) -> Result:
        """How a command ends."""
        ended = self._ended(ONE, words, "")
        return Result(ended.returncode, ended.stdout, ended.stderr)

    def run_all(self, commands: list[tuple[str, ...]]) -> dict[tuple[str, ...], Result]:
        """How each of these commands ends."""
        ended = self._ended(MANY, (), json.dumps(commands))
        results = [Result(*json.loads(line)) for line in ended.stdout.splitlines()]
        return dict(zip(commands, results, strict=True))

    def _ended(self, program: str, words: Sequence[str], stdin: str) -> subprocess.CompletedProcess[str]:
        without_coverage = {name: None for name in os.environ if name.startswith("COV")}  # it would have to write, too
        here = {"PYTHONPATH": os.pathsep.join([str(NO_NETWORK), str(TESTS)])}
        command = [*self.before, sys.executable, "-c", self.beginning + program, *words]
        return subprocess.run(
            command,
            env=process_environment(without_coverage | here),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )


ON_A_FULL_DISK = Place((), FULL_DISK)
"""No file can grow."""
IN_A_CLOSED_FOLDER = Place(WITHOUT_ROOT, "")
"""The permissions of the data folder count."""


@pytest.fixture(params=["closed folder", "full disk"])
def place(request: pytest.FixtureRequest, database: Database, home: Path) -> Iterator[Place]:
    """A place where nothing can be written, with a store with something of every kind in it."""
    (home / "history").mkdir()
    (home / "config.toml").write_text('theme = "light"\n')
    database.close()
    if request.param == "full disk":
        yield ON_A_FULL_DISK
        return
    folders = [home, home / "history"]
    for folder in folders:
        folder.chmod(0o500)
    yield IN_A_CLOSED_FOLDER
    for folder in folders:
        folder.chmod(0o700)


def test_what_only_reads_works(place: Place) -> None:
    """It gives what it gives elsewhere."""
    for words, result in place.run_all(READING).items():
        assert (0, True) == (result.code, bool(result.out or "pending" in words)), (words, result)


def test_what_writes_says_so(place: Place, home: Path) -> None:
    """The last line says what is wrong; no half-written file is left, and nothing has changed."""
    before = {path.name: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    for words, result in place.run_all(WRITING).items():
        assert (1, True) == (result.code, "cannot be" in result.err.splitlines()[-1]), (words, result)
    assert "--incognito" in result.err
    assert [] == list(home.rglob("*.part"))
    assert before["agentmem.db"] == (home / "agentmem.db").read_bytes()
    assert before["config.toml"] == (home / "config.toml").read_bytes()


def test_doctor_says_what_it_is(place: Place) -> None:
    """The database is sound; that it cannot be written is all that is said of it."""
    found = place.run("doctor").out
    assert "is sound, but nothing can be written there" in found
    assert "write-ahead log" not in found


def test_a_backup_to_another_disk(place: Place, database: Database, tmp_path: Path) -> None:
    """It needs no place in the data folder; with no place anywhere it says so."""
    result = place.run("backup", str(tmp_path / "copy.db"))
    if place is ON_A_FULL_DISK:
        assert (1, False) == (result.code, (tmp_path / "copy.db").exists())
    else:
        assert (0, True) == (result.code, "2 sessions, 4 messages" in result.out), result
    assert 2 == database.read("SELECT count(*) FROM agno_sessions")[0][0]


def test_beside_a_chat_that_has_it_open(database: Database, home: Path) -> None:
    """What stands in the write-ahead log only is read too."""
    with database.write() as connection:
        connection.execute('UPDATE agno_sessions SET session_data = \'{"session_name": "In the log"}\'')
    home.chmod(0o500)
    result = IN_A_CLOSED_FOLDER.run("sessions", "list")
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
    result = IN_A_CLOSED_FOLDER.run("chat", "-p", "--incognito", "--model", "offline", "Hello.")
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
