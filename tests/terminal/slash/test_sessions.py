"""The commands on sessions: find, name, fork, read back and write out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from harness.chat import Person

from agentmem_cli.recall.recall import recall_for
from agentmem_cli.sessions.catalog import list_sessions, transcript


def test_a_new_session_and_back(person: Person) -> None:
    """/new begins one; /resume goes back by title and shows where one was; /sessions marks the one in use."""
    person.says("Tell me about boilers")
    assert "A new session." == person.types("/new").strip()
    assert "There is no answer yet." in person.types("/why")
    assert "*" not in person.types("/sessions")
    person.says("Tell me about gardens")
    resumed = person.types("/resume boilers")
    assert ("1 exchange" in resumed, "you: Tell me about boilers" in resumed) == (True, True)
    marked = [line for line in person.types("/sessions").splitlines() if line.startswith("*")]
    assert [True] == ["s1" in line and "1" in line for line in marked]
    assert 'No session "zzz"' in person.types("/resume zzz")
    assert "/sessions [all]" in person.types("/help sessions")
    assert 3 == len(person.types("/sessions all").splitlines())


def test_renaming(person: Person) -> None:
    """/rename names the session for good; an empty session or title is an error."""
    assert "still empty" in person.types("/rename Boilers")
    person.says("Hello there")
    assert "Renamed: The boiler file" == person.types("/rename  The boiler   file").strip()
    assert "The title is empty" in person.types("/rename")
    person.says("Tell me about gardens")
    assert ["The boiler file"] == [each.title for each in list_sessions(person.chat.database, "sarah")]


def test_forking_at_a_turn(person: Person) -> None:
    """/fork N goes on in a copy of the first N turns; the first session stays as it was, and recall shows no copy."""
    for question in ("The launch code name is Bluebird", "The budget is nine thousand euros", "Thanks"):
        person.says(question)
    assert "2 turns" in person.types("/fork 2")
    assert "s1" != person.chat.conversation.session_id
    assert "[2]" in (shown := person.types("/history"))
    assert "Thanks" not in shown
    person.says("What is the launch code name?")
    said = [turn.text for turn in person.chat.last.evidence.recall.turns]
    assert [] == [text for text in said if "Bluebird" in text]  # both copies stand in the request already
    turns = {each.title: each.turns for each in list_sessions(person.chat.database, "sarah")}
    assert [3, 3] == list(turns.values())
    assert ["There is no turn 9.", '"x" is no turn.'] == [
        person.types(f"/fork {words}").split(" This")[0].split(" It is")[0] for words in ("9", "x")
    ]
    person.types("/new")
    assert "nothing to fork" in person.types("/fork")
    found = recall_for(person.chat.database, "sarah", "What is the budget?").turns
    assert 1 == len([turn for turn in found if turn.role == "user" and "nine thousand" in turn.text])


def test_history(person: Person) -> None:
    """/history numbers and dates the turns, the last ten at first; /history all shows what was taken back too."""
    assert "Nothing has been said" in person.types("/history")
    for number in range(12):
        person.says(f"Thanks {number}")
    shown = person.types("/history")
    assert (True, True, False) == ("2 earlier turns" in shown, "[12]" in shown, "› Thanks 1\n" in shown)
    assert ["[11]", "[12]"] == [line.split()[0] for line in person.types("/history 2").splitlines() if line[:1] == "["]
    person.types("/undo")
    assert "Thanks 11" not in person.types("/history")
    everything = person.types("/history all")
    assert (True, True) == ("[1] " in everything, "[taken back]" in everything)
    assert "It is a number from 1 on." in person.types("/history -3")


@pytest.mark.parametrize("name", ["chat.md", "chat.json", "chat.jsonl"])
def test_exporting(person: Person, name: str, tmp_path: Path) -> None:
    """/export writes the session by the file's ending, without what was taken back, and overwrites nothing."""
    assert "still empty" in person.types("/export")
    person.says("I prefer tea.")
    person.says("A slip of the tongue")
    person.types("/undo")
    file = tmp_path / "two words" / name
    assert "cannot be written" in person.types(f"/export {file}")
    file.parent.mkdir()
    assert "Wrote 2 messages" in person.types(f"/export {file}")
    text = file.read_text(encoding="utf-8")
    assert (True, False) == ("I prefer tea." in text, "A slip" in text)
    if name.endswith("json"):
        assert 2 == len(json.loads(text)["messages"])
    assert "is there already" in person.types(f"/export {file}")
    assert text == file.read_text(encoding="utf-8")
    assert "no known ending" in person.types("/export chat.docx")


def test_exporting_under_the_title(person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """/export alone names the file after the session, in the folder where one is, whatever the title holds."""
    monkeypatch.chdir(tmp_path)
    person.says("Hello there")
    person.types("/rename ../../etc/passwd: a tale")
    person.types("/export")
    assert ["etc-passwd-a-tale.md"] == [path.name for path in tmp_path.glob("*.md")]


def test_two_chats_on_one_session(person: Person, another: Person) -> None:
    """Each sees at its next turn what the other added, nothing is lost, and each can take it back."""
    person.says("The launch code name is Bluebird")
    another.says("The budget is nine thousand euros")
    person.says("Thanks")
    (session,) = list_sessions(person.chat.database, "sarah")
    said = [each.text for each in transcript(another.chat.database, session) if each.role == "user"]
    assert ["The launch code name is Bluebird", "The budget is nine thousand euros", "Thanks"] == said
    assert "“Thanks”" in another.types("/undo")
    assert "nine thousand" in another.types("/history")
    assert "[3]" not in person.types("/history")
