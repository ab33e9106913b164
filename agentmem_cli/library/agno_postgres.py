"""Agno's database class on a store that is kept in PostgreSQL."""

from __future__ import annotations

from typing import Any

from agno.db.postgres import PostgresDb

from agentmem_cli.library.agno_db import KeptDb
from agentmem_cli.library.connections import Connections
from agentmem_cli.library.store import Store
from agentmem_cli.sessions.index import AGENT_ID


class AgentmemPostgresDb(KeptDb, PostgresDb):
    """What AgentOS and Agno's own methods read and write there."""

    def __init__(self, store: Store, connections: Connections) -> None:
        url = (store.settings.db or "").partition("://")[2]
        PostgresDb.__init__(self, db_url=f"postgresql+psycopg://{url}", id=AGENT_ID)
        self.store, self.connections = store, connections

    def _written(self, session: Any, deserialize: bool | None) -> Any:
        return PostgresDb.upsert_session(self, session, deserialize)

    def _forget_runs(self, session_id: str) -> None:
        self._run_object_cache.drop_session(session_id)
