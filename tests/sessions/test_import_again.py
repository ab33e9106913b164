"""The same file imported once more: what is here is not doubled, what was taken back or erased stays out."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from harness.command_line import Result
from harness.erasing import erase_turn

from agentmem_cli.agent.undo import ChatChanges
from agentmem_cli.sessions.catalog import find_session, transcript
from agentmem_cli.sessions.turns import begin_turn
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database

Cli = Callable[..., Result]
WORK = "I work at Acme as a welder."
TALK = [("user", WORK), ("assistant", "Nice."), ("user", "What is the zanzibar code?"), ("assistant", "Noted.")]
STAY_OUT = "2 messages that you took back or erased here stay out; --erased brings them too.\n"


def json_lines(session: str = "trip") -> str:
    """The talk as JSON lines without dates."""
    return "".join(json.dumps({"session": session, "role": role, "content": text}) + "\n" for role, text in TALK)


def account(*more: tuple[str, str]) -> str:
    """The talk as Claude's export has it."""
    messages = [
        {"uuid": f"m{place}", "sender": "human" if role == "user" else role, "text": text}
        | {"created_at": f"2025-06-01T08:00:0{place}Z"}
        for place, (role, text) in enumerate((*TALK, *more))
    ]
    return json.dumps([{"uuid": "c-1", "name": "Talk", "chat_messages": messages}])


def texts(cli: Cli) -> list[str]:
    """Everything that is said in the only session, if there is one."""
    sessions = cli("sessions", "list", "--json").json()
    return [
        m["text"] for each in sessions for m in cli("sessions", "show", each["session_id"], "--json").json()["messages"]
    ]


def undo(database: Database, session_id: str, _: str) -> None:
    ChatChanges(database, "sarah", lambda _: None).undo(session_id, 5)


def erase(database: Database, _: str, run_id: str) -> None:
    erase_turn(database, "sarah", run_id)


def lose_the_last(cli: Cli, how: Callable[[Database, str, str], None]) -> None:
    """Take back or erase the last exchange of the only session."""
    with closing(open_database(load_settings())) as database:
        session = find_session(database, "sarah", cli("sessions", "list", "--json").json()[0]["session_id"])
        how(database, session.session_id, transcript(database, session)[-1].run_id)


@pytest.mark.parametrize("file", [json_lines(), account()])
@pytest.mark.parametrize("how", [undo, erase])
def test_what_was_taken_back_or_erased_stays_out(cli: Cli, how: Any, file: str) -> None:
    """The import says how many messages it left out; with --erased it brings them, and from then on they count."""
    cli("sessions", "import", "-", stdin=file)
    lose_the_last(cli, how)
    again = cli("sessions", "import", "-", stdin=file)
    assert (0, True) == (again.code, STAY_OUT in again.err)
    assert [text for _, text in TALK[:2]] == texts(cli)
    asked_for = cli("sessions", "import", "-", "--erased", "--json", stdin=file).json()
    assert (2, 2, 0) == (asked_for["messages"], asked_for["repeated"], asked_for["left_out"])
    for _ in range(2):
        assert [text for _, text in TALK] == texts(cli)
        cli("sessions", "import", "-", stdin=file)


def test_what_came_after_it_is_imported(cli: Cli) -> None:
    """A later export brings what was said since, and not the erased words before it."""
    cli("sessions", "import", "-", stdin=account())
    lose_the_last(cli, erase)
    cli("sessions", "import", "-", stdin=account(("user", "And then?")))
    assert [WORK, "Nice.", "And then?"] == texts(cli)


@pytest.mark.parametrize("file", [json_lines(), account()])
def test_a_purged_session_stays_out(cli: Cli, file: str) -> None:
    """It comes back, whole, only when it is asked for."""
    cli("sessions", "import", "-", stdin=file)
    (session,) = cli("sessions", "list", "--json").json()
    cli("sessions", "delete", session["session_id"], "--purge", "--yes")
    again = cli("sessions", "import", "-", stdin=file)
    assert (True, []) == ("4 messages that you took back or erased here stay out" in again.err, texts(cli))
    cli("sessions", "import", "-", "--erased", stdin=file)
    assert [text for _, text in TALK] == texts(cli)


def test_other_users_are_not_asked(cli: Cli) -> None:
    """What one person erased another may import."""
    cli("sessions", "import", "-", stdin=account())
    lose_the_last(cli, erase)
    assert "Imported 4 messages" in cli("sessions", "import", "-", "--user", "tom", stdin=account()).err


def test_no_erased_word_is_kept(cli: Cli, home: Path) -> None:
    """What remembers the erasing holds none of the words."""
    cli("sessions", "import", "-", stdin=json_lines())
    lose_the_last(cli, erase)
    kept = b"".join(path.read_bytes() for path in home.rglob("agentmem.db*"))
    assert b"zanzibar" not in kept


def test_an_export_of_ones_own_chat(cli: Cli) -> None:
    """The export of a chat, imported where it was made, adds nothing; nor does what was taken back since."""
    for question in ("Where is the boiler?", "I moved to Bergen"):
        cli("chat", "-p", "--no-knowledge", "--session", "s1", question)
    exported = cli("sessions", "export", "s1", "--format", "jsonl").out
    assert (
        "Imported 0 messages in 1 sessions, 4 were here already." in cli("sessions", "import", "-", stdin=exported).err
    )
    lose_the_last(cli, undo)
    assert STAY_OUT in cli("sessions", "import", "-", stdin=exported).err
    cli("sessions", "import", "-", "--erased", stdin=exported)
    assert exported == cli("sessions", "export", "s1", "--format", "jsonl").out


def test_lines_without_dates(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file without dates is known again at another time; the same said twice is there twice."""
    twice = json_lines() + json_lines()
    cli("sessions", "import", "-", stdin=twice)
    monkeypatch.setattr("time.time", lambda: 2e9)
    assert "8 were here already" in cli("sessions", "import", "-", stdin=twice).err
    assert 8 == len(texts(cli))


def test_an_answer_for_a_question_that_waits(cli: Cli) -> None:
    """A question that is here without its answer gets it from the import, in its own place."""
    with closing(open_database(load_settings())) as database:
        turn = begin_turn(database, user_id="sarah", session_id="trip", question="Where to?", at=1_700_000_000)
        begin_turn(database, user_id="sarah", session_id="trip", question="And when?", at=1_700_000_100)
    asked = {"session": "trip", "role": "user", "content": "Where to?", "at": "2023-11-14T22:13:20Z"}
    answered = {"session": "trip", "role": "assistant", "content": "To Oslo."}
    cli("sessions", "import", "-", stdin=f"{json.dumps(asked)}\n{json.dumps(answered)}")
    shown = cli("sessions", "show", "trip", "--json").json()["messages"]
    assert ["Where to?", "To Oslo.", "And when?"] == [each["text"] for each in shown]
    assert turn.run_id == shown[1]["run_id"]


def test_a_killed_import_loses_no_proposal(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was imported and not yet looked through is looked through by the next import, though it adds nothing."""
    with monkeypatch.context() as patch:
        patch.setattr("agentmem_cli.agent.imported_capture.count_unmined", lambda *_: 1 / 0)
        assert 1 == cli("sessions", "import", "-", stdin=account()).code
    assert ([text for _, text in TALK], []) == (texts(cli), cli("memories", "pending", "--json").json())
    again = cli("sessions", "import", "-", "--json", stdin=account()).json()
    assert (0, 1) == (again["messages"], again["proposed"])
    assert 0 == cli("sessions", "import", "-", "--json", stdin=account()).json()["proposed"]


def test_killed_while_it_proposes(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proposed once more, the same thing waits once."""
    with monkeypatch.context() as patch:
        patch.setattr("agentmem_cli.agent.imported_capture.note_mined", lambda *_: 1 / 0)
        cli("sessions", "import", "-", stdin=account())
    cli("sessions", "import", "-", stdin=account())
    assert [WORK] == [memory["text"] for memory in cli("memories", "pending", "--json").json()]


def test_what_was_erased_before_it_was_looked_through(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is proposed of a conversation that went meanwhile."""
    with monkeypatch.context() as patch:
        patch.setattr("agentmem_cli.agent.imported_capture.count_unmined", lambda *_: 1 / 0)
        cli("sessions", "import", "-", stdin=account())
    (session,) = cli("sessions", "list", "--json").json()
    cli("sessions", "delete", session["session_id"], "--purge", "--yes")
    assert 0 == cli("sessions", "import", "-", "--json", stdin=account()).json()["proposed"]
