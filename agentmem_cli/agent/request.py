"""What is recalled for one question, for a language model and the offline look-up alike.

Reads the store and changes nothing in it; what it found stands in the turn's evidence. Imports no Agno: the offline
look-up answers from the evidence alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING, Protocol

from agentmem_cli.agent.answer import Answer
from agentmem_cli.agent.events import Evidence
from agentmem_cli.agent.history import history_within
from agentmem_cli.errors import AgentmemError
from agentmem_cli.knowledge.search import Searcher
from agentmem_cli.recall.block import block_lines, fenced, profile_text, room_for
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.records import Exchange, Recall
from agentmem_cli.sessions.branches import related_runs
from agentmem_cli.sessions.turns import PendingTurn, history_before
from agentmem_cli.storage.database import Database

if TYPE_CHECKING:  # heavy: imported for a language model alone
    from agentmem_cli.agent.tools import SearchKnowledge


ANSWER_LOOKED_AT = 300
"""Characters of the answer before a follow-up that it is searched for with."""


class Answerer(Protocol):
    """A language model with its agent, or the offline look-up."""

    async def answer(self, context: TurnContext, turn: PendingTurn, answer: Answer) -> None:
        """Fill in the answer to a committed question. May raise anything; a stop is CancelledError."""


@dataclass(slots=True, repr=False)  # the repr of a Claude holds its key
class TurnContext:
    """What every turn of a conversation shares.

    `history` is in exchanges, `history_budget` in tokens, `memory` a mode; `warn` is told of what degraded. `searcher`
    is what `search` searches with.
    """

    database: Database
    answerer: Answerer
    searcher: Searcher | None
    search: SearchKnowledge | None
    warm_search: Callable[[], None]
    index: UserIndex
    history: int
    history_budget: int
    memory: str
    warn: Callable[[str], None]
    close: Callable[[], None]


def recall_into(context: TurnContext, turn: PendingTurn, evidence: Evidence) -> list[Exchange]:
    """Put what is recalled for a question into the evidence; gives the history that goes with it."""
    latest = history_before(context.database, turn.session_id, context.history, before=turn.run_index)
    history = history_within(latest, context.history_budget)  # recall may bring what this leaves out
    shown = related_runs(context.database, [turn.run_id, *(exchange.run_id for exchange in history)])
    before = f"{latest[-1].question}\n{latest[-1].answer[:ANSWER_LOOKED_AT]}" if latest else ""
    found = _recalled(context, turn, before, shown)
    lines = block_lines(found, room_for(found))
    evidence.recall = found
    evidence.profile = profile_text(found.profile)
    evidence.placed = frozenset(line.source for line in lines)
    evidence.in_prompt = fenced(lines, token_hex(4))
    return history


def _recalled(context: TurnContext, turn: PendingTurn, before: str, shown: Collection[str]) -> Recall:
    """What is recalled for the question; nothing, and a warning, where recall fails."""
    try:
        return recall_for(
            context.database,
            turn.user_id,
            turn.question,
            before=before,
            without_runs=shown,
            index=context.index,
        )
    except AgentmemError as error:
        context.warn(f"Nothing was recalled for this answer: {error.problem}")
        return Recall(turn.question, [], [], [])


def recall_again(context: TurnContext, turn: PendingTurn, query: str) -> Recall:
    """What is recalled for a query of the model's own."""
    return recall_for(
        context.database,
        turn.user_id,
        query,
        limit=20,
        without_runs={turn.run_id},
        index=context.index,
        is_wanted=True,
    )
