"""A chat that is killed at any moment loses no turn that it acknowledged, nor what the turn teaches."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from harness.anthropic_server import AnthropicServer, Request
from harness.anthropic_wire import Reply
from harness.captures import CAPTURE, operation, replied
from harness.command_line import run_here, run_process
from harness.kept import is_sound
from harness.killing import killed

Times = Callable[[int, int], int]
TURNS = 5
LONGEST_CAPTURE = 0.3
LONGEST_LIFE = {"offline": 0.4, "anthropic:claude-sonnet-4-6": 1.3}
"""Seconds; a chat of these turns takes about as long."""
CHAT = ("chat", "-p", "--no-knowledge", "--format", "stream-json")
_MESSAGE = re.compile(r"<message-\w+>\\n(I have a friend in Oslo called Ana\d+\.)\\n")


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("model", LONGEST_LIFE)
def test_no_acknowledged_turn_is_lost(
    anthropic: AnthropicServer, monkeypatch: pytest.MonkeyPatch, times: Times, model: str
) -> None:
    """Each question with its answer is there, in its order, and its memory at the latest after the next starts."""
    chance = random.Random(1)  # noqa: S311 -- no secret
    monkeypatch.setenv("AGENTMEM_MODEL", model)
    monkeypatch.setattr(AnthropicServer, "take", _taking(lambda: chance.uniform(0, LONGEST_CAPTURE)))
    acknowledged: dict[str, list[str]] = {}
    for kill in range(times(2, 200)):
        said = [f"I have a friend in Oslo called Ana{kill * TURNS + turn}." for turn in range(TURNS)]
        acknowledged[f"s{kill}"] = said[: _turns_before_a_kill(f"s{kill}", said, chance, LONGEST_LIFE[model])]
    for session, said in acknowledged.items():
        assert said == _answered(session)[: len(said)]

    _go_on()
    known = {memory["quote"] for memory in run_here("memories", "list", "--all", "--json").json()}
    assert set() == {text for said in acknowledged.values() for text in said} - known
    assert [] == anthropic.unscripted
    assert is_sound()


def _turns_before_a_kill(session: str, said: list[str], chance: random.Random, longest: float) -> int:
    """How many turns a chat with these lines had acknowledged when it was killed."""
    lines = "".join(json.dumps({"content": text}) + "\n" for text in said)
    words = (*CHAT, "--input-format", "stream-json", "--session", session)
    printed = killed(*words, chance=chance, longest=longest, stdin=lines)
    return sum(json.loads(line)["type"] == "end" for line in printed)


def _answered(session: str) -> list[str]:
    """The questions of a session that have their answer, in order."""
    result = run_here("sessions", "show", session, "--json")
    messages = result.json()["messages"] if result.code == 0 else []
    pairs = pairwise(messages)
    return [asked["text"] for asked, answer in pairs if (asked["role"], answer["role"]) == ("user", "assistant")]


def _go_on() -> None:
    """Start until a start captures nothing more."""
    before = -1
    while (now := len(run_here("memories", "list", "--all", "--json").json())) > before:
        before = now
        run_process("chat", "-p", "--no-knowledge", "```\nnothing\n```")


def _taking(seconds: Callable[[], float]) -> Callable[[AnthropicServer, Request], Reply]:
    """A model that notes everything, and whose captures take some seconds."""

    def take(_: AnthropicServer, request: Request) -> Reply:
        said = _MESSAGE.search(request.text)
        if CAPTURE not in request.text or said is None:
            return Reply(pieces=["Noted."])
        return Reply(pieces=[replied(operation(said[1].replace("I own", "Owns"), said[1]))], delay=seconds())

    return take
