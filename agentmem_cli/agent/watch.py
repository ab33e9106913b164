"""How an answer really ended, as the provider said it.

Agno turns every failure into an event without a status code, and takes a refusal, `max_tokens` or a stream
that breaks off for success. `models.py` fills this in as the provider's own events pass by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _nobody(_: str) -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Whom a model asks, in the words in which a failure names it; each may be ""."""

    provider: str = ""
    place: str = ""
    """Host and port."""
    key: str = ""
    """The variables that hold the key, or that would."""
    is_chosen: bool = False
    """Whether the person said the address."""


@dataclass(slots=True)
class AnswerWatch:
    """The provider's exception, its stop reason, and whether its stream was whole, of the current answer.

    `tell` is told what is waited for, in a line for the person.
    """

    endpoint: Endpoint = Endpoint()
    error: BaseException | None = None
    stop_reason: str | None = None
    started: bool = False
    finished: bool = False
    tell: Callable[[str], None] = _nobody

    def reset(self) -> None:
        """Forget the answer before."""
        self.error, self.stop_reason, self.started, self.finished = None, None, False, False
