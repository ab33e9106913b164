"""Puts the conversations of an account export into a user's sessions. Learns nothing from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

from agentmem_cli.errors import AgentmemError
from agentmem_cli.records import Record
from agentmem_cli.sessions.account_exports import ExportedConversation, Malformed
from agentmem_cli.sessions.titles import title_of_messages
from agentmem_cli.sessions.transfer import ImportedRun, import_session
from agentmem_cli.storage.database import Database

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
    malformed: int = 0
    problems: list[str] = field(default_factory=list)
    """One line each for the first of the malformed ones."""


def import_account(
    database: Database,
    user_id: str,
    found: Iterable[ExportedConversation | Malformed],
    done: AccountImport,
    *,
    progress: Callable[[AccountImport], None],
) -> Iterator[ImportedRun]:
    """Add the conversations; counts into `done`, and gives each exchange that brought something new.

    A conversation is known by its id there and the user, so the same export, or a later one, adds only what is new.
    """
    for batch in _batches(enumerate(found, start=1)):
        conversations = []
        for number, each in batch:
            if isinstance(each, ExportedConversation):
                conversations.append(each)
            else:
                _count_malformed(done, number, each)
        yield from _import_batch(database, user_id, conversations, done)
        progress(done)


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


def _import_batch(
    database: Database, user_id: str, conversations: list[ExportedConversation], done: AccountImport
) -> list[ImportedRun]:
    runs: list[ImportedRun] = []
    with database.write() as connection:
        for each in conversations:
            session_id = str(uuid5(NAMESPACE_URL, f"{each.provider}/{user_id}/{each.id}"))
            if connection.execute("SELECT 1 FROM trashed_sessions WHERE session_id = ?", (session_id,)).fetchone():
                done.trashed += 1
                continue
            said = [line.content for line in each.lines if line.role == "user"] or [each.lines[0].content]
            title = title_of_messages(said) if each.title in _UNTITLED else each.title
            new = import_session(connection, user_id, session_id, title, each.lines)
            brought = sum(len(run.new) for run in new)
            done.conversations += 1
            done.messages += brought
            done.repeated += len(each.lines) - brought
            runs += new
    return runs


def _count_malformed(done: AccountImport, number: int, problem: Malformed) -> None:
    done.malformed += 1
    if len(done.problems) < PROBLEMS_SHOWN:
        done.problems.append(f"Conversation {number} {problem.why}.")
