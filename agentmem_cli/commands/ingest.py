"""`agentmem ingest`: read files and folders into the knowledge."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agentmem_cli.errors import ExitCode
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database
from agentmem_cli.terminal.ingesting import ingested, passed_over_line, say_counts, say_result
from agentmem_cli.terminal.streams import note, say_json

if TYPE_CHECKING:
    from agentmem_cli.knowledge.walk import FileResult

app = typer.Typer(
    rich_markup_mode=None, add_completion=False, help="Read PDFs, texts and office files into the knowledge."
)


@dataclass(slots=True)
class _Total:
    """What has come so far: files by status, and the pages and passages of those that were read."""

    files: dict[str, int] = field(default_factory=dict)
    new_failures: int = 0
    pages: int = 0
    passages: int = 0
    started: float = field(default_factory=time.monotonic)

    def add(self, result: FileResult) -> None:
        self.files[result.status] = self.files.get(result.status, 0) + 1
        self.new_failures += result.is_new_failure
        self.pages += result.pages
        self.passages += result.passages

    def as_json(self, passed_over: list[str]) -> dict[str, Any]:
        return {
            "event": "summary",
            "files": sum(self.files.values()),
            "statuses": self.files,
            "new_failures": self.new_failures,
            "pages": self.pages,
            "passages": self.passages,
            "passed_over": len(passed_over),
            "passed_over_paths": passed_over,
            "seconds": round(time.monotonic() - self.started, 3),
        }


@app.command()
def ingest(
    paths: Annotated[
        list[Path],
        typer.Argument(help="Files, and folders to walk; - reads paths from stdin.", readable=False),
    ],
    prune: Annotated[bool, typer.Option("--prune", help="Remove documents whose file has gone from a PATH.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Prune also a PATH that holds no file any more.")] = False,
    password: Annotated[
        str | None, typer.Option(envvar="AGENTMEM_PDF_PASSWORD", help="Opens PDFs that need a password.")
    ] = None,
    null: Annotated[bool, typer.Option("--null", "-0", help="The paths on stdin end in NUL, not newline.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line per file, then a summary.")] = False,
) -> ExitCode:
    """Read PDFs, texts and office files into the knowledge, which all users share. Unchanged files are skipped.

    Exits with 1 when a file fails that did not fail before; failures of unchanged files are told of again, with 0.
    """
    from agentmem_cli.knowledge.prune import check_prune, vanished
    from agentmem_cli.knowledge.walk import find_files

    paths = _expanded(paths, b"\0" if null else b"\n")
    settings = load_settings()
    database = open_database(settings)
    gone = vanished(database, paths) if prune else []
    found = find_files([each for each in paths if each not in gone], may_be_missing=prune and yes)
    if prune and not yes:
        check_prune(database, paths, found.files)
    total = _Total()
    pruned = paths if prune else []
    with _sigterm_as_ctrl_c(), closing(ingested(database, settings, found, pruned, password)) as results:
        try:
            for result in results:
                total.add(result)
                if as_json:
                    say_json({"event": "file", **result.as_json()}, one_line=True)
                else:
                    say_result(result)
        except KeyboardInterrupt:
            note("Stopped. The files listed above are done and kept; the same command goes on from there.")
            raise
    _sum_up(total, found.passed_over, paths, as_json)
    return ExitCode.FAILURE if total.new_failures else ExitCode.OK


def _expanded(paths: list[Path], end: bytes) -> list[Path]:
    """The paths, with `-` replaced by those that stdin lists."""
    if Path("-") not in paths:
        return paths
    listed = [Path(os.fsdecode(each)) for each in sys.stdin.buffer.read().split(end) if each]
    return [path for path in paths if path != Path("-")] + listed


@contextmanager
def _sigterm_as_ctrl_c() -> Iterator[None]:
    """Inside, SIGTERM stops an ingest as Ctrl-C does: the readers end, and what is done is kept."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _sum_up(total: _Total, passed_over: list[Path], paths: list[Path], as_json: bool) -> None:
    from agentmem_cli.knowledge.walk import path_text

    if as_json:
        say_json(total.as_json([path_text(path) for path in passed_over]), one_line=True)
    elif total.files:
        say_counts(total.files)
    if not total.files:
        note(f"There is nothing to ingest in {', '.join(map(str, paths))}: no file of a kind that can be read.")
    if passed_over and not as_json:
        note(passed_over_line(passed_over))
