"""Conversations in: JSON lines checked, and messages made into the runs of a session.

A line is `{"session", "role": "user|assistant", "content", "at"?, "name"?, "id"?}`, `at` in ISO 8601
(with no offset: local time). What was taken back or erased here stays out, unless it is asked for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agentmem_cli.errors import AgentmemError
from agentmem_cli.records import Record
from agentmem_cli.sessions.borrowed import NOTE
from agentmem_cli.sessions.branches import return_run
from agentmem_cli.sessions.index import AGENT_ID, index_messages, messages_of_run
from agentmem_cli.sessions.known_runs import (
    KnownRun,
    forget_erasing,
    is_session_erased,
    run_key,
    runs_known,
)
from agentmem_cli.sessions.rows import NO_SESSION_ID, ensure_session, message_data, next_place, write_run
from agentmem_cli.sessions.titles import title_of_messages
from agentmem_cli.storage.database import Connection, Database, storable
from agentmem_cli.storage.erased_keys import is_erased

TIMES = range(-30_610_224_000, 253_402_214_400)
"""Unix seconds that every time zone can show: the years 1000 to 9999, without the last day."""


@dataclass(frozen=True, slots=True)
class ImportedLine:
    """One message of an import. `at` is in Unix seconds, or None when the line gave none."""

    session: str
    role: str
    content: str
    at: int | None
    name: str | None
    id: str | None
    run_id: str | None = None
    """The id of the run that begins with it, where the other program has runs too."""


@dataclass(frozen=True, slots=True)
class Imported(Record):
    """What an import did: messages that are new, messages that were here already, and sessions touched."""

    messages: int
    repeated: int
    sessions: int
    left_out: int
    """Messages that were taken back or erased here."""


@dataclass(slots=True)
class SessionImport:
    """What became of one session's messages: how many are new, and how many were taken back or erased here."""

    new: int = 0
    left_out: int = 0
    begun: list[str] = field(default_factory=list)
    """The runs that were not here before and have a question."""


def parse_lines(lines: Iterable[str]) -> list[ImportedLine]:
    """Every line, checked. Raises AgentmemError with the number of the first bad one; nothing is imported then."""
    return [_parse_line(number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def import_lines(database: Database, user_id: str, lines: list[ImportedLine], *, erased: bool = False) -> Imported:
    """Add the messages to this user's sessions, in one transaction. The same file twice adds nothing.

    `erased` adds also what was taken back or erased here. Raises NotFound when a session of that id is another
    user's, or waits in the trash.
    """
    by_session: dict[str, list[ImportedLine]] = {}
    for line in lines:
        by_session.setdefault(line.session, []).append(line)
    new = left_out = 0
    with database.write(user_id) as connection:
        for session_id, messages in by_session.items():
            title = title_of_messages(
                [each.content for each in messages if each.role == "user"] or [messages[0].content]
            )
            done = import_session(connection, user_id, session_id, title, messages, erased=erased)
            new += done.new
            left_out += done.left_out
    return Imported(new, len(lines) - new - left_out, len(by_session), left_out)


def import_session(
    connection: Connection,
    user_id: str,
    session_id: str,
    title: str,
    lines: list[ImportedLine],
    *,
    erased: bool,
    begun_at: int | None = None,
) -> SessionImport:
    """Write one session's messages as runs, a question and its answers each, in the caller's transaction.

    A message without a time of its own has that of the one before; `begun_at` is when the session began, if known. A
    run is known by its first message. One that has gained messages since, such as the answer, is written anew.
    """
    done = SessionImport()
    if not erased and is_session_erased(connection, user_id, session_id):
        done.left_out = len(lines)
        return done
    dated = _with_times(lines, begun_at)
    known = runs_known(connection, user_id, session_id)
    keyed = list(_keyed(user_id, session_id, dated))
    place = next_place(connection, session_id)
    if erased:
        forget_erasing(connection, user_id, session_id, (key for key, _ in keyed))
    for key, exchange in keyed:
        run = known.get(key)
        if run is not None and run.is_taken_back and erased:
            run = _return(connection, user_id, run, done)
        if (run is not None and run.is_taken_back) or (run is None and is_erased(connection, key)):
            done.left_out += len(exchange)
        elif run is None or run.messages < len(exchange):
            ensure_session(connection, user_id, session_id, title, dated[0][1])
            _write(connection, user_id, session_id, run.run_id if run else key, place, exchange)
            place += 1
            done.new += len(exchange) - (run.messages if run else 0)
            done.begun += [key] if run is None and exchange[0][0].role == "user" else []
    if done.new:
        connection.execute(
            "UPDATE agno_sessions SET updated_at = :last WHERE session_id = :session AND updated_at < :last",
            {"last": dated[-1][1], "session": session_id},
        )
    return done


def unix_seconds(text: Any) -> int | None:
    """ISO 8601 as Unix seconds; None for anything else, and for a time that cannot be shown."""
    try:
        at = int(datetime.fromisoformat(text).timestamp())
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return at if at in TIMES else None


_Exchange = list[tuple[ImportedLine, int]]
"""Messages with their times: a question and its answers."""


def _keyed(user_id: str, session_id: str, dated: _Exchange) -> Iterator[tuple[str, _Exchange]]:
    """Each exchange with the key of its run. A line with no time of its own has the same key at every import."""
    seen: dict[tuple[str, str, int | None], int] = {}
    for exchange in _exchanges(dated):
        first = exchange[0][0]
        said = (first.role, first.content, first.at)
        seen[said] = seen.get(said, 0) + 1
        yield first.run_id or run_key(user_id, session_id, first.id, *said, seen[said]), exchange


def _return(connection: Connection, user_id: str, run: KnownRun, done: SessionImport) -> KnownRun:
    """Put a run that was taken back where it was; its messages count as new."""
    return_run(connection, user_id, run.run_id)
    done.new += run.messages
    return KnownRun(run.run_id, run.messages)


def _write(connection: Connection, user_id: str, session_id: str, run_id: str, place: int, exchange: _Exchange) -> None:
    """Write a run in this place of its session; one that is here keeps its own."""
    run_data = _run_data(run_id, user_id, session_id, exchange)
    write_run(connection, user_id, session_id, place, run_data)
    index_messages(connection, user_id, session_id, run_id, messages_of_run(run_data))


def _parse_line(number: int, line: str) -> ImportedLine:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):  # ValueError too: a number of more than 4,300 digits
        raise _bad(number, "is not JSON") from None
    if not isinstance(value, dict):
        raise _bad(number, "is not a JSON object")
    for key in ("session", "content"):
        if not isinstance(value.get(key), str) or not value[key].strip():
            raise _bad(number, f'has no text in "{key}"')
    if NO_SESSION_ID.search(value["session"]):
        raise _bad(number, 'has a control character, or half of one, in "session"')
    if value.get("role") not in ("user", "assistant"):
        raise _bad(number, 'has a "role" that is neither "user" nor "assistant"')
    for key in ("name", "id"):
        if not isinstance(value.get(key), str | None):
            raise _bad(number, f'has a "{key}" that is not text')
    at = _parse_time(number, value.get("at"))
    name, id_ = (each and storable(each) for each in (value.get("name"), value.get("id")))
    return ImportedLine(value["session"], value["role"], storable(value["content"]), at, name, id_)


def _parse_time(number: int, value: Any) -> int | None:
    if value is None:
        return None
    at = unix_seconds(value)
    if at is None:
        raise _bad(number, 'has an "at" that is not ISO 8601, such as "2026-06-01T09:30:00Z"')
    return at


def _bad(number: int, what: str) -> AgentmemError:
    return AgentmemError(f"Line {number} {what}.", "Nothing was imported; correct it and try again.")


def _with_times(lines: list[ImportedLine], begun_at: int | None) -> _Exchange:
    """Each line with its time; one without a time has that of the line before.

    Before the first time that a line has it is that, or `begun_at` where that is earlier; with neither it is now.
    """
    known = [line.at for line in lines if line.at is not None][:1]
    at = min((*known, *([begun_at] if begun_at is not None else [])), default=int(time.time()))
    dated = []
    for line in lines:
        at = line.at if line.at is not None else at
        dated.append((line, at))
    return dated


def _exchanges(lines: _Exchange) -> list[_Exchange]:
    """The lines in groups that begin with each user's message."""
    groups: list[_Exchange] = []
    for line in lines:
        if not groups or line[0].role == "user":
            groups.append([])
        groups[-1].append(line)
    return groups


def _run_data(run_id: str, user_id: str, session_id: str, exchange: _Exchange) -> dict[str, Any]:
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
        data["metadata"] = {NOTE: True}
    if questions:
        data["input"] = {"input_content": questions[0]}
    return data
