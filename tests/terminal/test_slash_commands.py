"""The chat's own commands and its prompt, on a pseudo-terminal. No model is asked, so none has to load."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from harness.command_line import Result
from harness.terminal import Terminal

Chat = Callable[..., AbstractContextManager[Terminal]]
Cli = Callable[..., Result]
BOTTOM = "sarah · new session · offline"
COLOR = re.compile(rb"\x1b\[[0-9;]*[34][0-9][0-9;]*m")


def leave(terminal: Terminal) -> None:
    terminal.send("\x04")
    assert 0 == terminal.wait_for_exit()
    assert "Traceback" not in terminal.text()


@pytest.mark.usefixtures("two_sessions")
def test_commands_on_sessions(chat: Chat) -> None:
    """Sessions are listed, resumed by id or title, and begun; a hostile title is only text."""
    with chat() as terminal:
        terminal.enter("/help", "Ctrl-D leaves")
        assert "Garden" in terminal.enter("/sessions", "abc-1")  # the last row
        terminal.enter("/resume abc", "agent: Call a plumber.")
        terminal.enter("/resume boiler", "agent: Call a plumber.")
        terminal.enter("/resume ab", "fits more than one session")
        terminal.enter("/resume zzz", 'No session "zzz"')
        terminal.enter("/new", "A new session.")
        terminal.enter("/why", "There is no answer yet.")
        terminal.enter("/retry", "There is nothing to retry.")
        leave(terminal)
    assert (False, False) == (b"\x1b]0;" in terminal.raw, b"\x07" in terminal.raw)


def test_commands_on_memories(chat: Chat, cli: Cli) -> None:
    """What is known is listed, added, forgotten and brought back without leaving the chat."""
    with chat() as terminal:
        terminal.enter("/memories", "Nothing is known of you yet.")
        terminal.enter("/remember I prefer tea", "Remembered")
        terminal.enter("/remember my password is hunter2", "Not remembered")
        (memory,) = cli("memories", "list", "--json").json()
        terminal.enter("/mem", memory["memory_id"][:8])
        terminal.enter(f"/forget {memory['memory_id'][:8]}", "Forgotten")
        assert [] == cli("memories", "list", "--json").json()
        terminal.enter("/undo", "Undone: ")
        assert [memory["memory_id"]] == [each["memory_id"] for each in cli("memories", "list", "--json").json()]
        terminal.enter("/remember", "Nothing to remember.")
        leave(terminal)


def test_commands_that_are_none(chat: Chat, cli: Cli) -> None:
    """An unknown command is not sent to a model, and what was meant is suggested; a bad model changes nothing."""
    with chat() as terminal:
        terminal.enter("/memoris", "Did you mean /memories")
        terminal.enter("/re", "/redo, /retry or /remember?")
        terminal.enter("/xyzzy", "/help shows them.")
        terminal.enter("/model nonsense", "names no model")
        terminal.enter("/model anthropic:claude-sonnet-4-6", "ANTHROPIC_API_KEY")
        terminal.enter("/model", "The model is offline.")
        terminal.enter("   ", re.compile("›\n›"))
        terminal.send("half a line\x03\x03")
        terminal.wait_for(re.compile(r"Ctrl-D leaves\.\n›"))
        terminal.send("/quit\r")
        assert 0 == terminal.wait_for_exit()
    assert [] == cli("sessions", "list", "--json").json()


def test_what_was_typed_is_ones_own(chat: Chat, home: Path) -> None:
    """The arrow brings back what this user typed before, in another run too; another user sees none of it."""
    with chat() as terminal:
        terminal.enter("/model", "The model is offline.")
        leave(terminal)
    with chat("--user", "tom") as terminal:
        terminal.send("\x1b[Anothing")
        terminal.wait_for("› nothing")
        terminal.send("\x15")  # Ctrl-U empties the line
        leave(terminal)
    with chat() as terminal:
        terminal.send("\x1b[A")
        terminal.wait_for("› /model")
        terminal.send("\x15")
        leave(terminal)
    assert [0o600] == [path.stat().st_mode & 0o777 for path in (home / "history").iterdir()]


def test_keys_that_come_before_the_prompt(chat: Chat) -> None:
    """What is typed ahead waits for the prompt: Enter sends, Ctrl-D leaves, and nothing is drawn twice."""
    with chat(wait_for="agentmem ·") as terminal:
        terminal.send("/model\r\x04")
        assert 0 == terminal.wait_for_exit()
        assert 1 == terminal.text().count("/model")
        assert "The model is offline." in terminal.text()


def test_leaving_while_the_packages_load(chat: Chat) -> None:
    """Ctrl-D at any moment of the loading ends at once, and says nothing."""
    for wait in (0.0, 0.3, 1.0):
        with chat() as terminal:
            before = terminal.wait_for(BOTTOM).removesuffix(BOTTOM).rstrip()  # the bottom line goes
            time.sleep(wait)
            leave(terminal)
            assert before == terminal.text()


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_a_terminal_without_colour(chat: Chat, variables: dict[str, str]) -> None:
    """NO_COLOR and a dumb terminal get no colour, and the commands work."""
    with chat(**variables) as terminal:
        terminal.send("/help\r")
        terminal.wait_for("Ctrl-D leaves")
        leave(terminal)
    assert None is COLOR.search(bytes(terminal.raw))


@pytest.mark.usefixtures("two_sessions")
def test_resume_alone_lists_and_asks(chat: Chat) -> None:
    """--resume with nothing behind it shows a dumb terminal the sessions by number and takes a number."""
    with chat("--resume", wait_for="Which one?", TERM="dumb") as terminal:
        assert "  2  2026-01-01" in terminal.text()
        terminal.send("2\r")
        terminal.wait_for("›")
        terminal.send("/quit\r")
        assert 0 == terminal.wait_for_exit()
    with chat("--resume", wait_for="Which one?", TERM="dumb") as terminal:
        terminal.send("zzz\r")
        assert 3 == terminal.wait_for_exit()


def test_forgetting_offers_to_erase_the_turn(chat: Chat, process: Cli, home: Path) -> None:
    """/forget says where it came from; /erase shows that turn and, told yes, removes it, typed line and all."""
    with chat() as terminal:
        terminal.enter("/erase", "There is nothing to erase.")
        terminal.enter("My sister Ana is a nurse in Zanzibar and I work at Initech as a welder.", "memory +")
        terminal.enter("/remember I like quokkas", "Remembered")
        terminal.enter("/forget quokkas", "Forgotten")
        assert "It came from" not in terminal.text()
        terminal.enter("/forget initech", "/erase removes that turn too.")
        assert "Zanzibar" in terminal.enter("/erase", "`/erase yes` does it")
        assert [1] == [each["turns"] for each in process("sessions", "list", "--json").json()]
        terminal.enter("/erase yes", "Erased, with its quotes")
        terminal.enter("/erase yes", "There is nothing to erase.")
        terminal.enter("/why", "There is no answer yet.")
        leave(terminal)
    assert [] == process("sessions", "list", "--json").json()
    (history,) = (home / "history").iterdir()
    assert (False, True) == ("Zanzibar" in history.read_text(), "/forget quokkas" in history.read_text())


def test_what_waits_is_counted(chat: Chat) -> None:
    """The bottom line says how many memories wait for approval, and so does the end."""
    with chat("--memory", "review") as terminal:
        terminal.enter("I work at Initech.", "1 pending")
        terminal.enter("I prefer tea.", "2 pending")
        leave(terminal)
        assert "2 memories wait for your approval: agentmem memories pending --user sarah" in terminal.text()


def test_memory_off_says_so(chat: Chat, cli: Cli) -> None:
    """With --memory off the chat says it once, and nothing is captured."""
    with chat("--memory", "off") as terminal:
        terminal.enter("I work at Initech as a welder.", "memory is off")
        terminal.enter("/pending", "Nothing waits")
        leave(terminal)
    with chat("--memory", "off", wait_for="Memory is off") as terminal:
        leave(terminal)
    assert [] == cli("memories", "list", "--all", "--json").json()
