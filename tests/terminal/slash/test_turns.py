"""The commands that change a session's course: take back, return, ask again, ask otherwise."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from harness.anthropic_server import AnthropicServer
from harness.chat import Person
from harness.waiting import PATIENCE

from agentmem_cli.agent import capture
from agentmem_cli.memories.store import list_memories

ANNA = "My name is Anna."
Claude = Callable[[], AbstractContextManager[Person]]


def known(person: Person) -> list[str]:
    return sorted(memory.text for memory in list_memories(person.chat.database, "sarah"))


def test_undo_and_redo_of_an_exchange(person: Person) -> None:
    """/undo says what it took, /redo what it returned; both work several times, and say when nothing is left."""
    person.says(ANNA)
    person.says("My name is Ana.")
    person.says("I'm vegetarian and I work as a nurse at Acme.")
    assert "“I'm vegetarian and I work as a nurse at Acme.” and 2 memories." in person.types("/undo").replace("\n", " ")
    shown = person.types("/undo").replace("\n", " ")
    assert "Taken back: “My name is Ana.” and 1 memory." in shown
    assert f"“{ANNA}” holds again." in shown
    assert [ANNA] == known(person)
    assert "There is no answer yet." in person.types("/why")
    assert f"“{ANNA}” and 1 memory" in person.types("/undo")
    assert "There is nothing to undo in this session." in person.types("/undo")
    assert f"Returned: “{ANNA}” and 1 memory." == person.types("/redo").strip()
    person.types("/redo")
    person.types("/redo")
    assert ["I work as a nurse at Acme.", "I'm vegetarian", "My name is Ana."] == known(person)
    assert "There is nothing to redo." in person.types("/redo")


def test_undo_of_a_memory_command(person: Person) -> None:
    """/undo after /forget, /remember or /pending takes back that alone, and /redo does it again."""
    person.says(ANNA)
    person.types("/forget anna")
    assert f"Undone: {ANNA} (known again)" == person.types("/undo").strip()
    assert f"Done again: {ANNA} (no longer known)" == person.types("/redo").strip()
    assert [] == known(person)
    person.types("/undo")
    person.types("/remember I prefer tea")
    assert "Undone: I prefer tea (no longer known)" == person.types("/undo").strip()
    assert [ANNA] == known(person)
    assert f"Taken back: “{ANNA}”" in person.types("/undo")


def test_a_capture_that_still_runs(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is taken back teaches nothing any more, though its capture had not ended."""
    began, go_on = threading.Event(), threading.Event()
    written = capture.capture_offline

    def slow(*words: Any) -> Any:
        began.set()
        go_on.wait(PATIENCE)
        return written(*words)

    monkeypatch.setattr(capture, "capture_offline", slow)
    conversation = person.chat.conversation
    list(conversation.ask("I prefer tea."))
    conversation.capture(conversation.turn)
    assert began.wait(PATIENCE)
    threading.Timer(0.1, go_on.set).start()
    person.types("/undo")
    assert [] == known(person)


def test_retry_takes_the_answer_back(with_claude: Claude, anthropic: AnthropicServer) -> None:
    """/retry asks the same again: the model sees neither the earlier answer nor the question twice."""
    for answer in ("Hello.", "Forty-one.", "Forty-two."):
        anthropic.reply(answer)
    with with_claude() as person:
        assert "There is nothing to retry." in person.types("/retry")
        person.says("Hello there, friend")
        person.says("What is six by seven?")
        person.types("/retry")
        assert "Forty-two." in person.types("/raw")
        assert ["[1]", "[2]"] == [line.split()[0] for line in person.types("/history").splitlines() if line[:1] == "["]
    last = anthropic.requests[-1]
    assert (1, False) == (last.text.count("six by seven"), "Forty-one" in last.text)


def test_what_is_taken_back_is_out_of_the_models_view(with_claude: Claude, anthropic: AnthropicServer) -> None:
    """After /undo no request carries the exchange, as history or as recall; after /redo it does."""
    for _ in range(3):
        anthropic.reply("Noted.")
    with with_claude() as person:
        person.says("The launch code name is Bluebird")
        person.types("/undo")
        person.says("What is the launch code name?")
        assert "Bluebird" not in anthropic.requests[-1].text
        person.types("/undo")
        assert "“What is the launch code name?”" in person.types("/redo")
        person.types("/undo")
    with with_claude() as person:
        person.chat.conversation.new_session()
        person.says("What is the launch code name?")
        assert "Bluebird" not in anthropic.requests[-1].text


def test_editing_a_question(with_claude: Claude, anthropic: AnthropicServer) -> None:
    """/edit N brings a question back to be changed; sent, it stands in the place of that turn and all after it."""
    for _ in range(4):
        anthropic.reply("Noted.")
    with with_claude() as person:
        assert "no question to change" in person.types("/edit")
        for question in ("The first zebra", "The second walrus", "The third quokka"):
            person.says(question)
        assert "There is no turn 4." in person.types("/edit 4")
        person.types("/edit")
        assert "The third quokka" == person.chat.next_text
        person.types("/edit 2")
        assert "The second walrus" == person.chat.next_text
        assert "[3]" in person.types("/history")  # a command in between: nothing is replaced any more
        person.types("/edit 2")
        person.says("The second otter")
        assert ["[1]", "[2]"] == [line.split()[0] for line in person.types("/history").splitlines() if line[:1] == "["]
    last = anthropic.requests[-1].text
    assert (True, False, False) == ("zebra" in last, "walrus" in last, "quokka" in last)


def test_the_editor(person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """/editor puts what the editor wrote into the prompt; one that fails or is not there is one clear line."""
    editor = tmp_path / "editor.sh"
    editor.write_text('#!/bin/sh\nprintf " and more\\n" >> "$1"\n', encoding="utf-8")
    editor.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(editor))
    person.types("/editor A beginning")
    assert "A beginning and more" == person.chat.next_text
    monkeypatch.setenv("VISUAL", "false")
    assert "ended with code 1" in person.types("/editor")
    monkeypatch.setenv("VISUAL", str(tmp_path / "nothing"))
    assert "does not start" in person.types("/editor")
