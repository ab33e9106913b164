"""Erasing a turn or a session with all that rests on it, from the database and its files.

The one place where it is put together: the transcript is the sessions' room, the quotes are the memories'.
What later answers say of it is other turns' text, and stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from agentmem_cli.errors import NotFound
from agentmem_cli.memories.erased import erase_quotes
from agentmem_cli.records import Memory, SessionSummary
from agentmem_cli.sessions.catalog import purge_session
from agentmem_cli.sessions.erase import delete_turn, question_of, questions_in
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.erase import erasing


def words_of_memories(database: Database, user_id: str, memories: Sequence[Memory]) -> set[str]:
    """What the user said of these memories, as far as it is kept: the input history holds it too."""
    texts = {text for memory in memories for text in (memory.text, memory.quote)}
    texts |= {question_of(database, user_id, memory.run_id) for memory in memories if memory.run_id}
    return {text for text in texts if text}


def words_of_sessions(database: Database, sessions: Sequence[SessionSummary]) -> set[str]:
    """The titles of these sessions, and what the user said in them."""
    questions = {text for session in sessions for text in questions_in(database, session.user_id, session.session_id)}
    return questions | {session.title for session in sessions}


def erase_forgotten(database: Database, user_id: str, memories: Sequence[Memory]) -> int:
    """Erase forgotten memories and the turns that they came from; gives how many turns that were.

    A memory without a turn, or whose turn is gone, is erased all the same. Raises what `erasing` raises.
    """
    turns = 0
    with erasing(database, user_id) as connection:
        for memory in memories:
            erase_quotes(connection, user_id, "memory_id", memory.memory_id)
        for run_id in dict.fromkeys(memory.run_id for memory in memories if memory.run_id):
            erase_quotes(connection, user_id, "run_id", run_id)
            with suppress(NotFound):
                delete_turn(database, connection, user_id, run_id)
                turns += 1
    return turns


def erase_sessions(database: Database, sessions: Sequence[SessionSummary]) -> None:
    """Erase whole sessions, in sight or in the trash, and every quote of them."""
    with erasing(database) as connection:
        for session in sessions:
            erase_quotes(connection, session.user_id, "session_id", session.session_id)
            purge_session(connection, session)
