"""An update that no rule is sure of: it is known at once, and asks whether it replaces what was known before."""

from __future__ import annotations

import pytest
from memories.conftest import NOW, Store

from agentmem_cli.errors import UsageProblem
from agentmem_cli.memories import corrections
from agentmem_cli.memories.catch_up import catch_up
from agentmem_cli.memories.operations import Operation
from agentmem_cli.memories.store import count_pending, find_memory, history, list_memories, list_pending
from agentmem_cli.memories.transfer import export_memories, import_memories, parse_memories
from agentmem_cli.recall.block import recall_block
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.records import Memory

OLD = "Hosts a film club with pizza for neighbours"
NEW = "Hosts a book club with pizza for neighbours now"


@pytest.fixture
def asked(store: Store) -> tuple[Memory, Memory]:
    """The older memory and the newer one, which may replace it."""
    old = store.say(OLD).added[0]
    written = store.write(Operation("add", NEW, asks_about=old.memory_id), actor="person")
    assert ([old], [old.memory_id]) == (written.asked, [memory.replaces_perhaps for memory in written.added])
    return old, written.added[0]


def texts(store: Store, status: str | None = "active", user: str = "sarah") -> list[str]:
    return [memory.text for memory in list_memories(store.database, user, status=status)]


def waiting(store: Store, user: str = "sarah") -> list[str]:
    found = [memory.text for memory in list_pending(store.database, user)]
    assert len(found) == count_pending(store.database, user)
    return found


def test_both_are_known_and_only_the_question_waits(store: Store, asked: tuple[Memory, Memory]) -> None:
    """The newest fact is in recall at once; the older one is marked there, and in the profile."""
    old, new = asked
    assert ([NEW, OLD], [NEW], []) == (texts(store), waiting(store), waiting(store, "tom"))
    corrections.pin(store.database, "sarah", [old.memory_id], pinned=True, now=NOW)
    found = recall_for(store.database, "sarah", "which club is it that she hosts?")
    marked = {memory.text: memory.perhaps_replaced_by for memory in (*found.memories, *found.profile)}
    assert {OLD: NEW, NEW: None} == marked
    found.profile.clear()
    block = recall_block(found, "x")
    assert f"known: {OLD}\n  perhaps replaced; newer: {NEW}\n" in block
    assert f"known: {NEW}\n" in block
    assert ["ask"] == [entry.action for entry in history(store.database, "sarah", new.memory_id)]


def test_yes_replaces_the_older_one(store: Store, asked: tuple[Memory, Memory]) -> None:
    """Undo asks again."""
    old, new = asked
    (settled,) = corrections.approve(store.database, "sarah", [new.memory_id], now=NOW)
    gone = find_memory(store.database, "sarah", old.memory_id)
    assert ([NEW], [OLD], []) == (texts(store), texts(store, "superseded"), waiting(store))
    assert (old.memory_id, None, new.memory_id) == (settled.supersedes, settled.replaces_perhaps, gone.superseded_by)
    corrections.undo_last(store.database, "sarah", now=NOW)
    assert ([NEW, OLD], [NEW]) == (texts(store), waiting(store))


@pytest.mark.parametrize("mode", ["auto", "review"])
def test_yes_to_all_keeps_the_last_said(store: Store, mode: str) -> None:
    """One that replaces another which waits as well ends it, whatever the order in which they are named."""
    old = store.say("I live in Oslo").added[0]
    asking = Operation("add", "I live in Bergen", asks_about=old.memory_id)
    written = store.write(asking, actor="person", mode=mode)
    about = (written.added or [old])[0]
    store.write(Operation("add", "I live in Rome", asks_about=about.memory_id), actor="person", mode=mode)
    ids = [memory.memory_id for memory in list_pending(store.database, "sarah")]
    approved = corrections.approve(store.database, "sarah", ids, now=NOW)
    assert ["I live in Bergen", "I live in Rome"] == [memory.text for memory in approved]
    assert ["I live in Rome"] == texts(store)
    corrections.undo_last(store.database, "sarah", now=NOW)
    assert set(ids) == {memory.memory_id for memory in list_pending(store.database, "sarah")}


@pytest.mark.parametrize("answer", ["reject", "keep old"])
def test_no_keeps_both_and_is_not_asked_again(store: Store, asked: tuple[Memory, Memory], answer: str) -> None:
    """Also when one of the two was forgotten and is said once more; undo asks again."""
    old, new = asked
    if answer == "reject":
        (kept,) = corrections.reject(store.database, "sarah", [new.memory_id], now=NOW)
    else:
        (kept,) = corrections.approve(store.database, "sarah", [new.memory_id], now=NOW, keep_old=True)
    assert ([NEW, OLD], [], "active", None) == (texts(store), waiting(store), kept.status, kept.supersedes)
    for forgotten in (new, old):
        corrections.forget_memories(store.database, "sarah", [forgotten.memory_id], now=NOW)
        assert [] == store.say(forgotten.text).asked
    assert [] == waiting(store)
    for _ in range(5):
        corrections.undo_last(store.database, "sarah", now=NOW)
    assert [NEW] == waiting(store)


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("end", ["edit", "forget", "supersede", "agno edits", "agno deletes"])
def test_a_question_ends_with_either_memory(store: Store, asked: tuple[Memory, Memory], end: str, which: int) -> None:
    """Whatever becomes of one of the two; what is not waiting cannot be answered, and undo asks again."""
    memory = asked[which]
    agno = {
        "agno edits": "UPDATE agno_memories SET memory = '\"Likes tea\"' WHERE memory_id = ?",
        "agno deletes": "DELETE FROM agno_memories WHERE memory_id = ?",
    }
    if end == "edit":
        corrections.edit_memory(store.database, "sarah", memory.memory_id, "Likes tea", now=NOW)
    elif end == "forget":
        corrections.forget_memories(store.database, "sarah", [memory.memory_id], now=NOW)
    elif end == "supersede":
        club = "film" if which == 0 else "book"
        ended = Operation("replace", quote=f"I no longer host the {club} club", replaces=(memory.memory_id,))
        assert 1 == len(store.write(ended, actor="person").ended)
    else:
        with store.database.write() as connection:
            connection.execute(agno[end], (memory.memory_id,))
        assert 1 == catch_up(store.database)
    assert [] == waiting(store)
    with pytest.raises(UsageProblem, match="This needs one that is proposed or in question"):
        corrections.approve(store.database, "sarah", [asked[1].memory_id], now=NOW)
    corrections.undo_last(store.database, "sarah", now=NOW)
    assert [NEW] == waiting(store)


def test_a_question_moves_with_an_export(store: Store, asked: tuple[Memory, Memory]) -> None:
    """Tom imports what Sarah exports, and is asked the same; the same file again asks nothing more."""
    exported = export_memories(list_memories(store.database, "sarah"), "jsonl")
    for _ in range(2):
        import_memories(store.database, "tom", parse_memories(exported), now=NOW)
    assert ([NEW], {NEW, OLD}) == (waiting(store, "tom"), set(texts(store, user="tom")))
    (question,) = list_pending(store.database, "tom")
    assert OLD == find_memory(store.database, "tom", question.replaces_perhaps or "").text
    assert asked[0].memory_id != question.replaces_perhaps


def test_in_review_mode_the_new_one_waits_itself(store: Store) -> None:
    """It is a proposal like any other, and names what it would replace."""
    old = store.say(OLD).added[0]
    asking = Operation("add", NEW, quote=NEW, asks_about=old.memory_id)
    (proposed,) = store.write(asking, mode="review").proposed
    assert ([OLD], [NEW], old.memory_id) == (texts(store), waiting(store), proposed.supersedes)
    corrections.approve(store.database, "sarah", [proposed.memory_id], now=NOW, keep_old=True)
    assert ([NEW, OLD], []) == (texts(store), waiting(store))


def test_saying_it_again_answers_nothing(store: Store, asked: tuple[Memory, Memory]) -> None:
    """Neither a model nor a rule decides by repeating: the question stays the person's."""
    for actor in ("offline", "model:person"):
        store.say(NEW, actor=actor)
        store.say(OLD, actor=actor)
    assert ([asked[1].text], [NEW, OLD]) == (waiting(store), texts(store))
