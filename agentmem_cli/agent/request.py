"""What goes to the model for one question: the history, what is recalled for it, and the prompt made of them.

Reads the store and changes nothing in it; what it found stands in the turn's evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from secrets import token_hex

from agno.models.base import Model
from agno.models.message import Message

from agentmem_cli.agent.agno_db import TurnDb
from agentmem_cli.agent.events import Evidence
from agentmem_cli.agent.history import history_within
from agentmem_cli.agent.offline_sources import without_offline_answers
from agentmem_cli.agent.prompt import Asked, prompt_messages, system_text
from agentmem_cli.agent.tools import SearchKnowledge
from agentmem_cli.agent.watch import AnswerWatch
from agentmem_cli.errors import AgentmemError
from agentmem_cli.recall.block import block_lines, fenced, profile_text, room_for
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.recall.vectors import Vectors
from agentmem_cli.records import Recall
from agentmem_cli.sessions.branches import related_runs
from agentmem_cli.sessions.instructions import instructions_of
from agentmem_cli.sessions.turns import PendingTurn, history_before, is_first_run
from agentmem_cli.storage.database import Database


@dataclass(frozen=True, slots=True, repr=False)  # the repr of a Claude holds its key
class Answerer:
    """A model ready to answer, the watch on it, and whether the question carries Claude's cache mark."""

    model: Model
    watch: AnswerWatch
    marks_cache: bool

    def with_profile(self, system: str, profile: str) -> str:
        """The system text with the profile; Claude is told of the profile apart, in a block with its own cache mark."""
        if self.marks_cache:
            from agentmem_cli.agent.models import place_profile

            place_profile(self.model, profile)
            return system
        return f"{system}\n\n{profile}" if profile else system


@dataclass(slots=True, repr=False)  # as above
class TurnContext:
    """What every turn of a conversation shares.

    `history` is in exchanges, `history_budget` in tokens, `memory` a mode; `warn` is told of what degraded.
    """

    database: Database
    turn_db: TurnDb
    answerer: Answerer
    search: SearchKnowledge | None
    vectors: Vectors
    history: int
    history_budget: int
    memory: str
    warn: Callable[[str], None]
    close: Callable[[], None]


def prepare_request(context: TurnContext, turn: PendingTurn, evidence: Evidence) -> list[Message]:
    """The messages of the request; what was recalled for it goes into the evidence.

    Claude gets the profile beside the messages, as a block of its own behind the system text.
    """
    latest = history_before(context.database, turn.session_id, context.history, before=turn.run_index)
    history = history_within(latest, context.history_budget)  # recall may bring what this leaves out
    first = history[0].run_id if history else turn.run_id
    shown = related_runs(context.database, [turn.run_id, *(exchange.run_id for exchange in history)])
    found = _recalled(context, turn, shown)
    lines = block_lines(found, room_for(found))
    evidence.recall = found
    evidence.profile = profile_text(found.profile)
    evidence.placed = frozenset(line.source for line in lines)
    evidence.in_prompt = fenced(lines, token_hex(4))
    instructions = instructions_of(context.database, turn.user_id, turn.session_id)
    system = system_text(context.memory, instructions)
    return prompt_messages(
        context.answerer.with_profile(system, evidence.profile),
        history,
        Asked(turn.question, turn.at, evidence.in_prompt),
        is_cut=not is_first_run(context.database, turn.session_id, first),
        mark_cache=context.answerer.marks_cache,
    )


def _recalled(context: TurnContext, turn: PendingTurn, shown: Collection[str]) -> Recall:
    """What is recalled for the question; nothing, and a warning, where recall fails."""
    try:
        found = recall_for(context.database, turn.user_id, turn.question, without_runs=shown, vectors=context.vectors)
    except AgentmemError as error:
        context.warn(f"Nothing was recalled for this answer: {error.problem}")
        return Recall(turn.question, [], [], [])
    return without_offline_answers(context.database, found)


def recall_again(context: TurnContext, turn: PendingTurn, query: str) -> Recall:
    """What is recalled for a query of the model's own."""
    found = recall_for(
        context.database, turn.user_id, query, limit=20, without_runs={turn.run_id}, vectors=context.vectors
    )
    return without_offline_answers(context.database, found)
