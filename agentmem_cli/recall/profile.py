"""What of the profile goes into every prompt, by tokens. Chooses among what the memories room gives, in its order."""

from __future__ import annotations

from agentmem_cli.memories.store import profile_memories
from agentmem_cli.recall.block import profile_line
from agentmem_cli.recall.known import recalled_memories
from agentmem_cli.recall.tokens import count_tokens
from agentmem_cli.records import RecalledMemory
from agentmem_cli.storage.database import Database

PROFILE_BUDGET = 400
"""Tokens of the profile: beside it the mean of a turn's memory must stay within 700, with 200 instructions too."""
PROFILE_CAP = 1_000
"""Tokens that pinned memories may take: the person chose them one by one."""
_CHARACTERS = 20_000
"""Of what is chosen from: more than the cap holds in any script."""


def profile_of(database: Database, user_id: str) -> list[RecalledMemory]:
    """What every prompt carries, in the order of `profile_memories`: who the person is, what they asked for and prefer.

    Pinned memories get up to PROFILE_CAP, the others what these leave of PROFILE_BUDGET; a line is counted whole,
    with what perhaps replaces its memory.
    """
    spent, kept = 0, []
    known = profile_memories(database, user_id, _CHARACTERS)  # the pinned come first
    shown = recalled_memories(database, user_id, [(memory, 0.0) for memory in known])
    for memory, line in zip(known, shown, strict=True):
        cost = count_tokens(profile_line(line)) + 1
        if spent + cost <= (PROFILE_CAP if memory.pinned else PROFILE_BUDGET):
            spent += cost
            kept.append(line)
    return kept
