"""AgentOS serving the agent: sessions, memories and runs over HTTP, asked by a real client of a real server."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from agno.os import AgentOS
from harness.anthropic_server import AnthropicServer
from harness.captures import CAPTURE, operation, replied
from harness.command_line import Result

Build = Callable[..., Any]
Cli = Callable[..., Result]


@contextmanager
def served(agent: Any) -> Iterator[httpx.Client]:
    """A client of AgentOS with this agent, on a free port of loopback."""
    app = AgentOS(agents=[agent], telemetry=False).get_app()
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def agent(build: Build) -> Any:
    """An agent that keeps what it is told."""
    return build(memory="auto")


@pytest.fixture
def client(agent: Any) -> Iterator[httpx.Client]:
    """Its client."""
    with served(agent) as client:
        yield client


def ask(client: httpx.Client, message: str, **fields: Any) -> httpx.Response:
    """Run the agent once."""
    data = {"message": message, "stream": "false", "user_id": "sarah", "session_id": "s1", **fields}
    return client.post("/agents/agentmem/runs", data=data)


def told(client: httpx.Client, agent: Any, anthropic: AnthropicServer) -> str:
    """Sarah tells where she works; the id of the memory of it."""
    anthropic.reply(replied(operation("Works in healthcare", "I work in healthcare")), when=CAPTURE)
    anthropic.reply("Noted.", when="I work in healthcare")
    assert 200 == ask(client, "I work in healthcare.").status_code
    agent.db.store.wait_for_captures()
    (memory,) = agent.memories("sarah")
    return str(memory.memory_id)


def test_a_run(client: httpx.Client, anthropic: AnthropicServer, agent: Any, cli: Cli) -> None:
    """A run over HTTP is a turn like any other: its session, its runs and its memory are listed, to its user alone.

    Another user's session is not there, and no model is asked.
    """
    memory_id = told(client, agent, anthropic)
    sessions = client.get("/sessions", params={"user_id": "sarah"}).json()["data"]
    assert [("s1", "I work in healthcare")] == [(each["session_id"], each["session_name"]) for each in sessions]
    (run,) = client.get("/sessions/s1/runs", params={"user_id": "sarah"}).json()
    assert ("I work in healthcare.", "Noted.") == (run["run_input"], run["content"])
    memories = client.get("/memories", params={"user_id": "sarah"}).json()["data"]
    assert [(memory_id, "Works in healthcare")] == [(each["memory_id"], each["memory"]) for each in memories]
    assert [] == client.get("/memories", params={"user_id": "tom"}).json()["data"]
    assert ["s1"] == [each["session_id"] for each in cli("sessions", "list", "--json").json()]
    requests = len(anthropic.requests)
    assert 404 == ask(client, "What did she say?", user_id="tom").status_code
    assert requests == len(anthropic.requests)
    assert 404 == client.get("/sessions/s1", params={"user_id": "tom"}).status_code


def test_a_stream(client: httpx.Client, anthropic: AnthropicServer) -> None:
    """The pieces come as server-sent events."""
    anthropic.reply(replied(), when=CAPTURE)
    anthropic.reply(pieces=["In ", "Oslo."])
    answer = ask(client, "Where?", stream="true")
    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
    pieces = [each["content"] for each in events if each["event"] == "RunContent" and each["content"]]
    assert ["In ", "Oslo."] == pieces
    assert "RunCompleted" == events[-1]["event"]


def test_a_session_is_renamed_and_deleted(
    client: httpx.Client, anthropic: AnthropicServer, agent: Any, cli: Cli
) -> None:
    """A title that is given stays. DELETE puts a session into the trash, of its own user alone."""
    told(client, agent, anthropic)
    renamed = client.post("/sessions/s1/rename", json={"session_name": "My work"}, params={"user_id": "sarah"})
    assert 200 == renamed.status_code
    assert ["My work"] == [each["title"] for each in cli("sessions", "list", "--json").json()]
    client.delete("/sessions/s1", params={"user_id": "tom"})
    assert ["s1"] == [each["session_id"] for each in cli("sessions", "list", "--json").json()]
    assert 204 == client.delete("/sessions/s1", params={"user_id": "sarah"}).status_code
    assert [] == client.get("/sessions", params={"user_id": "sarah"}).json()["data"]
    assert ["s1"] == [each["session_id"] for each in cli("sessions", "list", "--trash", "--json").json()]
    refused = ask(client, "Are you there?")
    assert (400, True) == (refused.status_code, "trash" in refused.text)
    cli("sessions", "restore", "s1")
    assert 200 == client.get("/sessions/s1", params={"user_id": "sarah"}).status_code


def test_memories_are_changed(client: httpx.Client, anthropic: AnthropicServer, agent: Any, cli: Cli) -> None:
    """What is done over HTTP to memories is in the ledger, and a deleted one is not learnt again."""
    memory_id = told(client, agent, anthropic)
    changed = client.patch(f"/memories/{memory_id}", json={"memory": "Works in a clinic", "user_id": "sarah"})
    assert (200, "Works in a clinic") == (changed.status_code, changed.json()["memory"])
    added = client.post("/memories", json={"memory": "Has a dog called Rex", "user_id": "sarah"})
    assert 200 == added.status_code
    assert 204 == client.delete(f"/memories/{memory_id}", params={"user_id": "sarah"}).status_code
    client.delete(f"/memories/{added.json()['memory_id']}", params={"user_id": "tom"})
    assert ["Has a dog called Rex"] == [each.text for each in agent.memories("sarah")]
    actions = [each["action"] for each in cli("memories", "history", "--json").json()]
    assert ["add", "edit", "add", "forget"] == actions


def test_the_doctor_is_content(client: httpx.Client, anthropic: AnthropicServer, agent: Any, cli: Cli) -> None:
    """AgentOS's own tables stand beside ours in the file, and nothing is wrong with it."""
    told(client, agent, anthropic)
    for path in ("/metrics", "/traces", "/eval-runs", "/config", "/knowledge/content", "/components", "/schedules"):
        client.get(path)
    assert [] != [each for each in agent.db.store.database.table_names() if re.search("agno_(metrics|schedules)", each)]
    checks = cli("doctor", "--json").json()
    assert [] == [each for each in checks if each["verdict"] == "failed"]
