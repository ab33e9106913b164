"""An Agno agent with these memories, its far end scripted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.anthropic_server import AnthropicServer
from harness.anthropic_wire import MODEL

from agentmem_cli import build_agent

CLAUDE = f"anthropic:{MODEL}"


@pytest.fixture
def build(home: Path, anthropic: AnthropicServer) -> Iterator[Callable[..., Any]]:  # noqa: ARG001 -- its environment
    """`build(**options)` an agent on Sarah's store; it is closed at the end."""
    built: list[Any] = []

    def building(model: Any = CLAUDE, **options: Any) -> Any:
        built.append(build_agent(model, **{"memory": "off", "knowledge": False, **options}))
        return built[-1]

    yield building
    for agent in built:
        agent.close()
