"""`agentmem memories export` and `import`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from agentmem_cli.commands.options import AsJson, User, opened, read_text
from agentmem_cli.errors import AgentmemError, UsageProblem, name_shown
from agentmem_cli.memories import store
from agentmem_cli.terminal.streams import note, say_json, say_part


def export(
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="Where to; - is stdout.")] = "-",
    file_format: Annotated[str, typer.Option("--format", "-f", help="json, jsonl or md.")] = "json",
    user: User = None,
) -> None:
    """Write what is known of you, as JSON, JSON lines or Markdown."""
    from agentmem_cli.memories.transfer import FORMATS, export_memories

    if file_format not in FORMATS:
        raise UsageProblem(f"{file_format!r} is no format.", f"It is one of: {', '.join(FORMATS)}.")
    settings, database = opened(user)
    memories = store.list_memories(database, settings.user)
    text = export_memories(memories, file_format)
    if file == "-":
        say_part(text)
        return
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as problem:
        raise AgentmemError(
            f"{name_shown(file)} cannot be written: {problem.strerror}.", "Give another path."
        ) from None
    note(f"Wrote {len(memories)} memories to {file}.")


def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON or JSON lines; - reads stdin.")],
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """Add memories from what `export` wrote: {"text", "kind"?, "topics"?, "quote"?, "said_at"?, "pinned"?} each."""
    from agentmem_cli.memories.transfer import import_memories, parse_memories
    from agentmem_cli.terminal.vector_making import make_vectors

    settings, database = opened(user)
    operations = parse_memories(read_text(file))
    written = import_memories(database, settings.user, operations, now=int(time.time()))
    if as_json:
        say_json(written.as_json())
    parts = [f"Imported {len(written.added)} memories"]
    parts += [f"{len(written.replaced)} in the place of older ones"] if written.replaced else []
    parts += [f"{len(written.proposed)} wait for approval"] if written.proposed else []
    parts += [f"{len(written.repeated)} were known already"] if written.repeated else []
    parts += [f"left out {' and '.join(written.withheld)}"] if written.withheld else []
    note(", ".join(parts) + ".")
    make_vectors(database, settings.user)
