"""Private by default, and keys stay secret: the modes of every file, and a search of every byte for a key."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import Result, run_here, run_process
from harness.starting import AGENTMEM
from harness.terminal import on_terminal

ROOT = Path(__file__).parent.parent.parent
SENTINEL = "zqx-sentinel-no-known-shape"
VARIABLES = ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "SOME_TOKEN", "AGENTMEM_PDF_PASSWORD")


@pytest.fixture
def open_umask() -> Iterator[None]:
    """A shell that gives everybody everything."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes_in(folder: Path) -> dict[str, int]:
    """The mode of the folder and of everything in it, by path."""
    return {str(path): stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}


@pytest.mark.usefixtures("open_umask")
def test_everything_that_is_made_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default folders with a chat, settings, an indexed document, a backup, a restore: 0700 and 0600."""
    home = tmp_path / "person"
    home.mkdir(mode=0o755)
    monkeypatch.setenv("HOME", str(home))
    backup = str(home / "copy.db")
    lines = [
        ("ingest", str(ROOT / "knowledge" / "price-list.pdf")),
        ("config", "set", "model", "offline"),
        ("backup", backup),
        ("restore", backup, "--yes"),
    ]
    with on_terminal(AGENTMEM, "chat", "--model", "offline", columns=100, rows=40) as terminal:
        terminal.wait_for("›")
        terminal.enter("I live in Oslo.", "memory +1")
        terminal.enter("/quit", "Resume this session")
        terminal.wait_for_exit()
    assert [0] * len(lines) == [run_process(*words).code for words in lines]
    modes = modes_in(home)
    del modes[str(home)]
    assert {".config", "copy.db"} <= {Path(path).name for path in modes}
    assert len(modes) > 10
    wrong = {path: oct(mode) for path, mode in modes.items() if mode != (0o700 if Path(path).is_dir() else 0o600)}
    assert {} == wrong


def holding(folder: Path, result: Result) -> list[str]:
    """Where the key stands: files under the folder, and what a command printed."""
    files = [str(path) for path in folder.rglob("*") if path.is_file() and SENTINEL.encode() in path.read_bytes()]
    return files + [text for text in (result.out, result.err) if SENTINEL in text]


def test_a_key_reaches_no_file_and_no_output(
    home: Path, anthropic: AnthropicServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever runs, where a provider repeats the key too."""
    for name in VARIABLES:
        monkeypatch.setenv(name, SENTINEL)
    anthropic.reply("Hello.")
    anthropic.error(400, "invalid_request_error", f"bad key {SENTINEL}")
    anthropic.error(401, "authentication_error", f"bad key {SENTINEL}")
    lines = [
        *[("chat", "-p", "--memory", "off", "--no-knowledge", "--session", "s1", "Hello there, friend")] * 3,
        *(("sessions", "show", "s1", "--json"), ("config", "list"), ("doctor",), ("knowledge", "embedder", "openai:x")),
        ("chat", "-p", "--memory", "off", "--model", "openai:x", "Hello there, friend"),
    ]
    for words in lines:
        assert [] == holding(home, run_here(*words)), words


@pytest.mark.parametrize("debug", ["", "1"], ids=["a line", "a traceback"])
def test_a_key_in_what_nobody_planned_for(home: Path, monkeypatch: pytest.MonkeyPatch, debug: str) -> None:
    """The line of a failure holds no key, nor does the traceback that AGENTMEM_DEBUG shows."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"could not send {SENTINEL}")

    monkeypatch.setenv("ANTHROPIC_API_KEY", SENTINEL)
    monkeypatch.setenv("AGENTMEM_DEBUG", debug)
    monkeypatch.setattr("agentmem_cli.sessions.catalog.list_sessions", fail)
    result = run_here("sessions", "list")
    assert (1, bool(debug), []) == (result.code, "Traceback" in result.err, holding(home, result))


@pytest.mark.parametrize(
    "config",
    [f'api_key = "{SENTINEL}"', f'model = ["{SENTINEL}"]', f"{SENTINEL}", f'timeout = "{SENTINEL}"'],
    ids=["another name", "a wrong kind", "no TOML", "a wrong value"],
)
def test_a_key_in_the_settings_stays_there(home: Path, monkeypatch: pytest.MonkeyPatch, config: str) -> None:
    """A key that was put into config.toml by mistake is in no message, where the environment holds it too."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", SENTINEL)
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text(config)
    for words in (("config", "list"), ("doctor",), ("sessions", "list"), ("chat", "-p", "--model", "offline", "Hi.")):
        result = run_here(*words)
        assert [] == [text for text in (result.out, result.err) if SENTINEL in text], words


def test_a_key_is_in_no_list_of_processes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs that an ingest starts get no key among their words."""
    assert not home.exists()
    started: list[str] = []
    monkeypatch.setattr("subprocess.Popen.__init__", _noting(started))
    for name in VARIABLES:
        monkeypatch.setenv(name, SENTINEL)
    assert 0 == run_here("ingest", str(ROOT / "knowledge" / "price-list.pdf")).code
    assert len(started) >= 2
    assert [] == [words for words in started if SENTINEL in words]


def _noting(started: list[str]) -> object:
    """`Popen.__init__`, with the words of each program added to the list."""
    from subprocess import Popen

    begin = Popen.__init__

    def noting(self: object, words: object, *rest: object, **named: object) -> None:
        started.append(str(words))
        begin(self, words, *rest, **named)  # type: ignore[arg-type]  # handed on as they came

    return noting
