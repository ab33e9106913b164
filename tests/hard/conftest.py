"""How often each promise is tried: a few times in the suite, in its full numbers with `--full`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

LONGEST = 3 * 60 * 60
"""Seconds that one test may take in full."""


@pytest.fixture
def times(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """Choose between a few tries and the full number: `times(2, 200)`."""
    is_full = request.config.getoption("--full")
    return lambda few, full: full if is_full else few


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give the full numbers the time that they take."""
    if config.getoption("--full"):
        for item in items:
            item.add_marker(pytest.mark.timeout(LONGEST))
