"""Taking back what came last in a chat, an exchange or a memory change by a command, and returning it.

An exchange goes with the memories that its message became, in one transaction; both wait in the store, so that
a later chat can still return it. Memory changes by commands are known to this chat only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from agentmem_cli.errors import NotFound, UsageProblem
from agentmem_cli.memories.taking_back import MemoryChanges, batches_of_run, last_change_of, make_again, take_back
from agentmem_cli.records import Exchange, TurnStatus
from agentmem_cli.sessions.branches import (
    exchanges_of,
    last_run,
    return_run,
    returnable_run,
    runs_from,
    take_back_run,
)
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.erase import perhaps_erasing


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back or returned: the question of an exchange, or None for a memory change alone."""

    question: str | None
    memories: MemoryChanges = field(default_factory=MemoryChanges)


@dataclass(frozen=True, slots=True)
class _Change:
    """A batch of memory changes, or an exchange (None), and where in which session that was."""

    batch_id: str | None
    place: tuple[str, str | None]


class ChatChanges:
    """What `/undo` and `/redo` of one chat go through. `ending` is told of each run before it is taken back."""

    def __init__(self, database: Database, user_id: str, ending: Callable[[str], None]) -> None:
        self._database = database
        self._user = user_id
        self._ending = ending
        self._done: list[_Change] = []
        self._undone: list[_Change] = []
        self._ended: set[tuple[str, str | None]] = set()
        """Where a command came after what was taken back: from there nothing of it is returned."""
        self._edited: tuple[str, str] | None = None

    def note_command(self, session_id: str, memory_id: str) -> None:
        """Take in that a command has just changed a memory."""
        batch = last_change_of(self._database, self._user, memory_id)
        self._done.append(_Change(batch, self._place(session_id)))
        self._undone.clear()
        self._ended.add(self._place(session_id))

    def undo(self, session_id: str, now: int) -> Undone:
        """Take back what came last. Raises NotFound when there is nothing."""
        here = self._place(session_id)
        change = next((each for each in reversed(self._done) if each.place == here), None)
        if change is not None and change.batch_id is not None:
            changes = MemoryChanges()
            with perhaps_erasing(self._database, self._user) as connection:
                take_back(self._database, connection, self._user, change.batch_id, now, changes)
            self._done.remove(change)
            self._undone.append(change)
            return Undone(None, changes)
        if here[1] is None:
            raise NotFound(
                "There is nothing to undo in this session.", "`agentmem memories undo` takes back memory changes."
            )
        undone = self.take_back_from(session_id, here[1], now)
        self._undone.append(_Change(None, self._place(session_id)))
        return undone

    def take_back_from(self, session_id: str, first: str, now: int) -> Undone:
        """Take back an exchange and all after it; gives the question of the first."""
        runs = runs_from(self._database, self._user, session_id, first)
        for run_id in runs:
            self._ending(run_id)
        return take_back_exchanges(self._database, self._user, runs, now)

    def edit(self, session_id: str, exchange: Exchange | None) -> None:
        """Have the session's next question stand in the place of an exchange and of all after it; None: of none."""
        self._edited = (session_id, exchange.run_id) if exchange is not None else None

    def make_room(self, session_id: str, now: int) -> None:
        """Before a question is committed: take back what it stands in the place of."""
        edited, self._edited = self._edited, None
        if edited is not None and edited[0] == session_id:
            self.take_back_from(session_id, edited[1], now)

    def retried(self, session_id: str, now: int) -> tuple[str, str | None]:
        """The session's last question to ask again, and its run to take up when it got no answer.

        One that was answered is taken back. Raises UsageProblem when nothing was asked.
        """
        exchanges = exchanges_of(self._database, self._user, session_id)
        if not exchanges:
            raise UsageProblem("There is nothing to retry.", "Ask something first.")
        last = exchanges[-1]
        if last.status is not TurnStatus.DONE and not last.answer:
            return last.question, last.run_id
        self.take_back_from(session_id, last.run_id, now)
        return last.question, None

    def redo(self, session_id: str, now: int) -> Undone:
        """Return what was taken back last. Raises NotFound when there is nothing, or something came after it."""
        here = self._place(session_id)
        change = self._undone[-1] if self._undone and self._undone[-1].place == here else None
        if change is not None and change.batch_id is not None:
            changes = MemoryChanges()
            with self._database.write(self._user) as connection:
                again = make_again(self._database, connection, self._user, change.batch_id, now, changes)
            self._undone.pop()
            self._done.append(_Change(again, here))
            return Undone(None, changes)
        if change is None and here in self._ended:
            raise _nothing_to_redo()
        returned = return_exchange(self._database, self._user, session_id, now)
        if change is not None:
            self._undone.pop()
        return returned

    def _place(self, session_id: str) -> tuple[str, str | None]:
        return session_id, last_run(self._database, self._user, session_id)


def take_back_exchanges(database: Database, user_id: str, runs: Sequence[str], now: int) -> Undone:
    """Take back exchanges, the last one first, in one transaction; gives the question of the earliest."""
    changes, question = MemoryChanges(), ""
    with perhaps_erasing(database, user_id) as connection:
        for run_id in runs:
            batches = batches_of_run(database, user_id, run_id)
            for batch_id in batches:
                take_back(database, connection, user_id, batch_id, now, changes)
            question = take_back_run(connection, user_id, run_id, batches)
    return Undone(question, changes)


def return_exchange(database: Database, user_id: str, session_id: str, now: int) -> Undone:
    """Return the exchange that was taken back last, and its memories. Raises NotFound when there is none."""
    changes = MemoryChanges()
    with database.write(user_id) as connection:
        run = returnable_run(database, user_id, session_id)
        if run is None:
            raise _nothing_to_redo()
        return_run(connection, user_id, run.run_id)
        for batch_id in reversed(run.memory_batches):
            make_again(database, connection, user_id, batch_id, now, changes)
    return Undone(run.question, changes)


def _nothing_to_redo() -> NotFound:
    return NotFound("There is nothing to redo.", "/redo returns what /undo took, until something else is done.")
