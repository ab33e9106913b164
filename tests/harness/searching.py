"""One search of the documents by itself; a chat keeps a Searcher."""

from __future__ import annotations

from contextlib import closing

from agentmem_cli.knowledge.search import Searcher
from agentmem_cli.records import FoundPassage
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database


def search_knowledge(
    database: Database, settings: Settings, query: str, *, limit: int = 10, document: str | None = None
) -> list[FoundPassage]:
    """See `Searcher.search`."""
    with closing(Searcher(database, settings)) as searcher:
        return searcher.search(query, limit=limit, document=document)
