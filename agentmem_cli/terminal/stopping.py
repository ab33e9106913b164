"""Ctrl-C while an answer is on its way, and while a prompt is on its way."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from agentmem_cli.agent.conversation import Conversation


@contextmanager
def stopped_by_ctrl_c(conversation: Conversation) -> Iterator[None]:
    """Inside, Ctrl-C stops the answer, which is kept; a second one is the usual interrupt."""
    pressed = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            signal.default_int_handler(number, frame)
        pressed = True
        conversation.stop()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def ctrl_c_kept() -> Iterator[Callable[[], None]]:
    """Inside, a Ctrl-C that comes before a prompt takes its keys waits for it; gives what the prompt calls first.

    asyncio, interrupted while it builds the prompt's event loop, writes what is left of the loop on the screen.
    """
    pressed = False

    def keep(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True

    def pass_on() -> None:
        from prompt_toolkit.application import get_app

        if pressed:
            get_app().exit(exception=KeyboardInterrupt())

    before = signal.signal(signal.SIGINT, keep)
    try:
        yield pass_on
    finally:
        signal.signal(signal.SIGINT, before)
