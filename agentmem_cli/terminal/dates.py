"""Dates as a person reads them: local time."""

from __future__ import annotations

from datetime import UTC, datetime


def day(at: int) -> str:
    """Unix seconds -> `2026-06-01`."""
    return _local(at).strftime("%Y-%m-%d")


def moment(at: int) -> str:
    """Unix seconds -> `2026-06-01 09:30`."""
    return _local(at).strftime("%Y-%m-%d %H:%M")


def _local(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC).astimezone()
