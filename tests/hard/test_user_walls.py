"""Users are walls, whatever their names look like: ids that a case, a form, a blank or a path could make one."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest
from harness.command_line import Result, run_here

SHARED = "harbour"
"""What everybody speaks of, so that a search for it finds everything that a broken wall lets through."""
USERS = [
    *("ann", "Ann", "ANN", "ann2", "an", "anna", "ann.", "ann-", "a.nn"),
    *("\u0430nn", "a\u0578n", "ss", "\u00df", "\u017fs", "\u1e9e", "s\u0131x", "six"),  # homoglyphs and folds of case
    *(unicodedata.normalize("NFC", "jos\u00e9"), unicodedata.normalize("NFD", "jose\u0301"), "jose"),
    *("..", "...", "~ann", "%", "a%", "a_n", "*", "ann'--", '"ann"'),
    *("\U0001f600", "\U0001f525", "\u0634\u0631\u0627", "\u5b89", "\uff41nn", "x" * 100, "x" * 99),
]
REFUSED = [
    "",
    "ann ann",
    "../ann",
    "/ann",
    "ann/../ann2",
    "x" * 101,
    "\U0001f600\u200d\U0001f525",
    "ann\u200b",
    "\u202eann",
    "ann\x1b[2J",
    "ann\nann",
]
"""Ids that cannot be told from others by eye, are paths, or steer the terminal."""


def mark_of(number: int) -> str:
    """A word that only the user of this number says."""
    return f"zq{number:03}x"


def own(user: str, *words: str, stdin: str = "") -> Result:
    """A command of one user. Joined, since a name may look like an option."""
    return run_here(*words, f"--user={user}", stdin=stdin)


def speak(user: str, mark: str) -> None:
    """A conversation, one in the trash, an import, memories that are known, wait, and were taken back."""
    asked = ("chat", "-p", "--no-knowledge", "--model", "offline", "--session")
    assert 0 == own(user, *asked, f"{mark}-1", f"I work at {mark}. The {SHARED} is deep.").code, user
    own(user, *asked, f"{mark}-2", "--memory", "review", f"I live in {mark} by the {SHARED}.")
    line = {"session": f"{mark}-3", "role": "user", "content": f"{mark} {SHARED}", "name": mark}
    own(user, "sessions", "import", "-", stdin=json.dumps(line))
    own(user, "sessions", "delete", f"{mark}-3")
    own(user, "memories", "add", f"Owns {SHARED} {mark}")
    own(user, "memories", "add", f"Sold {SHARED} {mark}")
    own(user, "memories", "undo")


def shown_to(user: str) -> str:
    """All that any command shows of sessions and memories: lists, searches, recall, exports, history, completion."""
    asked = ("chat", "-p", "--no-knowledge", "--incognito", "--model", "offline")
    lines = [
        ("sessions", "list", "--json"),
        ("sessions", "list", "--trash"),
        ("sessions", "search", SHARED),
        ("memories", "list", "--all", "--json"),
        ("memories", "pending"),
        ("memories", "search", SHARED),
        ("memories", "history"),
        ("memories", "export"),
        ("recall", f"Where is the {SHARED}, and where do I work?", "--json"),
        (*asked, f"Where is the {SHARED}?"),
        (*(asked[:4]), "--model", "offline", "--memory", "off", f"Where is the {SHARED}?"),
        ("doctor", "--json"),
    ]
    results = [own(user, *line) for line in lines]
    typed = f"agentmem sessions show --user={user} " if user.isalnum() else None
    if typed:
        results += [run_here("completion", "bash", "--line", typed.replace("sessions", kind)) for kind in TABBED]
    return "".join(result.out + result.err for result in results)


TABBED = ("sessions", "memories")


def test_no_row_crosses(home: Path, times: Callable[[int, int], int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sees its own mark and no other's, and can neither show, change, delete nor go on with what is another's."""
    monkeypatch.delenv("AGENTMEM_USER")
    users = USERS[:: times(6, 1)]
    marks = {user: mark_of(number) for number, user in enumerate(users)}
    assert len(users) == len(marks)
    for user, mark in marks.items():
        speak(user, mark)
    memories = {user: own(user, "memories", "list", "--json").json()[0]["memory_id"] for user in users}
    for user, mark in marks.items():
        shown = shown_to(user)
        assert [mark] == [each for each in marks.values() if each in shown], user
    for user, other in list(permutations(users, 2))[:: times(7, 5)]:
        assert {3} == codes_of_others(user, f"{marks[other]}-1", memories[other]), (user, other)
    assert home.exists()


def codes_of_others(user: str, session: str, memory: str) -> set[int]:
    """How every command ends that names another user's session or memory."""
    offline = ("chat", "-p", "--model", "offline", "Whose is this?")
    lines = [
        ("sessions", "show", session),
        ("sessions", "export", session),
        ("sessions", "rename", session, "mine"),
        ("sessions", "delete", session, "--purge", "--yes"),
        ("sessions", "restore", session),
        (*offline, "--session", session),
        (*offline, "--resume", session),
        ("memories", "show", memory),
        ("memories", "history", memory),
        ("memories", "edit", memory, "mine"),
        ("memories", "delete", memory, "--erase-turn", "--yes"),
        ("memories", "pin", memory),
        ("memories", "approve", memory),
    ]
    return {own(user, *line).code for line in lines}


@pytest.mark.parametrize("user", REFUSED)
def test_names_that_look_like_others_are_refused(home: Path, user: str) -> None:
    """What cannot be seen in a name would make two of one."""
    result = own(user, "memories", "add", "Likes tea")
    assert (True, False) == (result.code in (2, 4), (home / "agentmem.db").exists()), result
