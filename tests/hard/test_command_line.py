"""The command line does not fall over: whatever the words, the input and the settings, it ends as documented."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from harness.command_line import Result, run_here
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem_cli.errors import ExitCode
from agentmem_cli.main import COMMANDS, app
from agentmem_cli.setting_table import SETTINGS

Times = Callable[[int, int], int]
CODES = {int(code) for code in ExitCode}
ODD_WORDS = [
    *(
        "",
        " ",
        "-",
        "--",
        "?",
        "0",
        "-1",
        "1e999",
        "9" * 400,
        "nan",
        "s1",
        "sarah",
        "%",
        "*",
        "'",
        '"',
        "../..",
        "~",
        ".",
    ),
    *(
        "\x1b]0;owned\x07",
        "\udcff",
        "\ud83d",
        "\u202e",
        "安",
        "x" * 5_000,
        "2025-02-30",
        "0001-01-01",
        "config.toml",
    ),
    *("offline", "anthropic:x", "nobody:x", "agentmem.db", "missing/file", "note.txt", "lines.jsonl", "a=b", "[1]"),
]
ODD_VALUES = [
    *("", "1", "-1", "1e999", "nan", "inf", "true", "[]", "{}", "[[1]]", "1979-05-27", '""', '"offline"', '"\\u0000"'),
    *('"\\ud83d"', "'''", '"x', "0x7fffffffffffffffffff", "{a = 1", '"../.."', f'"{"x" * 5_000}"', "[" * 2_000),
]


@cache
def commands() -> dict[tuple[str, ...], list[str]]:
    """Every command as its words -> its options."""
    group = typer.main.get_command(app)
    context = typer.Context(group)
    found: dict[tuple[str, ...], Any] = {}
    for name in COMMANDS:
        command = group.get_command(context, name)  # type: ignore[attr-defined]  # Typer's vendored Click has no public type
        found[(name,)] = command
        found |= {(name, each): inner for each, inner in getattr(command, "commands", {}).items()}
    return {words: [option for each in command.params for option in each.opts] for words, command in found.items()}


@st.composite
def command_lines(draw: st.DrawFn) -> list[str]:
    """A command with its own options, odd words and any text in any order; the system passes no NUL in a word."""
    command = draw(st.sampled_from(list(commands())))
    options = [option for option in commands()[command] if option.startswith("-")]
    word = st.sampled_from(ODD_WORDS) | st.text(st.characters(exclude_characters="\x00"), max_size=20)
    words = draw(st.lists(word | st.sampled_from(options or [""]), max_size=4))
    return [*command, *words]


def config_files() -> st.SearchStrategy[bytes]:
    """Settings with odd values, of which any piece may be overwritten with any bytes."""
    line = st.tuples(st.sampled_from([*SETTINGS, "nothing", "[table]", "a.b"]), st.sampled_from(ODD_VALUES))
    text = st.lists(line, max_size=4).map(lambda lines: "\n".join(f"{key} = {value}" for key, value in lines).encode())
    damage = st.tuples(st.integers(0, 60), st.integers(0, 20), st.binary(max_size=6))
    return st.tuples(text, st.none() | damage).map(lambda parts: damaged(*parts))


def damaged(text: bytes, damage: tuple[int, int, bytes] | None) -> bytes:
    """The text with some bytes at a place in it replaced."""
    if damage is None:
        return text
    start, length, put_there = damage
    return text[:start] + put_there + text[start + length :]


def ends_as_documented(result: Result) -> None:
    """A documented exit code, and no exception that nobody planned for."""
    assert result.code in CODES, result
    assert [] == [said for said in ("Traceback", "agentmem: unexpected") if said in result.err], result.err


@pytest.fixture
def folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a note and lines to import; a store with one session in it."""
    place = tmp_path / "work"
    place.mkdir()
    monkeypatch.chdir(place)
    (place / "note.txt").write_text("The boiler is green.")
    (place / "lines.jsonl").write_text('{"session": "s1", "role": "user", "content": "My boiler is green."}\n')
    assert 0 == run_here("sessions", "import", "lines.jsonl").code
    return home


@pytest.mark.usefixtures("folder", "without_index")
def test_any_words_and_any_input(times: Times) -> None:
    """A documented code, and a line in place of a traceback."""

    @settings(max_examples=times(80, 10_000))
    @given(
        words=command_lines(),
        stdin=st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode(errors="replace")),
    )
    def holds(words: list[str], stdin: bytes) -> None:
        ends_as_documented(run_here(*words, stdin=stdin))

    holds()


def test_any_config_file(folder: Path, times: Times, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be used is said by whoever needs it; `doctor` says it too."""
    monkeypatch.delenv("AGENTMEM_USER")

    @settings(max_examples=times(40, 500))
    @given(content=config_files())
    def holds(content: bytes) -> None:
        (folder / "config.toml").write_bytes(content)
        for words in (("config", "list"), ("sessions", "list"), ("config", "set", "model", "offline")):
            ends_as_documented(run_here(*words))

    holds()
