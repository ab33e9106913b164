"""A chat that keeps nothing: no file of the person is made, changed or touched, whatever is said in it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import Result, run_process
from harness.environment import names_to_clear
from harness.starting import AGENTMEM
from harness.terminal import on_terminal

from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

Cli = Callable[..., Result]
Trace = dict[str, tuple[str, int]]
SAMPLES = Path(__file__).parent.parent / "knowledge"


def trace(folder: Path) -> Trace:
    """Every path below the folder, with the hash of its bytes and when it changed; a folder changes with its names."""
    return {
        str(path): (
            hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder",
            path.stat().st_mtime_ns,
        )
        for path in (folder, *folder.rglob("*"))
    }


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with documents, memories, a session and what was typed.

    Made by processes: what this process had open would leave a write-ahead log.
    """
    home = tmp_path_factory.mktemp("made") / "home"
    env = {
        **dict.fromkeys(names_to_clear()),
        "HOME": str(home.parent),
        "AGENTMEM_HOME": str(home),
        "AGENTMEM_USER": "sarah",
    }
    run_process("ingest", str(SAMPLES), env=env)
    run_process("chat", "-p", "--no-knowledge", "I work at Initech and the launch is called Bluebird.", env=env)
    with on_terminal(AGENTMEM, "chat", env=env) as terminal:
        terminal.wait_for("›")
        terminal.send("/model\r")
        terminal.wait_for("The model is offline.")
        terminal.send("\x04")
        assert 0 == terminal.wait_for_exit()
    return home


@pytest.fixture
def lived_in(made_once: Path, home: Path) -> Path:
    """A copy of it as the data folder; the person's whole HOME, which is watched."""
    shutil.copytree(made_once, home)
    return home.parent


def test_one_answer_touches_nothing(cli: Cli, lived_in: Path) -> None:
    """Facts told and questions asked leave every file as it was; documents are searched, memories are not known."""
    before = trace(lived_in)
    cli("chat", "--incognito", "-p", "I live in Oslo and I prefer tea.")
    about_me = cli("chat", "--incognito", "-p", "Where do I work?", "--format", "json").json()
    refund = cli("chat", "--incognito", "-p", "What is our refund policy?").out
    assert before == trace(lived_in)
    assert ("Initech" in str(about_me), "within 30 days" in refund) == (False, True)


def test_a_whole_chat_touches_nothing(lived_in: Path) -> None:
    """On a terminal it says that it is incognito, its own commands work in memory, and it offers no way back."""
    before = trace(lived_in)
    with on_terminal(AGENTMEM, "chat", "--incognito", columns=100, rows=40) as terminal:
        terminal.wait_for("incognito ›")
        assert "kept nowhere" in terminal.text()
        for typed, shown in (
            ("I live in Oslo.", "I keep nothing: this chat is incognito."),
            ("Which launch did we talk about?", "I found nothing"),
            ("What is our refund policy?", "within 30 days"),
            ("/remember I prefer tea", "Remembered"),
            ("/memories", "I prefer tea"),
            ("/sessions", "I live in Oslo"),
        ):
            terminal.enter(typed, shown)
            assert before == trace(lived_in)
        terminal.send("\x04")
        assert 0 == terminal.wait_for_exit()
        assert "Resume" not in terminal.text()
    assert before == trace(lived_in)


def test_no_folder_is_needed(cli: Cli, home: Path) -> None:
    """Where there is no data folder, none is made."""
    assert 0 == cli("chat", "--incognito", "-p", "I live in Oslo.").code
    assert not home.exists()


def test_a_model_is_told_nothing(cli: Cli, lived_in: Path, anthropic: AnthropicServer) -> None:
    """What goes to the provider is the message alone, and no second request asks what it teaches."""
    before = trace(lived_in)
    anthropic.reply("Good.")
    cli("chat", "--incognito", "-p", "I prefer tea at work and at the launch.")
    (request,) = anthropic.requests
    assert [False, False] == [word in request.text for word in ("Initech", "Bluebird")]
    assert before == trace(lived_in)


@pytest.mark.parametrize(
    "options", [["-s", "s1"], ["--resume", "s1"], ["--continue"], ["--memory", "auto"], ["--memory", "review"]], ids=str
)
def test_what_it_excludes(cli: Cli, home: Path, options: list[str]) -> None:
    """It goes on with no session and captures nothing: to ask for that is wrong usage."""
    assert 2 == cli("chat", "--incognito", "-p", "Hello there", *options).code
    assert not home.exists()


@pytest.mark.usefixtures("lived_in")
def test_while_another_agentmem_writes(cli: Cli) -> None:
    """What stands in the write-ahead log cannot be read without a trace: the documents are left out, and it says so."""
    with closing(open_database(load_settings())) as other:
        with other.write() as connection:
            connection.execute("UPDATE agno_sessions SET updated_at = updated_at + 1")
        result = cli("chat", "--incognito", "-p", "What is our refund policy?")
    assert ("30 days" in result.out, "not searched" in result.err) == (False, True)
