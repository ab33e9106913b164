"""`agentmem sessions`: the conversations that are kept."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from agentmem_cli.commands.options import AsJson, User, opened, read_text, short_ids
from agentmem_cli.errors import UsageProblem
from agentmem_cli.records import TranscriptMessage
from agentmem_cli.sessions import catalog
from agentmem_cli.terminal.dates import day, moment
from agentmem_cli.terminal.streams import confirm, counted, note, say, say_json, say_part, say_table

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="List, show, search, rename, delete, export and import.",
)
SessionId = Annotated[str, typer.Argument(metavar="ID", help="A session's id, or the beginning of it.")]


@app.command("list")
def list_(
    user: User = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many at the most; -1 for all.")] = -1,
    trash: Annotated[bool, typer.Option("--trash", help="Those that wait in the trash.")] = False,
    as_json: AsJson = False,
) -> None:
    """List your sessions, the latest first."""
    settings, database = opened(user)
    sessions = catalog.list_sessions(database, settings.user, limit=limit, trashed=trash)
    if as_json:
        say_json([session.as_json() for session in sessions])
    elif not sessions:
        note(f"No sessions of {settings.user}{' in the trash' if trash else ' yet. `agentmem chat` begins one'}.")
    else:
        ids = short_ids([session.session_id for session in sessions])
        rows = [(ids[s.session_id], day(s.updated_at), str(s.turns), s.title) for s in sessions]
        say_table(("ID", "LAST", "TURNS", "TITLE"), rows)


@app.command()
def show(session_id: SessionId, user: User = None, as_json: AsJson = False) -> None:
    """Show a session, word for word."""
    settings, database = opened(user)
    session = catalog.find_session(database, settings.user, session_id)
    messages = catalog.transcript(database, session)
    if as_json:
        say_json({**session.as_json(), "messages": [message.as_json() for message in messages]})
        return
    say(f"{session.title}\n{session.session_id} · {moment(session.created_at)} · {counted(session.turns, 'turn')}")
    for message in messages:
        say(f"\n{_speaker(message)}, {moment(message.at)}\n{message.text}")


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="Words to look for.")],
    user: User = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many at the most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Search everything that was said, in all of your sessions."""
    settings, database = opened(user)
    found = catalog.search_messages(database, settings.user, " ".join(words), limit=limit)
    if as_json:
        say_json([message.as_json() for message in found])
    elif not found:
        note("Nothing said holds these words.")
    else:
        ids = short_ids([message.session for message in found])
        rows = [(ids[message.session], day(message.at), _speaker(message), message.text) for message in found]
        say_table(("ID", "DATE", "WHO", "TEXT"), rows)


@app.command()
def rename(
    session_id: SessionId, title: Annotated[list[str], typer.Argument(help="The new title.")], user: User = None
) -> None:
    """Give a session another title."""
    settings, database = opened(user)
    session = catalog.find_session(database, settings.user, session_id)
    catalog.rename_session(database, session, " ".join(title))
    note(f"Renamed {session.session_id[:8]}.")


@app.command()
def delete(
    session_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids, or the beginnings of them.")],
    user: User = None,
    purge: Annotated[bool, typer.Option("--purge", help="Really delete, also from the trash; no way back.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Put sessions in the trash; `sessions restore` brings them back."""
    settings, database = opened(user)
    if not purge:
        for session in [catalog.find_session(database, settings.user, each) for each in session_ids]:
            catalog.trash_session(database, session, int(time.time()))
            note(f"In the trash: {session.title}. Undo: agentmem sessions restore {session.session_id}")
        return
    sessions = [catalog.find_session_anywhere(database, settings.user, each) for each in session_ids]
    if not yes and not confirm(f"Delete {len(sessions)} session(s) for good?"):
        raise UsageProblem("Nothing was deleted.", "Say yes, or pass --yes.")
    from agentmem_cli.storage.erase import erase_deleted_text

    for session in sessions:
        catalog.purge_session(database, session)
    erase_deleted_text(database)
    note(f"Deleted {len(sessions)} session(s) for good.")


@app.command()
def restore(session_id: SessionId, user: User = None) -> None:
    """Bring a session back from the trash."""
    settings, database = opened(user)
    session = catalog.find_session(database, settings.user, session_id, trashed=True)
    catalog.restore_session(database, session)
    note(f"Restored: {session.title}.")


@app.command()
def export(
    session_id: SessionId,
    file_format: Annotated[str, typer.Option("--format", "-f", help="md, json or jsonl.")] = "md",
    user: User = None,
) -> None:
    """Print a session to stdout, as Markdown, JSON or the JSON lines that `import` takes."""
    from agentmem_cli.sessions import transfer

    settings, database = opened(user)
    session = catalog.find_session(database, settings.user, session_id)
    messages = catalog.transcript(database, session)
    if file_format == "jsonl":
        say_part(transfer.export_jsonl(messages))
    elif file_format == "json":
        say_part(transfer.export_json(session, messages))
    elif file_format == "md":
        say_part(transfer.export_markdown(session, messages))
    else:
        raise UsageProblem(f"{file_format!r} is no format.", "It is one of: md, json, jsonl.")


@app.command("import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON lines; - reads stdin.")], user: User = None
) -> None:
    """Add conversations from JSON lines: {"session", "role", "content", "at"?, "name"?, "id"?}."""
    from agentmem_cli.sessions import transfer

    settings, database = opened(user)
    lines = transfer.parse_lines(read_text(file).split("\n"))
    done = transfer.import_lines(database, settings.user, lines)
    repeated = f", {done.repeated} were here already" if done.repeated else ""
    note(f"Imported {done.messages} messages in {done.sessions} sessions{repeated}.")


def _speaker(message: TranscriptMessage) -> str:
    mark = "" if message.role == "user" or message.status == "done" else f" ({message.status})"
    return (message.name or ("you" if message.role == "user" else "agent")) + mark
