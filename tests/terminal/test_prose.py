"""Text for a person on a terminal: where its lines break."""

from __future__ import annotations

import fcntl
import os
import struct
import sys
import termios
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agentmem_cli.terminal.streams import say_prose, width

COLUMNS = 30
END = "<end>"
WORDS = some.text(alphabet="ab漢שé.", max_size=12)
Shown = Callable[..., list[str]]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shown]:
    """The lines that `say_prose` writes to a terminal of thirty columns."""
    reader, writer = os.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))

    def lines(text: str, indent: str = "") -> list[str]:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", terminal)
            say_prose(text, indent)
        terminal.write(END)
        terminal.flush()
        written = b""
        while not written.endswith(END.encode()):  # a terminal gives what it has so far
            written += os.read(reader, 65_536)
        return written.decode().replace("\r\n", "\n").removesuffix(f"\n{END}").split("\n")

    with os.fdopen(writer, "w", encoding="utf-8") as terminal:
        yield lines
    os.close(reader)


def test_lines_break_between_words(shown: Shown) -> None:
    """Spaces inside a line and at its beginning stay; what follows a break stands behind the indent."""
    text = "profile   Works in healthcare · you said so\n\n    return  value"
    assert ["profile   Works in healthcare", "     · you said so", "", "    return  value"] == shown(text, "     ")


def test_a_line_that_begins_with_blanks(shown: Shown) -> None:
    """It keeps them where it has to be broken too, and is not broken before its first word."""
    assert ["  /undo  Take back the last", "    exchange"] == shown("  /undo  Take back the last exchange", "    ")


def test_a_word_wider_than_the_terminal(shown: Shown) -> None:
    """It begins where it stands, and the terminal breaks it; the line breaks again behind it."""
    assert [f"so {'漢字' * 10} it is again and", "on"] == shown(f"so {'漢字' * 10} it is again and on")


@given(some.lists(WORDS, min_size=1, max_size=30))
def test_nothing_is_lost_or_too_wide(shown: Shown, words: list[str]) -> None:
    """Words of any script, in columns and not in characters: each is there once, and every line fits."""
    lines = shown(" ".join(words))
    assert " ".join(words).split() == " ".join(lines).split()
    assert [] == [line for line in lines if width(line) > COLUMNS]


def test_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """In a file or a pipe a line stays one."""
    say_prose("word " * 50)
    assert 1 == len(capsys.readouterr().out.splitlines())
