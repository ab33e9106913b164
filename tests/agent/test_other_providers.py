"""Providers beside Claude, by their own packages: where they are asked, with which key, and what a failure names."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.anthropic_server import AnthropicServer
from harness.chat import at_a_chat
from harness.command_line import Result
from harness.openai_server import OpenAIServer, serving_openai

Ask = Callable[..., Result]


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with serving_openai() as script:
        yield script


@pytest.fixture
def closed_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def ask_model(cli: Ask) -> Callable[..., Result]:
    """Ask a model once: `ask_model("groq:x", "--base-url", url)`."""
    return lambda model, *words: cli(
        *("chat", "-p", "--format", "json", "--memory", "off", "--session", "s1", "--model", model),
        *(*words, "Where were we?"),
    )


class TestAddress:
    """`base_url`: where a provider's server is."""

    @pytest.mark.parametrize("provider", ["openai-chat", "lmstudio", "llama-cpp", "vllm", "openrouter", "deepseek"])
    def test_a_server_of_ones_own_needs_no_key(self, ask_model: Ask, server: OpenAIServer, provider: str) -> None:
        """Each that speaks OpenAI's wire is asked there, and its answer streams and is kept."""
        server.reply("By the ", "river.")
        result = ask_model(f"{provider}:qwen", "--base-url", f"{server.url}/v1")
        assert (0, "By the river.") == (result.code, result.json()["answer"]), result.err
        (asked,) = server.requests
        assert ("/v1/chat/completions", "qwen") == (asked.path, asked.body["model"])
        assert "Bearer not-provided" == asked.headers["authorization"]

    def test_a_key_goes_there(self, ask_model: Ask, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> None:
        """A gateway gets the key of the provider that it stands for."""
        monkeypatch.setenv("GROQ_API_KEY", "gsk_of_the_test")
        server.reply("Here.")
        assert 0 == ask_model("groq:x", "--base-url", server.url).code
        assert "Bearer gsk_of_the_test" == server.requests[0].headers["authorization"]

    def test_claudes_wire(self, cli: Ask, anthropic: AnthropicServer, monkeypatch: pytest.MonkeyPatch) -> None:
        """A server that speaks Anthropic's wire needs no key either."""
        for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"):
            monkeypatch.delenv(name)
        anthropic.reply("Here.")
        words = ("--model", "anthropic:local", "--base-url", anthropic.url, "Where were we?")
        assert "Here.\n" == cli("chat", "-p", "--memory", "off", *words).out

    def test_ollama(self, ask_model: Ask, server: OpenAIServer) -> None:
        """Its own client goes there too."""
        server.refuse(404, "model 'x' not found")
        result = ask_model("ollama:x", "--base-url", server.url)
        assert (4, "/api/chat") == (result.code, server.requests[0].path)
        assert "Check --model and base_url." in result.err

    @pytest.mark.parametrize("place", ["flag", "environment", "file", "table", "user"])
    def test_where_it_may_stand(
        self, ask_model: Ask, server: OpenAIServer, home: Path, monkeypatch: pytest.MonkeyPatch, place: str
    ) -> None:
        """Flag, environment and file; in the file for one provider, and for one user."""
        url = f"{server.url}/v1"
        lines = {
            "file": f'base_url = "{url}"\n',
            "table": f'[base_url]\nanthropic = "http://127.0.0.1:9"\nopenai-chat = "{url}"\n',
            "user": f'base_url = "http://127.0.0.1:9"\n[users.sarah]\nbase_url = "openai-chat={url}"\n',
        }
        home.mkdir(mode=0o700)
        (home / "config.toml").write_text(lines.get(place, ""), encoding="utf-8")
        if place == "environment":
            monkeypatch.setenv("AGENTMEM_BASE_URL", f"anthropic=http://127.0.0.1:9 openai-chat={url}")
        server.reply("Here.")
        result = ask_model("openai-chat:x", *(("--base-url", url) if place == "flag" else ()))
        assert (0, 1) == (result.code, len(server.requests)), result.err

    def test_it_is_that_providers_alone(
        self, cli: Ask, server: OpenAIServer, anthropic: AnthropicServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The model for memories, of another provider, is not asked there: its key would go to a stranger."""
        monkeypatch.setenv("AGENTMEM_MEMORY_MODEL", "anthropic:claude-haiku-4-5")
        server.reply("Noted.")
        anthropic.reply(json.dumps({"operations": []}))
        result = cli("chat", "-p", "--model", "openai-chat:x", "--base-url", f"{server.url}/v1", "I live in Oslo")
        assert (0, 1, 1) == (result.code, len(server.requests), len(anthropic.requests)), result.err

    @pytest.mark.parametrize(
        "address",
        ["localhost:1234", "http://", "ftp://host", "http://host:99999", "http://host:0", "http://[::1", "openai=x"],
    )
    def test_what_is_no_address(self, ask_model: Ask, address: str) -> None:
        """It is said at once, with an example."""
        result = ask_model("openai-chat:x", "--base-url", address)
        assert (4, "", True) == (result.code, result.out, "such as http://localhost:1234/v1" in result.err)

    def test_a_provider_that_takes_none(self, ask_model: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is not passed over: the person's words would go to the maker's own server."""
        monkeypatch.setenv("GOOGLE_API_KEY", "key-of-the-test")
        result = ask_model("google:gemini-2.5-flash", "--base-url", "http://localhost:1")
        assert (4, True) == (result.code, "google takes no base_url" in result.err)


class TestFailures:
    """What is wrong is named: the server, the variable."""

    @pytest.mark.parametrize(
        "provider", ["openai-chat", "openai", "anthropic", "groq", "ollama", "lmstudio", "mistral"]
    )
    def test_nothing_listens(
        self, ask_model: Ask, closed_port: int, monkeypatch: pytest.MonkeyPatch, provider: str
    ) -> None:
        """Host and port are said, whichever package found nobody there."""
        monkeypatch.setenv("MISTRAL_API_KEY", "key-of-the-test")
        result = ask_model(f"{provider}:x", "--base-url", f"http://localhost:{closed_port}/v1")
        assert 5 == result.code
        assert result.err.startswith(f"agentmem: Nothing listens on localhost:{closed_port}."), result.err

    def test_a_capture_says_so_too(self, cli: Ask, closed_port: int, anthropic: AnthropicServer) -> None:
        """The model for memories may be another one."""
        anthropic.reply("Noted.")
        words = ("--memory-model", "lmstudio:x", "--base-url", f"lmstudio=http://localhost:{closed_port}/v1")
        result = cli("chat", "-p", "--model", "anthropic:claude-x", *words, "I live in Oslo")
        assert f"Nothing listens on localhost:{closed_port}" in result.err

    @pytest.mark.parametrize(
        ("provider", "variable"),
        [("groq", "GROQ_API_KEY"), ("openai-chat", "OPENAI_API_KEY"), ("openrouter", "OPENROUTER_API_KEY")],
    )
    def test_a_key_that_is_refused(
        self, ask_model: Ask, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch, provider: str, variable: str
    ) -> None:
        """The variable is that provider's, whether it is set or not."""
        for key in ("key-of-the-test", ""):
            monkeypatch.setenv(variable, key)
            server.refuse(401, "no such key")
            result = ask_model(f"{provider}:x", "--base-url", server.url)
            assert (4, f"agentmem: {provider} refused the key. Check {variable}.") == (
                result.code,
                result.err[: -len(" Your message is kept: /retry, or ask again.\n")],
            )

    @pytest.mark.parametrize(
        ("model", "variable"),
        [
            ("openai:gpt-4o", "OPENAI_API_KEY"),
            ("google:gemini-2.5-flash", "GOOGLE_API_KEY"),
            ("groq:x", "GROQ_API_KEY"),
            ("mistral:x", "MISTRAL_API_KEY"),
            ("openrouter:x", "OPENROUTER_API_KEY"),
        ],
    )
    def test_there_is_no_key(self, ask_model: Ask, model: str, variable: str) -> None:
        """It is said before anything is sent."""
        result = ask_model(model)
        assert 4 == result.code
        assert f"There is no key for {model.partition(':')[0]}. Set {variable}" in result.err, result.err

    @pytest.mark.parametrize(
        ("finish", "code", "says"),
        [("length", 5, "length limit"), ("content_filter", 5, "refused"), (None, 5, "broke off")],
    )
    def test_an_answer_that_is_not_whole(
        self, ask_model: Ask, server: OpenAIServer, finish: str | None, code: int, says: str
    ) -> None:
        """It is kept and marked, as Claude's is."""
        server.reply("Once", finish=finish)
        result = ask_model("lmstudio:x", "--base-url", server.url)
        assert (code, "Once", True) == (result.code, result.json()["answer"], says in result.err), result.err


@pytest.mark.parametrize("provider", ["openai-chat", "openai", "groq", "mistral", "ollama", "lmstudio", "google"])
def test_no_redirect_is_followed(
    ask_model: Ask, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    """The other host gets neither the key nor a word, whichever package is asked."""
    for name in ("MISTRAL_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.setenv(name, "key-of-the-test")
    with serving_openai() as other:
        server.refuse(307, location=f"{other.url}/v1/chat/completions")
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", server.url)
        words = () if provider == "google" else ("--base-url", f"{server.url}/v1")
        result = ask_model(f"{provider}:x", *words)
        assert 1 == len(server.requests)
        assert ([], True) == (other.requests, result.code in {4, 5}), result.err


def test_tools_over_another_wire(ask_model: Ask, cli: Ask, server: OpenAIServer) -> None:
    """The agent's tools are called, and their results go back."""
    line = {"session": "old", "role": "user", "content": "Our new boat is called the Tern, after the bird."}
    cli("sessions", "import", "-", stdin=json.dumps(line))
    server.tool_use("recall", {"query": "boat"})
    server.reply("It is called Tern.")
    result = ask_model("lmstudio:x", "--base-url", server.url)
    assert (0, "It is called Tern.") == (result.code, result.json()["answer"]), result.err
    assert {"search_knowledge", "recall"} == {each["function"]["name"] for each in server.requests[0].body["tools"]}
    assert "Tern" in json.dumps([each for each in server.requests[1].body["messages"] if each["role"] == "tool"])


class TestNoTools:
    """A model that calls no tools gets the passages that fit the question beside it."""

    REFUSALS = (
        ("lmstudio", 400, "registry.ollama.ai/library/gemma3:4b does not support tools"),
        ("ollama", 400, "registry.ollama.ai/library/gemma3:4b does not support tools"),
        ("openrouter", 404, "No endpoints found that support tool use."),
        ("vllm", 400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'),
        ("groq", 400, "`tool calling` is not supported with this model"),
        ("openai-chat", 400, "Function calling is not enabled for this model"),
    )

    @pytest.fixture
    def refunds(self, cli: Ask, tmp_path: Path) -> None:
        """A document."""
        (tmp_path / "refunds.txt").write_text("The refund period is 30 days.", encoding="utf-8")
        cli("ingest", str(tmp_path / "refunds.txt"))

    @pytest.mark.usefixtures("refunds")
    @pytest.mark.parametrize(("provider", "status", "message"), REFUSALS, ids=[each[0] for each in REFUSALS])
    def test_its_server_says_so(
        self, ask_model: Ask, server: OpenAIServer, provider: str, status: int, message: str
    ) -> None:
        """The question is asked again without tools; it was not taken on. The person is told."""
        server.refuse(status, message)
        if provider == "ollama":  # whose own wire the server does not speak
            server.refuse(400, "that is all")
        else:
            server.reply("After 30 days [1].")
        result = ask_model(f"{provider}:x", "--base-url", f"{server.url}/v1", "How long is the refund period?")
        first, second = (asked.body for asked in server.requests)
        assert (bool(first.get("tools")), bool(second.get("tools"))) == (True, False)
        assert "The refund period is 30 days." in second["messages"][-1]["content"]
        assert "This model calls no tools." in result.err
        if provider != "ollama":
            assert (0, ["refunds.txt"]) == (result.code, [each["document"] for each in result.json()["cited"]])

    @pytest.mark.usefixtures("refunds")
    def test_a_follow_up(self, ask_model: Ask, server: OpenAIServer) -> None:
        """It is searched for with the question before it."""
        for _ in range(2):
            server.refuse(400, "x does not support tools")
            server.reply("After 30 days [1].")
        url = f"{server.url}/v1"
        ask_model("lmstudio:x", "--base-url", url, "--session", "s1", "How long is the refund period?")
        ask_model("lmstudio:x", "--base-url", url, "--session", "s1", "and how long for members?")
        assert "The refund period is 30 days." in server.requests[-1].body["messages"][-1]["content"]

    @pytest.mark.usefixtures("refunds")
    def test_a_chat_asks_and_tells_once(
        self, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Small talk brings no passage."""
        monkeypatch.setenv("AGENTMEM_BASE_URL", f"lmstudio={server.url}/v1")
        monkeypatch.setenv("AGENTMEM_MEMORY", "off")
        server.refuse(400, "x does not support tools")
        for answer in ("After 30 days.", "You are welcome."):
            server.reply(answer)
        told: list[str] = []
        with at_a_chat(capsys, "lmstudio:x", "s1", told.append) as person:
            assert "After 30 days." == person.says("How long is the refund period?")
            assert "You are welcome." == person.says("Thanks a lot!")
        assert 1 == len([each for each in told if "calls no tools" in each])
        assert [True, False, False] == ["tools" in asked.body for asked in server.requests]
        assert "passage" not in json.dumps(server.requests[-1].body["messages"][-1])
