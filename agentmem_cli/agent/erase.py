"""Erasing a turn or a session with all that rests on it, from the database and its files.

The one place where it is put together: the transcript is the sessions' room, the quotes are the memories'.
What later answers say of it is other turns' text, and stays.
"""

from __future__ import annotations

from collections.abc import Sequence

from agentmem_cli.memories.erased import erase_quotes
from agentmem_cli.records import Memory, SessionSummary
from agentmem_cli.sessions.catalog import purge_session
from agentmem_cli.sessions.erase import delete_turn, question_of
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.erase import erasing


def erase_turn(database: Database, user_id: str, run_id: str) -> None:
    """Erase a turn of a user for good, and every quote of it.

    Raises NotFound when there is no such turn of theirs, and what `erasing` raises.
    """
    with erasing(database) as connection:
        delete_turn(database, connection, user_id, run_id)
        erase_quotes(connection, user_id, "run_id", run_id)


def erase_forgotten(database: Database, user_id: str, memories: Sequence[Memory]) -> list[str]:
    """Erase forgotten memories and the turns that they came from; gives what the user said in those turns.

    A memory without a turn, or whose turn is gone, is erased all the same.
    """
    questions = {}
    with erasing(database) as connection:
        for memory in memories:
            erase_quotes(connection, user_id, "memory_id", memory.memory_id)
        for run_id in dict.fromkeys(memory.run_id for memory in memories if memory.run_id):
            question = question_of(database, user_id, run_id)
            erase_quotes(connection, user_id, "run_id", run_id)
            if question is not None:
                delete_turn(database, connection, user_id, run_id)
                questions[run_id] = question
    return list(questions.values())


def erase_sessions(database: Database, sessions: Sequence[SessionSummary]) -> None:
    """Erase whole sessions, in sight or in the trash, and every quote of them."""
    with erasing(database) as connection:
        for session in sessions:
            erase_quotes(connection, session.user_id, "session_id", session.session_id)
            purge_session(connection, session)
