"""A scripted answer in the forms of Anthropic's Messages API: one message, or a stream of events. Sends nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

MODEL = "claude-sonnet-4-6"
TOOL_CALL = "toolu_test"
USAGE = {"input_tokens": 12, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 900, "output_tokens": 7}

Event = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the script; `cut` is how a stream ends early, `error` is (type, message)."""

    pieces: list[str] = field(default_factory=list)
    tool: tuple[str, dict[str, Any]] | None = None
    stop_reason: str = "end_turn"
    delay: float = 0.0
    status: int = 200
    error: tuple[str, str] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: Literal["", "drop", "clean", "hang"] = ""
    when: str = ""
    raw: tuple[bytes | float, ...] = ()
    """Sent as it is in place of all that: bytes, and seconds to wait between them."""


def as_message(reply: Reply) -> dict[str, Any]:
    """The whole answer as one message."""
    content: list[dict[str, Any]] = [{"type": "text", "text": "".join(reply.pieces)}] if reply.pieces else []
    if reply.tool:
        name, arguments = reply.tool
        content.append({"type": "tool_use", "id": TOOL_CALL, "name": name, "input": arguments})
    return {**_empty_message(), "content": content, "stop_reason": reply.stop_reason}


def answer_events(reply: Reply) -> Iterator[Event]:
    """The answer as a stream of (event, data), as far as it goes."""
    yield "message_start", {"type": "message_start", "message": _empty_message()}
    if reply.pieces:
        yield _block_start(0, {"type": "text", "text": ""})
        for piece in reply.pieces:
            yield _block_delta(0, {"type": "text_delta", "text": piece})
    if reply.error:
        kind, message = reply.error
        yield "error", {"type": "error", "error": {"type": kind, "message": message}}
    if reply.cut:
        return
    if reply.pieces:
        yield _block_stop(0)
    if reply.tool:
        yield from _tool_events(int(bool(reply.pieces)), *reply.tool)
    ended = {"stop_reason": reply.stop_reason, "stop_sequence": None}
    yield "message_delta", {"type": "message_delta", "delta": ended, "usage": {"output_tokens": USAGE["output_tokens"]}}
    yield "message_stop", {"type": "message_stop"}


def as_bytes(*events: Event) -> bytes:
    """Events as they go over the wire."""
    return b"".join(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode() for name, data in events)


def block(number: int, start: dict[str, Any], *deltas: dict[str, Any]) -> list[Event]:
    """A block of an answer, whatever it holds."""
    return [_block_start(number, start), *(_block_delta(number, delta) for delta in deltas), _block_stop(number)]


def message(*blocks: list[Event], stop_reason: str = "end_turn") -> bytes:
    """A whole stream of these blocks."""
    first: Event = ("message_start", {"type": "message_start", "message": _empty_message()})
    ended = {"stop_reason": stop_reason, "stop_sequence": None}
    last: list[Event] = [
        ("message_delta", {"type": "message_delta", "delta": ended, "usage": {"output_tokens": 7}}),
        ("message_stop", {"type": "message_stop"}),
    ]
    return as_bytes(first, *(event for each in blocks for event in each), *last)


def _tool_events(index: int, name: str, arguments: dict[str, Any]) -> Iterator[Event]:
    """A tool call; its arguments come in two parts, cut in the middle as the real ones are."""
    written = json.dumps(arguments)
    middle = len(written) // 2
    yield _block_start(index, {"type": "tool_use", "id": TOOL_CALL, "name": name, "input": {}})
    for part in (written[:middle], written[middle:]):
        yield _block_delta(index, {"type": "input_json_delta", "partial_json": part})
    yield _block_stop(index)


def _empty_message() -> dict[str, Any]:
    head = {"id": "msg_test", "type": "message", "role": "assistant", "model": MODEL}
    return {**head, "content": [], "stop_reason": None, "stop_sequence": None, "usage": dict(USAGE)}


def _block_start(index: int, block: dict[str, Any]) -> Event:
    return "content_block_start", {"type": "content_block_start", "index": index, "content_block": block}


def _block_delta(index: int, delta: dict[str, Any]) -> Event:
    return "content_block_delta", {"type": "content_block_delta", "index": index, "delta": delta}


def _block_stop(index: int) -> Event:
    return "content_block_stop", {"type": "content_block_stop", "index": index}
