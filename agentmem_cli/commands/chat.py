"""`agentmem chat`: talk to the agent, in the terminal or from a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from agentmem_cli.agent.choice import model_name
from agentmem_cli.commands.candidates import model_candidates, one_of, session_candidates
from agentmem_cli.commands.options import User
from agentmem_cli.errors import ExitCode, NotFound, StoreUnwritable, UsageProblem
from agentmem_cli.sessions import catalog
from agentmem_cli.setting_table import MEMORY_MODES
from agentmem_cli.settings import Settings, load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database
from agentmem_cli.terminal.notices import start_lines
from agentmem_cli.terminal.streams import is_interactive, note, say_prose

if TYPE_CHECKING:
    from agentmem_cli.agent.conversation import Conversation

app = typer.Typer(rich_markup_mode=None, add_completion=False)
PICK = "?"
"""What `main` puts behind a `--resume` that stands alone."""
STREAM = "stream-json"
INPUT_FORMATS = ("text", STREAM)
FORMATS = ("text", "json", STREAM)


@app.command()
def chat(
    message: Annotated[list[str] | None, typer.Argument(help="Ask this; in a terminal the chat goes on.")] = None,
    user: User = None,
    session: Annotated[
        str | None,
        typer.Option(
            "--session", "-s", metavar="ID", help="This session; made if new.", autocompletion=session_candidates
        ),
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(
            "--resume",
            "-r",
            metavar="[ID|TITLE]",
            help="Go on with a session; alone: choose one.",
            autocompletion=session_candidates,
        ),
    ] = None,
    continue_: Annotated[bool, typer.Option("--continue", "-c", help="Go on with your last session.")] = False,
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", metavar="PROVIDER:ID", help="Which model.", autocompletion=model_candidates),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option("--base-url", metavar="URL", help="Its server's address, such as http://localhost:1234/v1."),
    ] = None,
    history: Annotated[
        int | None,
        typer.Option("--history", min=0, help="Exchanges of this session that go with each request.  [default: 20]"),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option("--memory", help="auto, review or off.  [default: auto]", autocompletion=one_of(*MEMORY_MODES)),
    ] = None,
    memory_model: Annotated[
        str | None,
        typer.Option(
            "--memory-model",
            metavar="PROVIDER:ID",
            help="A cheaper model for memories.",
            autocompletion=model_candidates,
        ),
    ] = None,
    incognito: Annotated[
        bool, typer.Option("--incognito", help="Keep nothing of this chat, and use nothing that is known of you.")
    ] = False,
    no_knowledge: Annotated[bool, typer.Option("--no-knowledge", help="Do not search the documents.")] = False,
    print_: Annotated[bool, typer.Option("--print", "-p", help="One answer, then exit.")] = False,
    output: Annotated[
        str, typer.Option("--format", help="text, json or stream-json.", autocompletion=one_of(*FORMATS))
    ] = "text",
    input_format: Annotated[
        str,
        typer.Option(
            "--input-format",
            help='text, or stream-json: a turn for each line {"content", "session"?} of stdin.',
            autocompletion=one_of(*INPUT_FORMATS),
        ),
    ] = "text",
) -> ExitCode:
    """Talk to the agent. With -p, or with stdin not a terminal: one answer, then exit."""
    words = " ".join(message or [])
    _check_formats(input_format, output, print_=print_, words=words)
    if incognito and (session is not None or resume is not None or continue_ or memory not in (None, "off")):
        raise UsageProblem(
            "--incognito excludes --session, --resume, --continue and a --memory other than off.",
            "It keeps nothing, and knows no earlier session.",
        )
    settings = load_settings(
        user=user,
        model=model,
        memory=memory,
        memory_model=memory_model,
        history=history,
        base_url=base_url,
        incognito=incognito,
    )
    name = model_name(settings.model, settings.base_url)
    database = _opened(settings)
    session_id = _session_id(database, settings, session, resume, continue_)

    from agentmem_cli.agent.conversation import Conversation

    conversation = Conversation(
        settings, database, model=name, session_id=session_id, knowledge=not no_knowledge, warn=note
    )
    try:
        if input_format == STREAM:
            from agentmem_cli.terminal.stream_input import answer_each

            return answer_each(conversation)
        if print_ or output != "text" or not is_interactive():
            from agentmem_cli.terminal.once import answer_once

            return answer_once(conversation, words, output)
        from agentmem_cli.terminal.type_ahead import give_back, type_ahead_kept

        with type_ahead_kept() as typed:
            say_prose("\n".join(start_lines(settings, name)))
            _say_resumed(conversation)
            from agentmem_cli.terminal.repl import Chat

            give_back(typed)
            return Chat(conversation).run(words)
    except KeyboardInterrupt:
        conversation.leave_captures()
        raise
    finally:
        conversation.close()


def _opened(settings: Settings) -> Database:
    """The database. Raises StoreUnwritable, with the way to chat all the same, where nothing can be kept."""
    try:
        return open_database(settings)
    except StoreUnwritable as problem:
        raise StoreUnwritable(
            f"Nothing of a chat can be kept: {problem.problem}",
            f"{problem.remedy} `agentmem chat --incognito` needs no place.",
        ) from None


def _check_formats(input_format: str, output: str, *, print_: bool, words: str) -> None:
    """Raises UsageProblem for formats that there are not, or that do not go with the other words."""
    for given, known in ((input_format, INPUT_FORMATS), (output, FORMATS)):
        if given not in known:
            raise UsageProblem(f"{given!r} is no format.", f"It is one of: {', '.join(known)}.")
    if input_format != STREAM:
        return
    if not print_ or output != STREAM:
        raise UsageProblem(
            f"--input-format {STREAM} needs -p and --format {STREAM}.",
            "Each line of stdin is a turn, and each result is a line of stdout.",
        )
    if words:
        raise UsageProblem(f"--input-format {STREAM} takes no MESSAGE.", "Give each message as a line of stdin.")


def _session_id(
    database: Database, settings: Settings, session: str | None, resume: str | None, continue_: bool
) -> str | None:
    """The id of the session that the options name; None for a new one."""
    if sum(bool(each) for each in (session, resume is not None, continue_)) > 1:
        raise UsageProblem("--session, --resume and --continue exclude each other.", "Give one of them.")
    if session is not None:
        if not session.strip():
            raise UsageProblem("The session id is empty.", "Give one, or leave --session out.")
        return session
    if continue_:
        last = catalog.list_sessions(database, settings.user, limit=1)
        if not last:
            raise NotFound(f"{settings.user} has no session to continue.", "Leave --continue out to begin one.")
        return last[0].session_id
    if resume is None:
        return None
    if resume in ("", PICK):
        from agentmem_cli.terminal.picker import pick_session

        chosen = pick_session(database, settings.user)
        if chosen is None:
            raise KeyboardInterrupt
        return chosen
    return catalog.find_session_or_title(database, settings.user, resume).session_id


def _say_resumed(conversation: Conversation) -> None:
    """Where one was, in a session that has a past; one that is new says nothing."""
    database, settings = conversation.database, conversation.settings
    sessions = catalog.list_sessions(database, settings.user)
    past = [each for each in sessions if each.session_id == conversation.session_id]
    if past:
        from agentmem_cli.terminal.resuming import resumed_lines

        for line in resumed_lines(database, past[0], settings.history, conversation.window):
            say_prose(line)
