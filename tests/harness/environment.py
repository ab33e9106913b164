"""The environment variables of a test and of the processes that it starts. Changes no variable itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 -- each run makes a folder of its own in it
_ENOUGH = 3 * 2**30
"""Bytes; a run of all tests writes 0.8 GB."""
NO_NETWORK = Path(__file__).parent / "no_network"
_OWN = ("AGENTMEM_", "ANTHROPIC_", "AGNO_", "OPENAI_", "XDG_")


def temporary_folder() -> TemporaryDirectory[str] | None:
    """Where a run keeps its files until it ends: in memory where there is room, so that no test waits for a disk.

    A database for each test is thousands of files and of commits. None where TMPDIR says where, and where there is no
    such place. A test's files stay longer than the test: threads that it left would say that they are gone.
    """
    if "TMPDIR" in os.environ or not os.access(_IN_MEMORY, os.W_OK | os.X_OK):
        return None
    if shutil.disk_usage(_IN_MEMORY).free < _ENOUGH:
        return None
    return TemporaryDirectory(prefix="agentmem-", dir=_IN_MEMORY, ignore_cleanup_errors=True)


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
