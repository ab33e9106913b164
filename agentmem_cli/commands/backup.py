"""`agentmem backup`: everything that must not be lost, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agentmem_cli.commands.options import AsJson
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.backup import back_up
from agentmem_cli.terminal.streams import say, say_json

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")],
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace FILE if it exists.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copy the conversations, memories and documents of every user into one file; chats may go on meanwhile."""
    contents = back_up(load_settings(), file, force=force)
    if as_json:
        say_json({"file": str(file.absolute()), **contents.as_json()})
    else:
        say(f"Backed up to {file}, and checked: {contents}.")
