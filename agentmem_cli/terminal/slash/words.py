"""Reading the words behind a command."""

from __future__ import annotations

from agentmem_cli.errors import UsageProblem


def number_of(words: str, what: str) -> int:
    """A number from 1 on. Raises UsageProblem for anything else; `what` names it."""
    if not words.isdecimal() or int(words) < 1:
        raise UsageProblem(f'"{words}" is no {what}.', "It is a number from 1 on.")
    return int(words)
