"""Claude's conversations: `{"uuid", "name", "created_at", "chat_messages"}`, each message naming its parent or not.

A message has blocks in "content"; its "text" is the same with a placeholder for each block that is no text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from agentmem_cli.sessions.export_branches import Node, seen_branch
from agentmem_cli.sessions.export_text import exported_line, exported_time, joined, made, mark, pasted
from agentmem_cli.sessions.transfer import ImportedLine

_FIRST = "00000000-0000-4000-8000-000000000000"
"""The parent of a first message."""
_PLACEHOLDER = re.compile(
    r"\n*^```\n(?:This block is not supported on your current device yet\."
    r"|Viewing artifacts created via the Analysis Tool web feature preview isn.t yet supported on mobile\.)\n```$",
    re.MULTILINE,
)
_WRITTEN = ("content", "file_text", "new_str")
"""What a tool is given to write: an artifact, a file, or a changed part of one."""


def claude_messages(entry: dict[str, Any]) -> tuple[list[ImportedLine], bool]:
    """The messages of a conversation that its owner sees, and whether some are missing in the export.

    Older exports name no parents and hold one line of messages.
    """
    messages = entry["chat_messages"]
    if not any(message.get("parent_message_uuid") for message in messages):
        return list(_lines(messages)), False
    by_id = {message.get("uuid") or str(place): message for place, message in enumerate(messages)}
    nodes = {key: _node(message) for key, message in by_id.items()}
    branch = seen_branch(nodes, entry.get("current_leaf_message_uuid"))
    return list(_lines(map(by_id.__getitem__, branch.keys))), branch.has_gaps


def _lines(messages: Iterable[dict[str, Any]]) -> Iterator[ImportedLine]:
    for message in messages:
        role = {"human": "user", "assistant": "assistant"}.get(message.get("sender") or "")
        if role is not None:
            yield exported_line(role, _text(message), _time(message), message.get("uuid"))


def _node(message: dict[str, Any]) -> Node:
    parent = message.get("parent_message_uuid")
    return Node(None if parent == _FIRST else parent or None, _time(message))


def _time(message: dict[str, Any]) -> int | None:
    return exported_time(message.get("created_at"), message.get("updated_at"))


def _text(message: dict[str, Any]) -> str:
    blocks = [_block(each) for each in message.get("content") or [] if isinstance(each, dict)]
    said = _PLACEHOLDER.sub("", joined(blocks) or str(message.get("text") or ""))
    attached = [*(message.get("attachments") or []), *(message.get("files") or [])]
    return joined([said, *(_file(each, said) for each in attached)])


def _block(block: dict[str, Any]) -> str:
    if block.get("type") in ("text", "voice_note"):
        return str(block.get("text") or "")
    given = block.get("input")
    if block.get("type") != "tool_use" or not isinstance(given, dict):
        return ""
    heading = mark("artifact", given.get("title") or given.get("path") or given.get("id"))
    texts = [text for key in _WRITTEN if isinstance(text := given.get(key), str) and text.strip()]
    return joined(made(heading, text) for text in texts)


def _file(attached: dict[str, Any], said: str) -> str:
    """A file's name, and its text where the export has that; a text that was pasted has no name."""
    name, text = attached.get("file_name"), attached.get("extracted_content")
    if not isinstance(text, str) or not text.strip():
        return mark("file", name)
    return pasted(mark("file", name) if name else mark("pasted text", None), text, said)
