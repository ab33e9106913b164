"""The list of a user's sessions: find, show, search, rename, and the trash. Every query names the user."""

from __future__ import annotations

import json
from typing import Any

from agentmem_cli.errors import Ambiguous, NotFound, UsageProblem
from agentmem_cli.language.word_index import Word, bm25, indexed, words_of
from agentmem_cli.records import SessionSummary, TranscriptMessage
from agentmem_cli.sessions.index import index_messages, indexed_messages, messages_of_run, words_in
from agentmem_cli.sessions.known_runs import note_erased_session
from agentmem_cli.sessions.rows import TURN_STATUS
from agentmem_cli.storage.database import ALL_ROWS, Connection, Database, Row

_SUMMARY = (
    "SELECT session_id, user_id, coalesce(json_extract(session_data, '$.session_name'), '') AS title, created_at,"
    " updated_at, (SELECT count(*) FROM {runs} AS run WHERE run.session_id = session.session_id) AS turns"
    " FROM {sessions} AS session WHERE user_id = ?"
)
_LIVE = _SUMMARY.format(sessions="agno_sessions", runs="agno_runs")
_TRASHED = _SUMMARY.format(sessions="trashed_sessions", runs="trashed_runs")
_LATEST_FIRST = (
    " ORDER BY updated_at DESC, created_at DESC,"
    " coalesce((SELECT max(message_id) FROM messages WHERE messages.session_id = session.session_id), 0) DESC"
)
_MESSAGE = (
    "SELECT message_id, messages.session_id, messages.run_id, role, name, at, messages.text, imported_id, run.status"
    " FROM messages JOIN agno_runs AS run ON run.run_id = messages.run_id"
)


def list_sessions(database: Database, user_id: str, *, limit: int = -1, trashed: bool = False) -> list[SessionSummary]:
    """A user's sessions, the latest first; -1 is all of them."""
    rows = database.read(
        (_TRASHED if trashed else _LIVE) + _LATEST_FIRST + " LIMIT ?",
        (user_id, ALL_ROWS if limit < 0 else limit),
    )
    return [SessionSummary(**dict(row)) for row in rows]


def find_session(database: Database, user_id: str, prefix: str, *, trashed: bool = False) -> SessionSummary:
    """The one session whose id is, or begins with, `prefix`. Raises NotFound or Ambiguous."""
    found = _sessions_where(database, user_id, "substr(session_id, 1, length(?)) = ?", (prefix, prefix), trashed)
    exact = [session for session in found if session.session_id == prefix]
    if not prefix or not found:
        where = "in the trash" if trashed else f"of {user_id}"
        listing = "agentmem sessions list --trash" if trashed else "agentmem sessions list"
        raise NotFound(f'No session "{prefix}" {where}.', f"`{listing}` shows them.")
    return _only(exact or found, prefix)


def short_id(database: Database, user_id: str, session_id: str) -> str:
    """The shortest beginning of a session's id, of 8 characters or more, that fits no other of the user's."""
    count = "SELECT count(*) AS found FROM agno_sessions WHERE user_id = ? AND substr(session_id, 1, ?) = ?"
    for length in range(8, len(session_id)):
        if database.read(count, (user_id, length, session_id[:length]))[0]["found"] <= 1:
            return session_id[:length]
    return session_id


def find_session_or_title(database: Database, user_id: str, words: str) -> SessionSummary:
    """The one session whose id begins with `words`, or else whose title holds them, whatever their case."""
    try:
        return find_session(database, user_id, words)
    except NotFound:
        found = _sessions_where(
            database,
            user_id,
            "instr(lower(json_extract(session_data, '$.session_name')), lower(?)) > 0",
            (words,),
            trashed=False,
        )
        if not words or not found:
            raise
        return _only(found, words)


def find_session_anywhere(database: Database, user_id: str, prefix: str) -> SessionSummary:
    """As `find_session`, in the trash too."""
    try:
        return find_session(database, user_id, prefix)
    except NotFound:
        return find_session(database, user_id, prefix, trashed=True)


def transcript(database: Database, session: SessionSummary) -> list[TranscriptMessage]:
    """Every message of a session, in order."""
    rows = database.read(
        _MESSAGE + " WHERE messages.user_id = ? AND messages.session_id = ? ORDER BY run.run_index, message_id",
        (session.user_id, session.session_id),
    )
    return [_message(row) for row in rows]


def conversation_before(database: Database, user_id: str, session_id: str) -> list[TranscriptMessage]:
    """The transcript of the user's latest session but this one; empty when there is none."""
    others = [each for each in list_sessions(database, user_id, limit=2) if each.session_id != session_id]
    return transcript(database, others[0]) if others else []


def search_messages(database: Database, user_id: str, words: str, *, limit: int) -> list[TranscriptMessage]:
    """A user's messages that hold all of the words, the best first; none of them in full: any of them.

    Words that every text holds, such as "the", are looked for as they stand, and the newest come first.
    """
    wanted = words_of(words)
    found = _ranked(database, user_id, wanted) if wanted else _with_text(database, user_id, words)
    return _messages(database, found[:limit])


def _ranked(database: Database, user_id: str, wanted: list[Word]) -> list[int]:
    """The numbers of the messages that hold the words."""
    rows = indexed_messages(database, user_id)
    index = indexed([words_in(row) for row in rows])
    counts = index.counts(wanted)
    held = (counts > 0).sum(axis=0).tolist()
    least = len(counts) if len(counts) in held else 1
    scores = bm25(counts, index.lengths)
    ranked = (-scores).argsort(kind="stable").tolist()
    return [rows[place]["message_id"] for place in ranked if held[place] >= least]


def _with_text(database: Database, user_id: str, text: str) -> list[int]:
    rows = database.read(
        "SELECT message_id FROM messages WHERE user_id = ? AND instr(lower(text), lower(?)) > 0"
        " ORDER BY message_id DESC",
        (user_id, text.strip()),
    )
    return [row["message_id"] for row in rows]


def rename_session(database: Database, session: SessionSummary, title: str) -> None:
    """Give a session a title. Raises UsageProblem for an empty one."""
    title = " ".join(title.split())
    if not title:
        raise UsageProblem("The title is empty.", "Give it at least a word.")
    with database.write(session.user_id) as connection:
        connection.execute(
            "UPDATE agno_sessions SET"
            " session_data = json_set(json_set(coalesce(session_data, '{}'), '$.session_name', ?), '$.renamed', 'true')"
            " WHERE session_id = ? AND user_id = ?",
            (title, session.session_id, session.user_id),
        )


def trash_session(database: Database, session: SessionSummary, at: int) -> None:
    """Take a session out of sight, of Agno's tools and of recall too; `restore_session` brings it back whole."""
    key = (session.session_id, session.user_id)
    with database.write(session.user_id) as connection:
        connection.execute(
            "INSERT INTO trashed_sessions SELECT *, ? FROM agno_sessions WHERE session_id = ? AND user_id = ?",
            (at, *key),
        )
        connection.execute("INSERT INTO trashed_runs SELECT * FROM agno_runs WHERE session_id = ?", key[:1])
        connection.execute("DELETE FROM agno_sessions WHERE session_id = ? AND user_id = ?", key)


def restore_session(database: Database, session: SessionSummary) -> None:
    """Bring a session back from the trash, and its text back into the index."""
    key = (session.session_id,)
    with database.write(session.user_id) as connection:
        row = dict(connection.execute("SELECT * FROM trashed_sessions WHERE session_id = ?", key).fetchone())
        del row["trashed_at"]
        _insert(connection, "agno_sessions", row)
        runs = connection.execute("SELECT * FROM trashed_runs WHERE session_id = ? ORDER BY run_index", key)
        for run in runs.fetchall():
            _insert(connection, "agno_runs", dict(run))
            messages = messages_of_run(json.loads(run["run_data"]))
            index_messages(connection, session.user_id, session.session_id, run["run_id"], messages)
        _empty_trash(connection, session)


def purge_session(connection: Connection, session: SessionSummary) -> None:
    """Delete a session for good, wherever it is, in the caller's transaction.

    Only a hash of its id stays, by which no import brings it again. `storage.erase` then clears what the files hold.
    """
    note_erased_session(connection, session.user_id, session.session_id)
    connection.execute(
        "DELETE FROM agno_sessions WHERE session_id = ? AND user_id = ?", (session.session_id, session.user_id)
    )
    _empty_trash(connection, session)


def _empty_trash(connection: Connection, session: SessionSummary) -> None:
    connection.execute("DELETE FROM trashed_runs WHERE session_id = ?", (session.session_id,))
    connection.execute(
        "DELETE FROM trashed_sessions WHERE session_id = ? AND user_id = ?", (session.session_id, session.user_id)
    )


def _insert(connection: Connection, table: str, row: dict[str, Any]) -> None:
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))  # noqa: S608 -- the names are the table's own


def _sessions_where(
    database: Database, user_id: str, condition: str, values: tuple[str, ...], trashed: bool
) -> list[SessionSummary]:
    rows = database.read(
        f"{_TRASHED if trashed else _LIVE} AND {condition} ORDER BY updated_at DESC", (user_id, *values)
    )
    return [SessionSummary(**dict(row)) for row in rows]


def _only(found: list[SessionSummary], wanted: str) -> SessionSummary:
    if len(found) > 1:
        raise Ambiguous("session", wanted, [(session.session_id, session.title) for session in found])
    return found[0]


def _messages(database: Database, numbers: list[int]) -> list[TranscriptMessage]:
    """The messages with these numbers, in this order."""
    marks = ", ".join("?" * len(numbers))
    rows = database.read(f"{_MESSAGE} WHERE message_id IN ({marks})", numbers)
    by_number = {row["message_id"]: _message(row) for row in rows}
    return [by_number[number] for number in numbers if number in by_number]


def _message(row: Row) -> TranscriptMessage:
    return TranscriptMessage(
        session=row["session_id"],
        run_id=row["run_id"],
        role=row["role"],
        name=row["name"],
        at=row["at"],
        text=row["text"],
        status=TURN_STATUS.get(row["status"], row["status"]),
        id=row["imported_id"],
    )
