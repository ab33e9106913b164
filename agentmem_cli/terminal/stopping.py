"""Ctrl-C, or a terminal that is closed, while an answer is on its way; Ctrl-C while a prompt is on its way."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from agentmem_cli.agent.conversation import Conversation

_ENDING = [each for name in ("SIGHUP", "SIGTERM") if (each := getattr(signal, name, None))]
_BY_SIGNAL = 128
"""What shells add to a signal's number to make an exit code of it."""


@contextmanager
def stopped_by_ctrl_c(conversation: Conversation) -> Iterator[None]:
    """Inside, Ctrl-C stops the answer, which is kept; a second one is the usual interrupt.

    So do SIGTERM and the hang-up of a terminal that is closed; SystemExit then, when the answer is kept.
    """
    pressed = False
    ended_by = 0

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            signal.default_int_handler(number, frame)
        pressed = True
        conversation.stop()

    def end(number: int, _frame: FrameType | None) -> None:
        nonlocal ended_by
        ended_by = number
        conversation.stop()

    ending = [each for each in _ENDING if signal.getsignal(each) == signal.SIG_DFL]  # not so under nohup
    before = {signal.SIGINT: signal.signal(signal.SIGINT, stop), **{each: signal.signal(each, end) for each in ending}}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        if ended_by:
            raise SystemExit(_BY_SIGNAL + ended_by)  # not what a screen that is gone has raised


@contextmanager
def ctrl_c_kept() -> Iterator[Callable[[], None]]:
    """Inside, a Ctrl-C that comes before a prompt takes its keys waits for it; gives what the prompt calls first.

    One that comes after what was typed was sent interrupts at the end. asyncio, interrupted while it builds or clears
    away the prompt's event loop, writes what is left of the loop on the screen.
    """
    pressed = begun = False

    def keep(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True

    def pass_on() -> None:
        nonlocal pressed, begun
        from prompt_toolkit.application import get_app

        if pressed:
            get_app().exit(exception=KeyboardInterrupt())
        pressed, begun = False, True

    before = signal.signal(signal.SIGINT, keep)
    try:
        yield pass_on
    finally:
        signal.signal(signal.SIGINT, before)
    if begun and pressed:
        raise KeyboardInterrupt
