"""`agentmem migrate`: everything from one store into another, from a file to PostgreSQL or back."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from agentmem_cli.commands.options import AsJson
from agentmem_cli.errors import UsageProblem
from agentmem_cli.settings import Settings, load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.terminal.streams import counted, note, progress, say, say_json

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_PLACE = "postgresql://…, sqlite:/// and a path, or a path"
From = Annotated[
    str | None, typer.Option("--from", metavar="URL", help=f"{_PLACE}. Left out: the store in use. Only read.")
]
To = Annotated[
    str | None, typer.Option("--to", metavar="URL", help=f"{_PLACE}; empty, or not there yet. Left out: the same.")
]


@app.command()
def migrate(from_url: From = None, to_url: To = None, as_json: AsJson = False) -> None:
    """Copy everything of every user into another store, and compare the two; run again, it goes on where it was cut.

    Chats on the store that it reads may go on: what they add after it began is not copied.
    """
    from agentmem_cli.knowledge.words import word_index
    from agentmem_cli.storage.copying import copy_all
    from agentmem_cli.storage.opening import open_source, open_target

    settings = load_settings()
    if from_url is None and to_url is None:
        raise UsageProblem("That would copy the store in use into itself.", "Give --to URL, or --from URL.")
    in_use = settings.db or str(settings.database)
    with (
        closing(open_source(from_url or in_use, settings.lock_timeout)) as source,
        closing(open_target(to_url or in_use, settings.lock_timeout)) as target,
        progress("Migrating") as show,
    ):
        if source.place == target.place:
            raise UsageProblem(f"Both are {source.place}.", "Give another --to.")
        copied = copy_all(source, target, word_index(target).index_the_rest, show)
        show("search index")
        _bring_index_in_step(target, settings)
    if as_json:
        tables = {name: table.as_json() for name, table in copied.tables.items()}
        say_json({"from": source.place, "to": target.place, **copied.as_json(), "tables": tables})
        return
    rows = sum(table.rows for table in copied.tables.values())
    for name, left in copied.left_out.items():
        note(f"Left out, since agentmem does not know it: the table {name}, {counted(left, 'row')}.")
    begun = "Went on and migrated" if copied.went_on else "Migrated"
    say(f"{begun} {counted(rows, 'row')} of {len(copied.tables)} tables from {source.place} to {target.place}.")
    say("Counts and hashes of all tables are the same on both sides.")


def _bring_index_in_step(target: Database, settings: Settings) -> None:
    """Make the index of vectors; of a file that is no data folder's, the next chat or ingest there makes it."""
    from agentmem_cli.knowledge.index import make_index_anew

    there = replace(settings, data_dir=Path(target.place).parent)
    if target.is_server or str(there.database) == target.place:
        make_index_anew(target, there)
