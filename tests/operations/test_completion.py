"""Shell completion: what a TAB offers, in the form of each shell, and that asking leaves no trace."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.command_line import Result, run_process
from harness.environment import process_environment
from harness.starting import AGENTMEM
from harness.terminal import on_terminal
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem_cli.main import COMMANDS
from agentmem_cli.memories.operations import Operation, Source
from agentmem_cli.memories.writer import apply_operations
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database

Cli = Callable[..., Result]
ODD_TITLE = """$(touch pwned) `touch pwned` 'a' "b": [c] \\n\x1b]0;owned\x07"""


@pytest.fixture
def kept(cli: Cli) -> Cli:
    """Two sessions with ids that share a beginning, one in the trash, and one of Tom's."""
    said = {"abc11111-1": "Oslo in May", "abc22222-2": ODD_TITLE, "gone-1": "Old plans"}
    lines = [json.dumps({"session": session, "role": "user", "content": text}) for session, text in said.items()]
    cli("sessions", "import", "-", stdin="\n".join(lines))
    cli("sessions", "import", "-", "--user", "tom", stdin='{"session": "tom-1", "role": "user", "content": "Hi Tom"}')
    cli("sessions", "delete", "gone-1")
    return cli


def offered(line: str, shell: str = "fish", word: str = "") -> dict[str, str]:
    """What is offered at the end of a line: value -> what it is."""
    from harness.command_line import run_here

    result = run_here("completion", shell, "--line", line, "--word", word)
    assert (0, "") == (result.code, result.err)
    return dict(part.split("\t") for part in result.out.splitlines())


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("agentmem ", set(COMMANDS)),
        ("agentmem se", {"sessions"}),
        ("agentmem sessions sh", {"show"}),
        ("agentmem sessions show ", {"abc11111", "abc22222"}),
        ("agentmem sessions show abc1", {"abc11111"}),
        ("agentmem sessions show abc11111-", {"abc11111-1"}),
        ("agentmem sessions delete abc11111 ", {"abc11111", "abc22222"}),
        ("agentmem sessions rename ", {"abc11111", "abc22222"}),
        ("agentmem sessions export --format ", {"md", "json", "jsonl"}),
        ("agentmem sessions restore ", {"gone-1"}),
        ("agentmem sessions show --user tom ", {"tom-1"}),
        ("agentmem sessions list --user ", {"sarah", "tom"}),
        ("agentmem --resume ", {"abc11111", "abc22222"}),
        ("agentmem chat --resume=abc1", {"--resume=abc11111"}),
        ("agentmem --memory ", {"auto", "review", "off"}),
        ("agentmem --incog", {"--incognito"}),
        ("agentmem config get the", {"theme"}),
        ("agentmem config set theme ", {"auto", "light", "dark", "mono"}),
        ("agentmem config set model off", {"offline"}),
        ("agentmem completion ", {"bash", "zsh", "fish"}),
        ("agentmem nonsense ", set()),
        ("agentmem sessions show 'unclosed", set()),
        ("", set(COMMANDS)),
    ],
)
@pytest.mark.usefixtures("kept")
def test_what_is_offered(line: str, values: set[str]) -> None:
    """Commands, options, values and ids, of the user that the line names."""
    assert values == set(offered(line))


def test_memories_and_documents(database: Database) -> None:
    """Memories by their status, documents with their titles."""
    source = Source("clinic", None, 1_700_000_000, "offline")
    waiting = Operation("add", "Likes tea", "preference", "I like tea")
    apply_operations(database, "sarah", [waiting], source, typed_text="I like tea", mode="review", now=1_700_000_000)
    assert {"m1": "Works in a clinic."} == offered("agentmem memories pin ")
    assert ["Likes tea"] == list(offered("agentmem memories approve ").values())
    assert 1 == len(offered("agentmem knowledge show "))


@pytest.mark.usefixtures("kept")
def test_titles_are_one_clean_line() -> None:
    """A title goes with its id, short and without what steers a terminal."""
    found = offered("agentmem sessions show ")
    assert "Oslo in May" == found["abc11111"]
    assert "\x1b" not in found["abc22222"]
    assert len(found["abc22222"]) <= 60


@settings(max_examples=30)
@given(line=st.text())
def test_any_line_is_answered(kept: Cli, line: str) -> None:
    """Whatever is typed, a TAB ends well and says nothing on stderr."""
    assert kept
    offered(f"agentmem {line}")


def test_a_tab_makes_nothing(home: Path) -> None:
    """Before there is a data folder a TAB does not make one; nor does `--help`, nor the script."""
    for words in (["--help"], ["completion", "bash"], ["completion", "bash", "--line", "agentmem sessions show "]):
        assert 0 == run_process(*words).code
    assert not home.exists()


@pytest.mark.usefixtures("kept")
def test_a_tab_beside_an_open_chat(home: Path) -> None:
    """While another agentmem has the database open, what it wrote is offered, and no file comes or goes."""
    database = open_database(load_settings())
    with database.write() as connection:
        connection.execute("UPDATE agno_sessions SET updated_at = updated_at + 1")
    before = {path: path.stat().st_size for path in home.iterdir()}
    assert "abc11111" in offered("agentmem sessions show ")
    assert before == {path: path.stat().st_size for path in home.iterdir()}
    database.close()


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\x00" + bytes(200)])
def test_a_broken_store_offers_nothing(home: Path, content: bytes) -> None:
    """A file that is no database is not talked about in the middle of a line."""
    home.mkdir()
    (home / "agentmem.db").write_bytes(content)
    assert {} == offered("agentmem sessions show ")
    assert content == (home / "agentmem.db").read_bytes()


@pytest.mark.usefixtures("kept")
def test_what_bash_replaces() -> None:
    """Bash breaks words at `=` and `:`; it is given what belongs behind the break."""
    assert {"nthropic:claude-sonnet-4-6"} != set(offered("agentmem --model a", "bash", "a"))
    assert {"anthropic:claude-sonnet-4-6"} == set(offered("agentmem --model a", "bash", "a"))
    assert {"claude-sonnet-4-6"} == set(offered("agentmem --model anthropic:cl", "bash", "cl"))
    assert {"claude-sonnet-4-6"} == set(offered("agentmem --model=anthropic:", "bash", ""))
    assert {"abc11111"} == set(offered("agentmem --resume=abc1", "bash", "abc1"))


def test_an_unknown_shell(cli: Cli) -> None:
    """Only shells that there is a script for are taken."""
    result = cli("completion", "tcsh")
    assert (2, True) == (result.code, "bash, zsh, fish" in result.err)


@pytest.fixture
def bash(kept: Cli, tmp_path: Path) -> Iterator[Path]:
    """A start-up file for bash with the script in it."""
    start = tmp_path / "bashrc"
    start.write_text("PS1='ready>'\n" + kept("completion", "bash").out)
    yield start
    assert [] == list(tmp_path.rglob("pwned"))


def test_bash_lists_ids_with_titles_and_inserts_the_id(bash: Path, tmp_path: Path) -> None:
    """In a real bash: TAB completes as far as it is sure, TAB TAB lists titles, and nothing of a title is run."""
    path = os.pathsep.join((str(Path(AGENTMEM).parent), os.environ["PATH"]))
    with on_terminal("bash", "--rcfile", str(bash), "-i", env={"PATH": path}, columns=110) as terminal:
        terminal.wait_for("ready>")
        terminal.send(f"cd {tmp_path}; PS1='ready>'\r")
        terminal.send("agentmem sess\tsh\ta\t\t\t")
        terminal.wait_for("abc11111  (Oslo in May)")
        terminal.send("1\t")
        terminal.wait_for(re.compile(r"sessions show abc11111\Z"))


def test_bash_quotes_what_it_inserts(bash: Path, cli: Cli, tmp_path: Path) -> None:
    """An id with a space and a quote is put into the line as one word."""
    cli("sessions", "import", "-", stdin='{"session": "my \'odd\' id", "role": "user", "content": "x"}')
    program = (
        f"source {bash}; COMP_TYPE=9; COMP_LINE='agentmem sessions show my'; COMP_POINT=${{#COMP_LINE}};"
        f" COMP_WORDS=({AGENTMEM} sessions show my); COMP_CWORD=3; _agentmem; eval printf %s ${{COMPREPLY[0]}}"
    )
    ended = subprocess.run(
        ["bash", "-c", program], capture_output=True, text=True, check=True, env=process_environment(), cwd=tmp_path
    )
    assert ("my 'odd'", "") == (ended.stdout, ended.stderr)
