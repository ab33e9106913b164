"""A turn made durable: the question committed before a model is called, its answer before the prompt returns.

Every change of a turn is one transaction. Its row is `rows.py`'s matter.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from agentmem_cli.errors import NotFound, UsageProblem
from agentmem_cli.records import OFFLINE, Exchange, TurnStatus
from agentmem_cli.sessions.borrowed import NOTE
from agentmem_cli.sessions.index import IndexedMessage, index_messages
from agentmem_cli.sessions.rows import (
    AGNO_STATUS,
    TURN_STATUS,
    ensure_session,
    message_data,
    name_session,
    next_place,
    pending_run,
    write_run,
)
from agentmem_cli.sessions.titles import title_of
from agentmem_cli.storage.captures import MODES, queue_capture
from agentmem_cli.storage.database import Connection, Database, Row

_LONGEST_NAME = 100
"""Characters of a name before what was said in history."""


@dataclass(frozen=True, slots=True)
class PendingTurn:
    """A question that is committed and waits for its answer. `at` is in Unix seconds."""

    run_id: str
    session_id: str
    user_id: str
    question: str
    run_index: int
    at: int
    typed: str = ""
    """The part of the question that the person typed."""
    memory: str = "off"
    """The memory mode; off: the question is not captured."""


def begin_turn(
    database: Database,
    *,
    user_id: str,
    session_id: str,
    question: str,
    at: int,
    run_id: str | None = None,
    new_id: str | None = None,
    typed: str | None = None,
    memory: str = "off",
) -> PendingTurn:
    """Commit a question. Makes the session if it is new; `run_id` puts a failed turn's question once more.

    `new_id` is the id that the run is to have, where another program chose it. `typed` is the part that the person
    typed, None for all of it; `memory` is the mode in which it is captured.
    Raises NotFound when the session is another user's, or waits in the trash, and UsageProblem for a `new_id` that a
    run has already.
    """
    with database.write(user_id) as connection:
        if new_id is not None:
            _refuse_known_run(connection, new_id)
        ensure_session(connection, user_id, session_id, "", at)
        name_session(connection, session_id, title_of(question))
        again = _place_of(connection, session_id, run_id) if run_id else None
        if run_id is None or again is None:  # None too where another chat took it back meanwhile
            run_id = new_id or str(uuid4())
        run_index = next_place(connection, session_id) if again is None else again
        write_run(connection, user_id, session_id, run_index, pending_run(run_id, session_id, user_id, question, at))
        index_messages(connection, user_id, session_id, run_id, [IndexedMessage("user", question, at)])
    own = question if typed is None else typed
    return PendingTurn(run_id, session_id, user_id, question, run_index, at, own, memory)


def settle_turn(
    database: Database,
    turn: PendingTurn,
    status: TurnStatus,
    answer: str,
    *,
    at: int,
    run_data: dict[str, Any] | None = None,
    error: str = "",
    borrowed: bool = False,
) -> bool:
    """Commit how a turn ended, in one transaction: run, session, text index and the queue of captures.

    Gives whether it is in sight.
    One that another chat took back meanwhile, or whose session it put into the trash, is settled where it waits.
    `run_data` is the answerer's account of the run; without it (stopped, failed) one is made from the answer so far.
    `borrowed` says that the answer may hold words of others.
    Raises NotFound when the turn is nowhere: an erased question must not come back with its answer.
    """
    if run_data is None:
        run_data = plain_run(turn, answer, at)
    run_data["status"] = AGNO_STATUS[status]
    notes: dict[str, Any] = {"error": error} if error else {}
    if borrowed:
        notes[NOTE] = True
    typed = turn.typed if turn.memory in MODES else ""
    if typed != turn.question:
        notes["typed"] = typed
    if notes:
        run_data["metadata"] = {**(run_data.get("metadata") or {}), **notes}
    messages = [IndexedMessage("user", turn.question, turn.at)]
    if answer:
        messages.append(IndexedMessage("assistant", answer, at, looked_up=run_data.get("model") == OFFLINE))
    with database.write(turn.user_id) as connection:
        _queue_capture(connection, turn)
        if _place_of(connection, turn.session_id, turn.run_id) is None:
            _settle_aside(connection, turn, run_data)
            return False
        write_run(connection, turn.user_id, turn.session_id, turn.run_index, run_data)
        connection.execute("UPDATE agno_sessions SET updated_at = ? WHERE session_id = ?", (at, turn.session_id))
        index_messages(connection, turn.user_id, turn.session_id, turn.run_id, messages)
    return True


def plain_run(turn: PendingTurn, answer: str, at: int) -> dict[str, Any]:
    """A run of question and answer alone, in the form in which Agno stores it; "" is no answer."""
    run_data = pending_run(turn.run_id, turn.session_id, turn.user_id, turn.question, turn.at)
    if answer:
        run_data["messages"].append(message_data("assistant", answer, at))
        run_data["content"] = answer
    return run_data


def history_before(database: Database, session_id: str, exchanges: int, *, before: int | None = None) -> list[Exchange]:
    """The last exchanges of a session before a place in it, its end for None: at most `exchanges`, oldest first.

    The window moves in steps of half its size: a window that slid by one each turn would change the prompt's
    first message every time, and a provider's prompt cache would never fit (measured reuse .46 against .85-.94).
    """
    if exchanges < 1:
        return []
    places = database.read(
        "SELECT run_index FROM agno_runs WHERE session_id = ? AND (? IS NULL OR run_index < ?) ORDER BY run_index",
        (session_id, before, before),
    )  # counted, not taken from run_index: what was taken back leaves gaps
    step = max(1, exchanges // 2)
    start = -(-max(0, len(places) - exchanges) // step) * step
    return exchanges_between(database, session_id, places[start]["run_index"], before) if places else []


def is_first_run(database: Database, session_id: str, run_id: str) -> bool:
    """Whether no exchange of the session stands before this one."""
    rows = database.read("SELECT run_id FROM agno_runs WHERE session_id = ? ORDER BY run_index LIMIT 1", (session_id,))
    return bool(rows) and bool(rows[0]["run_id"] == run_id)


def exchanges_between(database: Database, session_id: str, start: int = 0, end: int | None = None) -> list[Exchange]:
    """The exchanges at places `start` <= run_index < `end` of a session, in order; None is its end."""
    rows = database.read(
        "SELECT run.run_id, run.status, run.created_at, messages.role, messages.name, messages.text"
        " FROM agno_runs AS run"
        " JOIN messages ON messages.run_id = run.run_id"
        " WHERE run.session_id = ? AND run.run_index >= ? AND (? IS NULL OR run.run_index < ?)"
        " ORDER BY run.run_index, messages.message_id",
        (session_id, start, end, end),
    )
    runs: dict[str, list[Row]] = {}
    for row in rows:
        runs.setdefault(row["run_id"], []).append(row)
    return [exchange_of(messages[0], [(each["role"], _told(each)) for each in messages]) for messages in runs.values()]


def _told(message: Row) -> str:
    """The text, behind the name of who said it, if somebody with a name did."""
    name = " ".join((message["name"] or "").replace('"', "'").split())[:_LONGEST_NAME]
    return f'"{name}": {message["text"]}' if name else str(message["text"])


def exchange_of(run: Row, messages: list[tuple[str, str]]) -> Exchange:
    """An exchange from the columns of its run and the (role, text) of its messages."""
    said = {role: "\n\n".join(text for by, text in messages if by == role) for role in ("user", "assistant")}
    status = TURN_STATUS.get(run["status"], TurnStatus.DONE)
    return Exchange(run["run_id"], said["user"], said["assistant"], status, run["created_at"])


def typed_words(database: Database, exchanges: Sequence[Exchange]) -> list[str]:
    """What of each exchange's question may be captured: what the person typed of it, while memory was not off.

    "" where that is not known, since nothing has settled it.
    """
    rows = database.read(
        "SELECT run_id, json_extract(run_data, '$.metadata.typed') AS typed FROM agno_runs"
        " WHERE run_id IN (SELECT value FROM json_each(?))",
        (json.dumps([exchange.run_id for exchange in exchanges]),),
    )
    noted = {row["run_id"]: row["typed"] for row in rows if row["typed"] is not None}
    return [
        "" if exchange.status is TurnStatus.PENDING else noted.get(exchange.run_id, exchange.question)
        for exchange in exchanges
    ]


def _queue_capture(connection: Connection, turn: PendingTurn) -> None:
    if turn.memory in MODES and turn.typed.strip():
        queue_capture(
            connection,
            run_id=turn.run_id,
            user_id=turn.user_id,
            session_id=turn.session_id,
            typed=turn.typed,
            at=turn.at,
            mode=turn.memory,
        )


def _refuse_known_run(connection: Connection, run_id: str) -> None:
    """Raise UsageProblem for the id of a run that is here: it would be written over, whosever it is."""
    for runs in ("agno_runs", "taken_back_runs", "trashed_runs"):
        if connection.execute(f"SELECT 1 FROM {runs} WHERE run_id = ?", (run_id,)).fetchone():  # noqa: S608 -- names from above
            raise UsageProblem(f'There is a run "{run_id}" already.', "Leave run_id out, or give another.")


def _place_of(connection: Connection, session_id: str, run_id: str) -> int | None:
    key = (run_id, session_id)
    row = connection.execute("SELECT run_index FROM agno_runs WHERE run_id = ? AND session_id = ?", key).fetchone()
    return int(row["run_index"]) if row else None


def _settle_aside(connection: Connection, turn: PendingTurn, run_data: dict[str, Any]) -> None:
    settled = (run_data["status"], json.dumps(run_data, ensure_ascii=True), turn.run_id, turn.user_id)
    for runs in ("taken_back_runs", "trashed_runs"):
        changed = connection.execute(
            f"UPDATE {runs} SET status = ?, run_data = ? WHERE run_id = ? AND user_id = ?",  # noqa: S608 -- names from above
            settled,
        )
        if changed.rowcount:
            return
    raise NotFound(
        "This exchange is not here any more: it was erased meanwhile, or a backup was restored.",
        "Its answer is not kept.",
    )
