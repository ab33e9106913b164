"""An answer without a language model: what is on record is looked up and quoted. Imports no Agno.

The turn is begun, told and settled as any other is; its row names the model `offline`.
"""

from __future__ import annotations

import asyncio

from agentmem_cli.agent.answer import Answer
from agentmem_cli.agent.offline_answer import answer_from, needs_documents
from agentmem_cli.agent.offline_sources import Sources
from agentmem_cli.agent.request import TurnContext, recall_into
from agentmem_cli.errors import AgentmemError
from agentmem_cli.records import OFFLINE
from agentmem_cli.sessions.turns import PendingTurn, plain_run


class OfflineAnswerer:
    """Answers a question from what was recalled for it and what a search of the documents finds."""

    async def answer(self, context: TurnContext, turn: PendingTurn, answer: Answer) -> None:
        """Search the documents first when they could answer, then tell the answer, piece by piece."""
        recall_into(context, turn, answer.evidence)
        sources = Sources(context.database, turn, answer.evidence, context.memory)
        if context.search is not None and needs_documents(turn.question, sources):
            await _search_documents(context, turn, answer)
        for piece in answer_from(turn.question, sources).splitlines(keepends=True):
            answer.add(piece)
        answer.run_data = lambda at: {**plain_run(turn, answer.text, at), "model": OFFLINE}


async def _search_documents(context: TurnContext, turn: PendingTurn, answer: Answer) -> None:
    """Add the passages to the evidence, as the tool of this name does. A search that fails finds nothing."""
    assert context.search is not None  # noqa: S101 -- asked by the caller
    answer.use_tool("search_knowledge", turn.question)
    try:
        found = await asyncio.to_thread(context.search, turn.question, None)
    except AgentmemError as error:
        context.warn(f"The documents were not searched: {error.problem}")
        return
    answer.evidence.passages.extend(found)
