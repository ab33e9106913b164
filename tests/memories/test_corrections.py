"""Correcting, forgetting, approving and undoing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from memories.conftest import NOW, Store

from agentmem_cli.errors import Ambiguous, NotFound, StorageProblem, UsageProblem
from agentmem_cli.memories import corrections
from agentmem_cli.memories.catch_up import catch_up
from agentmem_cli.memories.ledger import begin_batch, note_used
from agentmem_cli.memories.operations import Operation
from agentmem_cli.memories.store import (
    find_memory,
    history,
    list_memories,
    memories_as_of,
    profile_memories,
    same_text,
    search_memories,
    touched_memories,
)
from agentmem_cli.records import LedgerEntry, Memory

TABLES = ("memory_details", "agno_memories")


def contents(store: Store) -> dict[str, list[Any]]:
    """Every row of every table that a change touches, but the ledger. Agno's rows have no order of their own."""
    queries = {table: f"SELECT * FROM {table} ORDER BY 1" for table in TABLES}  # noqa: S608 -- names above
    queries["agno_memories"] = "SELECT * FROM agno_memories ORDER BY memory_id"
    return {table: [tuple(row) for row in store.database.read(query)] for table, query in queries.items()}


def texts(store: Store, status: str | None = "active", user: str = "sarah") -> list[str]:
    return [memory.text for memory in list_memories(store.database, user, status=status)]


def test_editing_changes_the_text_everywhere(store: Store) -> None:
    """The list, the search and Agno's table; its quote and id stay."""
    memory = store.say("Likes tea").added[0]
    edited = corrections.edit_memory(store.database, "sarah", memory.memory_id[:6], " Likes  coffee", now=NOW)
    assert ("Likes coffee", memory.memory_id, "Likes tea") == (edited.text, edited.memory_id, edited.quote)
    assert [[], [edited]] == [
        [found for found, _ in search_memories(store.database, "sarah", word, 5)] for word in ("tea", "coffee")
    ]
    assert '"Likes coffee"' == store.database.read("SELECT memory FROM agno_memories")[0]["memory"]


def test_editing_changes_what_the_text_says_of_itself(store: Store) -> None:
    """Its kind, topics and day are those of the new text; with no other day, a day that was noted stays."""
    flight = "I fly to Rome on 14 June 2099"
    written = store.write(Operation("add", flight, "event", topics=["travel"], on="2099-06-14"), actor="person")
    (memory,) = written.added
    later = corrections.edit_memory(store.database, "sarah", memory.memory_id, flight.replace("14", "20"), now=NOW)
    assert ("event", "2099-06-20") == (later.kind, later.on_date)
    same = corrections.edit_memory(store.database, "sarah", memory.memory_id, f"{flight.replace('14', '20')}!", now=NOW)
    assert "2099-06-20" == same.on_date
    other = corrections.edit_memory(store.database, "sarah", memory.memory_id, "I am allergic to peanuts", now=NOW)
    assert ("fact", ["health"], None) == (other.kind, other.topics[:1], other.on_date)
    planned = store.write(Operation("add", "Flies to Roem", "event", on="2099-06-14"), actor="person").added[0]
    mended = corrections.edit_memory(store.database, "sarah", planned.memory_id, "Flies to Rome", now=NOW)
    assert ("event", "2099-06-14") == (mended.kind, mended.on_date)


@pytest.mark.parametrize("text", ["", "x" * 501, "my password is hunter2", "likes tea."])
def test_editing_holds_to_the_rules_of_writing(store: Store, text: str) -> None:
    """Not empty, not overlong, no secret, nothing that is known already."""
    store.say("Likes tea")
    memory = store.say("Likes coffee").added[0]
    with pytest.raises(UsageProblem):
        corrections.edit_memory(store.database, "sarah", memory.memory_id, text, now=NOW)
    assert ["Likes coffee", "Likes tea"] == texts(store)


def test_a_forgotten_memory_is_not_learnt_again_but_by_the_person(store: Store) -> None:
    """A tombstone stops what is captured; who says it again by hand means it."""
    memory = store.say("Likes tea", actor="offline").added[0]
    corrections.forget_memories(store.database, "sarah", [memory.memory_id], now=NOW)
    assert [memory.memory_id] == [each.memory_id for each in store.say("likes TEA", actor="model:x").blocked]
    assert [] == texts(store)
    store.say("Likes tea")
    assert ["Likes tea"] == texts(store)


def test_forget_all_forgets_everything_of_one_user(store: Store) -> None:
    """Active, proposed and superseded; another user's stay."""
    old = store.say("Works at Acme").added[0]
    store.write(Operation("replace", "Works at Globex", replaces=(old.memory_id,)), actor="person")
    store.say("Likes tea", mode="review")
    store.say("Likes tea", user="tom")
    assert 3 == len(corrections.forget_all(store.database, "sarah", now=NOW))
    assert ([], 3, ["Likes tea"]) == (texts(store), len(texts(store, "forgotten")), texts(store, user="tom"))


def test_approving_makes_active_and_replaces(store: Store) -> None:
    """What a proposal replaces is superseded only then."""
    old = store.say("Works at Acme").added[0]
    operation = Operation("replace", "Works at Globex", quote="I work at Globex", replaces=(old.memory_id,))
    proposed = store.write(operation, mode="review").proposed[0]
    assert ["Works at Acme"] == texts(store)
    corrections.approve(store.database, "sarah", [proposed.memory_id], now=NOW)
    assert (["Works at Globex"], ["Works at Acme"]) == (texts(store), texts(store, "superseded"))
    with pytest.raises(UsageProblem):
        corrections.approve(store.database, "sarah", [proposed.memory_id], now=NOW)


def test_a_rejected_memory_is_not_proposed_again(store: Store) -> None:
    """No means no."""
    proposed = store.say("Likes tea", actor="offline", mode="review").proposed[0]
    corrections.reject(store.database, "sarah", [proposed.memory_id], now=NOW)
    assert 1 == len(store.say("Likes tea", actor="offline", mode="review").blocked)
    assert ["Likes tea"] == texts(store, "rejected")


def test_one_wrong_id_changes_nothing(store: Store) -> None:
    """All of the ids or none."""
    memory = store.say("Likes tea").added[0]
    with pytest.raises(NotFound):
        corrections.forget_memories(store.database, "sarah", [memory.memory_id, "nope"], now=NOW)
    assert ["Likes tea"] == texts(store)


def test_ids_take_a_unique_prefix_of_the_users_own(store: Store) -> None:
    """An unknown one, an empty one and another user's are not found."""
    memory = store.say("Likes tea").added[0]
    assert memory == find_memory(store.database, "sarah", memory.memory_id[:4])
    for user, prefix in (("sarah", "nope"), ("sarah", ""), ("tom", memory.memory_id)):
        with pytest.raises(NotFound):
            find_memory(store.database, user, prefix)


def test_undo_takes_back_one_batch_after_the_other(store: Store) -> None:
    """Run again, it undoes the one before; when none is left it says so."""
    store.say("Likes tea")
    store.say("Likes coffee")
    undone = [corrections.undo_last(store.database, "sarah", now=NOW)[0] for _ in range(2)]
    assert ["Likes coffee", "Likes tea"] == [(entry.before or {})["text"] for entry in undone]
    assert [None, None] == [entry.after for entry in undone]
    with pytest.raises(NotFound):
        corrections.undo_last(store.database, "sarah", now=NOW)
    store.say("Likes milk")
    corrections.undo_last(store.database, "sarah", now=NOW)
    assert [] == texts(store, None)


def test_undo_is_in_the_ledger_and_the_ledger_only_grows(store: Store) -> None:
    """Nothing that happened disappears from the history."""
    store.say("Likes tea")
    corrections.undo_last(store.database, "sarah", now=NOW + 9)
    entries = history(store.database, "sarah")
    assert ["add", "undo"] == [entry.action for entry in entries]
    assert NOW + 9 == entries[-1].at


STEPS: dict[str, Callable[[Store, str, str], Any]] = {
    "say": lambda store, user, text: store.say(text, user=user),
    "propose": lambda store, user, text: store.say(text, user=user, actor="offline", mode="review"),
    "replace": lambda store, user, text: store.write(
        Operation("replace", text, replaces=(_newest(store, user, "active"),)), actor="person", user=user
    ),
    "edit": lambda store, user, text: corrections.edit_memory(
        store.database, user, _newest(store, user, "active"), text, now=NOW
    ),
    "forget": lambda store, user, _: corrections.forget_memories(
        store.database, user, [_newest(store, user, "active")], now=NOW
    ),
    "pin": lambda store, user, _: corrections.pin(
        store.database, user, [_newest(store, user, "active")], pinned=True, now=NOW
    ),
    "end": lambda store, user, _: store.write(
        Operation("replace", replaces=(_newest(store, user, "active"),)), actor="person", user=user
    ),
    "ask": lambda store, user, text: store.write(
        Operation("add", text, asks_about=_newest(store, user, "active")), actor="person", user=user
    ),
    "forget all": lambda store, user, _: corrections.forget_all(store.database, user, now=NOW),
    "approve": lambda store, user, _: corrections.approve(
        store.database, user, [_newest(store, user, "proposed")], now=NOW
    ),
    "reject": lambda store, user, _: corrections.reject(
        store.database, user, [_newest(store, user, "proposed")], now=NOW
    ),
}


def everything(store: Store, user: str) -> tuple[list[Memory], list[LedgerEntry], list[Memory]]:
    """What a user has: memories, ledger, and what was true at the end of time."""
    database = store.database
    return list_memories(database, user, status=None), history(database, user), memories_as_of(database, user, NOW * 2)


def _newest(store: Store, user: str, status: str) -> str:
    return next((each.memory_id for each in list_memories(store.database, user, status=status)), "none")


def _try(store: Store, step: str, user: str, text: str) -> None:
    with suppress(NotFound, UsageProblem):  # there was nothing to do it to
        STEPS[step](store, user, text)


steps = st.lists(
    st.tuples(st.sampled_from(list(STEPS)), st.sampled_from(["Likes tea", "Likes coffee", "Likes milk"])), max_size=8
)


@settings(max_examples=40)
@given(before=steps, step=st.sampled_from(list(STEPS)))
def test_undo_restores_exactly(store: Store, before: list[tuple[str, str]], step: str) -> None:
    """Whatever the change was, every row of every table is as it was before it."""
    for name, text in before:
        _try(store, name, "sarah", text)
    was, entries = contents(store), len(history(store.database, "sarah"))
    _try(store, step, "sarah", "Likes juice")
    if len(history(store.database, "sarah")) > entries:
        corrections.undo_last(store.database, "sarah", now=NOW)
    assert was == contents(store)


@settings(max_examples=40)
@given(mine=steps, theirs=steps)
def test_users_are_walls(store: Store, mine: list[tuple[str, str]], theirs: list[tuple[str, str]]) -> None:
    """What one user does changes and shows nothing of another's."""
    for name, text in theirs:
        _try(store, name, "tom", text)
    toms = everything(store, "tom")
    for name, text in mine:
        _try(store, name, "sarah", text)
    note_used(store.database, "sarah", [memory.memory_id for memory in toms[0]], NOW)
    assert 0 == catch_up(store.database)
    assert toms == everything(store, "tom")
    shown = [*list_memories(store.database, "sarah", status=None), *history(store.database, "sarah")]
    shown += memories_as_of(store.database, "sarah", NOW * 2)
    shown += same_text(store.database, "sarah", "Likes tea")
    shown += touched_memories(store.database, "sarah", "Likes tea")
    shown += [memory for _, memory, _ in profile_memories(store.database, "sarah")]
    shown += [memory for memory, _ in search_memories(store.database, "sarah", "likes tea coffee milk", 99)]
    assert {"sarah"} >= {each.user_id for each in shown}
    active = {memory.memory_id for user in ("sarah", "tom") for memory in list_memories(store.database, user)}
    assert active == {row["memory_id"] for row in store.database.read("SELECT memory_id FROM agno_memories")}


def test_a_change_that_fails_halfway_changes_nothing(store: Store) -> None:
    """Details, Agno's row, the index and the ledger commit together."""
    store.say("Likes tea")
    was = contents(store)
    store.database.connection.execute("ALTER TABLE memory_ledger RENAME TO gone")
    with pytest.raises(StorageProblem):
        store.say("Likes coffee")
    store.database.connection.execute("ALTER TABLE gone RENAME TO memory_ledger")
    assert was == contents(store)


def test_an_ambiguous_prefix_names_the_candidates(store: Store) -> None:
    """One character fits several of forty memories."""
    for number in range(40):
        store.say(f"Likes tea number {number}")
    first = [memory.memory_id[0] for memory in list_memories(store.database, "sarah")]
    common = max(first, key=first.count)
    with pytest.raises(Ambiguous) as caught:
        find_memory(store.database, "sarah", common)
    assert first.count(common) == len(caught.value.candidates)


def test_from_nothing_to_nothing_is_no_change(store: Store) -> None:
    """It leaves no entry in the ledger."""
    with store.database.write() as connection:
        begin_batch(connection, "sarah", "person", NOW).change(None, None, "add")
    assert [] == history(store.database, "sarah")
