"""Vectors that an import leaves missing are made before it ends; where they cannot be, every command says so."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from harness.command_line import Result, run_here
from harness.embedding_server import EmbeddingServer
from harness.starting import AGENTMEM
from harness.terminal import on_terminal

from agentmem_cli.storage.database import Database

pytestmark = pytest.mark.usefixtures("without_index")
MESSAGES = 70
"""More than are embedded at once."""


@pytest.fixture
def remote_database(database: Database, server: EmbeddingServer) -> Database:
    """A store whose embedder is the server's."""
    assert 0 == run_here("knowledge", "embedder", "ollama:nomic-embed-text").code
    server.requests.clear()
    return database


def imported() -> Result:
    """The end of an import of 70 messages of Sarah's."""
    lines = [{"session": "s", "role": "user", "content": f"Apple pie number {number}"} for number in range(MESSAGES)]
    return run_here("sessions", "import", "-", "--user", "sarah", stdin="\n".join(map(json.dumps, lines)))


def made(database: Database) -> int:
    return int(database.read("SELECT count(*) FROM message_vectors")[0][0])


@pytest.mark.usefixtures("server")
def test_an_import_makes_the_vectors(database: Database) -> None:
    """Of messages, of an account's export and of memories; on a pipe nothing is said of it."""
    assert "Imported 70 messages in 1 sessions.\n" == imported().err
    assert MESSAGES == made(database)
    account = [{"uuid": "c", "name": "Trip", "chat_messages": [{"sender": "human", "text": "To Oslo by train?"}]}]
    run_here("sessions", "import", "-", "--user", "sarah", stdin=json.dumps(account))
    assert MESSAGES + 1 == made(database)
    memory = json.dumps([{"text": "Owns a red bicycle"}])
    assert "Imported 1 memories.\n" == run_here("memories", "import", "-", "--user", "sarah", stdin=memory).err
    assert 1 == len(database.read("SELECT * FROM memory_vectors"))


def test_a_terminal_shows_a_bar(database: Database, tmp_path: Path) -> None:
    """It is gone when the import ends."""
    file = tmp_path / "talk.jsonl"
    file.write_text(json.dumps({"session": "s", "role": "user", "content": "Apple pie"}))
    with on_terminal(AGENTMEM, "sessions", "import", str(file), "--user", "sarah") as shown:
        assert 0 == shown.wait_for_exit()
        assert b"Making vectors" in shown.raw
        assert "Making vectors" not in shown.text()
    assert 1 == made(database)


def test_ctrl_c_keeps_what_was_made(
    remote_database: Database, server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import says what is left, and the next one makes it."""
    answer = server.answer

    def interrupting(path: str, asked: dict[str, Any]) -> tuple[int, bytes]:
        if server.requests:
            os.kill(os.getpid(), signal.SIGINT)
        return answer(path, asked)

    monkeypatch.setattr(server, "answer", interrupting)
    stopped = imported()
    assert (130, 64) == (stopped.code, made(remote_database))
    assert "the import is done. 6 of your messages and memories have no vector yet; the next chat" in stopped.err
    monkeypatch.setattr(server, "answer", answer)
    assert 0 == imported().code
    assert MESSAGES == made(remote_database)


def test_missing_vectors_are_told(remote_database: Database, server: EmbeddingServer) -> None:
    """A server that is down: the import is kept and warns, and recall, chat and doctor tell how many are missing."""
    server.failures = [400] * 20
    done = imported()
    assert (0, 0) == (done.code, made(remote_database))
    assert "70 of your messages and memories have no vector yet" in done.err
    recalled = run_here("recall", "apple pie", "--user", "sarah", "--json")
    assert MESSAGES == recalled.json()["without_vectors"]
    assert "By words alone" in recalled.err
    chat = run_here("chat", "-p", "--model", "offline", "--user", "sarah", "--format", "json", "Which apple pie?")
    assert MESSAGES == chat.json()["recalled"]["without_vectors"]
    findings = {each["name"]: each for each in run_here("doctor", "--user", "sarah", "--json").json()}
    assert "warning" == findings["recall"]["verdict"]
    assert "have no vector of ollama:nomic-embed-text" in findings["recall"]["found"]
    server.failures = []
    assert 0 == run_here("recall", "apple pie", "--user", "sarah", "--json").json()["without_vectors"]
