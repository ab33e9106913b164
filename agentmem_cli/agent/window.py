"""How many tokens a model takes, and how many of them a session's past may fill. Imports nothing heavy."""

from __future__ import annotations

import re

from agentmem_cli.agent.gguf_file import GGUF, gguf_file

HISTORY_BUDGET = 30_000
"""Tokens of history in one request, whatever `--history` says: one pasted book must not fill the context."""
HISTORY_SHARE = 4
"""A part of so many of a small window goes to the history; question, what is recalled and the answer take the rest."""

ANSWER_SHARE = 4
"""A part of so many of the window stays free for the answer, and for what the estimate of tokens falls short."""

_WINDOWS = (
    (r"anthropic:claude-(?!2\.0|instant)", 200_000),
    (r"openai(-chat|-responses)?:(gpt-4o|chatgpt-4o)", 128_000),
    (r"openai(-chat|-responses)?:gpt-4\.1", 1_047_576),
    (r"openai(-chat|-responses)?:(o1(?!-mini|-preview)|o3|o4-mini)", 200_000),
    (r"openai(-chat|-responses)?:gpt-5(\.\d+)?(-mini|-nano|-pro)?(-\d{4}|$)", 400_000),
    (r"google:gemini-(1\.5-flash|1\.5-pro|2\.0-flash|2\.5-)", 1_048_576),
)
"""What the makers' model pages say that the models named so take at the least, as of 2026.

A server of one's own, as Ollama, decides it itself; and other makers change it from one model to the next: there it is
not known, unless the setting `context_window` says it.
"""


def context_window(model: str, chosen: int) -> int | None:
    """How many tokens a model takes: what the person says, 0 for nothing, or what is known; None where nothing is.

    Raises ConfigProblem for a file that is no model.
    """
    provider, _, model_id = model.partition(":")
    if provider == GGUF:
        return gguf_file(model_id).window(chosen)
    return chosen or next((tokens for name, tokens in _WINDOWS if re.match(name, model)), None)


def room_beside(window: int | None, fixed: int) -> int | None:
    """Tokens for history, profile and recalled lines together, beside what every request carries; None for no limit."""
    return None if window is None else max(0, window - window // ANSWER_SHARE - fixed)


def history_budget(window: int | None) -> int:
    """Tokens of history in one request to a model with this window."""
    return HISTORY_BUDGET if window is None else min(HISTORY_BUDGET, window // HISTORY_SHARE)
