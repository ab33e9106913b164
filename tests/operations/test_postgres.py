"""A store on PostgreSQL, where it is not just as one in a file: the URL, what is refused, and who else writes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from harness.command_line import Result, run_process
from harness.kept import kept_rows
from harness.postgres import PostgresServer

from agentmem_cli.records import TurnStatus
from agentmem_cli.sessions.turns import begin_turn, exchanges_between, settle_turn
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database, postgres_database

Cli = Callable[..., Result]
PASSWORD = "s3cret-horse"  # noqa: S105 -- nobody's
NOWHERE = f"postgresql://bob:{PASSWORD}@127.0.0.1:1/x"


@pytest.fixture
def empty(postgres: PostgresServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:  # noqa: ARG001 -- its environment
    """The URL of a database in which agentmem has never been."""
    with postgres.database(is_made=False) as url:
        monkeypatch.setenv("AGENTMEM_DB", url)
        yield url


class TestUrl:
    """Where it may stand, and what is said of one that does not do."""

    def test_of_the_command_line(self, cli: Cli, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """It goes before the environment, and is gone with the command."""
        monkeypatch.setenv("AGENTMEM_DB", NOWHERE)
        assert 0 == cli("memories", "add", "Likes tea", "--db", empty).code
        assert NOWHERE == os.environ["AGENTMEM_DB"]
        assert 1 == cli("memories", "list").code

    def test_of_the_settings(self, cli: Cli, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """In config.toml, shown without its password."""
        monkeypatch.delenv("AGENTMEM_DB")
        shown = cli("config", "set", "db", NOWHERE)
        shown = Result(shown.code, cli("config", "list").out + cli("config", "list", "--json").out, shown.err)
        assert (0, False, True) == (shown.code, PASSWORD in shown.out + shown.err, "127.0.0.1" in shown.out)
        cli("config", "set", "db", empty)
        assert 0 == cli("memories", "list").code
        assert not (load_settings().data_dir / "agentmem.db").exists()

    @pytest.mark.parametrize("words", [("sessions", "list"), ("chat", "-p", "hi"), ("doctor",), ("ingest", ".")])
    def test_nobody_there(self, cli: Cli, words: tuple[str, ...]) -> None:
        """One line that names the place, and not the password."""
        result = cli(*words, "--db", NOWHERE)
        assert (1, False) == (result.code, PASSWORD in result.out + result.err)
        assert "postgresql://bob@127.0.0.1:1/x cannot be reached" in result.out + result.err

    @pytest.mark.parametrize("url", ["mysql://x", "agentmem.db", "postgresql://x?nonsense=1"])
    def test_no_url(self, cli: Cli, url: str) -> None:
        """It says what one looks like."""
        result = cli("sessions", "list", "--db", url)
        assert (True, "postgresql://USER@HOST:PORT/NAME" in result.err) == (result.code in (1, 4), True)


def test_the_first_command_makes_the_tables(cli: Cli, empty: str) -> None:  # noqa: ARG001 -- its environment
    """Of several at once too; another program's tables stay."""
    with ThreadPoolExecutor() as pool:
        ended = list(pool.map(lambda _: run_process("memories", "add", "Likes tea"), range(4)))
    assert [0] * 4 == [each.code for each in ended], ended
    assert ["Likes tea"] == [memory["text"] for memory in cli("memories", "list", "--json").json()]


def test_without_pgvector(cli: Cli, tmp_path: Path, empty: str, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 -- its environment
    """Documents are found by words and by a scan, and `doctor` misses no index."""
    from agentmem_cli.storage import postgres_tables

    monkeypatch.setattr(postgres_tables, "EXTENSION", "no_such_extension")
    (tmp_path / "note.txt").write_text("The garden gate is green.", encoding="utf-8")
    assert 0 == cli("ingest", str(tmp_path / "note.txt")).code
    assert "green" in cli("knowledge", "search", "which colour has the gate").out
    assert "agentmem.passage_points" not in kept_rows()
    assert "vector index" not in cli("doctor").out


@pytest.mark.parametrize("words", [("backup", "copy.db"), ("restore", "copy.db", "--yes")])
def test_its_backups_are_its_own(cli: Cli, empty: str, words: tuple[str, ...]) -> None:  # noqa: ARG001 -- its environment
    """A command that copies a file says what does it there."""
    result = cli(*words)
    assert (True, 1) == (result.code in (2, 3), result.err.count("\n"))


def test_many_chats_of_one_session(empty: str) -> None:
    """Every turn of eight writers is kept, each in a place of its own."""
    settings = load_settings()
    open_database(settings).close()

    def chat(number: int) -> None:
        with closing(postgres_database(empty, 30)) as database:
            for turn in range(10):
                asked = f"question {number} {turn}"
                begun = begin_turn(database, user_id="sarah", session_id="s", question=asked, at=1)
                settle_turn(database, begun, TurnStatus.DONE, "answer", at=2)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(chat, range(8)))
    with closing(open_database(settings)) as database:
        exchanges = exchanges_between(database, "s")
        places = database.read("SELECT run_index FROM agno_runs ORDER BY run_index")
    assert {f"question {number} {turn}" for number in range(8) for turn in range(10)} == {
        each.question for each in exchanges
    }
    assert list(range(80)) == [row["run_index"] for row in places]
