"""Who sits at the chat in the tests of its commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from harness.chat import Person, at_a_chat


@pytest.fixture
def person(home: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Person]:  # noqa: ARG001 -- its environment
    """Sarah at a chat without a model, in a new session s1."""
    with at_a_chat(capsys, "offline", "s1") as at_it:
        yield at_it


@pytest.fixture
def another(person: Person, capsys: pytest.CaptureFixture[str]) -> Iterator[Person]:  # noqa: ARG001 -- after it
    """Sarah at another terminal, in the same session."""
    with at_a_chat(capsys, "offline", "s1") as at_it:
        yield at_it


@pytest.fixture
def with_claude(
    home: Path,  # noqa: ARG001 -- its environment
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], AbstractContextManager[Person]]:
    """Sarah at a chat with Claude (the scripted server), memory off, as a context."""
    monkeypatch.setenv("AGENTMEM_MEMORY", "off")
    return lambda: at_a_chat(capsys, "anthropic:claude-sonnet-4-6", "s1")
