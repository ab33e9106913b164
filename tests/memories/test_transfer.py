"""Memories out of one store and into another."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from memories.conftest import NOW, Store

from agentmem_cli.errors import AgentmemError
from agentmem_cli.memories import corrections
from agentmem_cli.memories.operations import Operation
from agentmem_cli.memories.store import list_memories
from agentmem_cli.memories.transfer import export_memories, import_memories, parse_memories
from agentmem_cli.records import Memory


def filled(store: Store) -> list[Memory]:
    store.write(Operation("add", "Works in healthcare", quote="I work in healthcare", topics=["work"]))
    store.write(Operation("add", "Likes café ☕", "preference", said_at=NOW - 86_400), actor="person")
    return list_memories(store.database, "sarah")


@pytest.mark.parametrize("file_format", ["json", "jsonl"])
def test_what_is_exported_imports_again(store: Store, file_format: str) -> None:
    """Text, kind, topics, quote and when it was said; twice adds nothing the second time."""
    memories = filled(store)
    operations = parse_memories(export_memories(memories, file_format))
    assert 2 == len(import_memories(store.database, "tom", operations, now=NOW).added)
    assert 2 == len(import_memories(store.database, "tom", operations, now=NOW).repeated)

    def said(user: str) -> list[tuple[object, ...]]:
        found = list_memories(store.database, user)
        return [(each.text, each.kind, each.topics, each.quote, each.said_at) for each in found]

    assert said("sarah") == said("tom")


def test_nothing_of_a_memory_is_lost(store: Store) -> None:
    """Ids, pins, whom it is about, its days; in a store that has the ids already they are given anew."""
    store.write(
        Operation("add", "Mia starts school", "event", subject="Mia (daughter)", on="2026-09-01", until="2026-09-02"),
        Operation("add", "Lives in Oslo", from_="1965-03-01", pinned=True),
        actor="person",
    )
    exported = list_memories(store.database, "sarah")
    operations = parse_memories(export_memories(exported, "json"))
    toms = import_memories(store.database, "tom", operations, now=NOW).added
    assert {each.memory_id for each in toms}.isdisjoint(each.memory_id for each in exported)
    with store.database.write() as connection:
        connection.execute("DELETE FROM memory_details")
    import_memories(store.database, "sarah", operations, now=NOW)
    again = {each.memory_id: each for each in list_memories(store.database, "sarah")}
    assert again == {each.memory_id: replace(each, session_id=None, run_id=None) for each in exported}


def test_an_id_of_another_program_is_none(store: Store) -> None:
    """Nor may two in one file have the same."""
    file = json.dumps(
        [{"text": text, "memory_id": id_} for text, id_ in (("A", "a\nb"), ("B", "a" * 32), ("C", "a" * 32))]
    )
    added = import_memories(store.database, "sarah", parse_memories(file), now=NOW).added
    assert [32, 32, 32] == [len(each.memory_id) for each in added]
    assert ["B"] == [each.text for each in added if each.memory_id == "a" * 32]


def test_importing_brings_back_what_was_forgotten(store: Store) -> None:
    """An import is the person's own act."""
    exported = export_memories(filled(store), "json")
    corrections.forget_all(store.database, "sarah", now=NOW)
    assert 2 == len(import_memories(store.database, "sarah", parse_memories(exported), now=NOW).added)


def test_markdown_is_for_reading(store: Store) -> None:
    """By kind, with dates."""
    facts = "## Facts\n\n- Works in healthcare (2026-05-28)"
    expected = f"# Memories\n\n{facts}\n\n## Preferences\n\n- Likes café ☕ (2026-05-27)\n"
    assert expected == export_memories(filled(store), "md")
    assert "# Memories\n" == export_memories([], "md")


def test_only_a_text_is_needed(store: Store) -> None:
    """The kind is what the words say, as in a chat, and the time is now; a secret is left out and reported."""
    lines = '{"text": "Always answer in metric units"}\n\n{"text": "my password is hunter2", "topics": 3}\n'
    written = import_memories(store.database, "sarah", parse_memories(lines), now=NOW)
    (added,) = written.added
    assert ("Always answer in metric units", "instruction", NOW) == (added.text, added.kind, added.said_at)
    assert ["a password"] == written.withheld
    assert [] == parse_memories("")


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("not json", "is not JSON"),
        ('{"text": 3}', 'has no "text"'),
        ("[" * 100_000, "is not JSON"),
        ("7", 'has no "text"'),
        ('{"text": " "}', "cannot be empty"),
        (json.dumps({"text": "x" * 501}), "500 characters"),
        ('{"text": "x", "kind": "wisdom"}', 'has a "kind"'),
        ('{"text": "x", "quote": 3}', 'has a "quote"'),
        ('{"text": "x", "subject": 3}', 'has a "subject"'),
        ('{"text": "x", "on_date": "soon"}', 'has a "on_date"'),
        ('{"text": "x", "valid_from": "1700-01-01T00:00:00Z"}', 'has a "valid_from"'),
        ('{"text": "x", "said_at": "yesterday"}', 'has a "said_at"'),
        ('{"text": "x", "said_at": 1780000000000}', 'has a "said_at"'),
        ('{"text": "x", "said_at": "9999-01-01T00:00:00Z"}', 'has a "said_at"'),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_imported(bad: str, why: str) -> None:
    """By its number and with what is wrong."""
    text = bad if bad.startswith("[") else '{"text": "fine"}\n' + bad
    with pytest.raises(AgentmemError) as caught:
        parse_memories(text)
    assert f"Memory {1 if bad.startswith('[') else 2} " in caught.value.problem
    assert why in caught.value.problem
