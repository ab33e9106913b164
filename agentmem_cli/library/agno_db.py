"""The store as AgentOS and Agno's own methods see it: Agno's database classes on agentmem's.

What it reads and writes of sessions and memories for them are agentmem's own acts: a session that is deleted waits in
the trash, a memory that is deleted is forgotten in the ledger and is not learnt again. AgentOS's own tables (traces,
metrics, schedules) stand beside ours, as Agno makes them.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, NoReturn

from agno.db.base import BaseDb, SessionType
from agno.db.schemas import UserMemory
from agno.db.sqlite import SqliteDb
from sqlalchemy import create_engine, event
from sqlalchemy.pool import QueuePool

from agentmem_cli.errors import NotFound, UsageProblem
from agentmem_cli.library.connections import Connections
from agentmem_cli.library.store import Store
from agentmem_cli.memories.corrections import edit_memory, forget_memories
from agentmem_cli.memories.operations import PERSON, Operation, Source
from agentmem_cli.memories.writer import apply_operations
from agentmem_cli.records import SessionSummary
from agentmem_cli.sessions.catalog import find_session, rename_session, trash_session
from agentmem_cli.sessions.index import AGENT_ID
from agentmem_cli.storage.database import Database

_OWNERS = {
    "session": "SELECT user_id FROM agno_sessions WHERE session_id = ?",
    "memory": "SELECT user_id FROM memory_details WHERE memory_id = ? AND status = 'active'",
}


class KeptDb(BaseDb):
    """Agno's database on a store, which every copy of the agent shares through it: what both kinds have in common."""

    store: Store
    connections: Connections

    def delete_session(self, session_id: str, user_id: str | None = None) -> bool:
        """Put a session, of this user where one is named, into the trash; whether there is such a one."""
        session = self._session(session_id, user_id)
        if session is not None:
            trash_session(self.store.database, session, int(time.time()))
            self._forget_runs(session_id)
        return session is not None

    def delete_sessions(self, session_ids: list[str], user_id: str | None = None) -> None:
        """Put sessions into the trash; what is not this user's stays."""
        for session_id in session_ids:
            self.delete_session(session_id, user_id)

    def rename_session(
        self,
        session_id: str,
        session_type: SessionType | None,
        session_name: str,
        user_id: str | None = None,
        deserialize: bool | None = True,
    ) -> Any:
        """Give a session a title that stays."""
        session = self._session(session_id, user_id)
        if session is None:
            return None
        rename_session(self.store.database, session, session_name)
        return self.get_session(session_id, session_type, user_id=user_id, deserialize=deserialize)

    def upsert_session(self, session: Any, deserialize: bool | None = True) -> Any:
        """Write a session's row. Raises NotFound for one that waits in the trash: two would have one id."""
        if self.store.database.read("SELECT 1 FROM trashed_sessions WHERE session_id = ?", (session.session_id,)):
            raise NotFound(f'Session "{session.session_id}" is in the trash.', "Restore it, or take another id.")
        return self._written(session, deserialize)

    def upsert_sessions(
        self, sessions: list[Any], deserialize: bool | None = True, preserve_updated_at: bool = False
    ) -> list[Any]:
        """Write several sessions' rows."""
        del preserve_updated_at
        return [self.upsert_session(each, deserialize) for each in sessions]

    def delete_user_memory(self, memory_id: str, user_id: str | None = None) -> None:
        """Forget a memory, of this user where one is named."""
        owner = self._owner("memory", memory_id)
        if owner is not None and user_id in (None, owner):
            forget_memories(self.store.database, owner, [memory_id], now=int(time.time()))

    def delete_user_memories(self, memory_ids: list[str], user_id: str | None = None) -> None:
        """Forget memories; what is not this user's stays."""
        for memory_id in memory_ids:
            self.delete_user_memory(memory_id, user_id)

    def upsert_user_memory(self, memory: UserMemory, deserialize: bool | None = True) -> Any:
        """Correct a memory, or add one, as a person does with `agentmem memories`.

        Raises UsageProblem for a text that cannot be kept, and for one that is known already or withheld.
        """
        if not memory.user_id:
            raise UsageProblem("A memory is somebody's.", "Say whose: user_id.")
        owner = self._owner("memory", memory.memory_id) if memory.memory_id else None
        if owner not in (None, memory.user_id):
            raise NotFound(f'No memory "{memory.memory_id}" of {memory.user_id}.')
        memory_id = memory.memory_id if owner and memory.memory_id else ""
        if memory_id:
            edit_memory(self.store.database, memory.user_id, memory_id, memory.memory, now=int(time.time()))
        else:
            memory_id = self._add(memory)
        return self.get_user_memory(memory_id, deserialize=deserialize, user_id=memory.user_id)

    def upsert_memories(
        self, memories: list[UserMemory], deserialize: bool | None = True, preserve_updated_at: bool = False
    ) -> list[Any]:
        """Correct or add several."""
        del preserve_updated_at  # the ledger says when each was changed
        return [self.upsert_user_memory(each, deserialize) for each in memories]

    def clear_memories(self) -> NoReturn:
        """Refuse what would forget every user's memories."""
        raise UsageProblem("Not everybody's memories at once.", "`agentmem memories delete --all --user NAME`.")

    def reassign_session_owner(self, session_id: str, *, previous_user_id: str, user_id: str | None) -> NoReturn:
        """Refuse: what was said stays whose it is."""
        raise UsageProblem(f'Session "{session_id}" stays with {previous_user_id}.', f"Begin one as {user_id}.")

    @abstractmethod
    def _written(self, session: Any, deserialize: bool | None) -> Any:
        """Agno's own writing of a session's row."""

    @abstractmethod
    def _forget_runs(self, session_id: str) -> None:
        """Let go of the runs of a session that Agno keeps in memory."""

    def _session(self, session_id: str, user_id: str | None) -> SessionSummary | None:
        owner = self._owner("session", session_id)
        if owner is None or user_id not in (None, owner):
            return None
        return find_session(self.store.database, owner, session_id)

    def _owner(self, kind: str, wanted: str) -> str | None:
        rows = self.store.database.read(_OWNERS[kind], (wanted,))
        return str(rows[0]["user_id"]) if rows and rows[0]["user_id"] is not None else None

    def _add(self, memory: UserMemory) -> str:
        """Write a memory that the person, or a program in their name, adds; its id."""
        assert memory.user_id is not None  # noqa: S101 -- asked above
        now = int(time.time())
        added = Operation("add", memory.memory, topics=list(memory.topics or []), memory_id=memory.memory_id)
        written = apply_operations(
            self.store.database,
            memory.user_id,
            [added],
            Source(session_id=None, run_id=None, said_at=now, actor=PERSON),
            typed_text=memory.memory,
            mode="auto",
            now=now,
        )
        kept: Sequence[Any] = [*written.added, *written.replaced, *written.repeated]
        if not kept:
            raise UsageProblem("This cannot be a memory.", f"It holds {', '.join(written.withheld) or 'no text'}.")
        return str(kept[0].memory_id)


class AgentmemDb(KeptDb, SqliteDb):
    """The same in a file."""

    def __init__(self, store: Store, connections: Connections) -> None:
        SqliteDb.__init__(self, db_engine=_engine(store.database), id=AGENT_ID)
        self.store, self.connections = store, connections

    def _written(self, session: Any, deserialize: bool | None) -> Any:
        return SqliteDb.upsert_session(self, session, deserialize)

    def _forget_runs(self, session_id: str) -> None:
        self._run_object_cache.drop_session(session_id)


def agno_db(store: Store, connections: Connections) -> KeptDb:
    """Agno's database class for a store."""
    if store.settings.db is None:
        return AgentmemDb(store, connections)
    from agentmem_cli.library.agno_postgres import AgentmemPostgresDb  # its tables take long to import

    return AgentmemPostgresDb(store, connections)


def _engine(database: Database) -> Any:
    """SQLAlchemy's engine on connections that are made as agentmem makes them: durable, and patient with a lock."""

    def connection() -> Any:
        made: Any = database.connect()
        made.row_factory = None
        return made

    engine = create_engine("sqlite://", creator=connection, poolclass=QueuePool)  # the URL alone would mean memory
    event.listen(engine, "begin", lambda begun: begun.exec_driver_sql("BEGIN"))
    return engine
