"""`agentmem restore`: a backup in place of what is here."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from agentmem_cli.commands.options import AsJson
from agentmem_cli.errors import UsageProblem
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.backup import contents_of, put_back
from agentmem_cli.terminal.streams import confirm, say, say_json

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `agentmem backup` wrote.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup in place of everything that is here; what is here is kept beside it."""
    settings = load_settings()
    contents = contents_of(file)
    replaces = settings.database.exists()
    if replaces and not yes and not confirm(f"Replace {settings.database} by a backup of {contents}?"):
        raise UsageProblem("Nothing was restored.", "Say yes, or pass --yes.")
    kept = put_back(settings, file)
    if as_json:
        say_json({"file": str(file.absolute()), "kept": kept and str(kept), **contents.as_json()})
        return
    say(f"Restored {contents}.")
    if kept:
        say(f"What was here before is in {kept}. Undo: agentmem restore {shlex.quote(str(kept))}")
