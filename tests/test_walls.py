"""Users are walls: whatever two of them say, nothing of one reaches the other, on any path."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import Result, run_here
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

SHARED = "harbour"
"""A word that both say, so that a search for it finds everything that a broken wall lets through."""
PAIRS = [("ann", "ann2"), ("Ann", "ann"), ("a%", "ab"), ("a_n", "ann"), ("*", "ann"), ("ann'--", "ann"), ("安", "ann")]
"""Ids that a prefix, a pattern, a case or a quotation mark could take for one another."""
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)


def speak(user: str, mark: str, text: str) -> None:
    """One user's conversation, import, memories and changes of them; the mark is in each."""
    own = ("--user", user)
    offline = ("chat", "-p", "--no-knowledge", "--model", "offline", "--session", f"{mark}-1", *own)
    run_here(*offline, f"I work at {mark}. The {SHARED} of {mark} is deep. {text}")
    run_here(*offline, "--memory", "review", f"I live in {mark}.")
    line = {"session": f"{mark}-2", "role": "user", "content": f"{mark} {SHARED} {text}", "name": mark}
    run_here("sessions", "import", "-", *own, stdin=json.dumps(line))
    run_here("memories", "add", f"Owns {SHARED} {mark} {text}", *own)
    run_here("memories", "add", f"Sold {SHARED} {mark}", *own)
    run_here("memories", "undo", *own)


def ids_of(user: str) -> tuple[str, str]:
    """A session and a memory of the user."""
    sessions = run_here("sessions", "list", "--json", "--user", user).json()
    memories = run_here("memories", "list", "--json", "--user", user).json()
    return sessions[0]["session_id"], memories[0]["memory_id"]


def everything_shown(user: str, text: str) -> str:
    """All that the commands show a user, lists, searches, exports and history alike."""
    own = ("--user", user)
    lines = [
        ("sessions", "list", "--json"),
        ("sessions", "list", "--trash", "--json"),
        ("sessions", "search", SHARED, "--json"),
        ("sessions", "search", f" {text}", "--json"),
        ("memories", "list", "--all", "--json"),
        ("memories", "pending", "--json"),
        ("memories", "search", SHARED, "--json"),
        ("memories", "history", "--json"),
        ("memories", "export"),
        ("recall", f"Where is the {SHARED}, and where do I work? {text}", "--json"),
        ("chat", "-p", "--no-knowledge", "--model", "offline", "--format", "json", f"Where is the {SHARED}?"),
        ("chat", "-p", "--no-knowledge", "--model", "offline", "What do you know about me?"),
        ("chat", "-p", "--no-knowledge", "--model", "offline", "What did we talk about last time?"),
    ]
    results = [run_here(*line, *own) for line in lines]
    return "".join(result.out + result.err for result in results)


def codes_for(user: str, session: str, memory: str) -> set[int]:
    """How every command ends that names another user's session or memory."""
    lines = [
        ("sessions", "show", session),
        ("sessions", "export", session),
        ("sessions", "rename", session, "mine"),
        ("sessions", "delete", session),
        ("chat", "-p", "--model", "offline", "--session", session, "Whose is this?"),
        ("chat", "-p", "--model", "offline", "--resume", session, "Whose is this?"),
        ("memories", "show", memory),
        ("memories", "history", memory),
        ("memories", "edit", memory, "mine"),
        ("memories", "delete", memory),
    ]
    return {run_here(*line, "--user", user).code for line in lines}


@settings(max_examples=6, phases=[Phase.generate])
@given(pair=st.sampled_from(PAIRS), texts=st.tuples(TEXTS, TEXTS))
def test_nothing_of_one_user_reaches_another(
    tmp_path_factory: pytest.TempPathFactory, anthropic: AnthropicServer, pair: tuple[str, str], texts: tuple[str, str]
) -> None:
    """No list, show, search, recall, export, history, answer or prompt of one user holds a mark of the other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGENTMEM_HOME", str(tmp_path_factory.mktemp("walls")))
        marks = ("quokka", "zanzibar")
        for user, mark, text in zip(pair, marks, texts, strict=True):
            speak(user, mark, text)
        for user, other, own_mark, others_mark, text in (
            (pair[0], pair[1], *marks, texts[1]),
            (pair[1], pair[0], *reversed(marks), texts[0]),
        ):
            assert {3} == codes_for(user, *ids_of(other))
            shown = everything_shown(user, text).lower()
            assert (True, False) == (own_mark in shown, others_mark in shown)
            anthropic.reply("Good.", when=f"Where is the {SHARED}")
            run_here("chat", "-p", "--memory", "off", "--no-knowledge", "--user", user, f"Where is the {SHARED}?")
            sent = anthropic.requests.pop().text
            assert (True, False) == (own_mark in sent, others_mark in sent)


def test_recall_is_the_same_whoever_else_is_there(cli: Callable[..., Result]) -> None:
    """What others say, remember and ask changes neither what one person is given nor a score of it."""
    said = [f"The {SHARED} of Bergen is deep.", "Ships from Oslo stop here.", f"My boat lies in the {SHARED}."]
    cli("sessions", "import", "-", "--user", "ann", stdin=as_lines("ann", said))
    cli("memories", "add", f"Owns a boat in the {SHARED}", "--user", "ann")
    questions = "\n".join([f"Where is the {SHARED}?", "My boat?", "Which ships stop here?", "Which vessels stop here?"])
    alone = cli("recall", "-", "--json", "--user", "ann", stdin=questions)
    assert [True] * 4 == [bool(line["items"]) for line in alone.json_lines()]
    for other in ("bea", "cem", "dan"):
        rows = [f"{text} {other} {number}" for number in range(20) for text in said]
        cli("sessions", "import", "-", "--user", other, stdin=as_lines(other, rows))
        cli("memories", "add", f"Owns a boat in the {SHARED} too", "--user", other)
        cli("chat", "-p", "--no-knowledge", "--model", "offline", "--user", other, f"Where is the {SHARED}?")
    assert alone == cli("recall", "-", "--json", "--user", "ann", stdin=questions)


def as_lines(session: str, texts: list[str]) -> str:
    """The texts as the lines of an import."""
    return "\n".join(json.dumps({"session": session, "role": "user", "content": text}) for text in texts)
