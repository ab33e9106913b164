"""A model from a gguf file, run in this process: a real one, however poor its English."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from agno.models.response import ModelResponse
from harness.command_line import Result, started_process
from harness.no_network.sitecustomize import WITHOUT
from harness.real_model import weights, weights_that_call_tools
from harness.waiting import PATIENCE
from pydantic import BaseModel

from agentmem_cli.agent.gguf_file import WINDOW, takes_tools
from agentmem_cli.agent.window import context_window
from agentmem_cli.settings import load_settings

Cli = Callable[..., Result]
TRAINED_FOR = 8_192
LOOKED_UP = (
    ("How long is the warranty?", "warranty length", "Two years."),
    ("When does the office open?", "office opening hours", "It opens at nine."),
    ("What does the pump cost?", "pump cost", "480 euros."),
    ("How long is the lease?", "lease length", "Five years."),
    ("When does the shop close?", "shop closing hours", "It closes at six."),
    ("How long is the notice period?", "notice period length", "Three months."),
)
"""What a model of its size must be shown before it calls a tool: question, query, what is found and answered."""


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that wait for each other crawl where others are at work."""
    monkeypatch.setenv("AGENTMEM_THREADS", "1")


class Place(BaseModel):
    """A form that an answer must have."""

    is_place: bool
    kind: Literal["city", "person"]


def damaged(folder: Path, form: str) -> Path:
    """A file that is no whole model."""
    path = folder / "model.gguf"
    if form == "a text":
        path.write_text("A model, one would think.", encoding="utf-8")
    elif form == "a folder":
        path.mkdir()
    elif form == "a broken head":
        path.write_bytes(b"GGUF" + b"\xff" * 100)
    elif form == "cut off":
        with weights().open("rb") as whole:
            path.write_bytes(whole.read(3_000_000))
    return path


def test_it_answers_and_stops(process: Cli, home: Path) -> None:
    """Its words stream, Ctrl-C stops them, and what was printed is what is kept."""
    words = ("chat", "-p", "--no-knowledge", "--memory", "off", "--session", "s1", "--model", f"gguf:{weights()}")
    env = {"AGENTMEM_HOME": str(home), "AGENTMEM_CONTEXT_WINDOW": "2048"}
    with started_process(*words, "Count to ten thousand.", env=env) as child:
        child.stdin.close()
        begins = child.stdout.read(12)
        child.send_signal(signal.SIGINT)
        printed = (begins + child.stdout.read()).decode()
        code = child.wait(PATIENCE)
    answer = process("sessions", "show", "s1", "--json").json()["messages"][1]
    assert answer["text"].rstrip("\n") == printed.rstrip("\n")  # a line is ended once, however the model ends it
    assert (code, answer["status"]) in [(130, "interrupted"), (0, "done")]


def test_its_answer_has_a_form(home: Path) -> None:  # noqa: ARG001 -- its environment
    """llama.cpp lets it write nothing but what fits; the file is loaded by the first request and not before."""
    from agno.models.message import Message

    from agentmem_cli.agent import gguf
    from agentmem_cli.agent.models import build_model

    model, _ = build_model(f"gguf:{weights()}", load_settings())
    assert isinstance(model, gguf.GgufModel)

    async def answered() -> ModelResponse:
        asked = [Message(role="user", content="Is Oslo a city?")]
        async with model.get_async_client():
            return await model.aresponse(messages=asked, response_format=Place)

    assert {} == gguf._loaded
    try:
        reply = asyncio.run(answered())
        assert Place.model_validate_json(str(reply.content))
        assert [WINDOW] == [each.context for each in gguf._loaded]
    finally:
        gguf._loaded.clear()


def test_it_calls_a_tool(home: Path, tmp_path: Path) -> None:  # noqa: ARG001 -- its environment
    """Where its template names tools: llama.cpp reads the call from the model's words, and the result goes back."""
    from agno.agent import Agent
    from agno.models.message import Message

    from agentmem_cli.agent import gguf
    from agentmem_cli.agent.models import build_model

    name = f"gguf:{weights_that_call_tools(tmp_path)}"
    model, _ = build_model(name, load_settings())
    model.temperature = 0  # type: ignore[attr-defined]  # OpenAI's wire has one
    asked: list[str] = []

    async def search_knowledge(query: str) -> str:
        """Search the documents."""
        asked.append(query)
        return "The refund period is 30 days."

    def looked_up(number: int, question: str, query: str, found: str) -> list[Message]:
        function = {"name": "search_knowledge", "arguments": json.dumps({"query": query})}
        call = {"id": f"call_{number}", "type": "function", "function": function}
        return [
            Message(role="user", content=question),
            Message(role="assistant", content="", tool_calls=[call]),
            Message(role="tool", tool_call_id=f"call_{number}", content=found),
            Message(role="assistant", content=found),
        ]

    shown = [message for number, each in enumerate(LOOKED_UP) for message in looked_up(number, *each)]

    async def answered() -> str:
        agent = Agent(model=model, tools=[search_knowledge], build_context=False, telemetry=False)
        async with model.get_async_client():  # type: ignore[attr-defined]  # as above
            run = await agent.arun([*shown, Message(role="user", content="How long is the refund period?")])
        return str(run.content)

    assert takes_tools(name)
    try:
        assert "30 days" in asyncio.run(answered())
        assert any("refund" in query for query in asked)
    finally:
        gguf._loaded.clear()


def test_one_whose_template_names_no_tools() -> None:
    """It is given none: llama.cpp would drop them without a word."""
    assert not takes_tools(f"gguf:{weights()}")


def test_a_question_that_is_too_long(process: Cli) -> None:
    """The line says so, and the question is kept."""
    env = {"AGENTMEM_CONTEXT_WINDOW": "512"}
    result = process("chat", "-p", "--memory", "off", "--model", f"gguf:{weights()}", "word " * 5_000, env=env)
    assert (5, True) == (result.code, "longer than the model's context" in result.err), result.err


@pytest.mark.parametrize(
    ("form", "code", "says"),
    [
        ("nothing", 4, "cannot be read: No such file or directory"),
        ("a folder", 4, "cannot be read: Is a directory"),
        ("a text", 4, "is no gguf file"),
        ("a broken head", 4, "is no gguf file"),
        ("cut off", 4, "cannot be loaded"),
    ],
)
def test_a_file_that_is_no_model(process: Cli, tmp_path: Path, form: str, code: int, says: str) -> None:
    """It is named; all but a file that is cut off are told before anything is kept."""
    path = damaged(tmp_path, form)
    result = process("chat", "-p", "--memory", "off", "--model", f"gguf:{path}", "Hello")
    assert (code, "", True) == (result.code, result.out, f"{path} {says}" in result.err), result.err
    assert 1 == len(result.err.splitlines())


def test_without_the_extra(process: Cli) -> None:
    """It is named in the way in which the program was installed."""
    result = process("chat", "-p", "--model", f"gguf:{weights()}", "Hello", env={WITHOUT: "xllamacpp"})
    assert (4, True) == (result.code, "`uv run --extra local agentmem`" in result.err)


@pytest.mark.parametrize(("chosen", "tokens"), [(0, WINDOW), (2_048, 2_048), (100_000, TRAINED_FOR)])
def test_its_window(chosen: int, tokens: int) -> None:
    """What the person says, up to what the model was trained with."""
    assert tokens == context_window(f"gguf:{weights()}", chosen)
