"""Going on with a session: what the person is told of it, from the command line and from /resume alike."""

from __future__ import annotations

from agentmem_cli.agent.history import history_within
from agentmem_cli.agent.window import history_budget
from agentmem_cli.records import Exchange, SessionSummary
from agentmem_cli.sessions.turns import exchanges_between, history_before
from agentmem_cli.storage.database import Database
from agentmem_cli.terminal.dates import moment
from agentmem_cli.terminal.streams import counted

QUESTION_LINES = 5
ANSWER_LINES = 20
"""Shown of the last exchange: enough to know where one was, with the prompt on the same screen."""


def resumed_lines(database: Database, session: SessionSummary, history: int, window: int | None = None) -> list[str]:
    """Title, date and size; the last exchange; and what the model will not see, with `history` exchanges to send.

    `window` is how many tokens the model takes, where that is known.
    """
    lines = [f"{session.title} · {moment(session.updated_at)} · {counted(session.turns, 'exchange')}"]
    last = last_exchange(database, session)
    if last is not None:
        lines += exchange_lines(last, QUESTION_LINES, ANSWER_LINES)
    budget = history_budget(window)
    seen = len(history_within(chosen := history_before(database, session.session_id, history), budget))
    if seen < session.turns:
        shown = f"The model sees {f'the last {seen}' if seen else 'none'} of {session.turns} exchanges"
        limit = f"--history {history}" if seen == len(chosen) else f"{budget:,} tokens"
        lines.append(f"{shown} ({limit}), and can look up the rest.")
    return lines


def last_exchange(database: Database, session: SessionSummary) -> Exchange | None:
    """The last question with its answer; None in an empty session."""
    # No place is given twice, so the last of N exchanges has place N - 1, or a later one where some were taken out.
    found = exchanges_between(database, session.session_id, session.turns - 1)
    return found[-1] if found else None


def exchange_lines(exchange: Exchange, question_lines: int, answer_lines: int) -> list[str]:
    """`you: …` and `agent: …`, each cut to a number of lines that says how many more there are."""
    lines = [f"you: {_cut(exchange.question, question_lines)}"]
    return [*lines, f"agent: {_cut(exchange.answer, answer_lines)}"] if exchange.answer else lines


def _cut(text: str, most: int) -> str:
    lines = text.strip().split("\n")
    if len(lines) <= most:
        return "\n".join(lines)
    return "\n".join([*lines[:most], f"… {counted(len(lines) - most, 'more line')}"])
