"""The live terminal is safe: whatever a model, a provider, a document or a title holds, the chat writes none of it.

Every byte that the program writes to a pseudo-terminal is read. What remains once its own sequences are taken out must
steer nothing. The hostile sequences are numbered 7777, so that they are told from the program's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import run_here
from harness.starting import AGENTMEM
from harness.terminal import Terminal, on_terminal

from . import test_safe_output

SEQUENCES = [each.replace("\x1b[", "\x1b[7777;").replace("\x9b", "\x9b7777;") for each in test_safe_output.SEQUENCES]
HOSTILE = "Boiler " + " ".join(SEQUENCES) + " green."
OWN = re.compile(r"\x1b\[(?!7777)[0-?]*[ -/]*[@-~]|\r|\x08")
"""What the program itself steers a terminal with: control sequences, and to the left."""


def left_over(terminal: Terminal) -> list[str]:
    """The steering characters that the program has written, each with what stands before it."""
    written = OWN.sub("", terminal.raw.decode("utf-8", "replace"))
    return [written[max(0, at - 30) : at + 10] for at in places_of_steering(written)]


def places_of_steering(text: str) -> Iterator[int]:
    """Where a text steers a terminal or hides something."""
    return (at for at, each in enumerate(text) if test_safe_output.steering(each))


@contextmanager
def chatting(*words: str) -> Iterator[Terminal]:
    """A chat on a terminal; nothing of what it wrote steers that."""
    with on_terminal(AGENTMEM, "chat", *words, columns=100, rows=40) as terminal:
        yield terminal
        terminal.send("\x04")
        terminal.wait_for_exit()
        assert [] == left_over(terminal)[:5]


@pytest.fixture
def full_store(home: Path, tmp_path: Path) -> Path:
    """A session, a memory and a document that are hostile in name and text; another session to list beside it."""
    said = [("s1", HOSTILE), ("s2", "Boiler")]
    lines = [{"session": session, "role": "user", "content": text, "name": text} for session, text in said]
    lines.append({"session": "s1", "role": "assistant", "content": HOSTILE})
    run_here("sessions", "import", "-", stdin="".join(json.dumps(line) + "\n" for line in lines))
    run_here("sessions", "rename", "s1", HOSTILE)
    run_here("memories", "add", HOSTILE)
    name = "boiler" + "".join(each for each in "".join(SEQUENCES[:20]) if each not in "/\0")
    document = tmp_path / f"{name}.txt"
    document.write_text(f"{'The boiler is green. ' * 40}\u202eboiler\x1b[7777;2J\x1b]0;owned\x07 \ufeff\U000e0041")
    assert 0 == run_here("ingest", str(document)).code
    return home


@pytest.mark.usefixtures("home")
def test_an_answer_however_its_stream_is_cut(anthropic: AnthropicServer, times: Callable[[int, int], int]) -> None:
    """Each sequence over two and three pieces, as prose, as code, in a table and as a heading."""
    few = SEQUENCES[:: times(9, 1)]
    for before, after in (("", "\n\n"), ("```python\n", "\n```\n"), ("| a |\n|---|\n| ", " |\n\n"), ("# ", "\n\n")):
        anthropic.reply(pieces=[*pieces_of(few, before, after), "That was all."])
    with chatting("--no-knowledge", "--memory", "off") as terminal:
        terminal.wait_for("›")
        for number in range(4):
            terminal.enter(f"Say it, number {number}", re.compile(r"That was all\.[\s\S]*›"))


def pieces_of(sequences: list[str], before: str, after: str) -> list[str]:
    """Every sequence cut at every two places, what follows in pieces of its own."""
    pieces = []
    for sequence in sequences:
        for first, second in combinations(range(len(sequence) + 1), 2):
            cut = (sequence[:first], sequence[first:second], sequence[second:])
            pieces += [before, *filter(None, cut), after]
    return [piece for piece in pieces if piece]


def test_what_the_chat_shows_beside_answers(full_store: Path, anthropic: AnthropicServer) -> None:
    """Tool lines, sources, reasons, lists, histories, titles, the bottom line, menus and what a provider says."""
    assert full_store.exists()
    searches: list[tuple[str, dict[str, Any]]] = [
        ("search_knowledge", {"query": f"boiler {HOSTILE}"}),
        ("recall", {"query": f"boiler {HOSTILE}"}),
        (HOSTILE[:60], {HOSTILE: HOSTILE}),
    ]
    for name, arguments in searches:
        anthropic.tool_use(name, arguments, text=HOSTILE)
    anthropic.reply(f"{HOSTILE} [1]\n")
    anthropic.error(400, "invalid_request_error", HOSTILE)
    anthropic.error(401, HOSTILE, HOSTILE)
    with chatting("--resume", "s1", "--memory", "off") as terminal:
        terminal.wait_for("›")
        terminal.enter("Where is it?", re.compile(r"tokens|\[1\][\s\S]*›"))
        for command, shows in (
            ("/why", "score"),
            ("/sources", "[1]"),
            ("/open 1", "▌"),
            ("/raw", "Boiler"),
            ("/documents", "boiler"),
            ("/memories", "Boiler"),
            ("/sessions", "Boiler"),
            ("/history all", "Boiler"),
            ("/context", "Boiler"),
            ("/export md", "Boiler"),
            ("/tokens", re.compile(r"\d")),
            ("/pending", "›"),
            ("Again?", "agentmem:"),
            ("Once more?", "agentmem:"),
        ):
            terminal.enter(command, shows)
        for begun in ("/resume ", "/open ", "/forget ", "/documents ", "/mod"):
            terminal.send(f"\x0c{begun}\t")
            terminal.text()
            terminal.send("\x1b\x15")
        terminal.enter("/resume s2", "›")


def test_the_list_of_sessions(full_store: Path) -> None:
    """Its rows, what of a session it shows beside them, and what goes on."""
    assert full_store.exists()
    with chatting("--resume", "?", "--model", "offline") as terminal:
        terminal.wait_for("of 2")
        terminal.send("Boiler")
        terminal.wait_for("of 2")
        terminal.send("\x1b[B\x1b[A\r")
        terminal.wait_for("›")
