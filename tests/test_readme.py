"""The README is true: its walk-through is run line by line, and its tables name every command and setting."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import pytest
import typer
from harness.command_line import run_process
from harness.starting import AGENTMEM
from harness.terminal import Terminal, on_terminal

from agentmem_cli.main import COMMANDS, app
from agentmem_cli.terminal.slash import COMMANDS as SLASH_COMMANDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@dataclass
class Step:
    """One `$` line of the walk-through: the command, what is typed into it, and what each shows."""

    command: list[str]
    shown: list[str] = field(default_factory=list)
    typed: list[tuple[str, list[str]]] = field(default_factory=list)


def steps() -> Iterator[Step]:
    """The walk-through's commands, in order."""
    step: Step | None = None
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                if step is not None:
                    yield step
                step = Step(shlex.split(line[2:]))
            elif step is not None and line.startswith("› "):
                step.typed.append((line[2:], []))
            elif step is not None:
                (step.typed[-1][1] if step.typed else step.shown).append(line)
    if step is not None:
        yield step


def as_pattern(line: str) -> re.Pattern[str]:
    """What a shown line may look like: any date for a date, anything for `…`, any break between words."""
    parts = (re.escape(part) for part in line.strip().split("…"))
    pattern = r"[\s\S]*?".join(parts)
    pattern = re.sub(r"\d{4}\\-\d\d\\-\d\d", r"\\d{4}-\\d\\d-\\d\\d", pattern)
    return re.compile(re.sub(r"(\\ )+", r"\\s+", pattern))


def test_the_walk_through(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line of the README's walk-through does what the line below it shows, in an empty home."""
    shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AGENTMEM_USER")
    for step in steps():
        assert "agentmem" == step.command[0]
        if step.typed:
            with on_terminal(AGENTMEM, *step.command[1:], columns=100, rows=40) as terminal:
                converse(terminal, step)
        else:
            result = run_process(*step.command[1:])
            assert 0 == result.code, result.err
            for line in step.shown:
                assert as_pattern(line).search(result.out + result.err), f"{step.command}: {line}\n{result.out}"
            printed = [line for line in result.out.splitlines() if line and step.shown]
            assert [] == [line for line in printed if not any(as_pattern(each).search(line) for each in step.shown)]
    assert home.exists()


def converse(terminal: Terminal, step: Step) -> None:
    """Type each line when the prompt is there, and wait for what the README shows below it."""
    terminal.wait_for("›")
    for typed, shown in step.typed:
        terminal.send(typed + "\r")
        for line in shown:
            terminal.wait_for(as_pattern(line))
    assert 0 == terminal.wait_for_exit()


def commands() -> Iterator[str]:
    """Every command of the program, as `agentmem sessions list`."""
    group = typer.main.get_command(app)
    context = typer.Context(group)
    for name in COMMANDS:
        command = group.get_command(context, name)  # type: ignore[attr-defined]  # Typer's vendored Click has no public type
        inner = getattr(command, "commands", None)
        yield from (f"agentmem {name} {each}" for each in inner) if inner else [f"agentmem {name}"]


def test_every_command_is_in_the_table() -> None:
    """The table of commands names each command, and none that is not."""
    rows = re.findall(r"^\| `(agentmem [a-z]+(?: [a-z]+)?)", README, re.MULTILINE)
    assert sorted(commands()) == sorted(rows)


def test_every_command_has_help() -> None:
    """Each command says what it does."""
    group = typer.main.get_command(app)
    context = typer.Context(group)
    for name in COMMANDS:
        command = group.get_command(context, name)  # type: ignore[attr-defined]  # as above
        assert command.help, name
        assert all(each.help for each in getattr(command, "commands", {}).values()), name


def test_every_slash_command_is_named() -> None:
    """What the chat understands is what the README lists."""
    listed = README.partition("| about | commands |")[2].partition("| key |")[0]
    assert sorted(SLASH_COMMANDS) == sorted(re.findall(r"`/([a-z-]+)`", listed))


def test_every_setting_is_named() -> None:
    """Every environment variable that the program reads is in the table of the configuration."""
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "agentmem_cli").rglob("*.py"))
    read = set(re.findall(r'"(AGENTMEM_[A-Z_]+)"', source))
    assert read == set(re.findall(r"^\| `(AGENTMEM_[A-Z_]+)`", README, re.MULTILINE))


def test_every_option_of_chat_is_named() -> None:
    """The row of `agentmem chat` names its options."""
    row = next(line for line in README.splitlines() if line.startswith("| `agentmem chat"))
    group = typer.main.get_command(app)
    command = group.get_command(typer.Context(group), "chat")  # type: ignore[attr-defined]  # as above
    options = {name for each in command.params for name in each.opts if name.startswith("--")}
    assert options == set(re.findall(r"--[a-z-]+", row))


def test_the_rooms_are_as_drawn() -> None:
    """The tree in the README names each room that there is."""
    drawn = re.findall(r"^  ([a-z]+)/", README, re.MULTILINE)
    rooms = [path.name for path in (ROOT / "agentmem_cli").iterdir() if (path / "__init__.py").exists()]
    assert sorted(rooms) == sorted(drawn)


def test_the_picture_is_there() -> None:
    """The picture is in the repository and shows the run that the text describes."""
    picture = re.search(r"\]\((\.assets/[^)]+)\)", README)
    assert picture
    drawn = unescape((ROOT / picture.group(1)).read_text(encoding="utf-8")).replace("\xa0", " ")
    assert "memory +3: I'm Sarah" in drawn
