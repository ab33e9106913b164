"""Making the vectors that an import leaves missing: a bar on a terminal's stderr, nothing on a pipe."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from agentmem_cli.errors import AgentmemError
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.storage.database import Database
from agentmem_cli.terminal.streams import note

_Tell = Callable[[int, int], None]


def make_vectors(database: Database, user_id: str) -> None:
    """Make what is missing. Ctrl-C keeps what was made, and goes on to the caller.

    What an embedder fails at is only said: the import is done, and the next chat tries again.
    """
    index = UserIndex(database, user_id)
    try:
        with _bar() as tell:
            index.refresh(tell=tell)
    except KeyboardInterrupt:
        note(f"Stopped: the import is done. {said_missing(index.without_vectors)}; the next chat makes them.")
        raise
    except AgentmemError as error:
        note(f"{said_missing(index.without_vectors)}: {error.problem} The next chat tries again.")


def said_missing(texts: int) -> str:
    """That so many messages and memories have no vector yet."""
    return f"{texts:,} of your messages and memories {'has' if texts == 1 else 'have'} no vector yet"


@contextmanager
def _bar() -> Iterator[_Tell]:
    """A bar that is told (done, of all)."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Making vectors"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of_all: bar.update(task, completed=done, total=of_all)
