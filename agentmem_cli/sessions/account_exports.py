"""Reads the account exports of ChatGPT and Claude: the zip, or the `conversations.json` in it. Writes nothing.

ChatGPT's is a list of `{"id", "title", "mapping", "current_node"}`, the mapping a tree of messages of which the branch
that ends in `current_node` is what its owner sees. Claude's is a list of `{"uuid", "name", "chat_messages"}`. Both are
read a conversation at a time: one account's file may be larger than the memory.
"""

from __future__ import annotations

import codecs
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from agentmem_cli.errors import AgentmemError, NotFound
from agentmem_cli.sessions.transfer import ImportedLine, unix_seconds
from agentmem_cli.storage.database import storable

MOST_BYTES = 8 << 30
"""Bytes of an unpacked export; a zip of zeros unpacks to a thousand times its size."""
MOST_CHARACTERS = 64 << 20
"""Characters of one conversation, which is held in memory; the longest that people report are below 20 million."""
PIECE = 1 << 20
"""Bytes that are read at a time."""
_BEHIND = re.compile(r"\s*([,\]])\s*")
_IN_ZIP = re.compile(r"(?:.*/)?conversations(?:-\d+)?\.json")
_CITATION = re.compile("\ue200.*?\ue201|[\ue200-\ue206]", re.DOTALL)
"""ChatGPT's own marks for sources and the like, between characters that no font has."""


@dataclass(frozen=True, slots=True)
class ExportedConversation:
    """One conversation of an export: who made it, its id there, its title ("" for none) and its messages."""

    provider: str
    id: str
    title: str
    lines: list[ImportedLine]


@dataclass(frozen=True, slots=True)
class Malformed:
    """One entry of an export that is no conversation, such as "has no id"; the others are read all the same."""

    why: str


def is_account_export(beginning: bytes) -> bool:
    """Whether a file that begins so is an account export and not JSON lines: a zip, or a JSON list."""
    return beginning.startswith(b"PK\x03\x04") or beginning.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[")


def read_export(content: IO[bytes], name: str) -> Iterator[ExportedConversation | Malformed]:
    """Each conversation of an export, or what is wrong with it.

    Raises AgentmemError where the file is damaged or too large; what came before stands.
    """
    with _opened(content, name) as parts:
        for part in parts:
            yield from map(_conversation, _entries(part, name))


@contextmanager
def _opened(content: IO[bytes], name: str) -> Iterator[Iterator[IO[bytes]]]:
    beginning = content.read(4)
    content.seek(0)
    if not beginning.startswith(b"PK"):
        yield iter([content])
        return
    try:
        with zipfile.ZipFile(content) as archive:
            found = [each for each in archive.infolist() if _IN_ZIP.fullmatch(each.filename)]
            if not found:
                raise NotFound(f"There is no conversations.json in {name}.", "Give the zip as it was exported.")
            if sum(each.file_size for each in found) > MOST_BYTES:
                raise AgentmemError(f"{name} unpacks to more than {MOST_BYTES >> 30} GB.", "Check where it comes from.")
            yield (archive.open(each) for each in sorted(found, key=lambda each: each.filename))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, RuntimeError, EOFError) as problem:
        raise AgentmemError(
            f"{name} cannot be unpacked: {problem}.", "Export it again, or unpack it yourself."
        ) from None


def _entries(part: IO[bytes], name: str) -> Iterator[Any]:
    """Each entry of a JSON list, as soon as all of it was read.

    What cannot be decoded yet is tried again with twice as much, so a long entry is decoded twice at the most. The
    stream parsers that there are take hours over a file of opening brackets.
    """
    damaged = AgentmemError(f"{name} is damaged.", "What stands before the damage is imported.")
    decode = json.JSONDecoder().raw_decode
    try:
        read = codecs.getreader("utf-8-sig")(part).read
        waiting, place = read(PIECE).lstrip().removeprefix("[").lstrip(), 0
        while not waiting.startswith("]"):
            try:
                entry, end = decode(waiting, place)
                is_whole = _BEHIND.match(waiting, end)
            except json.JSONDecodeError:
                is_whole = None
            if is_whole:
                yield entry
                place = is_whole.end()
                if is_whole[1] == "]":
                    return
            else:
                more = read(max(PIECE, len(waiting) - place))
                waiting, place = (waiting[place:] + more).lstrip(), 0
                if not more or len(waiting) > MOST_CHARACTERS:
                    raise damaged
    except (ValueError, RecursionError):  # no UTF-8, a number of 5,000 digits, or brackets in brackets without end
        raise damaged from None


def _conversation(entry: Any) -> ExportedConversation | Malformed:
    try:
        if isinstance(entry, dict) and isinstance(entry.get("mapping"), dict):
            id_, title = entry.get("conversation_id") or entry.get("id"), entry.get("title")
            return _checked("chatgpt", id_, title, _chatgpt_lines(entry))
        if isinstance(entry, dict) and isinstance(entry.get("chat_messages"), list):
            return _checked("claude", entry.get("uuid"), entry.get("name"), _claude_lines(entry["chat_messages"]))
    except (KeyError, TypeError, AttributeError, ValueError) as problem:
        return Malformed(f"cannot be read ({type(problem).__name__})")
    return Malformed("is neither ChatGPT's nor Claude's")


def _checked(provider: str, id_: Any, title: Any, lines: Iterator[ImportedLine]) -> ExportedConversation | Malformed:
    if not isinstance(id_, str) or not id_:
        return Malformed("has no id")
    kept = [line for line in lines if line.content.strip()]
    given = " ".join(storable(title).split()) if isinstance(title, str) else ""
    return ExportedConversation(provider, storable(id_), given, kept) if kept else Malformed("has no messages")


def _chatgpt_lines(entry: dict[str, Any]) -> Iterator[ImportedLine]:
    """The branch that is seen, from its first message on, without what is hidden or said to and by tools."""
    for node in _branch(entry["mapping"], entry.get("current_node")):
        message = node.get("message")
        if not message or message["author"]["role"] not in ("user", "assistant"):
            continue
        about, content = message.get("metadata") or {}, message.get("content") or {}
        hidden = about.get("is_visually_hidden_from_conversation") or message.get("weight") == 0
        if hidden or message.get("recipient", "all") != "all":
            continue
        if content.get("content_type") in ("text", "multimodal_text"):
            parts = [_part(part) for part in content.get("parts") or []]
            files = [each for each in about.get("attachments") or [] if "image" not in str(each.get("mime_type"))]
            text = _joined([*parts, *(_file(each.get("name")) for each in files)])
            yield _line(message["author"]["role"], text, _seconds(message.get("create_time")), message.get("id"))


def _branch(mapping: dict[str, Any], current: Any) -> list[dict[str, Any]]:
    """The nodes from the root to the current one; with no such node, to the last that nothing follows."""
    if current not in mapping:
        current = next((key for key in reversed(mapping) if not mapping[key].get("children")), None)
    branch: dict[str, dict[str, Any]] = {}
    while current in mapping and current not in branch:  # a damaged tree may go round
        branch[current] = mapping[current]
        current = mapping[current].get("parent")
    return list(reversed(branch.values()))


def _part(part: Any) -> str:
    if isinstance(part, str):
        return _CITATION.sub("", part)
    kind = str(part.get("content_type")) if isinstance(part, dict) else ""
    if kind == "audio_transcription":
        return str(part.get("text") or "")
    return "[image]" if "image" in kind else "" if "audio" in kind or "video" in kind else "[attachment]"


def _claude_lines(messages: list[Any]) -> Iterator[ImportedLine]:
    for message in messages:
        role = {"human": "user", "assistant": "assistant"}.get(message.get("sender"))
        if role is None:
            continue
        blocks = [
            each for each in message.get("content") or [] if isinstance(each, dict) and each.get("type") == "text"
        ]
        said = _joined([str(block.get("text") or "") for block in blocks]) or str(message.get("text") or "")
        attached = [*(message.get("attachments") or []), *(message.get("files") or [])]
        text = _joined([said, *(_file(each.get("file_name")) for each in attached)])
        yield _line(role, text, unix_seconds(message.get("created_at")), message.get("uuid"))


def _line(role: str, text: str, at: int | None, id_: Any) -> ImportedLine:
    return ImportedLine("", role, storable(text), at, None, storable(id_) if isinstance(id_, str) else None)


def _joined(parts: list[str]) -> str:
    return "\n\n".join(part for part in parts if part.strip())


def _file(name: Any) -> str:
    return f"[file {name}]" if isinstance(name, str) and name else "[file]"


def _seconds(value: Any) -> int | None:
    """Unix seconds as JSON has them; None for what is no time of this world."""
    return int(value) if isinstance(value, int | float) and 0 < value < 1e11 else None
