"""`agentmem ingest`: read files and folders into the knowledge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agentmem_cli.errors import ExitCode
from agentmem_cli.settings import Settings, load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database
from agentmem_cli.terminal.streams import counted, note, say, say_json

if TYPE_CHECKING:
    from agentmem_cli.knowledge.ingest import FileResult, Found

app = typer.Typer(rich_markup_mode=None, add_completion=False, help="Read PDFs and text files into the knowledge.")


@app.command()
def ingest(
    paths: Annotated[
        list[Path], typer.Argument(help="Files, and folders to walk: .pdf, .txt and .md.", readable=False)
    ],
    prune: Annotated[bool, typer.Option("--prune", help="Remove documents whose file has gone from a PATH.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line per file.")] = False,
) -> ExitCode:
    """Read PDFs and text files into the knowledge, which all users share. Unchanged files are skipped."""
    from agentmem_cli.knowledge.ingest import FAILED, find_files

    found = find_files(paths)
    settings = load_settings()
    database = open_database(settings)
    counts: dict[str, int] = {}
    for result in _results(database, settings, found, paths if prune else []):
        counts[result.status] = counts.get(result.status, 0) + 1
        _show(result, as_json)
    if not counts:
        note(f"There is nothing to ingest in {', '.join(map(str, paths))}: no .pdf, .txt or .md file.")
    elif not as_json:
        say(", ".join(f"{count} {status}" for status, count in counts.items()))
    return ExitCode.FAILURE if FAILED & counts.keys() else ExitCode.OK


def _results(database: Database, settings: Settings, found: Found, pruned: list[Path]) -> Iterator[FileResult]:
    """Every file's result as it comes; the search index is brought in step at the end."""
    from agentmem_cli.knowledge.index import bring_index_in_step
    from agentmem_cli.knowledge.ingest import finish_removal, ingest_files, prune
    from agentmem_cli.terminal.ingest_progress import ingest_progress

    yield from found.refused
    with ingest_progress(len(found.files)) as advance:
        for result in ingest_files(database, found.files):
            advance(result.path)
            yield result
    removed = list(prune(database, pruned, found.files))
    yield from removed
    if removed:
        finish_removal(database, settings)
    else:
        bring_index_in_step(database, settings)


def _show(result: FileResult, as_json: bool) -> None:
    if as_json:
        say_json(result.as_json(), one_line=True)
        return
    counts = f"  {counted(result.pages, 'page')}, {counted(result.passages, 'passage')}" if result.passages else ""
    detail = f"  ({result.detail})" if result.detail else ""
    path = Path(result.path)
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    say(f"{result.status:<10}  {shown}{counts}{detail}")
