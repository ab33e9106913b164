"""Puts the conversations of an account export into a user's sessions, and notes which are to be looked through.

Learns nothing itself: `agent/imported_capture.py` does, of what is noted here. The note is written with the
conversation, so an import that is killed loses nothing: the next one goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

from agentmem_cli.errors import AgentmemError
from agentmem_cli.records import Record
from agentmem_cli.sessions.account_exports import ExportedConversation, Malformed
from agentmem_cli.sessions.titles import title_of_messages
from agentmem_cli.sessions.transfer import import_session
from agentmem_cli.storage.database import Connection, Database

BATCH = 50
"""Conversations in one transaction: one each waits for the disk 10,000 times."""
PROBLEMS_SHOWN = 5
Entry = tuple[int, ExportedConversation | Malformed]
_UNTITLED = ("", "New chat", "New Chat", "Untitled")


@dataclass(slots=True)
class AccountImport(Record):
    """What an import of an account did so far."""

    conversations: int = 0
    messages: int = 0
    """Those that were not here before."""
    repeated: int = 0
    trashed: int = 0
    """Conversations that are in the trash, and stay there."""
    left_out: int = 0
    """Messages that were taken back or erased here."""
    malformed: int = 0
    problems: list[str] = field(default_factory=list)
    """One line each for the first of the malformed ones."""
    with_gaps: int = 0
    """Conversations of which messages are missing in the export."""
    gaps: list[str] = field(default_factory=list)
    """The titles of the first of them."""


@dataclass(frozen=True, slots=True)
class UnminedRun:
    """An imported run whose question is still to be looked through. `number` is its place in the order of imports."""

    number: int
    session_id: str
    run_id: str
    at: int
    question: str


def import_account(
    database: Database,
    user_id: str,
    found: Iterable[ExportedConversation | Malformed],
    done: AccountImport,
    *,
    erased: bool,
    progress: Callable[[AccountImport], None],
) -> None:
    """Add the conversations, and count into `done`; `erased` adds also what was taken back or erased here.

    A conversation is known by its id there and the user, so the same export, or a later one, adds only what is new.
    """
    for batch in _batches(enumerate(found, start=1)):
        conversations = []
        for number, each in batch:
            if isinstance(each, ExportedConversation):
                conversations.append(each)
            else:
                _count_malformed(done, number, each)
        with database.write(user_id) as connection:
            for conversation in conversations:
                _import(connection, user_id, conversation, done, erased=erased)
        progress(done)


def unmined_runs(database: Database, user_id: str) -> Iterator[UnminedRun]:
    """The user's imported runs that are still to be looked through, in the order in which they came."""
    last = 0
    while True:
        rows = database.read(
            "SELECT number, session_id, run_id, at, text FROM unmined_runs JOIN messages USING (run_id)"
            " WHERE unmined_runs.user_id = ? AND number > ? AND role = 'user' ORDER BY number LIMIT 1000",
            (user_id, last),
        )
        if not rows:
            return
        yield from (UnminedRun(*row) for row in rows)
        last = rows[-1]["number"]


def count_unmined(database: Database, user_id: str) -> int:
    """How many imported runs of a user are still to be looked through."""
    return int(database.read("SELECT count(*) FROM unmined_runs WHERE user_id = ?", (user_id,))[0][0])


def note_mined(database: Database, user_id: str, last: int) -> None:
    """Take in that a user's runs up to this number were looked through."""
    with database.write(user_id) as connection:
        connection.execute("DELETE FROM unmined_runs WHERE user_id = ? AND number <= ?", (user_id, last))


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """The entries in lists; the last one also when the file turns out to be damaged behind it."""
    batch: list[Entry] = []
    try:
        for entry in entries:
            batch.append(entry)
            if len(batch) == BATCH:
                yield batch
                batch = []
    except AgentmemError:
        yield batch
        raise
    yield batch


def _import(
    connection: Connection, user_id: str, found: ExportedConversation, done: AccountImport, *, erased: bool
) -> None:
    session_id = str(uuid5(NAMESPACE_URL, f"{found.provider}/{user_id}/{found.id}"))
    if connection.execute("SELECT 1 FROM trashed_sessions WHERE session_id = ?", (session_id,)).fetchone():
        done.trashed += 1
        return
    said = [line.content for line in found.lines if line.role == "user"] or [found.lines[0].content]
    title = title_of_messages(said) if found.title in _UNTITLED else found.title
    imported = import_session(
        connection, user_id, session_id, title, found.lines, erased=erased, begun_at=found.begun_at
    )
    connection.executemany(
        "INSERT INTO unmined_runs (user_id, run_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(user_id, run_id) for run_id in imported.begun],
    )
    done.conversations += 1
    done.messages += imported.new
    done.left_out += imported.left_out
    done.repeated += len(found.lines) - imported.new - imported.left_out
    if found.has_gaps:
        done.with_gaps += 1
        done.gaps += [title] if len(done.gaps) < PROBLEMS_SHOWN else []


def _count_malformed(done: AccountImport, number: int, problem: Malformed) -> None:
    done.malformed += 1
    if len(done.problems) < PROBLEMS_SHOWN:
        done.problems.append(f"Conversation {number} {problem.why}.")
