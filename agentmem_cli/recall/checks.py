"""What `agentmem doctor` can say about recall. Only looks."""

from __future__ import annotations

from agentmem_cli.embedding.configured import configured_embedder
from agentmem_cli.recall.vectors import count_missing
from agentmem_cli.storage.checks import Finding, Verdict
from agentmem_cli.storage.database import Database


def check_recall(database: Database, user_id: str) -> Finding:
    """Whether a user's messages and memories can all be found by what they mean."""
    embedder = configured_embedder(database)
    missing, texts = count_missing(database, user_id, embedder)
    if not missing:
        return Finding(Verdict.OK, f"{texts} messages and memories of {user_id}, all with a vector")
    return Finding(
        Verdict.WARNING,
        f"{missing} of {texts} messages and memories of {user_id} have no vector of {embedder.name} yet;"
        " they are found by their words only.",
        "Start `agentmem chat`: it makes them in the background.",
    )
