"""The line that says what a message taught."""

from __future__ import annotations

from dataclasses import replace

import pytest
from memories.conftest import NOW

from agentmem_cli.agent.events import Captured
from agentmem_cli.records import Memory
from agentmem_cli.terminal.notices import memory_line, waiting_line


def memory(memory_id: str, text: str, replaces_perhaps: str | None = None) -> Memory:
    return Memory(
        memory_id,
        "sarah",
        text,
        "fact",
        [],
        "active",
        None,
        None,
        None,
        NOW,
        NOW,
        NOW,
        False,
        None,
        None,
        replaces_perhaps=replaces_perhaps,
    )


OSLO, BERGEN, TEA = memory("1", "Lives in Oslo"), memory("2", "Lives in Bergen", "1"), memory("3", "Likes tea")


@pytest.mark.parametrize(
    ("captured", "line"),
    [
        (Captured(), ""),
        (Captured([TEA]), "memory +1: Likes tea (undo: /undo)"),
        (Captured([], [TEA]), "memory ~1: Likes tea (undo: /undo)"),
        (
            Captured([TEA, BERGEN], asked=[OSLO]),
            "memory +2 ?1: Likes tea; Lives in Bergen – replaces “Lives in Oslo”? (/pending; undo: /undo)",
        ),
        (Captured(proposed=[TEA]), "memory ?1 to review: Likes tea (/pending)"),
        (
            Captured([TEA], ended=[OSLO], forgotten=[BERGEN]),
            "memory +1 -2: Likes tea; no longer “Lives in Oslo”; forgotten “Lives in Bergen” (undo: /undo)",
        ),
    ],
)
def test_it_counts_what_was_added_replaced_and_asked(captured: Captured, line: str) -> None:
    """With how to take it back, and how to answer."""
    assert line == memory_line(captured, undo="/undo", pending="/pending")


def test_what_waits_is_named_for_what_it_is() -> None:
    """A proposal waits for approval; a memory that is known already only asks for the older one."""
    proposed = replace(TEA, status="proposed")
    assert "1 memory waits for your approval" == waiting_line([proposed])
    assert "2 memories may replace an older one" == waiting_line([BERGEN, BERGEN])
    assert "2 memories wait for your approval, 1 memory may replace an older one" == waiting_line(
        [proposed, BERGEN, proposed]
    )
