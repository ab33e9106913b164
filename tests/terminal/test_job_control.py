"""Ctrl-Z and the shell's `fg`, under a shell of its own, for nothing else may stop; and the end from outside."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import Result, started_process
from harness.starting import AGENTMEM
from harness.terminal import on_terminal


@pytest.mark.usefixtures("home")
def test_ctrl_z(anthropic: AnthropicServer, tmp_path: Path) -> None:
    """The chat stops, at the prompt and in mid-answer; it goes on as it was, and what is typed ahead is sent."""
    anthropic.reply(pieces=[f"word{number} " for number in range(60)], delay=0.05)
    anthropic.reply("All is well.")
    shell = {"PS1": "shell> ", "ENV": "", "HISTFILE": str(tmp_path / "none")}
    with on_terminal("sh", "-i", columns=100, rows=40, env=shell) as terminal:
        terminal.wait_for("shell>")
        terminal.send(f"clear; {AGENTMEM} chat --memory off --no-knowledge\r")
        terminal.wait_for("›")
        terminal.send("Count\x1a")
        terminal.wait_for("shell>")
        terminal.send("clear; fg\r")
        terminal.wait_for("› Count")
        terminal.send(" words\r")
        terminal.wait_for("word3")
        terminal.send("\x1a")
        terminal.wait_for("shell>")
        terminal.send("clear; fg\r")
        terminal.wait_for(re.compile(r"no-knowledge\n\s*word\d"))
        terminal.send("And then?\r")
        shown = terminal.wait_for("All is well.")
        assert 1 == shown.count("And then?")  # not also where the answer was when it was typed
        terminal.send("\x04")
        terminal.wait_for("shell>")


def test_a_hang_up(cli: Callable[..., Result], anthropic: AnthropicServer) -> None:
    """A terminal that is closed in mid-answer ends the chat, as SIGTERM does; what there is of the answer is kept."""
    anthropic.hang(after_text="Once upon a time")
    with started_process("chat", "-p", "--memory", "off", "--no-knowledge", "A story") as child:
        child.stdin.close()
        assert b"Once" == child.stdout.read(4)
        child.send_signal(signal.SIGHUP)
        assert 128 + signal.SIGHUP == child.wait()
    (session,) = cli("sessions", "list", "--json").json()
    messages = cli("sessions", "show", session["session_id"], "--json").json()["messages"]
    assert ("interrupted", "Once upon a time") == (messages[-1]["status"], messages[-1]["text"])
