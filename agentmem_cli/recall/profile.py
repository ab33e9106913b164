"""What of the profile goes into every prompt, by tokens. Chooses among what the memories room gives, in its order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from agentmem_cli.memories.store import ESSENTIAL, profile_memories
from agentmem_cli.recall.block import profile_line, profile_text
from agentmem_cli.recall.known import recalled_memories
from agentmem_cli.recall.tokens import count_tokens
from agentmem_cli.records import Memory, RecalledMemory
from agentmem_cli.storage.database import Database

PROFILE_BUDGET = 330
"""Tokens of the profile's lines: beside them a turn keeps room for what is recalled, within MEMORY_BUDGET."""
TOPIC_SHARE = PROFILE_BUDGET // 3
"""Tokens that one topic may take."""
ESSENTIAL_BUDGET = PROFILE_BUDGET * 3 // 4
"""Tokens that the essential topics may take before anything else has a turn."""
PROFILE_CAP = 1_000
"""Tokens that pinned memories may take: the person chose them one by one."""


@dataclass(slots=True)
class _Chosen:
    """The lines so far, by the id of their memory, and the tokens that they and each topic take."""

    lines: dict[str, RecalledMemory] = field(default_factory=dict)
    spent: int = 0
    by_topic: Counter[str] = field(default_factory=Counter)

    def add(self, topic: str, line: RecalledMemory, budget: int, share: int) -> None:
        """Take the line where it fits the budget and its topic's share of it."""
        cost = count_tokens(profile_line(line)) + 1
        fits = self.spent + cost <= budget and self.by_topic[topic] + cost <= share
        if fits and line.memory_id not in self.lines:
            self.lines[line.memory_id] = line
            self.spent += cost
            self.by_topic[topic] += cost


def profile_of(database: Database, user_id: str, *, room: int | None = None) -> list[RecalledMemory]:
    """What every prompt carries, the oldest first.

    The essential topics have a turn each until ESSENTIAL_BUDGET is spent, so an allergy stays however many pets, pins
    or wishes there are. Then come pinned memories up to PROFILE_CAP, then preferences and the rest of all topics up to
    PROFILE_BUDGET. A line is counted whole, with what perhaps replaces its memory. Where the profile may take `room`
    tokens only, what came last is left out.
    """
    known = profile_memories(database, user_id)
    lines = recalled_memories(database, user_id, [(memory, 0.0) for _, memory in known])
    line_of = {line.memory_id: line for line in lines}
    chosen = _Chosen()
    for topic, memory in known:
        if topic in ESSENTIAL:
            chosen.add(topic, line_of[memory.memory_id], ESSENTIAL_BUDGET, TOPIC_SHARE)
    for topic, memory in known:
        if memory.pinned:
            chosen.add(topic, line_of[memory.memory_id], PROFILE_CAP, PROFILE_CAP)
    for topic, memory in _preferences_first(known):
        chosen.add(topic, line_of[memory.memory_id], PROFILE_BUDGET, TOPIC_SHARE)
    kept = list(chosen.lines.values())
    while room is not None and kept and count_tokens(profile_text(kept)) > room:
        kept.pop()
    return sorted(kept, key=lambda line: (line.said_at, line.text))


def _preferences_first(known: Iterable[tuple[str, Memory]]) -> list[tuple[str, Memory]]:
    return sorted(known, key=lambda each: each[1].kind != "preference")
