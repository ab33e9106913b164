"""The line at the bottom of the chat: whose it is, which session and model, how full the context, what waits."""

from __future__ import annotations

from dataclasses import dataclass

from agentmem_cli.terminal.safe_text import safe_line
from agentmem_cli.terminal.streams import shortened, width

SHORTEST_TITLE = 8
"""Columns: a title with less room than that tells nothing and is left out."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the line shows. `tokens` are the last turn's, 0 before there was one; `window` is what the model takes."""

    user: str
    title: str
    model: str
    tokens: int
    window: int | None
    pending: int


def bottom_line(standing: Standing, columns: int) -> str:
    """One line of at most this many columns: the title gives way first, then the model, and last the rest."""
    of_window = f"/{_short(standing.window)}" if standing.window else ""
    used = f"{_short(standing.tokens)}{of_window} tokens" if standing.tokens else ""
    waiting = f"{standing.pending} pending" if standing.pending else ""
    fixed = [safe_line(standing.user), safe_line(standing.model), used, waiting]
    if width(_joined(fixed)) > columns:
        fixed[1] = ""
    room = columns - width(_joined([*fixed, " "])) + 1
    title = shortened(safe_line(standing.title), room) if room >= SHORTEST_TITLE else ""
    return shortened(_joined([fixed[0], title, *fixed[1:]]), columns)


def _joined(parts: list[str]) -> str:
    return " · ".join(part for part in parts if part)


def _short(tokens: int) -> str:
    """950, 3.2k, 200k, 1M."""
    if tokens < 1_000:
        return str(tokens)
    scaled, unit = (tokens / 1_000, "k") if tokens < 999_500 else (tokens / 1_000_000, "M")
    return f"{scaled:.1f}".removesuffix(".0") + unit if scaled < 10 else f"{scaled:.0f}{unit}"
