"""One request to a model: sent again only where it was not taken on, and waited for with a word.

Knows no provider: it wraps the methods by which Agno asks any model.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any

from agno.models.base import Model
from agno.models.response import ModelResponse

from agentmem_cli.agent.failures import explained
from agentmem_cli.agent.retrying import pause_before_retry
from agentmem_cli.agent.watch import AnswerWatch
from agentmem_cli.storage.database import storable

SILENCE = 5.0
"""Seconds without anything from the provider until the person is told what is waited for."""


def watch_stream(model: Model, watch: AnswerWatch, timeout: float) -> None:
    """Ask again what was not taken on, tell what is waited for, and note how each stream of the model ended."""
    stream = model.ainvoke_stream

    async def watched(*arguments: Any, **options: Any) -> AsyncIterator[ModelResponse]:
        for tries in itertools.count(1):
            watch.reset()
            has_begun = False
            try:
                pieces = _silence_told(stream(*arguments, **options), watch, timeout)
                async for piece in _joined(pieces):
                    has_begun = True
                    yield piece
            except Exception as error:
                watch.error = error
                pause = None if has_begun else pause_before_retry(error, tries)
                if pause is None:
                    raise
            else:
                return
            await _wait(pause, watch)

    model.ainvoke_stream = watched  # type: ignore[method-assign]  # on this instance only


def retry_whole_answers(model: Model, watch: AnswerWatch) -> None:
    """Ask again what was not taken on, without a word: these are captures, in the background.

    What fails for good raises an AgentmemError without a remedy, which whoever waits for the call knows.
    """
    invoke = model.ainvoke

    async def retried(*arguments: Any, **options: Any) -> ModelResponse:
        for tries in itertools.count(1):
            try:
                return await invoke(*arguments, **options)
            except Exception as error:
                pause = pause_before_retry(error, tries)
                if pause is None:
                    failure = explained(AnswerWatch(watch.endpoint, error), str(error))
                    raise type(failure)(failure.problem) from error
            await asyncio.sleep(pause)
        raise AssertionError  # it counts without end

    model.ainvoke = retried  # type: ignore[method-assign]  # as above


async def _wait(pause: float, watch: AnswerWatch) -> None:
    if pause >= 1:  # shorter than it takes to read
        watch.tell(f"{explained(watch, '').problem} Trying again in {pause:.0f} s; Ctrl-C stops.")
    await asyncio.sleep(pause)


async def _silence_told(
    pieces: AsyncIterator[ModelResponse], watch: AnswerWatch, timeout: float
) -> AsyncIterator[ModelResponse]:
    """The pieces; what is waited for is told when none has come for a while."""
    waiting = f"Nothing comes from the provider; it is waited for {timeout:g} s. Ctrl-C stops."
    call_later = asyncio.get_running_loop().call_later
    timer = call_later(SILENCE, watch.tell, waiting)
    try:
        async for piece in pieces:
            timer.cancel()
            yield piece
            timer = call_later(SILENCE, watch.tell, waiting)
    finally:
        timer.cancel()


async def _joined(pieces: AsyncIterator[ModelResponse]) -> AsyncIterator[ModelResponse]:
    """The pieces with storable texts: an emoji may be cut into the two halves of its surrogate pair."""
    halves = dict.fromkeys(("content", "reasoning_content"), "")
    async for piece in pieces:
        for field, half in halves.items():
            text = getattr(piece, field)
            if isinstance(text, str) and text:
                whole, halves[field] = _without_half(half + text)
                setattr(piece, field, storable(whole))
        yield piece
    for field, half in halves.items():
        if half:
            last = ModelResponse()
            setattr(last, field, storable(half))
            yield last


def _without_half(text: str) -> tuple[str, str]:
    """The text, and the first half of a pair that it ends in, or ""."""
    return (text[:-1], text[-1]) if "\ud800" <= text[-1] <= "\udbff" else (text, "")
