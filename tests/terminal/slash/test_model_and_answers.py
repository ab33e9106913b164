"""The commands on the model and on the last answer."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from harness.anthropic_server import AnthropicServer
from harness.chat import Person

from agentmem_cli.terminal import clipboard, streams

Claude = Callable[[], AbstractContextManager[Person]]
ANSWER = "Look:\n\n```python\nprint(1)\n```\n\n- and\n\n  ```sh\n  ls\x1b]0;x\x07\n  ```\n"


def test_instructions_of_a_session(with_claude: Claude, anthropic: AnthropicServer) -> None:
    """/system is sent with each request of this session only, from its first turn on, and is kept with it."""
    for _ in range(4):
        anthropic.reply("Arr.")
    with with_claude() as person:
        assert "no instructions" in person.types("/system")
        assert "like a pirate" in person.types("/system Talk like a pirate.")
        person.says("Hello there, friend")
        assert "Talk like a pirate." in str(anthropic.requests[-1].body["system"])
    with with_claude() as person:
        assert "Talk like a pirate." in person.types("/system")
        person.says("And now?")
        assert "Talk like a pirate." in str(anthropic.requests[-1].body["system"])
        person.types("/fork")
        assert "Talk like a pirate." in person.types("/system")
        person.types("/new")
        assert "no instructions" in person.types("/system")
        person.says("Hello there, friend")
        assert "pirate" not in str(anthropic.requests[-1].body["system"])
        person.types("/resume s1")
        assert "no instructions" in person.types("/system clear")
        person.says("And now?")
        assert "pirate" not in str(anthropic.requests[-1].body["system"])


def test_the_offline_model_follows_no_instructions(person: Person) -> None:
    """It is said when instructions are set that nobody reads."""
    assert "The offline model follows none" in person.types("/system Be brief.")


def test_what_the_next_request_carries(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """/context lists the parts with their tokens; they grow with what is said, and Claude's window is named."""
    before = person.types("/context")
    assert [True, False, False] == [part in before for part in ("system text", "history", "instructions")]
    person.says("I prefer tea.")
    person.types("/system Be brief.")
    after = person.types("/context")
    assert [True] * 3 == [part in after for part in ("history", "profile", "instructions")]
    assert "exchanges of this session, the last 1\n" in after
    monkeypatch.setattr(person.chat.conversation, "model", "anthropic:claude-sonnet-4-6")
    assert "of the 200,000 that the model takes" in person.types("/context")


def test_tokens(with_claude: Claude, anthropic: AnthropicServer) -> None:
    """/tokens counts the last answer and the session as the provider did, and says which answers have no count."""
    anthropic.reply("Hello.")
    anthropic.reply("Hello again.")
    with with_claude() as person:
        assert "Nothing has been asked" in person.types("/tokens")
        person.says("Hello there, friend")
        person.says("And again")
        usage = person.chat.last.usage
        shown = person.types("/tokens").splitlines()
    assert str(usage.input_tokens) in shown[1].split()
    assert f"{2 * usage.input_tokens:,}" in shown[2].split()
    assert f"{2 * usage.cache_read_tokens:,}" in shown[2].split()


def test_tokens_without_a_provider(person: Person) -> None:
    """Answers of the offline model cost none, and /tokens says so."""
    person.says("Hello there")
    assert "1 answer without a count" in person.types("/tokens")


def test_the_answer_as_it_is(with_claude: Claude, anthropic: AnthropicServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """/raw prints the Markdown; /copy copies it, or one code block of it, with nothing that steers a terminal."""
    anthropic.reply(ANSWER)
    copied: list[str] = []
    monkeypatch.setattr("agentmem_cli.terminal.slash.answers.copy_text", lambda text: copied.append(text) or "a test")
    with with_claude() as person:
        assert "There is no answer yet." in person.types("/raw")
        assert "There is no answer yet." in person.types("/copy")
        person.says("Show me")
        assert ANSWER.replace("\x1b", "").replace("\x07", "").strip() == person.types("/raw").strip()
        assert ["Copied", "Copied", "Copied"] == [person.types(f"/copy {n}")[:6] for n in ("", "1", "2")]
        assert "There is no code block 3. The answer has 2." == person.types("/copy 3")
    assert ["print(1)\n", "ls]0;x\n"] == copied[1:]
    assert "\x1b" not in "".join(copied)


def test_copying_asks_the_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With no program of a desktop the terminal is asked by OSC 52; with neither there is one clear line."""
    for name in ("WAYLAND_DISPLAY", "DISPLAY", "TMUX", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Exception, match="no clipboard"):
        clipboard.copy_text("x")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert "the terminal" == clipboard.copy_text("zażółć\n")
    content = base64.b64encode("zażółć\n".encode()).decode()
    assert f"\x1b]52;c;{content}\x07" == capsys.readouterr().out
    assert not streams.ask_terminal_to_copy("x" * 60_000)


def test_copying_by_a_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desktop's program gets the text as it is; one that fails does not count."""
    for name, code in (("pbcopy", 0), ("xclip", 1)):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\ncat > "{tmp_path}/{name}.got"\nexit {code}\n', encoding="utf-8")
        program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("TMUX", raising=False)
    assert "pbcopy" == clipboard.copy_text("zażółć\n")
    assert "zażółć\n" == (tmp_path / "pbcopy.got").read_text(encoding="utf-8")
