"""Agno's PostgreSQL class on a store that is kept there. Importing it imports psycopg and SQLAlchemy's dialect."""

from __future__ import annotations

from agno.db.postgres import PostgresDb

from agentmem_cli.library.agno_db import AgentmemDb


class AgentmemPostgresDb(AgentmemDb, PostgresDb):
    """On a PostgreSQL database."""
