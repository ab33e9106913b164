"""What of the profile goes into every prompt, by tokens. Chooses among what the memories room gives, in its order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from agentmem_cli.memories.store import ESSENTIAL, WISHES, Candidate, profile_memories
from agentmem_cli.recall.block import profile_line, profile_text
from agentmem_cli.recall.known import recalled_memories
from agentmem_cli.recall.tokens import count_tokens
from agentmem_cli.records import RecalledMemory
from agentmem_cli.storage.database import Database

PROFILE_BUDGET = 330
"""Tokens of the profile's lines: beside them a turn keeps room for what is recalled, within MEMORY_BUDGET."""
TOPIC_SHARE = PROFILE_BUDGET // 3
"""Tokens that one topic may take while others want the room, but for what must always be known."""
ESSENTIAL_BUDGET = PROFILE_BUDGET * 3 // 4
"""Tokens that wishes, and remarks on the essential topics, may take before anything else has a turn."""
PROFILE_CAP = 1_000
"""Tokens that pinned memories may take: the person chose them one by one."""


@dataclass(slots=True)
class _Chosen:
    """The lines so far, by the id of their memory, and the tokens that they and each topic take."""

    line_of: dict[str, RecalledMemory]
    lines: dict[str, RecalledMemory] = field(default_factory=dict)
    spent: int = 0
    by_topic: Counter[str] = field(default_factory=Counter)

    def add(self, candidates: Iterable[Candidate], budget: int, share: int) -> None:
        """Take each line that fits the budget and its topic's share of it."""
        for topic, memory, _ in candidates:
            line = self.line_of[memory.memory_id]
            cost = count_tokens(profile_line(line)) + 1
            fits = self.spent + cost <= budget and self.by_topic[topic] + cost <= share
            if fits and line.memory_id not in self.lines:
                self.lines[line.memory_id] = line
                self.spent += cost
                self.by_topic[topic] += cost


def profile_of(database: Database, user_id: str, *, room: int | None = None) -> list[RecalledMemory]:
    """What every prompt carries, the oldest first.

    Each essential topic has one turn. Then what of them must always be known may take all of PROFILE_BUDGET, so an
    allergy stays however many others, pets, pins or wishes there are; wishes and the rest of these topics may take
    ESSENTIAL_BUDGET. Then come pinned memories up to PROFILE_CAP, preferences, and the rest of all topics; the room
    that these leave is for any topic. A line is counted whole, with what perhaps replaces its memory. Where the profile
    may take `room` tokens only, what came last is left out.
    """
    known = profile_memories(database, user_id)
    lines = recalled_memories(database, user_id, [(each.memory, 0.0) for each in known])
    chosen = _Chosen({line.memory_id: line for line in lines})
    essential = [each for each in known if each.topic in ESSENTIAL]
    wishes = [each for each in essential if each.topic == WISHES]
    chosen.add(_first_of_each_topic(essential), ESSENTIAL_BUDGET, TOPIC_SHARE)
    chosen.add([each for each in essential if each.is_needed and each not in wishes], PROFILE_BUDGET, PROFILE_BUDGET)
    chosen.add(essential, ESSENTIAL_BUDGET, TOPIC_SHARE)
    chosen.add(wishes, ESSENTIAL_BUDGET, ESSENTIAL_BUDGET)
    chosen.add([each for each in known if each.memory.pinned], PROFILE_CAP, PROFILE_CAP)
    chosen.add(_preferences_first(known), PROFILE_BUDGET, TOPIC_SHARE)
    chosen.add(_preferences_first(known), PROFILE_BUDGET, PROFILE_BUDGET)
    kept = list(chosen.lines.values())
    while room is not None and kept and count_tokens(profile_text(kept)) > room:
        kept.pop()
    return sorted(kept, key=lambda line: (line.said_at, line.text))


def _first_of_each_topic(known: Iterable[Candidate]) -> list[Candidate]:
    first: dict[str, Candidate] = {}
    for each in known:
        first.setdefault(each.topic, each)
    return list(first.values())


def _preferences_first(known: Iterable[Candidate]) -> list[Candidate]:
    return sorted(known, key=lambda each: each.memory.kind != "preference")
