"""Deleting means deleting: what was erased stands in no file, and `doctor --erased` says so."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from harness.command_line import Result, run_here, run_process
from harness.terminal import Terminal

Chat = Callable[..., AbstractContextManager[Terminal]]


def where(text: str) -> list[str]:
    """The files and tables in which `doctor --erased` finds a text."""
    result = run_here("doctor", "--erased", text, "--json")
    shown = result.json()
    found: list[str] = [*shown["files"], *shown["tables"]]
    assert bool(found) == bool(result.code)
    return found


def test_a_chat_in_which_things_are_erased(chat: Chat, home: Path) -> None:
    """The message, what was remembered, the commands with their words, and with the session all that was typed."""
    with chat("--session", "s1") as terminal:
        terminal.enter("I am allergic to zqxbeta.", "memory +1")
        terminal.enter("/forget zqxbeta", "It came from")
        assert str(home / "agentmem.db") in "".join(where("zqxbeta"))
        terminal.enter("/erase", "for good")
        terminal.enter("/erase yes", "Erased")
        assert [] == where("zqxbeta")
        terminal.enter("/remember I am allergic to zqxalpha", "Remembered")
        terminal.enter("/forget zqxalpha", "Forgotten")
        terminal.enter("/erase", "This memory goes for good")
        terminal.enter("/erase yes", "Erased")
        assert [] == where("zqxalpha")
        terminal.send("\x1b[A\x1b[A\x1b[A")
        assert "zqx" not in terminal.text()
        terminal.send("\x03")
        terminal.enter("/rename About zqxgamma", "zqxgamma")
        terminal.enter("My zqxdelta is broken.", "›")
        terminal.enter("/quit", "Resume this session")
        assert 0 == terminal.wait_for_exit()
    for memory in run_here("memories", "list", "--json").json():
        run_here("memories", "delete", memory["memory_id"])
    assert 0 == run_here("sessions", "delete", "s1", "--purge", "--yes").code
    assert ([], []) == (where("zqxgamma"), where("zqxdelta"))


def test_where_a_text_stands(cli: Callable[..., Result], home: Path) -> None:
    """In whatever case and spelling, in a file or a value that SQLite cut in two; or nowhere, which is said."""
    said = "Zoë lives at the “Quay”\nin Århus"
    long = "x" * 4_000 + "needle" + "y" * 4_000 + "needle" * 2_000
    cli("sessions", "import", "-", stdin=f'{{"session": "s1", "role": "user", "content": "{long}"}}')
    cli("memories", "add", said)
    (home / "left").write_text('{"a": "{\\"b\\": \\"zo\\\\u00eb LIVES\\"}"}')
    assert str(home / "left") in where("zoë lives")
    for text in ("ZOË", "the “quay”", "århus", "needle" * 1_500):
        assert [] != where(text)
    nowhere = cli("doctor", "--erased", "zanzibar")
    assert (0, True) == (nowhere.code, "nowhere" in nowhere.out)
    assert 2 == cli("doctor", "--erased", " ").code


def test_a_folder_that_cannot_be_read(home: Path) -> None:
    """Then nothing is said to be gone."""
    run_here("memories", "add", "Likes tea.")
    (home / "left").mkdir(mode=0o000)
    result = run_process("doctor", "--erased", "zanzibar", without_root=True)
    assert (1, True) == (result.code, "left cannot be read" in result.err), result


def test_before_there_is_a_folder(cli: Callable[..., Result], home: Path) -> None:
    """Nothing is found, and nothing is made."""
    assert 0 == cli("doctor", "--erased", "zanzibar").code
    assert not home.exists()
