"""Delete means delete: a mark in each kind of thing, and after its erasing in no byte of any file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from harness.command_line import run_here
from harness.kept import kept_bytes
from harness.starting import AGENTMEM
from harness.terminal import on_terminal

MARKS = ("zqxturn", "zqxmemory", "zqxdocument", "zqxtitle", "zqxtyped", "zqximport", "zqxname")


def marks_in(folder: Path) -> set[str]:
    """The marks that are kept: in the files of a folder, in their names, and on a server; whatever their case."""
    held = kept_bytes(folder) + b"".join(path.name.lower().encode() for path in folder.rglob("*"))
    return {mark for mark in MARKS if mark.encode() in held}


def done(*words: str, stdin: str = "") -> str:
    """What a command prints that has to succeed."""
    result = run_here(*words, stdin=stdin)
    assert 0 == result.code, result.err
    return result.out


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A document with a mark in its name and one in its text."""
    path = tmp_path / "zqxname.txt"
    path.write_text("The zqxdocument boiler is green.")
    return path


def test_every_kind_while_another_process_holds_the_database_open(home: Path, document: Path) -> None:
    """Turn, memory, document with its vectors, title, typed line and import: all were there, and none is."""
    line = json.dumps({"session": "i1", "role": "user", "content": "My zqximport boiler is green."})
    with (
        on_terminal(AGENTMEM, "chat", "--session", "open", columns=100, rows=40) as other,
        on_terminal(AGENTMEM, "chat", "--session", "s1", columns=100, rows=40) as terminal,
    ):
        other.wait_for("›")
        other.enter("Hello there.", "›")
        terminal.wait_for("›")
        terminal.enter("I work at zqxturn.", "memory +1")
        terminal.enter("/rename About zqxtitle", "zqxtitle")
        terminal.enter("What is zqxtyped?", "found nothing")
        terminal.enter("/quit", "Resume this session")
        terminal.wait_for_exit()
        done("memories", "add", "Likes zqxmemory")
        done("sessions", "import", "-", stdin=line)
        done("ingest", str(document))
        assert set(MARKS) == marks_in(home)

        done("memories", "delete", "--all", "--erase-turn", "--yes")
        done("sessions", "delete", "s1", "--purge", "--yes")
        done("sessions", "delete", "i1", "--purge", "--yes")
        done("knowledge", "remove", document.name)
        assert set() == marks_in(home)
        other.enter("/quit", "Resume this session")
        assert 0 == other.wait_for_exit()
    assert set() == marks_in(home)
