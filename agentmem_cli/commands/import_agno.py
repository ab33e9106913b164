"""`agentmem import agno`: sessions and memories of another program's Agno database."""

from __future__ import annotations

from typing import Annotated

import typer

from agentmem_cli.commands.options import AsJson, User, opened
from agentmem_cli.terminal.streams import counted, note, say_json

app = typer.Typer(
    rich_markup_mode=None, add_completion=False, no_args_is_help=True, help="Take over what another program kept."
)


@app.callback()
def _options() -> None:
    """Take over what another program kept."""


@app.command()
def agno(
    db: Annotated[str, typer.Option("--db", metavar="URL", help="Its database: a path or sqlite:///PATH.")],
    user: User = None,
    erased: Annotated[bool, typer.Option("--erased", help="Also what you took back, erased or purged here.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add the sessions and memories of a plain Agno database, 2 or 3, with their ids; it is not changed.

    Each stays its user's; what has no user becomes yours. The same database twice adds nothing.
    """
    from agentmem_cli.library.agno_import import import_agno
    from agentmem_cli.storage.foreign import foreign_database

    settings, database = opened(user)
    with foreign_database(db) as source:
        done = import_agno(database, source, settings.user, erased=erased)
    if as_json:
        say_json(done.as_json())
    parts = [f"{counted(done.messages, 'message')} in {counted(done.sessions, 'session')}"]
    parts += [f"{done.memories} memories"] if done.memories else []
    parts += [f"{done.repeated} were here already"] if done.repeated else []
    parts += [f"{done.left_out} left out that were taken back or erased here"] if done.left_out else []
    parts += [f"{done.refused} refused"] if done.refused else []
    note(f"Imported {', '.join(parts)}.")
