"""The README's table of Agno's names is true, line by line, and its example runs."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from agno.agent import Agent
from harness.anthropic_server import AnthropicServer
from harness.captures import CAPTURE, replied

from agentmem_cli import build_agent
from agentmem_cli.errors import UsageProblem
from agentmem_cli.library.memory_agent import MemoryAgent
from agentmem_cli.setting_table import SETTINGS

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
TODAY = {
    "PostgresDb": "agno.db.postgres.postgres",
    "SqliteDb": "agno.db.sqlite",
    "MemoryManager": "agno.memory",
    "Knowledge": "agno.knowledge.knowledge",
}
GONE = [
    "agno.storage.postgres",
    "agno.storage.sqlite",
    "agno.memory.agent",
    "agno.knowledge.pdf",
    "agno.knowledge.agent",
]
"""Where the classes of the first column were."""


def table() -> Iterator[tuple[str, str, str]]:
    """The lines of the table."""
    for line in README.split("| older articles |")[1].split("\n\n")[0].splitlines()[2:]:
        old, today, here = (part.strip() for part in line.strip("| ").split(" | "))
        yield old, today, here


def options(text: str) -> list[str]:
    """The options that a cell names, such as `db=`."""
    return re.findall(r"`(\w+)=", text)


@pytest.mark.parametrize(("old", "today", "here"), list(table()))
def test_a_line(old: str, today: str, here: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    """The old name is no option of Agno's now, today's is, and agentmem refuses that with a reason or has its own."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test-key")
    known = inspect.signature(Agent.__init__).parameters
    for name in options(old):
        assert name not in known or name in options(today)
    for name in options(today):
        assert name in known
        if name not in inspect.signature(build_agent).parameters:
            with pytest.raises(UsageProblem, match=f"{name} is not yours"):
                build_agent("anthropic:claude-sonnet-4-6", **{name: True})
    for name in re.findall(r"\b([A-Z]\w+)\(", today):
        if name != "PostgresDb":  # needs a driver to be imported
            assert getattr(import_module(TODAY[name]), name)
    for name in options(here):
        assert name in inspect.signature(build_agent).parameters or name in {
            each.variable for each in SETTINGS.values()
        }
    for name in re.findall(r"agent\.(\w+)\(", here):
        assert callable(getattr(MemoryAgent, name))


@pytest.mark.parametrize("module", GONE)
def test_what_is_gone(module: str) -> None:
    """The modules of the old classes are not there any more."""
    with pytest.raises(ImportError):
        import_module(module)


def test_the_example(
    home: Path,  # noqa: ARG001 -- its environment
    anthropic: AnthropicServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The example, as it stands."""
    import asyncio

    monkeypatch.chdir(Path(__file__).parents[2])
    (code,) = re.findall(r"## In your own Agno agent\n\n```python\n(.*?)```", README, re.DOTALL)
    anthropic.reply(replied(), when=CAPTURE)
    anthropic.tool_use("search_knowledge", {"query": "refund policy"})
    anthropic.reply("Within 30 days [1].")
    body = "".join(f"    {line}\n" for line in code.splitlines())
    names: dict[str, Callable[[], Any]] = {}
    exec(f"async def example():\n{body}    return agent\n", names)  # noqa: S102 -- the README's own lines
    agent = asyncio.run(names["example"]())
    asyncio.run(agent.captured())
    agent.close()
    assert "Within 30 days [1]. ['refund-policy.pdf, p. 1']" in capsys.readouterr().out
