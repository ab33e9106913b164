"""Conversations in and out: JSON lines in, and JSON lines, JSON or Markdown out.

A line is `{"session", "role": "user|assistant", "content", "at"?, "name"?, "id"?}`, `at` in ISO 8601
(with no offset: local time). What is exported as JSON lines imports again to the same transcript.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from agentmem_cli.errors import AgentmemError
from agentmem_cli.records import Record, SessionSummary, TranscriptMessage, iso
from agentmem_cli.sessions.index import AGENT_ID, index_messages, messages_of_run
from agentmem_cli.sessions.titles import title_of_messages
from agentmem_cli.sessions.turns import ensure_session, message_data, next_place, write_run
from agentmem_cli.storage.database import Database


@dataclass(frozen=True, slots=True)
class ImportedLine:
    """One message of an import. `at` is in Unix seconds, or None when the line gave none."""

    session: str
    role: str
    content: str
    at: int | None
    name: str | None
    id: str | None


@dataclass(frozen=True, slots=True)
class Imported(Record):
    """What an import did: messages that are new, messages that were here already, and sessions touched."""

    messages: int
    repeated: int
    sessions: int


@dataclass(frozen=True, slots=True)
class ImportedRun:
    """One exchange of an import that brought something, and its messages that were not here before."""

    session_id: str
    run_id: str
    at: int
    new: list[ImportedLine]


def parse_lines(lines: Iterable[str]) -> list[ImportedLine]:
    """Every line, checked. Raises AgentmemError with the number of the first bad one; nothing is imported then."""
    return [_parse_line(number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def import_lines(database: Database, user_id: str, lines: list[ImportedLine]) -> Imported:
    """Add the messages to this user's sessions, in one transaction. The same file twice adds nothing.

    Raises NotFound when a session of that id is another user's.
    """
    by_session: dict[str, list[ImportedLine]] = {}
    for line in lines:
        by_session.setdefault(line.session, []).append(line)
    new = 0
    with database.write() as connection:
        for session_id, messages in by_session.items():
            title = title_of_messages(
                [each.content for each in messages if each.role == "user"] or [messages[0].content]
            )
            new += sum(len(run.new) for run in import_session(connection, user_id, session_id, title, messages))
    return Imported(messages=new, repeated=len(lines) - new, sessions=len(by_session))


def import_session(
    connection: sqlite3.Connection, user_id: str, session_id: str, title: str, lines: list[ImportedLine]
) -> list[ImportedRun]:
    """Write one session's messages as runs, a question and its answers each; give what was new.

    A run is known by its first message. One that has gained messages since, such as the answer, is written anew.
    """
    dated = _with_times(lines)
    ensure_session(connection, user_id, session_id, title, dated[0][1])
    place, imported = next_place(connection, session_id), []
    seen: dict[tuple[str, str, int], int] = {}
    for exchange in _exchanges(dated):
        first, at = exchange[0]
        said = (first.role, first.content, at)
        seen[said] = seen.get(said, 0) + 1
        run_id = str(uuid5(NAMESPACE_URL, json.dumps([user_id, session_id, first.id, *said, seen[said]])))
        known = _count_known(connection, run_id)
        if known is not None and known >= len(exchange):
            continue
        run_data = _run_data(run_id, user_id, session_id, exchange)
        write_run(connection, user_id, session_id, place, run_data)  # a run that is here keeps its place
        index_messages(connection, user_id, session_id, run_id, messages_of_run(run_data))
        imported.append(ImportedRun(session_id, run_id, at, [line for line, _ in exchange[known or 0 :]]))
        place += known is None
    connection.execute(
        "UPDATE agno_sessions SET updated_at = max(updated_at, ?) WHERE session_id = ?", (dated[-1][1], session_id)
    )
    return imported


def _count_known(connection: sqlite3.Connection, run_id: str) -> int | None:
    """How many messages a run has here; None when it is not here."""
    row = connection.execute(
        "SELECT (SELECT count(*) FROM messages WHERE messages.run_id = run.run_id) AS known"
        " FROM agno_runs AS run WHERE run_id = ?",
        (run_id,),
    ).fetchone()
    return row["known"] if row else None


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


def _parse_line(number: int, line: str) -> ImportedLine:
    try:
        value = json.loads(line)
    except (json.JSONDecodeError, RecursionError):
        raise _bad(number, "is not JSON") from None
    if not isinstance(value, dict):
        raise _bad(number, "is not a JSON object")
    for key in ("session", "content"):
        if not isinstance(value.get(key), str) or not value[key].strip():
            raise _bad(number, f'has no text in "{key}"')
    if value.get("role") not in ("user", "assistant"):
        raise _bad(number, 'has a "role" that is neither "user" nor "assistant"')
    for key in ("name", "id"):
        if not isinstance(value.get(key), str | None):
            raise _bad(number, f'has a "{key}" that is not text')
    at = _parse_time(number, value.get("at"))
    content = value["content"].encode("utf-8", "replace").decode()  # JSON may carry half a surrogate pair
    return ImportedLine(value["session"], value["role"], content, at, value.get("name"), value.get("id"))


def _parse_time(number: int, value: Any) -> int | None:
    if value is None:
        return None
    try:
        return int(datetime.fromisoformat(value).timestamp())
    except (TypeError, ValueError, OverflowError, OSError):
        raise _bad(number, 'has an "at" that is not ISO 8601, such as "2026-06-01T09:30:00Z"') from None


def _bad(number: int, what: str) -> AgentmemError:
    return AgentmemError(f"Line {number} {what}.", "Nothing was imported; correct it and try again.")


def _with_times(lines: list[ImportedLine]) -> list[tuple[ImportedLine, int]]:
    """Each line with its time; one without a time has that of the line before, the first of all: now."""
    at = next((line.at for line in lines if line.at is not None), int(time.time()))
    dated = []
    for line in lines:
        at = line.at if line.at is not None else at
        dated.append((line, at))
    return dated


def _exchanges(lines: list[tuple[ImportedLine, int]]) -> list[list[tuple[ImportedLine, int]]]:
    """The lines in groups that begin with each user's message."""
    groups: list[list[tuple[ImportedLine, int]]] = []
    for line in lines:
        if not groups or line[0].role == "user":
            groups.append([])
        groups[-1].append(line)
    return groups


def _run_data(run_id: str, user_id: str, session_id: str, exchange: list[tuple[ImportedLine, int]]) -> dict[str, Any]:
    answers = [line.content for line, _ in exchange if line.role == "assistant"]
    questions = [line.content for line, _ in exchange if line.role == "user"]
    data: dict[str, Any] = {
        "run_id": run_id,
        "agent_id": AGENT_ID,
        "session_id": session_id,
        "user_id": user_id,
        "content_type": "str",
        "created_at": exchange[0][1],
        "status": "COMPLETED",
        "messages": [
            message_data(line.role, line.content, at, name=line.name, imported_id=line.id) for line, at in exchange
        ],
    }
    if answers:
        data["content"] = answers[-1]
    if questions:
        data["input"] = {"input_content": questions[0]}
    return data


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
