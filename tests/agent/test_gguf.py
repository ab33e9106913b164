"""A model from a gguf file, run in this process: a real one, however poor its English."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from agno.models.response import ModelResponse
from harness.command_line import Result, started_process
from harness.no_network.sitecustomize import WITHOUT
from harness.real_model import weights
from harness.waiting import PATIENCE
from pydantic import BaseModel

from agentmem_cli.agent.gguf_file import WINDOW
from agentmem_cli.agent.window import context_window
from agentmem_cli.settings import load_settings

Cli = Callable[..., Result]
TRAINED_FOR = 8_192


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
    env = {"AGENTMEM_HOME": str(home), "AGENTMEM_CONTEXT_WINDOW": "2048", "AGENTMEM_THREADS": "1"}
    with started_process(*words, "Count to ten thousand.", env=env) as child:
        assert child.stdin
        assert child.stdout
        child.stdin.close()
        begins = child.stdout.read(12)
        child.send_signal(signal.SIGINT)
        printed = (begins + child.stdout.read()).decode()
        code = child.wait(PATIENCE)
    answer = process("sessions", "show", "s1", "--json").json()["messages"][1]
    assert answer["text"] == printed.removesuffix("\n")
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
