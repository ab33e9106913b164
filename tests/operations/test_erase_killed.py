"""An erasing that is cut short leaves no word behind: the next start finishes it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from harness.command_line import run_here, run_process
from harness.environment import names_to_clear, process_environment

from agentmem_cli.settings import load_settings
from agentmem_cli.storage.erase import erasure_due
from agentmem_cli.storage.opening import open_database

MARK = "zyxmarker"
KILLED = """
import os
import sys

from agentmem_cli import main
from agentmem_cli.storage import sqlite

connect = sqlite.connect


def connect_to_die(*words):
    connection = connect(*words)

    def traced(sql):
        if sys.argv[1] == "amid " + sql:
            connection.set_progress_handler(lambda: os._exit(9), 200)
        elif sql.startswith(sys.argv[1]):
            os._exit(9)

    connection.set_trace_callback(traced)
    return connection


sqlite.connect = connect_to_die
main.run(sys.argv[2:])
"""
"""Runs a command line, and dies before the statement of SQL that begins with the first word, or amid it."""
NO_ROOM = """
import resource
import sys

from agentmem_cli import main
from agentmem_cli.storage import erase

work = erase._erase


def erase_on_a_full_disk(database):
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    work(database)


erase._erase = erase_on_a_full_disk
sys.argv[0] = "agentmem"
main.main()
"""
"""Runs a command line; from when the rows are deleted no file can grow."""
STEPS = (
    "COMMIT",
    "INSERT INTO passages_fts (passages_fts)",
    "VACUUM",
    "amid VACUUM",
    "PRAGMA wal_checkpoint",
    "DELETE FROM knowledge_state",
)


@pytest.fixture(scope="module")
def indexed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a document and its vector in Chroma's files, to copy."""
    folder = tmp_path_factory.mktemp("indexed")
    document = folder / "note.txt"
    document.write_text(f"I work at {MARK}.")
    with pytest.MonkeyPatch.context() as patch:
        for name in names_to_clear():
            patch.delenv(name)
        patch.setenv("AGENTMEM_HOME", str(folder / "home"))
        assert 0 == run_here("ingest", str(document)).code
    return folder / "home"


def marked_bytes(folder: Path) -> int:
    """How often the mark stands in the files of a folder, whatever its case."""
    return sum(path.read_bytes().lower().count(MARK.encode()) for path in folder.rglob("*") if path.is_file())


def running(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """How a program with these words ended."""
    command = [sys.executable, "-c", program, *words]
    return subprocess.run(command, env=process_environment(), capture_output=True, text=True, check=False)


@pytest.fixture
def erase_words(home: Path, tmp_path: Path, request: pytest.FixtureRequest) -> tuple[str, ...]:  # noqa: ARG001
    """A command line that erases the mark, and the store that holds it: a session, a memory's turn or a document."""
    words = " ".join(f"I work at {MARK}{number}." for number in range(3))
    if request.param == "document":
        document = tmp_path / "note.txt"
        document.write_text(words)
        assert 0 == run_here("ingest", str(document)).code
        return ("knowledge", "remove", "note.txt")
    assert 0 == run_here("chat", "-p", "--model", "offline", "--session", "s1", words).code
    if request.param == "session":
        for memory in run_here("memories", "list", "--json").json():
            assert 0 == run_here("memories", "delete", memory["memory_id"]).code
        return ("sessions", "delete", "s1", "--purge", "--yes")
    return ("memories", "delete", "--all", "--erase-turn", "--yes")


@pytest.mark.usefixtures("without_index")
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("erase_words", ["session", "turn", "document"], indirect=True)
def test_the_next_start_finishes_what_a_kill_left(erase_words: tuple[str, ...], step: str, home: Path) -> None:
    """Killed at any step, it is either not begun, and can be asked for again, or the next start ends it."""
    assert 9 == running(KILLED, step, *erase_words).returncode
    if step == "COMMIT":
        assert 0 == run_here(*erase_words).code
    else:
        assert 0 == run_here("memories", "add", "Likes tea.").code

    assert 0 == marked_bytes(home)
    assert None is erasure_due(open_database(load_settings()))


@pytest.mark.parametrize("step", STEPS[1:])
def test_the_next_start_erases_the_vectors_too(home: Path, indexed_home: Path, step: str) -> None:
    """What a removal that was killed has left of a document in the search index goes with its text."""
    shutil.copytree(indexed_home, home)
    with closing(open_database(load_settings())) as database:
        vector = database.read("SELECT vector FROM passages")[0]["vector"]
    assert vectors_in(home / "chroma", vector)

    assert 9 == running(KILLED, step, "knowledge", "remove", "note.txt").returncode
    assert 0 == run_here("memories", "add", "Likes tea.").code

    assert not vectors_in(home, vector)


def vectors_in(folder: Path, vector: bytes) -> list[Path]:
    """The files of a folder that hold the first numbers of a vector."""
    return [path for path in folder.rglob("*") if path.is_file() and vector[:32] in path.read_bytes()]


@pytest.mark.usefixtures("without_index")
@pytest.mark.parametrize("erase_words", ["session", "turn", "document"], indirect=True)
def test_a_full_disk_leaves_it_to_the_next_start(erase_words: tuple[str, ...], home: Path) -> None:
    """The command says so and fails, `doctor` says that it is due, and the next start with room ends it."""
    ended = running(NO_ROOM, *erase_words)
    assert 1 == ended.returncode
    assert "its text is still in" in ended.stderr
    due = {each["name"]: each for each in json.loads(run_process("doctor", "--json").out)}["erasing"]
    assert "warning" == due["verdict"]

    assert 0 == run_here("sessions", "list").code

    assert 0 == marked_bytes(home)
