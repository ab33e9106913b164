"""An answer without a language model: what is on record is looked up and quoted. Imports no Agno.

The turn is begun, told and settled as any other is; its row names the model `offline`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from agentmem_cli.agent.answer import Answer
from agentmem_cli.agent.offline_answer import answer_from, needs_documents
from agentmem_cli.agent.offline_documents import (
    SECTION,
    THE_END,
    asked_before,
    quoted_lines,
    quoted_passage,
    rest_of_section,
)
from agentmem_cli.agent.offline_sources import Sources
from agentmem_cli.agent.request import TurnContext, recall_into, searched_for
from agentmem_cli.errors import AgentmemError
from agentmem_cli.recall.evidence import surely_follows_up
from agentmem_cli.records import OFFLINE, Exchange, FoundPassage
from agentmem_cli.sessions.turns import PendingTurn, plain_run


class OfflineAnswerer:
    """Answers a question from what was recalled for it and what a search of the documents finds."""

    async def answer(self, context: TurnContext, turn: PendingTurn, answer: Answer) -> None:
        """Search the documents first when they could answer, then tell the answer, piece by piece."""
        history = recall_into(context, turn, answer.evidence)
        text = await _more(context, turn.question, history, answer) or await _looked_up(context, turn, answer)
        for piece in text.splitlines(keepends=True):
            answer.add(piece)
        answer.run_data = lambda at: {**plain_run(turn, answer.text, at), "model": OFFLINE}


async def _looked_up(context: TurnContext, turn: PendingTurn, answer: Answer) -> str:
    """What answers the question, from all that is on record."""
    sources = Sources(context.database, turn, turn.question, answer.evidence, context.memory, context.searcher)
    if needs_documents(turn.question, sources):
        asked, passages = await _found_in_documents(context, turn, answer)
        answer.evidence.passages.extend(passages)
        sources = replace(sources, searched_for=asked)
    return answer_from(turn.question, sources)


async def _found_in_documents(
    context: TurnContext, turn: PendingTurn, answer: Answer
) -> tuple[str, list[FoundPassage]]:
    """What the documents were searched for, and the passages.

    What is only likely a follow-up is searched for by itself too; what answers with more certainty counts.
    """
    question, whole = turn.question, searched_for(context, turn)
    passages = await _search_documents(context, whole, answer)
    if context.searcher is None or whole == question or surely_follows_up(question):
        return whole, passages
    alone = await _search_documents(context, question, answer)
    by_itself = context.searcher.quotes(question, alone).certainty
    together = context.searcher.quotes(whole, passages, question).certainty
    return (whole, passages) if together > by_itself else (question, alone)


async def _more(context: TurnContext, question: str, history: Sequence[Exchange], answer: Answer) -> str:
    """What follows the lines that were quoted last, for "tell me more"; "" for another question, or without such."""
    before, answers = asked_before(question, history)
    if not before or context.searcher is None:
        return ""
    quoted = quoted_passage(await _search_documents(context, before, answer), answers)
    if quoted is None:
        return ""
    following = context.searcher.following(quoted, SECTION)
    section = [quoted, *takewhile(lambda each: each.heading == quoted.heading, following)]
    answer.evidence.passages.extend(section)
    return quoted_lines(rest_of_section(section, answers), section) or THE_END


async def _search_documents(context: TurnContext, question: str, answer: Answer) -> list[FoundPassage]:
    """The passages, as the tool of this name finds them. A search that fails, and none at all, finds nothing."""
    if context.search is None:
        return []
    answer.use_tool("search_knowledge", question)
    try:
        return await asyncio.to_thread(context.search, question, None)
    except AgentmemError as error:
        context.warn(f"The documents were not searched: {error.problem}")
        return []
