"""The keys of the chat prompt, on a pseudo-terminal: each group of them in one run of the chat."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from harness.command_line import Result
from harness.starting import AGENTMEM
from harness.terminal import Terminal, on_terminal
from harness.waiting import wait_until

Chat = Callable[..., AbstractContextManager[Terminal]]
Cli = Callable[..., Result]
PLAIN = ("--memory", "off", "--no-knowledge")
LEFT, UP, RIGHT = "\x1b[D", "\x1b[A", "\x1b[C"
PRINTS_ABOVE = """
import fcntl, struct, sys, termios, time
from prompt_toolkit.application import run_in_terminal
from agentmem_cli.settings import load_settings
from agentmem_cli.terminal.prompt import ChatPrompt
from agentmem_cli.terminal.toolbar import Standing

def print_until_four_keys_are_typed():
    print("now", flush=True, file=sys.__stdout__)
    while struct.unpack("i", fcntl.ioctl(0, termios.FIONREAD, bytes(4)))[0] < 4:
        time.sleep(0.01)

prompt = ChatPrompt(load_settings(), None, lambda: Standing("sarah", "new", "offline", 0, None, 0))
prompt.once_shown(lambda: run_in_terminal(print_until_four_keys_are_typed))
print("sent", repr(prompt.read().text))
"""
EDITOR = """#!/bin/sh
test ! -e "$0.fails" || exit 3
printf ' edited' >> "$1"
"""


def leave(terminal: Terminal) -> None:
    terminal.send("\x03\x04")  # the line is cleared if there is one
    assert 0 == terminal.wait_for_exit()
    assert "Traceback" not in terminal.text()


def questions(cli: Cli) -> list[str]:
    """What was sent in the only session."""
    sessions = cli("sessions", "list", "--json").json()
    if not sessions:
        return []
    shown = cli("sessions", "show", sessions[0]["session_id"], "--json").json()
    return [each["text"] for each in shown["messages"] if each["role"] == "user"]


def pasted(text: str) -> str:
    """As a terminal sends what is pasted."""
    return f"\x1b[200~{text}\x1b[201~"


def test_what_makes_a_line(chat: Chat, cli: Cli) -> None:
    r"""Alt-Enter, Ctrl-J, Shift-Enter in both its forms and a `\` at the end; two of those are text."""
    makers = ["\x1b\r", "\n", "\x1b[13;2u", "\x1b[27;2;13~", "\\\r"]
    with chat(*PLAIN) as terminal:
        for number, keys in enumerate(makers):
            terminal.send(f"{number} one{keys}two\r")
        terminal.send("C:\\\\\r")
        wait_until(lambda: len(questions(cli)) == len(makers) + 1)
        leave(terminal)
    assert [*(f"{number} one\ntwo" for number in range(len(makers))), "C:\\\\"] == questions(cli)


def test_history(chat: Chat) -> None:
    """Up finds what begins so, Ctrl-R what holds it, Right takes the suggestion; in several lines Up moves first."""
    with chat(*PLAIN) as terminal:
        for line in ("/alpha one", "beta two", "/alpha three", "gamma"):
            terminal.send(f"\x0c{line}\r")
            terminal.wait_for(re.compile(f"› {line}\n.*(?:no command|I can look|I kept nothing)"))
        terminal.send("\x0cbe" + UP)
        terminal.wait_for("› beta two")
        terminal.send("\x03")
        terminal.wait_for(re.compile("›$", re.MULTILINE))
        terminal.send("\x12pha")
        terminal.wait_for(re.compile("search.*pha.*/alpha three"))
        terminal.send("\x12")
        terminal.wait_for(re.compile("search.*pha.*/alpha one"))
        terminal.send("\x07zeta")
        terminal.wait_for("› zeta")  # Ctrl-G ends the search with the line that was there before
        terminal.send("\x15\x12pha\x12")
        terminal.wait_for(re.compile("search.*pha.*/alpha one"))
        terminal.send("\r!")
        terminal.wait_for("/al!pha one")  # the cursor stands where it was found
        terminal.send("\x03gam")
        terminal.wait_for("gamma")
        terminal.send(f"{RIGHT}!")
        terminal.wait_for("› gamma!")
        terminal.send(f"\x03x\x1b\ry{UP}Z")
        terminal.wait_for(re.compile(r"› xZ\n  y"))
        leave(terminal)


def test_editor_and_pastes(chat: Chat, cli: Cli, tmp_path: Path) -> None:
    """Both keys open the editor; one that fails leaves the text. A long paste is a mark, sent whole and not learnt."""
    editor = tmp_path / "editor"
    editor.write_text(EDITOR)
    editor.chmod(0o700)
    block = "\n".join(f"I work at Firm{number}." for number in range(214))
    with chat("--no-knowledge", VISUAL="", EDITOR=str(editor)) as terminal:
        terminal.send("text\x07")
        terminal.wait_for("› text edited")
        terminal.send("\x18\x05")
        terminal.wait_for("› text edited edited")
        editor.with_name("editor.fails").touch()
        terminal.send("\x07")
        terminal.wait_for(re.compile(r"ended\s+with\s+code\s+3\.\s+The text is as it was"))
        terminal.wait_for("› text edited edited")
        editor.with_name("editor.fails").unlink()
        terminal.send("\x03" + pasted(block + "\n" * 9_787))
        terminal.wait_for("› [pasted 10,000 lines]")
        terminal.send("\x7fx" + pasted(block))
        terminal.wait_for("› x[pasted 214 lines]")
        terminal.send("\x07")
        terminal.wait_for("› x[pasted 214 lines] edited")
        terminal.send("\x03I work at Acme as a welder. " + pasted(block) + "\r")
        terminal.wait_for("memory +1")
        leave(terminal)
    assert [f"I work at Acme as a welder. {block}"] == questions(cli)
    assert ["I work at Acme as a welder."] == [each["text"] for each in cli("memories", "list", "--json").json()]


@pytest.mark.usefixtures("two_sessions")
def test_completion(chat: Chat, cli: Cli, tmp_path: Path) -> None:
    """A slash shows what each command does; Tab completes sessions by title, memories, models and paths.

    Escape closes the menu and takes back what it has put into the line.
    """
    cli("memories", "add", "I prefer tea")
    asking = [
        {"memory_id": "1", "text": "Hosts a film club with pizza"},
        {"memory_id": "2", "text": "Hosts a book club with pizza now", "replaces_perhaps": "1"},
    ]
    cli("memories", "import", "-", stdin="\n".join(map(json.dumps, asking)))
    (tmp_path / "papers").mkdir()
    with chat(*PLAIN) as terminal:
        terminal.send("/memor")
        terminal.wait_for(re.compile("/memories +List what is known"))
        terminal.send("\t")
        terminal.wait_for("› /memories")
        terminal.send("\x1b")
        terminal.wait_for(re.compile(r"› /memor\n[^L]*$"))
        for words, menu, completed in (
            ("/resume boil", "The boiler is broken", "› /resume abc-1"),
            ("/forget tea", "tea", r"› /forget [0-9a-f]{8}"),
            ("/model off", "offline", "› /model offline"),
            ("/help fo", "Go on in a copy", "› /help fork"),
            ("/pending book", "approve", r"› /pending approve [0-9a-f]{8}"),
            (f"/ingest {tmp_path}/pap", "papers", "pap(ers)?/"),
        ):
            terminal.send(f"\x03{words}")
            terminal.wait_for(re.compile(f"\n +.*{menu}"))
            terminal.send("\t")
            terminal.wait_for(re.compile(completed))
        leave(terminal)
    assert b"\x1b]0;owned" not in terminal.raw


def test_the_bottom_line(chat: Chat) -> None:
    """User, session, model and what waits are on the last line, at 40 columns too, beside whatever is typed."""
    with chat("--memory", "review", "--no-knowledge") as terminal:
        terminal.wait_for(re.compile(r"sarah · new session · offline$"))
        terminal.send("I work at Initech.\r")
        terminal.wait_for(re.compile(r"sarah · I work at Initech · offline · 1 pending$"))
        terminal.resize(columns=40, rows=20)
        terminal.send("some words that are more than forty columns, 漢字 too")
        shown = terminal.wait_for(re.compile(r"漢.*字.*too[\s\S]*1 pending$", re.DOTALL))
        assert "some words that are more than" in shown
        leave(terminal)


def test_vi_keys(chat: Chat) -> None:
    """With `keys = "vi"` Escape leaves the insert mode and commands edit."""
    with chat(*PLAIN, AGENTMEM_KEYS="vi") as terminal:
        terminal.send("hello")
        terminal.wait_for("› hello")
        terminal.send("\x1b0x")
        terminal.wait_for("› ello")
        terminal.send("A!\x1b\ranother line")
        terminal.wait_for(re.compile(r"› ello!\n  another line"))
        leave(terminal)


def test_ctrl_c_at_the_prompt(chat: Chat) -> None:
    """It clears the line; with none it says how to leave, and the second one leaves."""
    with chat(*PLAIN) as terminal:
        terminal.send("half a line")
        terminal.wait_for("half a line")
        terminal.send("\x03\x03")
        assert "half a line" not in terminal.wait_for("Ctrl-C again or Ctrl-D leaves.")
        terminal.send("\x03")
        assert 0 == terminal.wait_for_exit()


@pytest.mark.usefixtures("home")
def test_keys_before_the_program_runs() -> None:
    """What is typed while Python starts is taken as it was meant: Enter sends, Ctrl-D leaves."""
    with on_terminal(AGENTMEM, "chat", columns=100, rows=40) as terminal:
        terminal.send("/model\r\x04")
        assert 0 == terminal.wait_for_exit()
        assert "The model is offline." in terminal.text()


@pytest.mark.usefixtures("home")
def test_keys_while_something_is_printed() -> None:
    """What is typed while a line is printed above the prompt is a key of the prompt: Ctrl-C clears, Enter sends."""
    with on_terminal(sys.executable, "-c", PRINTS_ABOVE) as terminal:
        terminal.wait_for("now")
        terminal.send("x\x03y\r")
        terminal.wait_for("sent 'y'")
        assert 0 == terminal.wait_for_exit()


def test_a_dumb_terminal(chat: Chat, cli: Cli) -> None:
    """There too messages are answered; no line at the bottom, and what waits stands before the prompt."""
    with chat("--memory", "review", "--no-knowledge", TERM="dumb") as terminal:
        terminal.send("I work at Initech.\r")
        terminal.wait_for("memory ?1 to review")
        terminal.send("/pending\r")  # such a terminal cannot draw anew a prompt that was there before
        terminal.wait_for("(1 pending) ›")
        leave(terminal)
    assert ["I work at Initech."] == questions(cli)
    # All that the prompt library still sends to such a terminal: about its cursor and its line ends.
    cursor_shown = {b"\x1b[?12l", b"\x1b[?25h", b"\x1b[?7h"}
    assert set() == set(re.findall(rb"\x1b[^a-z]*[a-z]", bytes(terminal.raw))) - cursor_shown
