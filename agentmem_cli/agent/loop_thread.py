"""A thread with an event loop of its own, for what must go on while the terminal's thread waits for a key."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")


class LoopThread:
    """One event loop on a daemon thread, from `start` to `stop`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def is_running(self) -> bool:
        """Whether it was started."""
        return self._loop is not None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The loop. Raises RuntimeError before the start."""
        if self._loop is None:
            raise RuntimeError("The conversation has not been started.")
        return self._loop

    def start(self, first: Callable[[], None], last: Callable[[], None]) -> None:
        """Begin, with a function that runs on the thread before anything else, and one that runs after all else."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(self._loop, first, last), name=self._name, daemon=True)
        self._thread.start()

    def submit(self, coroutine: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Run a coroutine there; from any thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def call(self, function: Callable[[], Result]) -> Result:
        """Run a function there and wait for it; raises what it raises."""

        async def called() -> Result:
            return function()

        return self.submit(called()).result()

    def stop(self, seconds: float) -> None:
        """End the loop, and wait so long for the thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(seconds)

    def _run(self, loop: asyncio.AbstractEventLoop, first: Callable[[], None], last: Callable[[], None]) -> None:
        asyncio.set_event_loop(loop)
        loop.call_soon(first)
        loop.run_forever()
        loop.run_until_complete(loop.shutdown_default_executor())  # tools ran there, with connections of their own
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
        last()
