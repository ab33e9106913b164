"""`agentmem models`: what can be used here, what is missing, and what local servers offer.

A process imports the packages of all providers, which takes seconds: only what must see some of them missing is one.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.command_line import Result
from harness.model_list_server import ModelListServer, listing_models
from harness.no_network.sitecustomize import WITHOUT

from agentmem_cli.agent import model_servers, providers
from agentmem_cli.agent.clients import made_client

Cli = Callable[..., Result]


@pytest.fixture(autouse=True)
def _plain_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """No package of an extra is there, as far as processes see."""
    monkeypatch.setenv(WITHOUT, "openai google.genai groq mistralai ollama xllamacpp")


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


@pytest.fixture
def no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the providers out where the servers are the subject."""
    monkeypatch.setattr(providers, "known_providers", list)


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
    assert "needs      uv run --extra groq agentmem: groq" in lines
    assert "needs      uv run --extra local agentmem: gguf" in lines
    assert "needs      uv run --with cohere agentmem: cohere" in lines
    assert any(line.startswith("needs      uv run --extra openai agentmem: ") and "vllm" in line for line in lines)
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
    """Each model by the name that `--model` takes, with what is to be installed for it; Ollama gets no OpenAI key."""
    lines = process("models", env={"OPENAI_API_KEY": "key-of-the-test"}).out.splitlines()
    ollama = f"{server.url} (ollama): ollama:llama3.2:3b, ollama:qwen3:4b. It needs: uv run --extra ollama agentmem."
    compatible = f"{server.url}/v1 (openai-chat): openai-chat:local-model. It needs: uv run --extra openai agentmem."
    assert [f"server     {ollama}", f"server     {compatible}"] == lines[2:4]
    assert [("/api/tags", None), ("/v1/models", "Bearer key-of-the-test")] == sorted(server.asked)


@pytest.mark.usefixtures("no_provider")
def test_a_password_in_an_address(cli: Cli, server: ModelListServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is used and not shown."""
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1".replace("://", "://me:hidden@"))
    result = cli("models", "--json")
    assert {"/api/tags": None, "/v1/models": "Basic bWU6aGlkZGVu"} == dict(server.asked)
    assert [server.url, f"{server.url}/v1"] == [each["url"] for each in result.json()["servers"]]
    assert "hidden" not in result.out


@pytest.mark.usefixtures("no_server")
def test_what_a_package_prints_is_no_output(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """One advertises itself where its model is made."""

    def made(name: str) -> None:
        sys.stdout.write("Give feedback!\n")
        raise ImportError(name)

    monkeypatch.setattr(providers, "get_model", made)
    assert cli("models", "--json").json()["providers"]


def test_while_a_client_is_made_the_chat_goes_on() -> None:
    """What the terminal prints by then is shown: a client is made on another thread."""
    shown = sys.stdout

    class Model:
        def get_client(self) -> bool:
            return sys.stdout is shown

    assert made_client(Model()).client


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
@pytest.mark.usefixtures("no_provider")
def test_an_odd_server(cli: Cli, server: ModelListServer, status: int, body: bytes, problem: str | None) -> None:
    """Whatever answers there, the command works; it is asked once, without a key where there is none."""
    server.answers["/api/tags"] = (status, body)
    asked = {each["provider"]: each for each in cli("models", "--json").json()["servers"]}
    assert ([], problem) == (asked["ollama"]["models"], asked["ollama"]["problem"])
    assert ["openai-chat:local-model"] == asked["openai-chat"]["models"]
    assert [("/api/tags", None), ("/v1/models", None)] == sorted(server.asked)


@pytest.mark.usefixtures("no_provider")
def test_a_silent_server(cli: Cli, server: ModelListServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that takes the question and says nothing is waited for shortly."""
    monkeypatch.setattr(model_servers, "_SECONDS", 1.0)
    server.silent = threading.Event()
    servers = cli("models", "--json").json()["servers"]
    assert ["no answer within 1 s"] * 2 == [each["problem"] for each in servers]


@pytest.mark.usefixtures("no_server")
def test_a_model_that_cannot_be_used(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that is set but has no key is said first."""
    monkeypatch.setenv("AGENTMEM_MODEL", "anthropic:claude-x")
    result = cli("models")
    assert result.out.startswith("chat uses  anthropic:claude-x: There is no key for Claude.")
    assert 0 == result.code


def test_no_other_command_asks(cli: Cli, server: ModelListServer) -> None:
    """Only `models` asks the servers."""
    cli("doctor")
    assert 0 == cli("chat", "-p", "Hello there").code
    assert [] == server.asked


def test_servers_of_the_settings(cli: Cli, server: ModelListServer, home: Path) -> None:
    """What stands under `base_url` is asked too, by the provider that reaches it; no key is missing there."""
    server.answers["/lm/models"] = (200, b'{"data": [{"id": "qwen3"}]}')
    home.mkdir(mode=0o700)
    (home / "config.toml").write_text(f'[base_url]\nvllm = "{server.url}/lm"\n', encoding="utf-8")
    lines = cli("models").out.splitlines()
    assert f"server     {server.url}/lm (vllm): vllm:qwen3." in lines
    assert "vllm" in next(line for line in lines if line.startswith("usable"))
