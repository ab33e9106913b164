"""`agentmem memories preview`: what would be kept of a message, saving nothing."""

from __future__ import annotations

import json
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from agentmem_cli.agent.quiet import quiet_agno
from agentmem_cli.commands.memory_review import named
from agentmem_cli.commands.options import AsJson, CaptureModel, User, opened_to_capture
from agentmem_cli.errors import ExitCode, ProviderProblem, UsageProblem
from agentmem_cli.storage.database import Database
from agentmem_cli.terminal.streams import note, report, say_json, say_table

if TYPE_CHECKING:
    from agentmem_cli.agent.preview import Preview, Previewer
    from agentmem_cli.memories.operations import Operation


def preview(
    text: Annotated[list[str], typer.Argument(metavar="TEXT", help="The message; - reads one a line.")],
    user: User = None,
    model: CaptureModel = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Show what would be kept of a message. Nothing is saved."""
    from agentmem_cli.agent.preview import Previewer

    message = " ".join(text)
    if not message.strip():
        raise UsageProblem("The message is empty.", "Give one, or - to read one a line from stdin.")
    quiet_agno()
    settings, database, name = opened_to_capture(user, model)
    with closing(Previewer(settings, database, name)) as previewer:
        if text == ["-"]:
            return _preview_lines(previewer)
        shown = previewer.preview(message)
    if as_json:
        say_json(shown.as_json())
    else:
        _print(shown, database, settings.user)
    return ExitCode.OK


def _preview_lines(previewer: Previewer) -> ExitCode:
    """A JSON line for each line of stdin; one that the provider fails on says so, and the next one is asked about."""
    code = ExitCode.OK
    for line in sys.stdin:
        message = _message_in(line)
        try:
            shown = previewer.preview(message).as_json()
        except ProviderProblem as error:
            code = report(error)
            shown = {"message": message, "operations": [], "error": str(error)}
        say_json(shown, one_line=True)
    return code


def _message_in(line: str) -> str:
    """The message of a line: a JSON string, or the line as it is."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, str) else line.rstrip("\r\n")


def _print(shown: Preview, database: Database, user_id: str) -> None:
    rows = [
        (each.action, each.kind if each.text else "", _described(each, database, user_id)) for each in shown.operations
    ]
    if rows:
        say_table(("WHAT", "KIND", "TEXT"), rows)
    else:
        note("Nothing would be kept.")
    if shown.withheld:
        note(f"Left out: {', '.join(shown.withheld)}.")


def _described(operation: Operation, database: Database, user_id: str) -> str:
    """The text, its day, and the older memories that it is about, as in `… (in the place of: 1a2b3c4d "…")`."""
    older = "; ".join(named(database, user_id, each) for each in operation.replaces)
    if not operation.text:
        return older
    text = f"{operation.text} (on {operation.on})" if operation.on else operation.text
    if older:
        return f"{text} (in the place of: {older})"
    if operation.asks_about:
        asked = named(database, user_id, operation.asks_about)
        return f"{text} (perhaps in the place of: {asked})"
    return text
