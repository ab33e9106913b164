"""Where a benchmark keeps what it measures: in a file, or with `--postgres` on a PostgreSQL server of its own."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.postgres import PostgresServer, postgres_served

ON_POSTGRES = "--postgres" in sys.argv
if ON_POSTGRES:
    sys.argv.remove("--postgres")
_to_stop = ExitStack()


@contextmanager
def empty_store() -> Iterator[dict[str, str]]:
    """The environment of an empty store."""
    with ExitStack() as held:
        environment = {"AGENTMEM_HOME": held.enter_context(TemporaryDirectory())}
        if ON_POSTGRES:
            environment["AGENTMEM_DB"] = held.enter_context(_server().database())
        yield environment


@cache
def _server() -> PostgresServer:
    """Stopped when the program ends."""
    atexit.register(_to_stop.close)
    return _to_stop.enter_context(postgres_served())
