"""The connections of models: each event loop has its own, since a connection lives on the loop that opened it."""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

from agno.models.base import Model

from agentmem_cli.agent.models import connected


class Connections:
    """A model, connected once for each event loop that it is asked on."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self._of_loops: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Model, Model]] = WeakKeyDictionary()

    def here(self, model: Model) -> Model:
        """The model with its connections of the loop that runs; another one than before is connected anew."""
        loop = asyncio.get_running_loop()
        known = self._of_loops.get(loop)
        if known is None or known[0] is not model:
            known = self._of_loops[loop] = model, connected(model, self.timeout)
        return known[1]
