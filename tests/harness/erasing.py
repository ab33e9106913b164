"""Erases one turn as `agentmem memories delete --erase-turn` does, by the id of its run instead of a memory's."""

from __future__ import annotations

from agentmem_cli.memories.erased import erase_quotes
from agentmem_cli.sessions.erase import delete_turn
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.erase import erasing


def erase_turn(database: Database, user_id: str, run_id: str) -> None:
    """Erase a turn of a user, and every quote of it. Raises NotFound when there is no such turn of theirs."""
    with erasing(database) as connection:
        delete_turn(database, connection, user_id, run_id)
        erase_quotes(connection, user_id, "run_id", run_id)
