"""`agentmem sessions`: the conversations that are kept."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Annotated

import typer

from agentmem_cli.commands.candidates import one_of, session_candidates, trashed_session_candidates
from agentmem_cli.commands.options import AsJson, User, open_file, opened, short_ids, text_in
from agentmem_cli.errors import UsageProblem
from agentmem_cli.records import TranscriptMessage
from agentmem_cli.sessions import catalog
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database
from agentmem_cli.terminal.dates import day, moment
from agentmem_cli.terminal.streams import confirm, counted, note, progress, say, say_json, say_part, say_table

if TYPE_CHECKING:
    from agentmem_cli.sessions.account_import import AccountImport

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="List, show, search, rename, delete, export and import.",
)
_ID_HELP = "A session's id, or the beginning of it."
SessionId = Annotated[str, typer.Argument(metavar="ID", help=_ID_HELP, autocompletion=session_candidates)]
TrashedId = Annotated[str, typer.Argument(metavar="ID", help=_ID_HELP, autocompletion=trashed_session_candidates)]


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
    session_ids: Annotated[
        list[str],
        typer.Argument(metavar="ID...", help="Ids, or the beginnings of them.", autocompletion=session_candidates),
    ],
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
    from agentmem_cli.agent.erase import erase_sessions, words_of_sessions

    if settings.input_history.exists():  # before the sessions go: what a kill leaves can be purged again
        from agentmem_cli.terminal.history import forget_typed

        ids = {session.session_id for session in sessions}
        forget_typed(settings.input_history, words_of_sessions(database, sessions), ids)
    erase_sessions(database, sessions)
    note(f"Deleted {len(sessions)} session(s) for good.")


@app.command()
def restore(session_id: TrashedId, user: User = None) -> None:
    """Bring a session back from the trash."""
    settings, database = opened(user)
    session = catalog.find_session(database, settings.user, session_id, trashed=True)
    catalog.restore_session(database, session)
    note(f"Restored: {session.title}.")


@app.command()
def export(
    session_id: SessionId,
    file_format: Annotated[
        str,
        typer.Option("--format", "-f", help="md, json or jsonl.", autocompletion=one_of("md", "json", "jsonl")),
    ] = "md",
    user: User = None,
) -> None:
    """Print a session to stdout, as Markdown, JSON or the JSON lines that `import` takes."""
    from agentmem_cli.sessions import exports

    settings, database = opened(user)
    session = catalog.find_session(database, settings.user, session_id)
    messages = catalog.transcript(database, session)
    if file_format == "jsonl":
        say_part(exports.export_jsonl(messages))
    elif file_format == "json":
        say_part(exports.export_json(session, messages))
    elif file_format == "md":
        say_part(exports.export_markdown(session, messages))
    else:
        raise UsageProblem(f"{file_format!r} is no format.", "It is one of: md, json, jsonl.")


@app.command("import")
def import_(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="JSON lines, or an account's zip or conversations.json; - is stdin.")
    ],
    user: User = None,
    erased: Annotated[bool, typer.Option("--erased", help="Also what you took back, erased or purged here.")] = False,
    as_json: AsJson = False,
) -> None:
    """Add conversations from JSON lines, or from the account export of ChatGPT or Claude.

    A line is {"session", "role", "content", "at"?, "name"?, "id"?}. What an account's conversations say of you
    is proposed in `agentmem memories pending`, not saved. What you took back or erased here stays out.
    """
    from agentmem_cli.sessions import transfer
    from agentmem_cli.sessions.account_exports import is_account_export
    from agentmem_cli.terminal.vector_making import make_vectors

    settings, database = opened(user)
    with open_file(file) as content:
        beginning = content.read(64)
        content.seek(0)
        if is_account_export(beginning):
            _import_account(settings, database, content, file, erased=erased, as_json=as_json)
            return
        lines = transfer.parse_lines(text_in(content, file).split("\n"))
        done = transfer.import_lines(database, settings.user, lines, erased=erased)
    if as_json:
        say_json(done.as_json())
    repeated = f", {done.repeated} were here already" if done.repeated else ""
    note(f"Imported {done.messages} messages in {done.sessions} sessions{repeated}.")
    if done.left_out:
        note(_left_out(done.left_out))
    make_vectors(database, settings.user)


def _import_account(
    settings: Settings, database: Database, content: IO[bytes], file: str, *, erased: bool, as_json: bool
) -> None:
    """Conversations first, then what they say of the person: also of what came before a file's damage, or Ctrl-C."""
    from agentmem_cli.agent.imported_capture import propose_from_imports
    from agentmem_cli.sessions.account_exports import read_export
    from agentmem_cli.sessions.account_import import AccountImport, import_account
    from agentmem_cli.terminal.vector_making import make_vectors

    done = AccountImport()
    try:
        with progress("Importing") as update:
            import_account(
                database,
                settings.user,
                read_export(content, file),
                done,
                erased=erased,
                progress=lambda so_far: update(f"{so_far.conversations} conversations, {so_far.messages} messages"),
            )
    finally:
        with progress("Looking for what is said of you:") as update:
            proposed = propose_from_imports(database, settings.user, lambda now, of: update(f"{now} of {of}"))
        if as_json:
            say_json({**done.as_json(), "proposed": proposed})
        for line in _account_lines(done, proposed):
            note(line)
    make_vectors(database, settings.user)


def _account_lines(done: AccountImport, proposed: int) -> Iterator[str]:
    """What an import of an account did, for a person."""
    yield from done.problems
    more = done.malformed - len(done.problems)
    if more:
        yield f"… and {more} more."
    parts = [f"Imported {counted(done.messages, 'message')} in {counted(done.conversations, 'conversation')}"]
    parts += [f"{done.repeated} were here already"] if done.repeated else []
    parts += [f"{done.trashed} are in the trash"] if done.trashed else []
    parts += [f"{done.malformed} left out"] if done.malformed else []
    yield ", ".join(parts) + "."
    if done.left_out:
        yield _left_out(done.left_out)
    if done.with_gaps:
        titles = "; ".join(done.gaps) + ("; …" if done.with_gaps > len(done.gaps) else "")
        yield f"The export itself lacks messages of {counted(done.with_gaps, 'conversation')}: {titles}."
    if proposed:
        things = counted(proposed, "thing")
        yield f"{things} they say of you: `agentmem memories pending` shows, `approve` and `reject` decide."


def _left_out(messages: int) -> str:
    return f"{counted(messages, 'message')} that you took back or erased here stay out; --erased brings them too."


def _speaker(message: TranscriptMessage) -> str:
    mark = "" if message.role == "user" or message.status == "done" else f" ({message.status})"
    return (message.name or ("you" if message.role == "user" else "agent")) + mark
