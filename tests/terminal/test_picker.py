"""Choosing a session: from the list that gets shorter as one types, and what is said when one goes on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
from harness.command_line import Result
from harness.terminal import Terminal

from agentmem_cli.sessions.catalog import find_session
from agentmem_cli.sessions.filtering import sessions_with
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database
from agentmem_cli.terminal.resuming import resumed_lines

Chat = Callable[..., AbstractContextManager[Terminal]]
Cli = Callable[..., Result]


@pytest.fixture(autouse=True)
def _twelve_sessions(cli: Cli) -> None:
    lines = [
        {"session": f"s{number:02}", "role": role, "content": f"{text} {turn} on topic{number:02}", "at": at}
        for number in range(1, 13)
        for at in [f"2026-{number:02}-01T10:00:00Z"]
        for turn in range(3)
        for role, text in (("user", "Question"), ("assistant", f"100%_{'zebra' if number > 9 else 'gnu'}"))
    ]
    cli("sessions", "import", "-", stdin="\n".join(map(json.dumps, lines)))


def test_the_picker(chat: Chat, cli: Cli) -> None:
    """It filters by what was said, previews, renames, deletes into the trash when told yes, and goes on."""
    with chat("--resume", "--no-knowledge", "--history", "2", wait_for="1 of 12") as terminal:
        terminal.send("zeb")
        shown = terminal.wait_for("1 of 3")
        assert "agent: 100%_zebra 2 on topic12" in shown
        terminal.send("\x1b[B\x12")
        terminal.wait_for("New title: Question 0 on topic11")
        terminal.send("\x15The 漢字 title\r")
        terminal.wait_for("› 2026-11-01 10:00  The 漢字 title")
        terminal.send("\x18")
        terminal.wait_for("Into the trash? [y/N]")
        terminal.send("\r")
        terminal.wait_for("2 of 3")
        terminal.send("\x18")
        terminal.wait_for("Into the trash? [y/N]")
        terminal.send("y\r")
        terminal.wait_for("2 of 2")
        terminal.resize(columns=50, rows=20)
        terminal.send("\r")
        shown = terminal.wait_for(re.compile(r"sees the last 2 of 3 exchanges[\s\S]*\n›"))
        assert "Question 0 on topic10 · 2026-10-01 10:00 · 3 exchanges" in " ".join(shown.split())
        terminal.send("/resume\r")
        terminal.wait_for("1 of 11")
        terminal.send("\x1b")
        terminal.send("\x04")
        assert 0 == terminal.wait_for_exit()
    (trashed,) = cli("sessions", "list", "--trash", "--json").json()
    assert ("s11", "The 漢字 title") == (trashed["session_id"], trashed["title"])


def test_leaving_the_picker(chat: Chat) -> None:
    """Escape ends the program where there is nothing to go back to, and says nothing."""
    with chat("--resume", wait_for="1 of 12") as terminal:
        terminal.send("nothing like it")
        terminal.wait_for("No session holds that.")
        terminal.send("\x12\x18\r\x1b")
        assert 130 == terminal.wait_for_exit()
        assert "" == terminal.text()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", 12),
        ("  ", 12),
        ("topic07", 1),
        ("TOPIC07 question", 1),
        ("2026-03-01", 1),
        ("march", 1),
        ("s04", 1),
        ("zebra topic1", 3),
        ("0%_z", 3),
        ("%", 0),
        ("\\", 0),
        ("topic07 zebra", 0),
    ],
)
def test_what_is_found(typed: str, found: int) -> None:
    """Each word must be in the title, the date, the id or a message, whatever its case; nothing in it is a wildcard."""
    with closing(open_database(load_settings())) as database:
        assert found == len(sessions_with(database, "sarah", typed))
        assert [] == sessions_with(database, "tom", typed)


@pytest.mark.parametrize(("history", "seen"), [(10, None), (2, 2), (0, 0)])
def test_what_is_said_of_it(history: int, seen: int | None) -> None:
    """Title, date, size and the last exchange; and how much of it the model sees, when that is not all."""
    with closing(open_database(load_settings())) as database:
        lines = resumed_lines(database, find_session(database, "sarah", "s05"), history)
    sees = f"the last {seen}" if seen else "none"
    told = [f"The model sees {sees} of 3 exchanges (--history {history}), and can look up the rest."]
    assert ["you: Question 2 on topic05", "agent: 100%_gnu 2 on topic05"] == lines[1:3]
    assert ([] if seen is None else told) == lines[3:]


def test_other_readers_of_the_keyboard(chat: Chat, tmp_path: Path) -> None:
    """What reads whole lines gets them in a chat too: the numbered list of a dumb terminal, and such an editor."""
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "Your text: "; read text; echo "$text" > "$1"\n')
    editor.chmod(0o700)
    with chat(TERM="dumb", VISUAL=str(editor)) as terminal:
        terminal.send("/resume\r")
        terminal.wait_for("Which one?")
        terminal.send("2\r")
        terminal.wait_for("you: Question 2 on topic11")
        terminal.send("/editor\r")
        terminal.wait_for("Your text:")
        terminal.send("/model\r")
        terminal.wait_for("› /model")
        terminal.send("\r")
        terminal.wait_for("The model is offline.")
        terminal.send("/quit\r")
        assert 0 == terminal.wait_for_exit()
