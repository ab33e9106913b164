"""How tests wait for what another process or thread does. Looks again and again; asserts nothing about time."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 120.0
"""Seconds that anything may take: on a slow machine, with other tests beside it, a chat's first answer took 60."""


def wait_until(claim: Callable[[], object]) -> None:
    """Wait for what somebody else makes true; AssertionError if nobody does."""
    ends = time.monotonic() + PATIENCE
    while not claim():
        assert time.monotonic() < ends, f"It did not come true in {PATIENCE:.0f} seconds."
        time.sleep(0.03)
