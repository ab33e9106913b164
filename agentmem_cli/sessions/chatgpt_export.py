"""ChatGPT's conversations: `{"id", "title", "create_time", "mapping", "current_node"}`, the mapping a tree of messages.

What is hidden or said to and by tools is left out; a canvas is told to a tool, and kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from agentmem_cli.sessions.export_branches import Node, seen_branch
from agentmem_cli.sessions.export_text import exported_line, exported_time, joined, made, mark, pasted
from agentmem_cli.sessions.transfer import ImportedLine

_CITATION = re.compile("\ue200.*?\ue201|[\ue200-\ue206]", re.DOTALL)
"""ChatGPT's own marks for sources and the like, between characters that no font has."""
_ROOTS = ("root", "client-created-root")
"""Nodes that hold no message, so that nothing is lost where an export leaves them out."""
_CANVAS = re.compile(r"canmore\.(?:create|update)_textdoc")
"""Whom an answer that writes into a canvas speaks to."""


def chatgpt_messages(entry: dict[str, Any]) -> tuple[list[ImportedLine], bool]:
    """The messages of a conversation that its owner sees, and whether some are missing in the export."""
    mapping = entry["mapping"]
    branch = seen_branch({key: _node(value) for key, value in mapping.items()}, entry.get("current_node"))
    return list(_lines(mapping[key].get("message") for key in branch.keys)), branch.has_gaps


def _lines(messages: Iterable[Any]) -> Iterator[ImportedLine]:
    for message in messages:
        if not message or message["author"]["role"] not in ("user", "assistant"):
            continue
        about = message.get("metadata") or {}
        if not about.get("is_visually_hidden_from_conversation") and message.get("weight") != 0:
            yield exported_line(message["author"]["role"], _text(message, about), _time(message), message.get("id"))


def _node(value: dict[str, Any]) -> Node:
    parent, children = value.get("parent"), tuple(value.get("children") or ())
    return Node(None if parent in _ROOTS else parent, _time(value.get("message") or {}), children)


def _time(message: dict[str, Any]) -> int | None:
    return exported_time(message.get("create_time"), message.get("update_time"))


def _text(message: dict[str, Any], about: dict[str, Any]) -> str:
    """What the owner sees of a message; "" for nothing."""
    content, recipient = message.get("content") or {}, message.get("recipient") or "all"
    if _CANVAS.fullmatch(recipient):
        return _canvas(joined(_parts(content)))
    if recipient != "all":
        return ""
    kind, said = content.get("content_type"), joined(_parts(content))
    if kind in ("text", "multimodal_text"):
        files = [each for each in about.get("attachments") or [] if "image" not in str(each.get("mime_type"))]
        return joined([said, *(mark("file", each.get("name")) for each in files)])
    if kind == "code":
        return made("[code]", said)
    return pasted(mark("quoted", content.get("title")), said, "") if kind == "tether_quote" else ""


def _parts(content: dict[str, Any]) -> list[str]:
    return [_part(part) for part in content.get("parts") or [content.get("text")]]


def _part(part: Any) -> str:
    if isinstance(part, str):
        return _CITATION.sub("", part)
    kind = str(part.get("content_type")) if isinstance(part, dict) else ""
    if kind == "audio_transcription":
        return str(part.get("text") or "")
    return "[image]" if "image" in kind else "" if "audio" in kind or "video" in kind else "[attachment]"


def _canvas(call: str) -> str:
    """What was written into a canvas: all of it, or what a change put in."""
    try:
        told = json.loads(call)
        updates = [str(each["replacement"]) for each in told.get("updates") or []]
        texts, name = [str(told.get("content") or ""), *updates], told.get("name")
    except (ValueError, KeyError, TypeError, AttributeError):  # it broke off, or has another form: as it is
        texts, name = [call], None
    return joined(made(mark("canvas", name), text) for text in texts if text.strip())
