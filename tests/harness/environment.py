"""The environment variables of a test and of the processes that it starts. Changes no variable itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

NO_NETWORK = Path(__file__).parent / "no_network"
_OWN = ("AGENTMEM_", "ANTHROPIC_", "AGNO_", "OPENAI_", "XDG_")


def names_to_clear() -> list[str]:
    """The variables of whoever runs the tests that would change what agentmem does.

    Proxies too: one on loopback would be a way around the network ban. And what forbids byte code: hundreds of
    processes are started, and each would compile all that it imports (2 s for what a chat loads).
    """
    return [
        name
        for name in os.environ
        if name.startswith(_OWN) or name.lower().endswith("_proxy") or name == "PYTHONDONTWRITEBYTECODE"
    ]


def process_environment(changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """The environment for a child process: this one's, the network ban first on PYTHONPATH, then `changes`.

    A change to None takes the variable away.
    """
    path = os.pathsep.join(filter(None, (str(NO_NETWORK), os.environ.get("PYTHONPATH"))))
    wanted: dict[str, str | None] = {**os.environ, "PYTHONPATH": path, **(changes or {})}
    return {name: value for name, value in wanted.items() if value is not None}
