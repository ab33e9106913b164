"""Ingesting as a person sees it, from the command line and from the chat: a progress bar, and a line for each file."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from agentmem_cli.records import unit_of
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database
from agentmem_cli.terminal.safe_text import safe_line
from agentmem_cli.terminal.streams import counted, note, say

if TYPE_CHECKING:
    from agentmem_cli.knowledge.walk import FileResult, Found

_MOST_NAMED = 10
"""Files of other kinds."""


def ingested(
    database: Database, settings: Settings, found: Found, pruned: list[Path], password: str | None = None
) -> Generator[FileResult]:
    """Every file's result as it comes; the search index is brought in step at the end."""
    from agentmem_cli.knowledge.index import bring_index_in_step
    from agentmem_cli.knowledge.ingest import finish_removal, ingest_files
    from agentmem_cli.knowledge.ocr_queue import waiting_pages
    from agentmem_cli.knowledge.prune import prune
    from agentmem_cli.terminal.ingest_progress import ingest_progress

    yield from found.refused
    with ingest_progress(len(found.files)) as advance:
        for result in ingest_files(database, found.files, password):
            advance(result.path, result.pages, result.passages, result.seconds)
            if result.path not in waiting_pages(
                database, [Path(result.path)]
            ):  # or its result comes when they are read
                yield result
    yield from _scans_read(database, settings, found.files, password)
    removed = list(prune(database, pruned, found.files))
    yield from removed
    if removed:
        finish_removal(database, settings)
    else:
        bring_index_in_step(database, settings)


def _scans_read(
    database: Database, settings: Settings, files: list[Path], password: str | None
) -> Generator[FileResult]:
    """The results of the files whose scans are read by OCR now."""
    from agentmem_cli.knowledge.index import bring_index_in_step
    from agentmem_cli.knowledge.ocr_queue import ScanRead, read_scans, waiting_pages
    from agentmem_cli.terminal.ingest_progress import ingest_progress

    pages = sum(waiting_pages(database, files).values())
    if not pages:
        return
    bring_index_in_step(database, settings)  # reading may take hours
    note(f"{counted(pages, 'page')} to read by OCR. Ctrl-C stops it; the next `agentmem ingest` goes on from there.")
    with ingest_progress(pages) as advance:
        for done in read_scans(database, files, password):
            if isinstance(done, ScanRead):
                advance(f"{done.path}, page {done.index + 1}", 1, 0, done.seconds)
            else:
                yield done


def say_result(result: FileResult) -> None:
    """One file: what became of it, and how much of it there is."""
    length = counted(result.pages, unit_of(result.path))
    counts = f"  {length}, {counted(result.passages, 'passage')}" if result.passages else ""
    said = "; ".join(filter(None, [result.detail, "as before" if result.as_before else ""]))
    detail = f"  ({said})" if said else ""
    say(f"{result.status:<10}  {_shown(Path(result.path))}{counts}{detail}")


def say_counts(counts: dict[str, int]) -> None:
    """How many files of each status there were."""
    say(", ".join(f"{count} {status}" for status, count in counts.items()))


def passed_over_line(paths: list[Path]) -> str:
    """Which files were of kinds that cannot be read; of many, the first."""
    named = ", ".join(_shown(path) for path in paths[:_MOST_NAMED])
    more = f" and {len(paths) - _MOST_NAMED} more; --json names them all" if len(paths) > _MOST_NAMED else ""
    return f"{counted(len(paths), 'file')} of other kinds passed over: {named}{more}"


def _shown(path: Path) -> str:
    """A path as seen from the current folder."""
    return safe_line(str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path))
