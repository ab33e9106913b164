"""Agno's own database class, pointed at the same file, sees exactly the active memories."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from agno.db.base import BaseDb
from agno.db.schemas import UserMemory
from harness.kept import agno_db
from memories.conftest import NOW, Store

from agentmem_cli.memories import corrections
from agentmem_cli.memories.catch_up import catch_up
from agentmem_cli.memories.operations import Operation
from agentmem_cli.memories.store import list_memories
from agentmem_cli.records import OFFLINE


@pytest.fixture
def agno(store: Store) -> Iterator[BaseDb]:  # noqa: ARG001 -- it makes the tables
    """Agno on the same store."""
    with agno_db() as opened:
        yield opened


def seen(agno: BaseDb, user: str = "sarah") -> list[UserMemory]:
    found = agno.get_user_memories(user_id=user)
    assert isinstance(found, list)
    return found


def test_agno_sees_exactly_the_active_memories(store: Store, agno: BaseDb) -> None:
    """Not what waits, was replaced, forgotten, rejected or undone."""
    old = store.say("Works at Acme").added[0]
    store.write(Operation("replace", "Works at Globex", replaces=(old.memory_id,)), actor="person")
    waiting = store.say("Likes tea", actor="offline", mode="review").proposed[0]
    corrections.reject(store.database, "sarah", [waiting.memory_id], now=NOW)
    store.say("Likes milk", actor="offline", mode="review")
    gone = store.say("Likes rain").added[0]
    corrections.forget_memories(store.database, "sarah", [gone.memory_id], now=NOW)
    store.say("Likes snow")
    corrections.undo_last(store.database, "sarah", now=NOW)
    store.say("Likes wind", user="tom")
    assert ["Works at Globex"] == [memory.memory for memory in seen(agno)]
    assert ["The user said: Likes wind"] == [memory.memory for memory in seen(agno, "tom")]


def test_a_memory_reads_as_agno_writes_it(store: Store, agno: BaseDb) -> None:
    """Text, topics, the quote as input, whose it is and when; and Agno can store it again unchanged."""
    store.write(Operation("add", 'Says "hi" ☕', quote="I say hi", topics=["Größe", "x"]), typed="I say hi")
    (ours,) = list_memories(store.database, "sarah")
    (theirs,) = seen(agno)
    assert (
        UserMemory(
            memory=ours.text,
            memory_id=ours.memory_id,
            topics=["Größe", "x"],
            user_id="sarah",
            input="I say hi",
            created_at=ours.created_at,
            updated_at=ours.updated_at,
            agent_id="agentmem",
        )
        == theirs
    )
    before = store.database.read("SELECT memory, topics, input FROM agno_memories")[0]
    agno.upsert_user_memory(theirs)
    after = store.database.read("SELECT memory, topics, input FROM agno_memories")[0]
    assert (ours.text, tuple(before)[2]) == (seen(agno)[0].memory, tuple(after)[2])


def test_a_statement_says_whose_words_it_is(store: Store) -> None:
    """Another program's prompt must leave no doubt who "I" is; taken over again, it is no other memory."""
    statement = "I work in healthcare."
    store.say(statement, actor=OFFLINE)
    (row,) = store.database.read("SELECT json_extract(memory, '$') AS text FROM agno_memories")
    assert f"The user said: {statement}" == row["text"]
    assert 0 == catch_up(store.database)
