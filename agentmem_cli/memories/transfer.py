"""Memories out of the store and into it again: JSON, JSON lines, Markdown. Writes only through the writer."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from agentmem_cli.errors import AgentmemError
from agentmem_cli.language.classifier import judge
from agentmem_cli.memories.operations import PERSON, Operation, Source, Written
from agentmem_cli.memories.store import KINDS
from agentmem_cli.memories.wording import MAX_TEXT, check_length, tidy
from agentmem_cli.memories.writer import apply_operations
from agentmem_cli.records import Memory, iso, local_day
from agentmem_cli.storage.database import Database

FORMATS = ("json", "jsonl", "md")
_ID = re.compile("[0-9a-f]{32}")
_EARLIEST = -5_364_662_400
"""Unix seconds of the year 1800: what a person tells may be true since long before it was said."""
_LATEST = 4_102_444_800
"""Unix seconds of the year 2100: a later date is a mistake, such as milliseconds."""


def export_memories(memories: Sequence[Memory], file_format: str) -> str:
    """The memories as one JSON list, as JSON lines, or as Markdown to read."""
    if file_format == "jsonl":
        return "".join(json.dumps(memory.as_json()) + "\n" for memory in memories)
    if file_format == "json":
        return json.dumps([memory.as_json() for memory in memories], indent=2) + "\n"
    sections = []
    for kind in dict.fromkeys((*KINDS, *(memory.kind for memory in memories))):
        lines = [f"- {each.text} ({(iso(each.said_at) or '')[:10]})" for each in memories if each.kind == kind]
        if lines:
            sections.append("\n".join([f"## {kind.capitalize()}s", "", *lines]))
    return "\n\n".join(["# Memories", *sections]) + "\n"


def parse_memories(text: str) -> list[Operation]:
    """What an export holds, or any JSON with a "text" each. Raises AgentmemError for the first that is wrong."""
    if text.lstrip().startswith("["):
        values = list(enumerate(_json(text, 1), start=1))
    else:
        lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
        values = [(number, _json(line, number)) for number, line in lines]
    operations = [_operation(number, value) for number, value in values]
    return _with_questions(operations, [value for _, value in values])


def import_memories(database: Database, user_id: str, operations: Sequence[Operation], *, now: int) -> Written:
    """Add them as this user's own, with their ids where those are free.

    What is known already stays as it is, so that the same file twice adds nothing.
    """
    source = Source(session_id=None, run_id=None, said_at=now, actor=PERSON)
    return apply_operations(database, user_id, operations, source, typed_text="", mode="auto", now=now)


def _operation(number: int, value: Any) -> Operation:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        raise _bad(number, 'has no "text"')
    text, kind, quote, topics = tidy(value["text"]), value.get("kind"), value.get("quote"), value.get("topics")
    if kind not in (None, *KINDS):
        raise _bad(number, f'has a "kind" that is none of {", ".join(KINDS)}')
    if not isinstance(quote, str | None):
        raise _bad(number, 'has a "quote" that is not text')
    try:
        check_length(text)
    except AgentmemError as problem:
        raise _bad(number, f"cannot be a memory. {problem.problem}") from None
    (judged,) = judge([text])
    said_at, valid_from = _time(number, value, "said_at"), _time(number, value, "valid_from", _EARLIEST)
    return Operation(
        "add",
        text,
        kind or judged.kind,
        quote,
        [tidy(topic) for topic in topics if isinstance(topic, str)] if isinstance(topics, list) else judged.topics,
        subject=_subject(number, value.get("subject")),
        on=_day(number, value, "on_date"),
        from_=None if valid_from is None or valid_from == said_at else local_day(valid_from),
        until=_day(number, value, "until_date"),
        said_at=said_at,
        memory_id=_id(value.get("memory_id")),
        pinned=value.get("pinned") is True,
    )


def _with_questions(operations: list[Operation], values: list[Any]) -> list[Operation]:
    """The operations, each with what it is asked about, if that is in the file too; these stand last, by date."""
    rows = list(zip(operations, values, strict=True))
    texts = {value["memory_id"]: each.text for each, value in rows if isinstance(value.get("memory_id"), str)}
    asked = [replace(each, asks_about=texts.get(str(value.get("replaces_perhaps")))) for each, value in rows]
    return sorted(asked, key=lambda each: (each.asks_about is not None, each.said_at or 0 if each.asks_about else 0))


def _id(value: Any) -> str | None:
    """An id of ours; what another program calls a memory is none."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _subject(number: int, value: Any) -> str | None:
    if value is None or (isinstance(value, str) and len(value) <= MAX_TEXT):
        return tidy(value) or None if value else None
    raise _bad(number, 'has a "subject" that is not a short text')


def _day(number: int, value: dict[str, Any], key: str) -> str | None:
    if value.get(key) is None:
        return None
    try:
        return date.fromisoformat(value[key]).isoformat()
    except (TypeError, ValueError):
        raise _bad(number, f'has a "{key}" that is no day such as "2026-06-01"') from None


def _time(number: int, value: dict[str, Any], key: str, earliest: int = 0) -> int | None:
    if value.get(key) is None:
        return None
    try:
        at = int(datetime.fromisoformat(value[key]).timestamp())
    except (TypeError, ValueError, OverflowError, OSError):
        at = earliest - 1
    if earliest <= at < _LATEST:
        return at
    raise _bad(number, f'has a "{key}" that is no date such as "2026-06-01T09:30:00Z"')


def _json(text: str, number: int) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise _bad(number, "is not JSON") from None


def _bad(number: int, what: str) -> AgentmemError:
    return AgentmemError(f"Memory {number} {what}.", "Nothing was imported; correct it and try again.")
