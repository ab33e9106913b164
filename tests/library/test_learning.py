"""agentmem as a learning store of Agno's, in an agent that has a database of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agno.agent import Agent
from agno.db.sqlite import SqliteDb
from agno.learn.stores.protocol import LearningStore
from agno.models.anthropic import Claude
from harness.anthropic_server import AnthropicServer
from harness.anthropic_wire import MODEL
from harness.captures import CAPTURE, operation, replied
from harness.command_line import Result

from agentmem_cli import agentmem_learning

CLAUDE = f"anthropic:{MODEL}"


def test_in_one_line(
    home: Path,  # noqa: ARG001 -- its environment
    tmp_path: Path,
    anthropic: AnthropicServer,
    cli: Callable[..., Result],
) -> None:
    """What is said to Agno's agent is learnt, with its source, and recalled in another session; nobody else's is."""
    learning: Any = agentmem_learning(CLAUDE, knowledge=False)
    store = learning.custom_stores["agentmem"]
    assert isinstance(store, LearningStore)
    theirs = SqliteDb(db_file=str(tmp_path / "theirs.db"))
    agent = Agent(model=Claude(id=MODEL), db=theirs, learning=learning, telemetry=False)
    anthropic.reply(replied(operation("Works in healthcare", "I work in healthcare")), when=CAPTURE)
    anthropic.reply("Noted.", when="I work in healthcare")
    agent.run("I work in healthcare.", user_id="sarah", session_id="s1")
    store.store.wait_for_captures()
    (memory,) = cli("memories", "list", "--json").json()
    assert ("Works in healthcare", "s1") == (memory["text"], memory["session_id"])
    for _ in range(2):
        anthropic.reply(replied(), when=CAPTURE)
    anthropic.reply("In healthcare.", when="asks sarah")
    anthropic.reply("I do not know.", when="asks tom")
    for name in ("sarah", "tom"):
        asyncio.run(agent.arun(f"Where do I work? asks {name}", user_id=name, session_id=f"of {name}"))
    store.store.close()
    theirs.close()
    asked = {each.text for each in anthropic.requests if "asks" in each.text and CAPTURE not in each.text}
    assert [False, True] == sorted("Works in healthcare" in each for each in asked)
    assert all('"recall"' in each for each in asked)
