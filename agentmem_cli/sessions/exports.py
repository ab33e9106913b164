"""A conversation as JSON lines, JSON or Markdown. The JSON lines import again to the same transcript."""

from __future__ import annotations

import json
from typing import Any

from agentmem_cli.records import SessionSummary, TranscriptMessage, iso


def export_jsonl(messages: list[TranscriptMessage]) -> str:
    """The transcript as the lines that `import_lines` takes."""
    return "".join(json.dumps(_exported(message)) + "\n" for message in messages)


def export_json(session: SessionSummary, messages: list[TranscriptMessage]) -> str:
    """The session and its messages as one JSON object."""
    value = {**session.as_json(), "messages": [message.as_json() for message in messages]}
    return json.dumps(value, indent=2) + "\n"


def export_markdown(session: SessionSummary, messages: list[TranscriptMessage]) -> str:
    """The transcript as a page to read."""
    parts = [f"# {session.title}\n\nSession `{session.session_id}`, {iso(session.created_at)}\n"]
    for message in messages:
        speaker = message.name or ("You" if message.role == "user" else "Agent")
        mark = "" if message.status == "done" or message.role == "user" else f" ({message.status})"
        parts.append(f"\n## {speaker}{mark} · {iso(message.at)}\n\n{message.text}\n")
    return "".join(parts)


def _exported(message: TranscriptMessage) -> dict[str, Any]:
    line = {
        "session": message.session,
        "role": message.role,
        "content": message.text,
        "at": iso(message.at),
        "name": message.name,
        "id": message.id,
    }
    return {key: value for key, value in line.items() if value is not None}
