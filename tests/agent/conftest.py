"""What the tests of a turn share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import Result


@pytest.fixture
def ask(cli: Callable[..., Result], anthropic: AnthropicServer) -> Callable[..., Result]:  # noqa: ARG001 -- its environment is what is needed
    """Ask Claude (the scripted server) once, with memory off unless the words say otherwise."""
    return lambda *words: cli("chat", "-p", "--format", "json", "--session", "s1", "--memory", "off", *words)
