"""A language model's side of memory capture: which requests are captures, and replies in the form asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from harness.anthropic_server import AnthropicServer, Request
from harness.anthropic_wire import Reply

CAPTURE = "long-term memory"
"""Stands in the system text of the capture request, and in no other."""
_KNOWN = re.compile(r"^(\d+)\. (.*) \((?:fact|preference|instruction|event), said ", re.MULTILINE)


def operation(text: str, quote: str, **fields: Any) -> dict[str, Any]:
    """One operation of a reply, an "add" unless `fields` say otherwise."""
    plain = {"action": "add", "kind": "fact", "subject": "user", "topics": ["other"], "replaces": []}
    dates = {"on": None, "from": None, "until": None}
    return {**plain, **dates, "text": text, "quote": quote, **fields}


def replied(*operations: dict[str, Any]) -> str:
    """A reply with these operations."""
    return json.dumps({"operations": operations}, ensure_ascii=False)


def numbers_in(request: Request) -> dict[str, int]:
    """The known memories of a capture request: text -> number."""
    shown = request.body["messages"][0]["content"][0]["text"]
    return {text: int(number) for number, text in _KNOWN.findall(shown)}


def answer_captures(monkeypatch: pytest.MonkeyPatch, reply: Callable[[Request], str]) -> None:
    """Have every server answer captures with `reply`, and questions with "Noted."."""

    def take(server: AnthropicServer, request: Request) -> Reply:
        server.requests.append(request)
        return Reply(pieces=[reply(request) if CAPTURE in request.text else "Noted."])

    monkeypatch.setattr(AnthropicServer, "take", take)
