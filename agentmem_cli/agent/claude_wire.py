"""What comes over Claude's wire, made fit for Anthropic's package. Importing this imports that package.

The package encodes and parses a tool's arguments while they come, and gives up an answer for half of a surrogate
pair in them, or for arguments that are no JSON, before anything that follows it sees the call.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

from anthropic._streaming import ServerSentEvent, SSEDecoder  # they have no public name

from agentmem_cli.storage.database import storable_json

_HALF_PAIR = "\\ud"
"""How JSON writes the beginning of a surrogate."""
_TEXT_IN_PIECES = {"text_delta", "thinking_delta"}
"""What may be cut between the halves of a pair: `models.py` joins them."""


class WholeArguments(SSEDecoder):
    """Gives the events of a stream with each tool's arguments in one piece: a JSON object of storable texts.

    Arguments that are none become an empty object, and the tool's refusal tells the model what is missing.
    """

    async def aiter_bytes(self, iterator: AsyncIterator[bytes]) -> AsyncIterator[ServerSentEvent]:
        """The events of a stream."""
        pieces: list[str] = []
        async for event in super().aiter_bytes(iterator):
            data = _object(event.data)
            delta = data["delta"] if isinstance(data.get("delta"), dict) else {}
            kind = delta.get("type")
            if kind == "input_json_delta":
                pieces.append(str(delta.get("partial_json", "")))
                continue
            if pieces and event.event == "content_block_stop":
                yield _arguments_event(data, "".join(pieces))
                pieces.clear()
            is_clean = kind in _TEXT_IN_PIECES or _HALF_PAIR not in event.data.lower()
            yield event if is_clean else _event(event.event, storable_json(data))


def _arguments_event(stop: dict[str, Any], arguments: str) -> ServerSentEvent:
    whole = json.dumps(storable_json(_object(arguments)))
    delta = {"type": "input_json_delta", "partial_json": whole}
    return _event("content_block_delta", {**stop, "type": "content_block_delta", "delta": delta})


def _event(name: str | None, data: dict[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(event=name, data=json.dumps(data))


def _object(text: str) -> dict[str, Any]:
    """The JSON object that a text is; an empty one for any other text."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
