"""Ctrl-C while an answer is on its way."""

from __future__ import annotations

import signal
from collections.abc import Iterator
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
