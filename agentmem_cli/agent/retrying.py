"""Whether a request is sent once more: only where the provider said that it did not take it on.

After a time-out, a broken connection or an error inside the provider it may have been answered, and paid for, so the
person decides. Sends nothing and imports nothing heavy.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

PAUSES = (2.0, 8.0)
"""Seconds before the second and the third try, where the provider names none."""
LONGEST_PAUSE = 30.0
"""Seconds that a provider may ask to wait; beyond them the person is told instead."""
_NOT_TAKEN_ON = {429, 503, 529}
_NOT_TAKEN_ON_KINDS = {"rate_limit_error", "overloaded_error"}
"""How a stream says the same, whose status was 200."""


def pause_before_retry(error: BaseException, tries: int) -> float | None:
    """Seconds to wait before another try after so many that failed; None where there must be none."""
    if tries > len(PAUSES) or not _was_not_taken_on(error):
        return None
    asked = asked_pause(error)
    if asked is None:
        return PAUSES[tries - 1]
    return asked if asked <= LONGEST_PAUSE else None


def asked_pause(error: BaseException | None) -> float | None:
    """Seconds that the provider asks to wait, where it does."""
    headers = getattr(_response(error), "headers", {})
    told = (_seconds(headers, "retry-after-ms", 1000), _seconds(headers, "retry-after", 1), _until(headers))
    return next((seconds for seconds in told if seconds is not None), None)


def refusal_kind(error: BaseException | None) -> str:
    """The type that the provider's error names, such as `overloaded_error`; "" where it names none."""
    body = getattr(provider_error(error), "body", None)
    said = body.get("error") if isinstance(body, dict) else None
    return str(said.get("type", "")) if isinstance(said, dict) else ""


def provider_error(error: BaseException | None) -> BaseException | None:
    """The exception of the provider's own package, below Agno's, which Agno may have made its own cause."""
    if error is None:
        return None
    below = error.__context__ if error.__cause__ is error else error.__cause__
    return below or error


def _was_not_taken_on(error: BaseException) -> bool:
    return getattr(_response(error), "status_code", None) in _NOT_TAKEN_ON or refusal_kind(error) in _NOT_TAKEN_ON_KINDS


def _response(error: BaseException | None) -> Any:
    return getattr(provider_error(error), "response", None)


def _seconds(headers: Mapping[str, str], name: str, per_second: int) -> float | None:
    try:
        return max(0.0, float(headers[name]) / per_second)
    except (KeyError, ValueError):
        return None


def _until(headers: Mapping[str, str]) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(headers["retry-after"]).timestamp() - time.time())
    except (KeyError, ValueError):
        return None
