"""What `agentmem doctor` can say about the memories. Only looks."""

from __future__ import annotations

from agentmem_cli.storage.checks import RESTORE, Finding, Verdict, check_words
from agentmem_cli.storage.database import Database

_ACTIVE = "SELECT memory_id FROM memory_details WHERE status = 'active'"
_OF_AGNO = "SELECT memory_id FROM agno_memories"


def check_memories(database: Database) -> Finding:
    """Whether Agno's table holds the active memories and no others, and all can be found by their words."""
    unseen = _count_without(database, _ACTIVE, _OF_AGNO)
    if unseen:
        return Finding(Verdict.FAILED, f"{unseen} memories are not in Agno's table.", RESTORE)
    unknown = _count_without(database, _OF_AGNO, _ACTIVE)
    if unknown:
        return Finding(
            Verdict.WARNING,
            f"{unknown} memories in Agno's table were written by another program; agentmem does not use them.",
            "Add what they say with `agentmem memories add`.",
        )
    return check_words(database, "memories", "memory_details")


def _count_without(database: Database, these: str, those: str) -> int:
    return int(database.read(f"SELECT count(*) FROM ({these} EXCEPT {those}) AS without")[0][0])  # noqa: S608 -- the queries above
