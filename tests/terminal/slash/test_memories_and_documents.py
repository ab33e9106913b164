"""The commands on memories and documents, and those on the chat itself."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from harness.chat import Person

from agentmem_cli.memories import statements
from agentmem_cli.memories.revising import Revised
from agentmem_cli.memories.store import list_memories
from agentmem_cli.terminal.slash import COMMANDS, command_meant, is_command

ROOT = Path(__file__).parents[3]
NURSE = "I'm vegetarian and I work as a nurse at Acme."
MENU_ROOM = 66
"""Columns that the menu has for what a command does, on a terminal of 80."""


def known(person: Person, status: str = "active") -> list[str]:
    return sorted(memory.text for memory in list_memories(person.chat.database, "sarah", status=status))


def test_memories_are_searched(person: Person) -> None:
    """/memories lists all that is known, /memories WORDS what holds one of the words."""
    person.says(NURSE)
    assert [True, True] == [word in person.types("/memories") for word in ("vegetarian", "Acme")]
    assert [False, True] == [word in person.types("/memories acme") for word in ("vegetarian", "Acme")]
    assert "No memory holds these words." == person.types("/memories zebra").strip()


def test_what_waits_is_decided(person: Person) -> None:
    """/pending approve and reject take an id or all; what was decided can be undone; nonsense changes nothing."""
    conversation = person.chat.conversation
    conversation.settings = replace(conversation.settings, memory="review")
    person.says(NURSE)
    person.says("My daughter is called Mia.")
    assert 3 == len(known(person, "proposed"))
    (nurse,) = (
        each for each in list_memories(person.chat.database, "sarah", status="proposed") if "nurse" in each.text
    )
    assert nurse.memory_id[:8] in person.types("/pending")
    assert "says too little" in person.types("/pending approve")
    assert "says too little" in person.types("/pending frobnicate all")
    assert 'No memory "zzz"' in person.types("/pending reject zzz")
    assert "Approved: I work as a nurse at Acme." == person.types(f"/pending approve {nurse.memory_id[:8]}").strip()
    assert 2 == len(person.types("/pending reject all").splitlines())
    assert (["I work as a nurse at Acme."], []) == (known(person), known(person, "proposed"))
    assert "Nothing waits" in person.types("/pending approve all")
    assert "Undone: " in person.types("/undo")
    assert 2 == len(known(person, "proposed"))
    person.types("/undo")
    assert [] == known(person)


def test_a_question_is_answered(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """What may replace an older memory is remembered and asks; /pending shows what, and takes the answer."""
    monkeypatch.setattr(statements, "revised_by", lambda _, known: Revised(known[0], is_sure=False) if known else None)
    person.types("/remember Hosts a film club with pizza for neighbours")
    assert "Does it replace “Hosts a film club" in person.types(
        "/remember Hosts a book club with pizza for neighbours now"
    )
    assert (2, True) == (len(known(person)), "Hosts a film club with pizza for neighbours?" in person.types("/pending"))
    assert "Approved: Hosts a book club" in person.types("/pending approve all")
    assert 1 == len(known(person))
    person.types("/undo")
    assert (2, "Nothing waits") == (
        len(known(person)),
        person.types("/pending reject all") and person.types("/pending")[:13],
    )
    assert 2 == len(known(person))


@pytest.mark.usefixtures("without_index")
def test_documents_are_read(person: Person, tmp_path: Path) -> None:
    """/ingest takes a path with blanks, or several; the next answer knows what it said."""
    folder = tmp_path / "my files"
    shutil.copytree(ROOT / "knowledge", folder)
    assert "There are none yet." in person.types("/documents")
    assert "Nothing to read." in person.types("/ingest")
    assert "1 indexed" in person.types(f"/ingest {folder / 'refund-policy.pdf'}")
    assert "There is no answer yet." in person.types("/sources")
    assert "30 days" in person.says("What is our refund policy?")
    assert "[1] refund-policy.pdf" in person.types("/sources")
    page = person.types("/open 1")
    assert (True, True) == ("refund-policy.pdf" in page.splitlines()[0], "▌ " in page)
    assert f"refund-policy.pdf · 2 pages · {folder}" in person.types("/documents")
    assert "There is no source [99]." in person.types("/open 99")
    assert "Open which source?" in person.types("/open")
    assert "1 unchanged" in (shown := person.types(f"/ingest {folder}"))
    assert "2 indexed" in shown
    assert "2 unchanged" in person.types(f"/ingest '{folder / 'handbook.pdf'}' '{folder / 'price-list.pdf'}'")
    person.chat.conversation.settings = replace(person.chat.conversation.settings, incognito=True)
    assert "Incognito keeps nothing." in person.types(f"/ingest {folder}")


def test_help(person: Person) -> None:
    """/help names every command within 24 rows, /help all says what each does, /help COMMAND how it is written."""
    shown = person.types("/help")
    assert [] == [name for name in COMMANDS if f"/{name}" not in shown.split()]
    assert shown == person.types("/")
    assert [] == [name for name, each in COMMANDS.items() if len((each.__doc__ or "").split("\n")[0]) > MENU_ROOM]
    assert (20 > len(shown.splitlines()), 80 >= max(map(len, shown.splitlines()))) == (True, True)
    assert [] == [name for name in COMMANDS if f"  /{name} " not in person.types("/help all")]
    assert "/fork [N]" in person.types("/help fork")
    assert "/pending [approve" in person.types("/help /pend")
    assert "/xyzzy is no command." in person.types("/help xyzzy")


def test_a_check_up(person: Person) -> None:
    """/doctor shows what the command of that name does."""
    assert [True] * 3 == [word in person.types("/doctor") for word in ("database", "transcripts", "embedder")]


def test_beginnings_of_names(person: Person) -> None:
    """A unique beginning will do; one that fits several, or none, is an error that says what was meant."""
    assert ["memories", "undo", "history", "edit"] == [command_meant(each) for each in ("mem", "u", "hi", "edit")]
    assert "Which: /resume, /rename, /redo, /retry or /remember?" in person.types("/re")
    assert "Did you mean /memories" in person.types("/memoris")
    assert "/help shows them." in person.types("/xyzzy")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("/quit", True),
        ("/undo now", True),
        ("/etc/hosts is a file", False),
        ("//quit", False),
        ("/", True),
        ("/ a", False),
    ],
)
def test_what_a_command_is(text: str, is_one: bool) -> None:
    """A slash and a word, or a slash alone, which asks for help; no path, no two slashes, none before a blank."""
    assert is_one == is_command(text)
