"""The progress bar of `agentmem ingest`: on stderr, and only on a terminal. Knows nothing of documents."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from agentmem_cli.terminal.safe_text import safe_line


@contextmanager
def ingest_progress(total: int) -> Iterator[Callable[[str], None]]:
    """A bar over `total` files; each call names the file that is done. Off a terminal nothing is drawn."""
    if not sys.stderr.isatty():
        yield lambda _name: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console, transient=True, redirect_stdout=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda name: bar.update(task, advance=1, description=safe_line(name))
