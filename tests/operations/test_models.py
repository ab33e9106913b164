"""`agentmem models`: what can be used here, what is missing, and what local servers offer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.command_line import Result
from harness.model_list_server import ModelListServer, listing_models

Cli = Callable[..., Result]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelListServer]:
    """Ollama at OLLAMA_HOST, and an OpenAI-compatible server at OPENAI_BASE_URL."""
    with listing_models() as script:
        monkeypatch.setenv("OLLAMA_HOST", script.url.removeprefix("http://"))
        monkeypatch.setenv("OPENAI_BASE_URL", f"{script.url}/v1")
        yield script


@pytest.fixture
def no_server(monkeypatch: pytest.MonkeyPatch) -> str:
    """Where nothing listens; Ollama's address is there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    monkeypatch.setenv("OLLAMA_HOST", url)
    return url


def named(result: Result) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in result.json()["providers"]}


def test_nothing_is_here(process: Cli, no_server: str, home: Path) -> None:
    """Without key, package and server: the offline model, and what each provider needs; nothing is made."""
    result = process("models")
    assert (0, "") == (result.code, result.err)
    lines = result.out.splitlines()
    assert ["chat uses  offline", "usable     offline"] == lines[:2]
    assert f"no server  nothing answers: {no_server} (ollama)" == lines[2]
    assert "needs      ANTHROPIC_API_KEY, ANTHROPIC_AUTH_TOKEN: anthropic" in lines
    assert "needs      pip install groq: groq" in lines
    assert any(line.startswith("needs      pip install openai: ") and "openrouter" in line for line in lines)
    assert not home.exists()


def test_claude_with_its_key(process: Cli, no_server: str) -> None:  # noqa: ARG001 -- its environment
    """It is usable, it is what a chat uses, and the key is shown nowhere."""
    result = process("models", "--json", env={"ANTHROPIC_API_KEY": "sk-ant-secret"})
    assert "anthropic:claude-sonnet-4-6" == result.json()["model"]
    claude = {"name": "anthropic", "package": None, "variables": [], "problem": None, "server": None, "usable": True}
    assert claude == named(result)["anthropic"]
    assert ("groq", False) == (named(result)["groq"]["package"], named(result)["groq"]["usable"])
    assert "secret" not in result.out


def test_what_servers_offer(process: Cli, server: ModelListServer) -> None:
    """Each model by the name that `--model` takes, with what is to be installed for it."""
    lines = process("models").out.splitlines()
    ollama = f"{server.url} (ollama): ollama:llama3.2:3b, ollama:qwen3:4b. It needs: pip install ollama."
    compatible = f"{server.url}/v1 (openai-chat): openai-chat:local-model. It needs: pip install openai."
    assert [f"server     {ollama}", f"server     {compatible}"] == lines[2:4]
    assert [("/api/tags", None), ("/v1/models", None)] == sorted(server.asked)


def test_the_key_goes_to_its_server_only(process: Cli, server: ModelListServer) -> None:
    """Ollama does not get OpenAI's key."""
    process("models", env={"OPENAI_API_KEY": "key-of-the-test"})
    assert {"/api/tags": None, "/v1/models": "Bearer key-of-the-test"} == dict(server.asked)


def test_a_password_in_an_address(process: Cli, server: ModelListServer) -> None:
    """It is used and not shown."""
    address = f"{server.url}/v1".replace("://", "://me:hidden@")
    result = process("models", "--json", env={"OPENAI_BASE_URL": address})
    assert {"/api/tags": None, "/v1/models": "Basic bWU6aGlkZGVu"} == dict(server.asked)
    assert [server.url, f"{server.url}/v1"] == [each["url"] for each in result.json()["servers"]]
    assert "hidden" not in result.out


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (500, b"", "it answers 500"),
        (302, b"", "it answers 302"),
        (200, b"<html>", "what answers there lists no models"),
        (200, b"[]", "what answers there lists no models"),
        (200, b"null", "what answers there lists no models"),
        (200, b'{"models": [1]}', "what answers there lists no models"),
        (200, b'{"models": []}', None),
    ],
)
def test_an_odd_server(cli: Cli, server: ModelListServer, status: int, body: bytes, problem: str | None) -> None:
    """Whatever answers there, the command works."""
    server.answers["/api/tags"] = (status, body)
    ollama, compatible = cli("models", "--json").json()["servers"]
    assert ([], problem) == (ollama["models"], ollama["problem"])
    assert ["openai-chat:local-model"] == compatible["models"]


def test_a_silent_server(cli: Cli, server: ModelListServer) -> None:
    """One that takes the question and says nothing is waited for shortly."""
    server.silent = threading.Event()
    assert {"no answer within 2 s"} == {each["problem"] for each in cli("models", "--json").json()["servers"]}


def test_a_model_that_cannot_be_used(process: Cli, no_server: str) -> None:  # noqa: ARG001 -- its environment
    """The one that is set but has no key is said first."""
    result = process("models", env={"AGENTMEM_MODEL": "anthropic:claude-x"})
    assert result.out.startswith("chat uses  anthropic:claude-x: There is no key for Claude.")
    assert 0 == result.code


def test_no_other_command_asks(process: Cli, server: ModelListServer) -> None:
    """Only `models` asks the servers."""
    process("doctor")
    process("chat", "-p", "Hello there")
    assert [] == server.asked
