"""What can be wrong before a command begins: one line that says what and what to do, and nothing is harmed."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs
import pytest
from harness.command_line import Result

from agentmem_cli.agent.choice import NO_MODEL_NOTICE

Cli = Callable[..., Result]
COMMANDS = [
    ["chat", "-p", "Hello there"],
    ["sessions", "list"],
    ["sessions", "rename", "s1", "Title"],
    ["memories", "list"],
    ["memories", "add", "Likes tea"],
    ["recall", "boiler"],
    ["knowledge", "list"],
    ["ingest", "knowledge"],
]
each_command = pytest.mark.parametrize("words", COMMANDS, ids=" ".join)


@pytest.fixture
def kept(cli: Cli, home: Path) -> Path:
    """The database file, with a session in it and nothing in its journal."""
    cli("sessions", "import", "-", stdin='{"session": "s1", "role": "user", "content": "The boiler is broken."}')
    database = home / "agentmem.db"
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return database


def refused(result: Result, code: int, *says: str) -> None:
    """The result is this exit code and one line with these words, and no data."""
    assert (code, "") == (result.code, result.out)
    (line,) = [line for line in result.err.splitlines() if line != NO_MODEL_NOTICE]
    assert line.startswith("agentmem: ")
    assert [] == [each for each in says if each not in line], line


@contextmanager
def locked(database: Path) -> Iterator[None]:
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    yield
    connection.execute("ROLLBACK")
    connection.close()


@pytest.mark.parametrize("words", [COMMANDS[0], COMMANDS[2], COMMANDS[4]], ids=" ".join)
def test_a_locked_database(cli: Cli, kept: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    """What must write waits as long as the lock timeout, then says who is in the way."""
    monkeypatch.setenv("AGENTMEM_LOCK_TIMEOUT", "0.1")
    with locked(kept):
        refused(cli(*words), 1, "locked", "Close it")


@pytest.mark.parametrize("words", [COMMANDS[1], COMMANDS[3], COMMANDS[5], COMMANDS[6]], ids=" ".join)
def test_a_locked_database_can_be_read(cli: Cli, kept: Path, words: list[str]) -> None:
    """What only reads does not wait for who writes."""
    with locked(kept):
        assert 0 == cli(*words).code


@each_command
@pytest.mark.parametrize("damage", ["garbage", "truncated"])
def test_a_damaged_database(cli: Cli, kept: Path, words: list[str], damage: str) -> None:
    """A file that is no database, or half of one, is named with the two ways out, and is left as it is."""
    whole = kept.read_bytes()
    kept.write_bytes(os.urandom(20_000) if damage == "garbage" else whole[: len(whole) // 3])
    before = kept.read_bytes()
    refused(cli(*words), 1, "agentmem.db is damaged", "agentmem restore FILE")
    assert before == kept.read_bytes()


@each_command
def test_a_newer_database(cli: Cli, kept: Path, words: list[str]) -> None:
    """A database from the future is not touched; the way is to upgrade."""
    connection = sqlite3.connect(kept)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    before = kept.read_bytes()
    refused(cli(*words), 1, "newer agentmem", "Upgrade")
    assert before == kept.read_bytes()


@each_command
def test_a_data_folder_that_is_a_file(cli: Cli, home: Path, words: list[str]) -> None:
    """A file where the folder should be is said with the way to choose another."""
    home.write_text("a file")
    refused(cli(*words), 1, "data folder", "AGENTMEM_HOME")
    assert "a file" == home.read_text()


def test_a_data_folder_that_cannot_be_written(process: Cli, kept: Path) -> None:
    """Where nothing can be written a list is read all the same; what would write says what to check."""
    before = kept.read_bytes()
    for path in (kept, kept.parent):
        path.chmod(path.stat().st_mode & ~0o222)
    assert 0 == process("sessions", "list", without_root=True).code
    refused(process("memories", "add", "Likes tea", without_root=True), 1, "AGENTMEM_HOME")
    assert before == kept.read_bytes()


def test_a_data_folder_that_cannot_be_made(process: Cli, tmp_path: Path) -> None:
    """A parent that may not be written to is the same in a line."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    result = process("sessions", "list", env={"AGENTMEM_HOME": str(closed / "home")}, without_root=True)
    refused(result, 1, "cannot be made", "AGENTMEM_HOME")


def test_a_config_file_that_cannot_be_read(process: Cli, home: Path) -> None:
    """A config file without read permission is exit 4, with its path."""
    home.mkdir()
    (home / "config.toml").write_text("")
    (home / "config.toml").chmod(0)
    refused(process("sessions", "list", without_root=True), 4, "config.toml", "permissions")


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ('memory = "sometimes"', "auto, review, off"),
        ("history = -1", "history cannot be -1"),
        ('history = "many"', "history cannot be 'many'"),
        ("timeout = [1]", "timeout cannot be"),
        ('user = "a b"', "cannot be a user id"),
        ("user = 7", "cannot be a user id"),
        ("model = ", "not valid TOML"),
        ("\xff", "not valid TOML"),
        ("a = " + "[" * 3_000 + "]" * 3_000, "not valid TOML"),
    ],
)
def test_a_bad_setting(cli: Cli, home: Path, monkeypatch: pytest.MonkeyPatch, config: str, says: str) -> None:
    """A setting that cannot be used is exit 4, says its name or the file, and nothing is made."""
    monkeypatch.delenv("AGENTMEM_USER")
    home.mkdir()
    (home / "config.toml").write_text(config, encoding="latin-1")
    refused(cli("chat", "-p", "Hello there"), 4, says)
    assert not (home / "agentmem.db").exists()


@pytest.mark.parametrize("session", ["a\nb", "\x1b[31mred", "a\u2028b", "\x9b"])
def test_a_bad_session_id(cli: Cli, session: str) -> None:
    """What an import refuses as an id no chat makes a session of."""
    refused(cli("chat", "-p", "--session", session, "Hello there"), 2, "cannot be a session's id")
    line = json.dumps({"content": "Hello there", "session": session}).encode()
    streamed = cli("chat", "-p", "--format", "stream-json", "--input-format", "stream-json", stdin=line)
    assert (2, True) == (streamed.code, "cannot be a session's id" in streamed.err)
    assert [] == cli("sessions", "list", "--json").json()


@pytest.mark.parametrize("words", COMMANDS[:-2], ids=" ".join)
@pytest.mark.parametrize(
    "user", ["a b", "../x", "x" * 101, "tab\there", "ann\u200b", "\u2066ann", "ann\ufe0f", "\u3164"]
)
def test_a_bad_user_id(cli: Cli, words: list[str], user: str) -> None:
    """A user id that could be a path, or could not be typed, is exit 4."""
    refused(cli(*words, "--user", user), 4, "cannot be a user id")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("recall", "Missing argument 'question'. See `agentmem recall --help`."),
        (
            "chat --history -3",
            "Invalid value for '--history': -3 is not in the range x>=0. See `agentmem chat --help`.",
        ),
        ("chat --jsno", "No such option: --jsno. See `agentmem chat --help`."),
        ("memories approve", "This needs ids, or --all, and not both. `agentmem memories pending` shows the ids."),
        ("nothing", "No such command 'nothing'. See `agentmem --help`."),
        ("sesions", "No such command 'sesions'. Did you mean 'sessions'? See `agentmem --help`."),
        ("Memorie list", "No such command 'Memorie'. Did you mean 'memories'? See `agentmem --help`."),
        ("memories histroy", "No such command 'histroy'. Did you mean 'history'? See `agentmem memories --help`."),
    ],
)
def test_wrong_usage(cli: Cli, words: str, told: str) -> None:
    """One line says which word is wrong or missing, and where to read on."""
    result = cli(*words.split())
    assert (2, "", f"agentmem: {told}\n") == (result.code, result.out, result.err)


def test_a_command_left_out(cli: Cli) -> None:
    """Behind `agentmem memories` alone stands its help, as an answer to wrong usage."""
    result = cli("memories")
    assert (2, "", True, True) == (
        result.code,
        result.out,
        result.err.startswith("Usage: agentmem memories"),
        "pending" in result.err,
    )


@pytest.mark.parametrize("where", ["~nobody-of-this-name/x", "/" + "a" * 300, "/proc/1/root/x"])
def test_a_home_that_cannot_be(process: Cli, where: str) -> None:
    """No such user, a name that no file system takes, a folder of somebody else: one line, with the way out."""
    result = process("sessions", "list", env={"AGENTMEM_HOME": where}, without_root=True)
    assert "unexpected" not in result.err
    refused(result, result.code, "AGENTMEM_HOME")
    assert result.code in (1, 4)
    assert len(result.err) < 500


def test_no_home_at_all(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user id without a name, and no HOME, as in a bare container."""

    def no_home(_: str) -> str:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.delenv("AGENTMEM_HOME")
    monkeypatch.setattr(platformdirs, "user_data_dir", no_home)
    refused(cli("sessions", "list"), 4, "There is no home folder.", "AGENTMEM_HOME")


@pytest.mark.parametrize("words", ["config set model", "sessions show", "sessions search"])
def test_words_that_are_no_text(cli: Cli, words: str) -> None:
    """Bytes that are no UTF-8 are nothing to look up or to write, and the word is named."""
    refused(cli(*words.split(), "\udcff"), 2, "'\\udcff' is not UTF-8 text.")


@pytest.mark.parametrize("command", ["knowledge search", "recall"])
def test_a_search_for_what_is_no_text(cli: Cli, kept: Path, tmp_path: Path, without_index: None, command: str) -> None:  # noqa: ARG001 -- it takes the index away
    """The other words are searched for."""
    assert kept.exists()
    (tmp_path / "note.txt").write_text("The boiler is green.")
    cli("ingest", str(tmp_path / "note.txt"))
    result = cli(*command.split(), "boiler \udcff")
    assert (0, True) == (result.code, "boiler" in result.out)


def test_a_file_name_that_is_no_text(cli: Cli, tmp_path: Path) -> None:
    """A file may be called so all the same."""
    backup = str(tmp_path / "\udcff.zip")
    cli("memories", "add", "Likes tea")
    Path(backup).write_text("not a backup")
    refused(cli("restore", backup, "--yes"), 1, "not a sound agentmem backup")


def test_a_name_that_is_too_long(cli: Cli, kept: Path) -> None:
    """What the system says of it, and not its 5,000 characters."""
    assert kept.exists()
    result = cli("backup", "x" * 5_000)
    refused(result, 1, "File name too long")
    assert len(result.err) < 500


@pytest.mark.parametrize("damage", ["DELETE FROM passages_fts_config", "DROP TABLE passages_fts"])
def test_a_damaged_text_index(cli: Cli, home: Path, tmp_path: Path, without_index: None, damage: str) -> None:  # noqa: ARG001 -- it takes the index away
    """It is said with a way out, not as an exception of the library."""
    (tmp_path / "note.txt").write_text("The garden gate is green.")
    cli("ingest", str(tmp_path / "note.txt"))
    connection = sqlite3.connect(home / "agentmem.db")
    with connection:
        connection.execute(damage)
    connection.close()
    refused(cli("knowledge", "search", "garden gate"), 1, "agentmem restore FILE")


def test_a_panic_of_a_library(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rust's panics are no `Exception`; they are one line all the same."""

    class PanicException(BaseException):
        """As pyo3 makes it."""

    def panic(*_: object, **__: object) -> None:
        raise PanicException("range end index 4 out of range")

    monkeypatch.setattr("agentmem_cli.sessions.catalog.list_sessions", panic)
    refused(cli("sessions", "list"), 1, "unexpected PanicException: range end index 4", "AGENTMEM_DEBUG=1")
