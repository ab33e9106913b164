"""The bottom line: what it says, and what gives way where there is little room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from agentmem_cli.terminal.streams import width
from agentmem_cli.terminal.toolbar import Standing, bottom_line

FULL = Standing("sarah", "A long title of a session", "anthropic:claude-sonnet-4-6", 12_345, 200_000, 2)


def test_everything_fits() -> None:
    """User, title, model, tokens against the window, and what waits."""
    line = "sarah · A long title of a session · anthropic:claude-sonnet-4-6 · 12k/200k tokens · 2 pending"
    assert line == bottom_line(FULL, 100)


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (80, "sarah · A long titl… · anthropic:claude-sonnet-4-6 · 12k/200k tokens · 2 pending"),
        (50, "sarah · A long titl… · 12k/200k tokens · 2 pending"),
        (40, "sarah · 12k/200k tokens · 2 pending"),
        (20, "sarah · 12k/200k to…"),
    ],
)
def test_what_gives_way(columns: int, line: str) -> None:
    """The title is cut, then the model is left out, then the line is cut."""
    assert line == bottom_line(FULL, columns)


@given(some.integers(1, 120))
def test_never_wider_than_the_screen(columns: int) -> None:
    """Characters of two columns count as two, and nothing in a title steers the terminal."""
    line = bottom_line(Standing("莎拉", "日本語の会話" * 5 + "\x1b[2J", "openai:gpt-5", 999, None, 1), columns)
    assert (True, False) == (width(line) <= columns, "\x1b" in line)


@pytest.mark.parametrize(
    ("tokens", "shown"),
    [(0, "offline"), (950, "950 tokens"), (3_200, "3.2k tokens"), (12_345, "12k tokens"), (1_000_000, "1M tokens")],
)
def test_counts(tokens: int, shown: str) -> None:
    """Tokens are rounded, and left out before there are any."""
    assert bottom_line(Standing("sarah", "Garden", "offline", tokens, None, 0), 80).endswith(shown)
