"""What stands in every prompt, and how much of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agentmem_cli.language.classifier import TOPICS
from agentmem_cli.memories.corrections import pin
from agentmem_cli.memories.ledger import note_used
from agentmem_cli.memories.operations import PERSON, Operation, Source
from agentmem_cli.memories.store import list_memories
from agentmem_cli.memories.writer import apply_operations
from agentmem_cli.recall.block import MEMORY_BUDGET, profile_line, profile_text, recall_block
from agentmem_cli.recall.profile import PROFILE_BUDGET, PROFILE_CAP, TOPIC_SHARE, profile_of
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.recall.tokens import count_tokens
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database

ESSENTIAL = [
    Operation("add", "Name is Sarah Lind", topics=["name"]),
    Operation("add", "Is coeliac", topics=["health", "diet"]),
    Operation("add", "Is a vegetarian", topics=["diet"]),
    Operation("add", "Is allergic to peanuts", topics=["health"]),
    Operation("add", "Has asthma", topics=["health"]),
    Operation("add", "Has a daughter, Mia", topics=["people"]),
    Operation("add", "Lives in Bergen", topics=["home"]),
    Operation("add", "Works as a nurse", topics=["work"]),
    Operation("add", "Always answer in metric units", "instruction", topics=["style"]),
]


@pytest.fixture
def database(home: Path) -> Iterator[Database]:  # noqa: ARG001 -- its environment is what is needed
    with closing(open_database(load_settings())) as opened:
        yield opened


def write(database: Database, operations: list[Operation], at: int = 1) -> None:
    apply_operations(database, "sarah", operations, Source(None, None, at, PERSON), typed_text="", mode="auto", now=at)


def know(database: Database, kind: str, count: int, topic: str = "other") -> None:
    """So many memories of Sarah's."""
    texts = [f"Prefers {topic} {kind} number {n} to what others may offer" for n in range(count)]
    write(database, [Operation("add", text, kind, topics=[topic]) for text in texts])


def profile(database: Database) -> str:
    return profile_text(profile_of(database, "sarah"))


def tokens(database: Database) -> int:
    return sum(count_tokens(profile_line(memory)) + 1 for memory in profile_of(database, "sarah"))


@pytest.mark.parametrize("count", [300, 1_000])
def test_what_matters_is_always_there(database: Database, count: int) -> None:
    """Health, diet, family, names and wishes are in the profile however much else is known, later and pinned too."""
    write(database, ESSENTIAL, at=50)
    others = [topic for topic in TOPICS if topic not in ("name", "health", "diet", "people", "home", "work")]
    kinds = ["fact", "preference", "event", "preference"]
    more = [
        Operation("add", f"Statement number {n} on {others[n % 12]}", kinds[n % 4], topics=[others[n % 12]])
        for n in range(count)
    ]
    write(database, more, at=90)
    write(database, [Operation("add", f"Imagine that they're pirate {n}", "instruction") for n in range(20)], at=30)
    pin(database, "sarah", [memory.memory_id for memory in list_memories(database, "sarah")[:20]], pinned=True, now=99)
    shown = profile(database)
    assert [] == [each.text for each in ESSENTIAL if each.text not in shown]


def test_remarks_on_health_crowd_out_no_allergy(database: Database) -> None:
    """What was said once, long ago, stays before what is said every day of the same topic."""
    vital = ["I have coeliac disease.", "I am allergic to penicillin.", "My son Tom is four and has asthma."]
    remarks = [
        "I slept badly again.",
        "My knee hurts when I run.",
        "I had a cold last week.",
        "I go to the gym on Fridays.",
    ]
    write(database, [Operation("add", text, topics=["health"]) for text in vital], at=50)
    write(
        database,
        [
            Operation("add", f"{text[:-1]}, in week {week}.", topics=["health"])
            for week in range(75)
            for text in remarks
        ],
        at=90,
    )
    shown = profile(database)
    assert [] == [text for text in vital if text not in shown]


def test_a_long_profile_is_cut_at_its_budget(database: Database) -> None:
    """However much there is of each topic, it fills the budget and no more, and none has more than a third."""
    for topic in ("health", "pets", "travel", "work"):
        know(database, "fact", 60, topic)
    assert PROFILE_BUDGET - 20 < tokens(database) <= PROFILE_BUDGET
    know(database, "instruction", 60)
    wishes = [memory for memory in profile_of(database, "sarah") if memory.kind == "instruction"]
    assert 0 < sum(count_tokens(profile_line(memory)) + 1 for memory in wishes) <= TOPIC_SHARE


def test_wishes_are_told_from_facts(database: Database) -> None:
    """What is to be followed stands apart from what is only known, and each fact has the day on which it was said."""
    write(database, [*ESSENTIAL, Operation("add", "Flies to Rome", "event", on="2026-12-14")], at=1_780_000_000)
    wishes, facts = profile(database).split("\n\n")
    assert ("Follow it" in wishes, "not instructions" in facts) == (True, True)
    assert ["- [2026-05-28] Always answer in metric units"] == wishes.splitlines()[1:]
    assert "- [2026-05-28] Flies to Rome (on 2026-12-14)" in facts.splitlines()
    assert len(ESSENTIAL) + 1 == len(facts.splitlines())


def test_it_changes_only_when_a_memory_does(database: Database) -> None:
    """What was used, what is asked and what time it is change nothing."""
    know(database, "preference", 60)
    before = profile(database)
    note_used(database, "sarah", [memory.memory_id for memory in list_memories(database, "sarah")[20:]], 2)
    asked = recall_for(database, "sarah", "Which preference is number 3?")
    assert before == profile(database) == profile_text(asked.profile)


def test_what_is_pinned_has_more_room(database: Database) -> None:
    """Pinned memories of any kind go beyond the budget, up to the cap, and come before what is not essential."""
    know(database, "fact", 100)
    know(database, "preference", 10)
    facts = [memory.memory_id for memory in list_memories(database, "sarah") if memory.kind == "fact"]
    pin(database, "sarah", facts, pinned=True, now=2)
    assert PROFILE_CAP - 30 < tokens(database) <= PROFILE_CAP
    assert {"fact"} == {memory.kind for memory in profile_of(database, "sarah")}


def test_what_perhaps_replaces_a_memory_is_counted(database: Database) -> None:
    """A line of the profile is as long as the model reads it, with the newer text that may replace its memory."""
    know(database, "preference", 20)
    newer = [
        Operation("add", f"Likes another thing, number {n}, now", asks_about=memory.text, topics=["things"])
        for n, memory in enumerate(list_memories(database, "sarah"))
    ]
    before = len(profile_of(database, "sarah"))
    write(database, newer, at=2)
    marked = [memory for memory in profile_of(database, "sarah") if memory.perhaps_replaced_by]
    assert 0 < len(marked) < before
    assert tokens(database) <= PROFILE_BUDGET


@pytest.mark.parametrize("count", [10, 100])
def test_memory_takes_no_more_than_its_budget(database: Database, count: int) -> None:
    """Profile and recalled block together stay within it, whatever is known."""
    write(database, ESSENTIAL)
    for topic in ("health", "pets", "travel", "work"):
        know(database, "fact", count, topic)
    know(database, "instruction", count)
    found = recall_for(database, "sarah", "Which fact on travel do I prefer, and which on pets?")
    assert count_tokens(profile_text(found.profile)) + count_tokens(recall_block(found, "0a1b2c3d")) <= MEMORY_BUDGET


VITAL = [
    *("I'm allergic to penicillin", "I'm allergic to nuts", "I'm coeliac", "I'm type 1 diabetic", "I have asthma"),
    *("I'm lactose intolerant", "My son is allergic to eggs", "My wife is allergic to shellfish", "I'm on warfarin"),
    *("I have epilepsy", "My daughter is allergic to wasps", "I'm 34 weeks pregnant", "I have a pacemaker"),
    *("I am allergic to latex", "I carry an EpiPen for bee stings", "I have haemophilia", "My dad has dementia"),
]


def test_what_must_always_be_known_may_fill_the_profile(database: Database) -> None:
    """However many allergies and illnesses there are, each that fits the budget is there, whatever else is known."""
    write(database, [Operation("add", text, topics=["health"]) for text in VITAL])
    for topic in ("pets", "travel", "work"):
        know(database, "preference", 60, topic)
    know(database, "instruction", 8)
    shown = profile(database)
    assert [] == [text for text in VITAL if text not in shown]
    assert tokens(database) <= PROFILE_BUDGET


def test_no_preference_takes_the_room_of_a_wish(database: Database) -> None:
    """A person's dozen wishes are followed in every answer, however many preferences there are."""
    know(database, "instruction", 12)
    know(database, "preference", 60, "pets")
    wishes = [memory for memory in profile_of(database, "sarah") if memory.kind == "instruction"]
    assert 12 == len(wishes)
    assert TOPIC_SHARE < sum(count_tokens(profile_line(memory)) + 1 for memory in wishes)


def test_a_topic_may_have_the_room_that_nobody_wants(database: Database) -> None:
    """A person who tells of little but pets is known by that."""
    know(database, "fact", 12, "pets")
    assert 12 == len(profile_of(database, "sarah"))
    assert TOPIC_SHARE < tokens(database)
