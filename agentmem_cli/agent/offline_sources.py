"""What the offline model may look at for one question. Reads the store, and changes nothing in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agentmem_cli.agent.events import Evidence
from agentmem_cli.knowledge.documents import list_documents
from agentmem_cli.knowledge.quoting import Quotes
from agentmem_cli.knowledge.search import Searcher
from agentmem_cli.language.dates import Span
from agentmem_cli.memories.operations import Operation
from agentmem_cli.memories.statements import statements_of
from agentmem_cli.memories.store import list_memories, touched_memories
from agentmem_cli.recall.block import tells
from agentmem_cli.recall.lately import said_lately, typed_on
from agentmem_cli.records import Document, FoundPassage, Memory, RecalledTurn, TranscriptMessage
from agentmem_cli.sessions.catalog import conversation_before
from agentmem_cli.sessions.turns import PendingTurn
from agentmem_cli.storage.database import Database

_LATELY = 300
"""Messages of the person that are looked through whatever recall found: 30 ms. Without vectors in memory, recall finds
only what shares a word with the question."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The turn, what was found for it, and the store. `memory` is auto, review, off or incognito.

    `searched_for` is what the documents are searched for. Without a searcher no document is looked into.
    """

    database: Database
    turn: PendingTurn
    searched_for: str
    evidence: Evidence
    memory: str
    searcher: Searcher | None

    @property
    def passages(self) -> list[FoundPassage]:
        """What the search of the documents found."""
        return self.evidence.passages

    @property
    def found_something(self) -> bool:
        """Whether recall or the search of the documents found anything."""
        return bool(self.passages or (self.evidence.recall and self.evidence.recall.turns))

    def quotes(self) -> Quotes:
        """The lines of the passages that answer the question best."""
        if self.searcher is None:
            return Quotes([], 0.0)
        is_follow_up = self.searched_for != self.turn.question
        return self.searcher.quotes(self.searched_for, self.passages, self.turn.question if is_follow_up else "")

    def messages(self) -> list[RecalledTurn]:
        """What recall found and what the person said lately, each once; no answer of the offline model itself."""
        recall = self.evidence.recall
        recalled = [*recall.turns, *recall.further] if recall else []
        lately = said_lately(self.database, self.turn.user_id, _LATELY, without_run=self.turn.run_id)
        once = {turn.message_id: turn for turn in [*lately, *recalled]}
        return list(once.values())

    def memories(self) -> list[Memory]:
        """Every memory of the person in every status, the last said first."""
        return list_memories(self.database, self.turn.user_id, status=None)

    def operations(self) -> list[Operation]:
        """What capture will do after this turn."""
        known = touched_memories(self.database, self.turn.user_id, self.turn.typed)
        return statements_of(self.turn.typed, known, self.turn.at)

    def last_time(self) -> list[TranscriptMessage]:
        """The conversation before this one."""
        return conversation_before(self.database, self.turn.user_id, self.turn.session_id)

    def told_on(self, days: Sequence[Span]) -> list[RecalledTurn]:
        """What the person told on these days, oldest first."""
        turns = typed_on(self.database, self.turn.user_id, days, without_run=self.turn.run_id)
        return list(filter(tells, turns))

    def documents(self) -> list[Document]:
        """Everything that was ingested."""
        return list_documents(self.database)
