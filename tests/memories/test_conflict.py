"""Updates: a newer statement replaces the one it makes untrue, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from memories.conftest import NOW, Store

from agentmem_cli.embedding import bundled
from agentmem_cli.memories import corrections
from agentmem_cli.memories.conflict import Conflict, find_conflict
from agentmem_cli.memories.ledger import note_used
from agentmem_cli.memories.rules import capture_by_rules
from agentmem_cli.memories.sameness import same_key
from agentmem_cli.memories.store import (
    find_memory,
    history,
    list_memories,
    memories_as_of,
    profile_memories,
)
from agentmem_cli.memories.writer import Operation
from agentmem_cli.records import Memory

if TYPE_CHECKING:
    from agentmem_cli.embedding.vectors import Vectors

OTHERS = ("Speaks French", "Daughter plays soccer", "Bank is Chase", "Drives a Golf", "Birthday is on March 3")


def a_memory(text: str) -> Memory:
    return Memory(text, "sarah", text, "fact", [], "active", text, None, None, 1, 1, 1, False, None, None)


def texts(store: Store, status: str | None = "active", user: str = "sarah") -> list[str]:
    return [memory.text for memory in list_memories(store.database, user, status=status)]


@pytest.mark.parametrize("actor", ["person", "rules", "model:x"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Works at Acme", "Works at Globex"),
        ("Lives in Oslo", "Moved to Bergen"),
        ("Is single", "Is married to Tom"),
        ("Is vegan", "No longer vegan"),
        ("Smokes", "Quit smoking"),
        ("Has two kids", "Has three kids"),
        ("Uses Vim", "Switched from Vim to Emacs"),
        ("Boss is Karen", "Boss is Miguel"),
        ("Favourite colour is blue", "Favourite colour is green"),
        ("Prefers tea over coffee", "Prefers coffee over tea"),
        ("Is unemployed", "Works at Globex"),
        ("Answer in German", "From now on answer in English"),
    ],
)
def test_an_update_replaces_at_once_and_says_so(store: Store, old: str, new: str, actor: str) -> None:
    """Whoever writes it; the old one stays, marked, until when it was true."""
    store.say("Likes jazz")
    before = store.say(old, actor=actor).added[0]
    (after,) = store.say(new, actor=actor).replaced
    gone = find_memory(store.database, "sarah", before.memory_id)
    assert ([new, "Likes jazz"], [old]) == (texts(store), texts(store, "superseded"))
    assert (before.memory_id, after.memory_id, after.said_at) == (after.supersedes, gone.superseded_by, gone.valid_to)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Likes tea", "Likes coffee"),
        ("Is allergic to nuts", "Is allergic to cats"),
        ("Lives in Oslo", "Sister lives in Paris"),
        ("Lives in Oslo", "Lives with two cats"),
        ("Works at Acme", "Also works at a bar on weekends"),
        ("Has a dog called Rex", "Has a cat called Tom"),
        ("Went to Rome last week", "Went to Rome in 2019"),
        ("Wakes up at 6:30", "Goes to bed at 11"),
        ("Loves jazz", "Now loves jazz and blues"),
        ("Plays the guitar", "Used to play the drums"),
        ("Fact number 1 of many", "Fact number 2 of many"),
        ("Prefers tea over coffee", "Prefers trains over planes"),
        ("Lives in Oslo", "Lives in Oslo near the harbour"),
        ("Drives a Tesla", "Drives a blue Tesla Model 3"),
        ("Is married to Tom", "Our friends Ana and Luis got divorced"),
        ("Uses Vim", "My coworker switched from Vim to Emacs"),
        ("My 5K best is 25 minutes", "My 10K best is 54 minutes"),
        ("Uses Python", "Uses Docker"),
        ("Is allergic to nuts", "Loves the opera in Oslo"),
    ],
)
def test_what_can_be_true_together_stays_together(store: Store, one: str, other: str) -> None:
    """Two allergies, but one home."""
    store.say(one)
    written = store.say(other)
    assert ([other], []) == ([memory.text for memory in written.added], written.asked)
    assert [other, one] == texts(store)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Therapist appointments are every two weeks", "My therapist has me coming every week now"),
        ("I've tried three Korean restaurants in my city", "By the way, I've now tried four Korean restaurants"),
        ("Knee injury keeps me from running", "My knee has healed and I'm running again"),
        ("Team uses Jira for tickets", "We track our tickets in Linear now"),
    ],
)
def test_an_update_in_other_words_is_found_among_ten(store: Store, old: str, new: str) -> None:
    """No rule is sure of it: both are known, and the person is asked."""
    for other in OTHERS:
        store.say(other)
    before = store.say(old).added[0]
    written = store.say(new)
    assert ([before.memory_id], []) == ([memory.replaces_perhaps for memory in written.added], written.replaced)
    assert {old, new} <= set(texts(store))


def test_a_new_home_asks_about_the_town_one_works_in(store: Store) -> None:
    """They share no word: it is found since it says who the person is."""
    store.write(Operation("add", "Is a nurse in Oslo", topics=["identity"]), actor="person")
    assert ["Is a nurse in Oslo"] == [each.text for each in store.say("Lives in Bergen").asked]


@pytest.mark.parametrize("new", ["I moved to Postgres", "Moved the couch to the living room", "Moved to Thursday"])
def test_a_move_to_what_is_no_place_replaces_no_home(store: Store, new: str) -> None:
    """Software, rooms and days are nobody's home."""
    store.say("Lives in Oslo")
    assert [] == store.say(new).replaced
    assert [] == [each.text for each in capture_by_rules("I moved to Postgres", []) if each.text.startswith("Lives")]


def test_nothing_alike_loads_no_embedder() -> None:
    """Loading it takes a second, which `memories add` shall not spend on a sure case or on a new topic."""
    asked: list[list[str]] = []

    def embed(each: list[str]) -> Vectors:
        asked.append(each)
        return bundled.embed(each)

    known = [a_memory("Lives in Oslo"), a_memory("Likes jazz"), a_memory("Used to smoke")]
    assert find_conflict("Lives in Bergen", "", known, embed) == Conflict(known[0], sure=True)
    assert None is find_conflict("Likes tea", "", known[1:], embed)
    assert [] == asked
    assert None is find_conflict("Paints the fence now", "", known, embed)
    assert [] != asked


def test_one_batch_does_not_contradict_itself(store: Store) -> None:
    """What is said in one breath, or stands in one file, is all meant."""
    store.write(Operation("add", "Works at Acme"), Operation("add", "Works at Globex"), actor="person")
    assert 2 == len(texts(store))


def test_what_was_said_earlier_replaces_nothing_said_later(store: Store) -> None:
    """An imported old fact is not news."""
    store.say("Works at Acme")
    store.write(Operation("add", "Works at Globex", said_at=NOW - 9), actor="person")
    assert ["Works at Acme", "Works at Globex"] == texts(store)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I work in healthcare", "I'm working in healthcare"),
        ("I work in healthcare", "My job is in healthcare"),
        ("Works for Acme", "works at the Acme."),
        ("I live in Oslo", "I'm currently based in Oslo"),
        ("Likes cats and dogs", "I like dogs and cats"),
        ("Doesn't like coriander", "Dislikes coriander"),
        ("Has a dog named Rex", "I have a dog called Rex"),
        ("Is vegan", "I'm a vegan"),
    ],
)
def test_the_same_in_other_words_is_one_memory_seen_twice(store: Store, one: str, other: str) -> None:
    """Also when it was forgotten: then only the person brings it back."""
    memory = store.say(one).added[0]
    assert [2] == [each.seen_count for each in store.say(other, actor="rules").repeated]
    corrections.forget_memories(store.database, "sarah", [memory.memory_id], now=NOW)
    assert [memory.memory_id] == [each.memory_id for each in store.say(other, actor="model:x").blocked]
    assert 1 == len(store.say(other).added)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Likes tea", "Doesn't like tea"),
        ("Prefers tea over coffee", "Prefers coffee over tea"),
        ("Likes run", "Likes running"),
        ("Anna's boss is Tom", "Tom's boss is Anna"),
        ("C++", "C"),
    ],
)
def test_other_words_that_mean_another_thing_are_not_the_same(one: str, other: str) -> None:
    """A key leaves out only what says nothing."""
    assert same_key(one) != same_key(other)


CHAT = """
    Hi, I'm Sarah | I live in Oslo | I work at Acme | I have two kids | My favourite colour is blue | I'm vegan
    I use Vim | I love hiking | I'm allergic to nuts | What is the weather? | My dog's name is Rex | I drive a Golf
    Answer in German | Keep answers short | I speak French | I moved to Bergen | I now work at Globex
    I have three kids | Actually, my favourite colour is green | I'm no longer vegan | I own a boat | Thanks!
    My wife is called Anna | I'm learning Rust | I prefer tea over coffee | I work at Hooli now | I play chess
    I'm flying to Rome on Friday | I live in Bergen with my wife | From now on answer in English
"""


def test_replaying_a_chat_ten_times_adds_nothing(store: Store) -> None:
    """Updates are not turned back and forth, and the ledger does not grow."""
    lines = [line.strip() for line in CHAT.replace("\n", "|").split("|") if line.strip()]
    assert 30 == len(lines)
    after_once: list[str] = []
    entries = 0
    for number in range(10):
        for line in lines:
            existing = list_memories(store.database, "sarah")
            store.write(*capture_by_rules(line, existing), typed=line)
        if number == 0:
            after_once, entries = texts(store, None), len(history(store.database, "sarah"))
            assert {"Works at Hooli", "Has three kids", "From now on answer in English"} <= set(texts(store))
            assert {"Works at Acme", "Works at Globex", "Lives in Oslo"} <= set(texts(store, "superseded"))
    assert (after_once, entries) == (texts(store, None), len(history(store.database, "sarah")))


def test_what_was_replaced_can_become_true_again(store: Store) -> None:
    """When the person says in new words that it changed back."""
    store.say("Lives in Oslo", actor="rules")
    store.say("Lives in Bergen", actor="rules")
    assert ["Lives in Bergen"] == texts(store)
    store.write(Operation("add", "Lives in Oslo", quote="I moved back to Oslo"))
    assert ["Lives in Oslo"] == texts(store)


def test_what_was_true_at_a_time(store: Store) -> None:
    """Said by then and not replaced by then; what was forgotten since is left out."""
    for text, at in (("Works at Acme", 100), ("Works at Globex", 200), ("Likes tea", 150)):
        store.write(Operation("add", text, said_at=at), actor="person")
    as_of = [[memory.text for memory in memories_as_of(store.database, "sarah", at)] for at in (99, 100, 199, 200)]
    assert [[], ["Works at Acme"], ["Likes tea", "Works at Acme"], ["Works at Globex", "Likes tea"]] == as_of
    corrections.forget_all(store.database, "sarah", now=NOW)
    assert [] == memories_as_of(store.database, "sarah", 199)


def test_what_is_used_most_comes_first_and_what_is_pinned_before_it(store: Store) -> None:
    """Use is counted without an entry in the ledger, and outlives an undo; a pin is undone."""
    ids = [store.write(Operation("add", text, "preference"), actor="person").added[0].memory_id for text in "ABC"]
    entries = len(history(store.database, "sarah"))
    note_used(store.database, "sarah", [ids[0]], 5)
    note_used(store.database, "tom", [ids[1]], 5)
    note_used(store.database, "sarah", [], 5)
    assert ["A", "C", "B"] == [memory.text for memory in profile_memories(store.database, "sarah", 99)]
    assert entries == len(history(store.database, "sarah"))
    assert 1 == len(corrections.pin(store.database, "sarah", [ids[1]], pinned=True, now=NOW))
    assert [] == corrections.pin(store.database, "sarah", [ids[1]], pinned=True, now=NOW)
    assert ["B", "A", "C"] == [memory.text for memory in profile_memories(store.database, "sarah", 99)]
    corrections.forget_memories(store.database, "sarah", [ids[0]], now=NOW)
    note_used(store.database, "sarah", [ids[0]], 6)
    for _ in range(2):
        corrections.undo_last(store.database, "sarah", now=NOW)
    used = find_memory(store.database, "sarah", ids[0])
    assert (2, 6, "active") == (used.use_count, used.last_used_at, used.status)
    assert not find_memory(store.database, "sarah", ids[1]).pinned
