"""How much of a session's past goes with a request. Imports no Agno: who resumes a session is told at once."""

from __future__ import annotations

from collections.abc import Sequence

from agentmem_cli.recall.tokens import count_tokens
from agentmem_cli.records import Exchange


def history_within(history: Sequence[Exchange], budget: int) -> list[Exchange]:
    """The latest exchanges that fit a budget of tokens, oldest first."""
    kept: list[Exchange] = []
    for exchange in reversed(history):
        budget -= count_tokens(exchange.question) + count_tokens(exchange.answer)
        if budget < 0:
            break
        kept.insert(0, exchange)
    return kept
