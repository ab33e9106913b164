"""What another Agno program did to the memories is taken over, once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from agno.db.base import BaseDb
from agno.db.schemas import UserMemory
from harness.kept import agno_db
from memories.conftest import NOW, Store

from agentmem_cli.memories import corrections
from agentmem_cli.memories.catch_up import catch_up
from agentmem_cli.memories.store import history, list_memories, search_memories


@pytest.fixture
def agno(store: Store) -> Iterator[BaseDb]:  # noqa: ARG001 -- it makes the tables
    """Agno on the same store."""
    with agno_db() as opened:
        yield opened


def texts(store: Store, user: str = "sarah") -> list[str]:
    return sorted(memory.text for memory in list_memories(store.database, user))


def test_what_agno_added_changed_and_removed_is_taken_over_once(store: Store, agno: BaseDb) -> None:
    """In the list, the search and the ledger; another user's memories stay as they are."""
    changed, removed = (store.say(text).added[0] for text in ("Likes tea", "Owns a boat"))
    store.say("Likes wind", user="tom")
    assert 0 == catch_up(store.database)
    agno.upsert_user_memory(UserMemory(memory="Plays chess", memory_id="m1", topics=["x"], user_id="sarah", input="hm"))
    agno.upsert_user_memory(UserMemory(memory="Likes milk", memory_id=changed.memory_id, user_id="sarah"))
    agno.delete_user_memory(removed.memory_id, user_id="sarah")
    assert [3, 0] == [catch_up(store.database) for _ in range(2)]
    assert (["Likes milk", "Plays chess"], ["Likes wind"]) == (texts(store), texts(store, "tom"))
    assert ["Plays chess"] == [memory.text for memory, _ in search_memories(store.database, "sarah", "chess", 5)]
    assert ["agno"] * 3 == [entry.actor for entry in history(store.database, "sarah")[2:]]
    assert {"add", "edit", "forget"} == {entry.action for entry in history(store.database, "sarah")[2:]}


def test_agno_does_not_bring_back_what_was_forgotten(store: Store, agno: BaseDb) -> None:
    """Not under its old id, and not as a new memory; it leaves Agno's table again."""
    gone = store.say("Likes tea").added[0]
    corrections.forget_memories(store.database, "sarah", [gone.memory_id], now=NOW)
    agno.upsert_user_memory(UserMemory(memory="Likes tea", memory_id=gone.memory_id, user_id="sarah"))
    agno.upsert_user_memory(UserMemory(memory="I like tea.", memory_id="m2", user_id="sarah"))
    assert [2, 0] == [catch_up(store.database) for _ in range(2)]
    assert [] == texts(store)
    assert [] == agno.get_user_memories(user_id="sarah")


def test_what_cannot_be_a_memory_is_left_to_agno(store: Store, agno: BaseDb) -> None:
    """Too long, a secret, or of no user: agentmem neither uses nor removes it."""
    for number, text in enumerate(["x" * 501, "My password is hunter2"]):
        agno.upsert_user_memory(UserMemory(memory=text, memory_id=f"m{number}", user_id="sarah"))
    agno.upsert_user_memory(UserMemory(memory="Likes tea", memory_id="nobody's"))
    assert 0 == catch_up(store.database)
    assert ([], 3) == (texts(store), store.database.read("SELECT count(*) FROM agno_memories")[0][0])


def test_what_agno_worded_anew_is_of_the_kind_that_its_words_say(store: Store, agno: BaseDb) -> None:
    """As after a correction by hand."""
    memory = store.say("Likes tea").added[0]
    text = "I fly to Rome on 14 June 2099"
    agno.upsert_user_memory(UserMemory(memory=text, memory_id=memory.memory_id, user_id="sarah"))
    catch_up(store.database)
    (changed,) = list_memories(store.database, "sarah")
    assert (text, "event", "2099-06-14") == (changed.text, changed.kind, changed.on_date)
