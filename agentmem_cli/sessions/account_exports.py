"""Reads the account exports of ChatGPT and Claude: the zip, or the `conversations.json` in it. Writes nothing.

Each is a list of conversations, which is read one at a time: an account's file may be larger than the memory. What a
conversation holds is for `chatgpt_export` and `claude_export`.
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
from agentmem_cli.sessions.chatgpt_export import chatgpt_messages
from agentmem_cli.sessions.claude_export import claude_messages
from agentmem_cli.sessions.export_text import exported_time
from agentmem_cli.sessions.transfer import ImportedLine
from agentmem_cli.storage.database import storable

MOST_BYTES = 8 << 30
"""Bytes of an unpacked export; a zip of zeros unpacks to a thousand times its size."""
MOST_CHARACTERS = 64 << 20
"""Characters of one conversation, which is held in memory; the longest that people report are below 20 million."""
PIECE = 1 << 20
"""Bytes that are read at a time."""
_BEHIND = re.compile(r"\s*([,\]])\s*")
_IN_ZIP = re.compile(r"(?:.*/)?conversations(?:-\d+)?\.json")


@dataclass(frozen=True, slots=True)
class ExportedConversation:
    """One conversation of an export: who made it, its id there, its title ("" for none) and its messages."""

    provider: str
    id: str
    title: str
    begun_at: int | None
    """Unix seconds, where the export says when it was begun."""
    lines: list[ImportedLine]
    has_gaps: bool
    """Messages of it are missing in the export."""


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
            return _read("chatgpt", entry, *chatgpt_messages(entry))
        if isinstance(entry, dict) and isinstance(entry.get("chat_messages"), list):
            return _read("claude", entry, *claude_messages(entry))
    except (KeyError, TypeError, AttributeError, ValueError) as problem:
        return Malformed(f"cannot be read ({type(problem).__name__})")
    return Malformed("is neither ChatGPT's nor Claude's")


def _read(
    provider: str, entry: dict[str, Any], lines: list[ImportedLine], has_gaps: bool
) -> ExportedConversation | Malformed:
    id_, title = (_first_of(entry, keys) for keys in (("conversation_id", "id", "uuid"), ("title", "name")))
    begun = exported_time(*map(entry.get, ("create_time", "created_at", "update_time", "updated_at")))
    kept = [line for line in lines if line.content.strip()]
    if not isinstance(id_, str):
        return Malformed("has no id")
    if not kept:
        return Malformed("has no messages")
    given = " ".join(storable(title).split()) if isinstance(title, str) else ""
    return ExportedConversation(provider, storable(id_), given, begun, kept, has_gaps)


def _first_of(entry: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((entry[key] for key in keys if entry.get(key)), None)
