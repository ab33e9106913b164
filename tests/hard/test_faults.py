"""The k-th write, sync, rename, removal or change of size fails, for each k until a run is clean, or the disk is full.

Whatever fails, the command ends with a documented code and a clear line, what was stored before is there, and what it
acknowledged is done. Here strace makes the system calls fail; operations/test_unwritable.py has disks that stay full.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from harness.command_line import Result, run_here
from harness.faults import CAN_TRACE, FAULTS, Faulty, with_fault

from agentmem_cli.storage.backup import contents_of

pytestmark = pytest.mark.skipif(not CAN_TRACE, reason="strace is missing, or may not trace")
Fact = tuple[Any, ...]
COMMANDS = {
    "chat": ("chat", "-p", "--model", "offline", "--session", "home", "I live in Oslo."),
    "add": ("memories", "add", "Likes coffee"),
    "forget": ("memories", "delete", "TEA"),
    "erase": ("memories", "delete", "WORK", "--erase-turn", "--yes"),
    "trash": ("sessions", "delete", "clinic"),
    "purge": ("sessions", "delete", "clinic", "--purge", "--yes"),
    "rename": ("sessions", "rename", "clinic", "Another"),
    "import": ("sessions", "import", "new.jsonl"),
    "ingest": ("ingest", "boiler.txt"),
    "remove": ("knowledge", "remove", "refunds.txt"),
    "backup": ("backup", "copy.db"),
    "restore": ("restore", "old.db", "--yes"),
    "config": ("config", "set", "theme", "dark"),
    "upgrade": ("sessions", "list"),
}
ERASED = {"erase": "Fernhill", "purge": "clinic user", "remove": "Thirty"}
"""By the commands that erase, a word of what is to leave every file."""
HALF_DONE = {
    "erase": {("memory", "I work at Fernhill.", "forgotten")},
    "ingest": {("document", "boiler.txt", "unreadable", 0)},
}
"""What may be there when a command has done half of it, or its reader was lost; asked for again it does all."""
_FACTS = {
    "session": "SELECT session_id, json_extract(session_data, '$.session_name') FROM agno_sessions"
    " WHERE session_id != 'next'",
    "trash": "SELECT session_id FROM trashed_sessions",
    "message": "SELECT session_id, role, text FROM messages WHERE session_id != 'next'",
    "memory": "SELECT text, status FROM memory_details",
    "document": "SELECT title, status, passages FROM documents",
    "passage": "SELECT text FROM passages",
}


def done(*words: str, stdin: str = "") -> Result:
    """A command that has to succeed."""
    result = run_here(*words, stdin=stdin)
    assert 0 == result.code, result
    return result


def talk(*sessions: str) -> str:
    """Sessions as the lines of an import."""
    said = [(session, role) for session in sessions for role in ("user", "assistant")]
    lines = [{"session": session, "role": role, "content": f"{session} {role} says hello."} for session, role in said]
    return "".join(json.dumps(line) + "\n" for line in lines)


class Store:
    """A data folder with something of every kind, which is put back before each try."""

    def __init__(self, home: Path, place: Path) -> None:
        self.home, self.place, self.kept = home, place, place / "kept"
        (place / "new.jsonl").write_text(talk("new"))
        (place / "boiler.txt").write_text("The boiler is green.")
        (place / "refunds.txt").write_text("Thirty days.")
        done("sessions", "import", "-", stdin=talk("clinic", "travel"))
        done("chat", "-p", "--model", "offline", "--session", "work", "I work at Fernhill.")
        done("memories", "add", "Likes tea")
        done("ingest", "refunds.txt")
        done("config", "set", "theme", "light")
        done("backup", "old.db")
        done("sessions", "import", "-", stdin=talk("later"))
        shutil.copytree(home, self.kept)
        known = done("memories", "list", "--json").json()
        self.ids = {"TEA" if "tea" in each["text"] else "WORK": each["memory_id"] for each in known}

    def words(self, name: str) -> list[str]:
        """A command line, with the ids that this store has."""
        return [self.ids.get(word, word) for word in COMMANDS[name]]

    def put_back(self, name: str) -> None:
        """Everything as it was before the first try."""
        shutil.rmtree(self.home)
        shutil.copytree(self.kept, self.home)
        (self.place / "copy.db").unlink(missing_ok=True)
        if name == "upgrade":
            with closing(sqlite3.connect(self.home / "agentmem.db")) as connection, connection:
                connection.executescript(_BACK_TO_VERSION_5)

    def facts(self) -> set[Fact]:
        """All that is stored, sound, as a person would tell it."""
        with closing(sqlite3.connect(self.home / "agentmem.db")) as connection:
            assert [("ok",)] == connection.execute("PRAGMA integrity_check").fetchall()
            assert [] == connection.execute("PRAGMA foreign_key_check").fetchall()
            found = {(kind, *row) for kind, query in _FACTS.items() for row in connection.execute(query)}
        found.add(("config", (self.home / "config.toml").read_text()))
        if (self.place / "copy.db").exists():
            found.add(("backup", contents_of(self.place / "copy.db").messages))
        return found


_BACK_TO_VERSION_5 = """
ALTER TABLE memory_details DROP COLUMN essential;
DROP TABLE scanned_pages;
ALTER TABLE passages DROP COLUMN last_page_index;
ALTER TABLE pages DROP COLUMN is_scan;
ALTER TABLE taken_back_runs DROP COLUMN number;
PRAGMA user_version = 5;
"""


@pytest.fixture
def store(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The store, and its commands' files in the working folder."""
    place = tmp_path / "work"
    place.mkdir()
    monkeypatch.chdir(place)
    return Store(home, place)


@pytest.mark.usefixtures("without_index")
@pytest.mark.parametrize("name", COMMANDS)
def test_a_call_that_fails(store: Store, tmp_path: Path, times: Callable[[int, int], int], name: str) -> None:
    """Nothing that was there is lost, what is acknowledged is there, and the next start works."""
    store.put_back(name)
    before = store.facts()
    done(*store.words(name))
    after = store.facts()
    turn = list(COMMANDS).index(name) % 3
    faults = [*FAULTS][turn:] + [*FAULTS][:turn]
    for fault in faults[: times(1, len(faults))]:
        number = times(2 + turn, 1)
        while True:
            store.put_back(name)
            faulty = with_fault(fault, number, tmp_path / "trace", *store.words(name))
            if not faulty.hit:
                break
            where = (name, fault, number, faulty)
            assert ends_clearly(faulty), where
            done("chat", "-p", "--no-knowledge", "--model", "offline", "--session", "next", "Hello.")
            now = store.facts()
            assert set() == (before & after) - now, where
            half = now - before - after
            assert half <= HALF_DONE.get(name, set()), where
            assert faulty.result.code or set() == after - now, where
            assert [] == what_is_left(store, name, now), where
            if half:
                done(*store.words(name))
                assert after == store.facts(), where
            number += times(10_000, 1)


def ends_clearly(faulty: Faulty) -> bool:
    """A documented code and a line that says what failed; where that line itself is what failed, the code alone.

    An eventfd, by which Chroma's threads wake each other, is on no disk: where it fails Chroma waits for ever, and is
    killed.
    """
    result = faulty.result
    if result.code < 0:
        return any("eventfd" in call for call in faulty.hit)
    if result.code == 0:
        return "Traceback" not in result.err
    if any(call.startswith("write(2<") for call in faulty.hit):
        return result.code == 1
    last = (result.err.splitlines() or [""])[-1]
    return result.code == 1 and last.startswith("agentmem: ") and "unexpected" not in last


def what_is_left(store: Store, name: str, now: set[Fact]) -> list[Path]:
    """The files that hold a word of what was erased, once its rows are gone."""
    word = ERASED.get(name, "")
    if not word or any(word in str(fact) for fact in now):
        return []
    return [path for path in store.home.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]
