"""How much of a session's past goes with a request. Imports no Agno: who resumes a session is told at once."""

from __future__ import annotations

from collections.abc import Sequence

from agentmem_cli.recall.tokens import count_tokens
from agentmem_cli.records import Exchange


def tokens_of(history: Sequence[Exchange]) -> int:
    """About how many tokens a history takes."""
    return sum(count_tokens(exchange.question) + count_tokens(exchange.answer) for exchange in history)


def history_within(history: Sequence[Exchange], budget: int) -> list[Exchange]:
    """The latest exchanges that fit a budget of tokens, oldest first.

    What is over budget is cut down to half of it: a cut that moved with each exchange would leave a provider's prompt
    cache nothing to fit.
    """
    costs = [tokens_of([exchange]) for exchange in history]
    start = spent = 0
    for place, cost in enumerate(costs):
        spent += cost
        if spent <= budget:
            continue
        while start < place and spent > max(budget // 2, cost):
            spent -= costs[start]
            start += 1
        if cost > budget:
            start, spent = place + 1, 0
    return list(history[start:])
