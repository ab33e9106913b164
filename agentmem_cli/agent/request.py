"""What is recalled for one question, for a language model and the offline look-up alike.

Reads the store and changes nothing in it; what it found stands in the turn's evidence. Imports no Agno: the offline
look-up answers from the evidence alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from secrets import token_hex
from typing import TYPE_CHECKING, Protocol

from agentmem_cli.agent.answer import Answer
from agentmem_cli.agent.events import Evidence
from agentmem_cli.agent.history import history_within, tokens_of
from agentmem_cli.agent.offline_question import is_question
from agentmem_cli.agent.window import HISTORY_BUDGET, history_budget
from agentmem_cli.errors import AgentmemError
from agentmem_cli.knowledge.search import Searcher
from agentmem_cli.recall.block import WRAPPING, Line, block_lines, fenced, profile_text, room_for
from agentmem_cli.recall.evidence import is_follow_up
from agentmem_cli.recall.profile import profile_of
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.recall.tokens import count_tokens
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.records import Exchange, Recall, RecalledMemory
from agentmem_cli.sessions.branches import related_runs
from agentmem_cli.sessions.turns import PendingTurn, history_before
from agentmem_cli.storage.database import Database

if TYPE_CHECKING:  # heavy: imported for a language model alone
    from agentmem_cli.agent.tools import SearchKnowledge


FOLLOWED = 2
"""How many questions before it a follow-up is searched for with, where these are follow-ups too."""
ANSWER_LOOKED_AT = 300
"""Characters of the answer before a follow-up that it is searched for with."""


class Answerer(Protocol):
    """A language model with its agent, or the offline look-up."""

    async def answer(self, context: TurnContext, turn: PendingTurn, answer: Answer) -> None:
        """Fill in the answer to a committed question. May raise anything; a stop is CancelledError."""


@dataclass(slots=True, repr=False)  # the repr of a Claude holds its key
class TurnContext:
    """What every turn of a conversation shares.

    `history` is in exchanges, `window` in tokens where it is known, `memory` a mode; `warn` is told of what degraded.
    `searcher` is what `search` searches with.
    """

    database: Database
    answerer: Answerer
    searcher: Searcher | None
    search: SearchKnowledge | None
    warm_search: Callable[[], None]
    index: UserIndex
    history: int
    window: int | None
    memory: str
    warn: Callable[[str], None]
    close: Callable[[], None]
    has_said_cut: bool = False
    """Whether the person was told that not all fits the model's window."""


def recall_into(context: TurnContext, turn: PendingTurn, evidence: Evidence, room: int | None = None) -> list[Exchange]:
    """Put what is recalled for a question into the evidence; gives the history that goes with it.

    `room` is in tokens, for both and the profile; None for no limit. What does not fit is left out in a fixed order:
    history, the oldest first, then recalled lines, then the profile's tail. The first time the person is told.
    """
    latest = history_before(context.database, turn.session_id, context.history, before=turn.run_index)
    history = history_within(latest, history_budget(context.window))
    found = _recalled(context, turn, latest, history)
    wanted = found.profile, block_lines(found, room_for(found))
    if room is not None:
        fitting = history_within(history, room - _tokens(*wanted))
        if len(fitting) < len(history):
            history = fitting
            found = _recalled(context, turn, latest, history)  # it may bring what is left out
        if _tokens(found.profile, []) > room:
            found = replace(found, profile=profile_of(context.database, turn.user_id, room=room))
    lines = block_lines(found, _room_for_lines(found, history, room))
    evidence.recall = found
    evidence.profile = profile_text(found.profile)
    evidence.placed = frozenset(line.source for line in lines)
    evidence.in_prompt = fenced(lines, token_hex(4))
    cut = {
        "older exchanges": len(history_within(latest, HISTORY_BUDGET)) - len(history),
        "recalled lines": len(wanted[1]) - len(lines),
        "the end of your profile": len(wanted[0]) - len(found.profile),
    }
    _say_cut(context, cut)
    return history


def _tokens(profile: list[RecalledMemory], lines: list[Line]) -> int:
    block = sum(line.cost for line in lines) + WRAPPING if lines else 0
    return (count_tokens(profile_text(profile)) if profile else 0) + block


def _room_for_lines(found: Recall, history: Sequence[Exchange], room: int | None) -> int:
    """The tokens of recalled lines: what the profile leaves, and what the window leaves beside profile and history."""
    if room is None:
        return room_for(found)
    return min(room_for(found), room - _tokens(found.profile, []) - tokens_of(history) - WRAPPING)


def _say_cut(context: TurnContext, cut: Mapping[str, int]) -> None:
    """Say once what a small window leaves out: how many of each."""
    parts = [f"{what} ({number})" for what, number in cut.items() if number > 0]
    if context.has_said_cut or context.window is None or not parts:
        return
    context.has_said_cut = True
    context.warn(f"The model takes {context.window:,} tokens. Left out of the request: {', '.join(parts)}.")


def _recalled(
    context: TurnContext, turn: PendingTurn, latest: Sequence[Exchange], history: Sequence[Exchange]
) -> Recall:
    """What is recalled for the question beside the history; nothing, and a warning, where recall fails."""
    shown = related_runs(context.database, [turn.run_id, *(exchange.run_id for exchange in history)])
    before = f"{latest[-1].question}\n{latest[-1].answer[:ANSWER_LOOKED_AT]}" if latest else ""
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


def searched_for(context: TurnContext, turn: PendingTurn) -> str:
    """What the documents are searched for: the question, a follow-up with the questions before it."""
    asked = [turn.question]
    for exchange in reversed(history_before(context.database, turn.session_id, FOLLOWED, before=turn.run_index)):
        if is_follow_up(asked[0]) and is_question(exchange.question):
            asked.insert(0, exchange.question)
    return "\n".join(asked)


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
