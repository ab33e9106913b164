"""The progress bar of `agentmem ingest`: on stderr, and only on a terminal. Knows nothing of documents."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from agentmem_cli.terminal.safe_text import safe_line

Advance = Callable[[str, int, int, float], None]
"""Called as a file is done: its name, pages, passages, and the seconds that it took; 0 for one not read."""


@contextmanager
def ingest_progress(total: int) -> Iterator[Advance]:
    """A bar over `total` files, with pages, passages a second and the time left. Off a terminal nothing is drawn."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}", markup=False),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    started = time.monotonic()
    pages = passages = 0
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=True) as bar:
        task = bar.add_task("", total=total, counts="")

        def advance(name: str, new_pages: int, new_passages: int, seconds: float) -> None:
            nonlocal pages, passages
            if seconds:
                pages, passages = pages + new_pages, passages + new_passages
            rate = passages / max(time.monotonic() - started, 0.001)
            counts = f"{pages} pages, {rate:.0f} passages/s" if passages else f"{pages} pages"
            bar.update(task, advance=1, description=safe_line(name), counts=counts)

        yield advance
