"""`agentmem doctor`: what is well, what is not, and what to do about it."""

from __future__ import annotations

from typing import Annotated

import typer

from agentmem_cli.commands.options import AsJson, User
from agentmem_cli.errors import ExitCode, UsageProblem
from agentmem_cli.settings import Settings, load_settings
from agentmem_cli.storage.checks import Verdict
from agentmem_cli.terminal.checkup import findings_of, say_findings
from agentmem_cli.terminal.streams import note, say, say_json

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def doctor(
    user: User = None,
    erased: Annotated[
        str | None,
        typer.Option(
            "--erased", metavar="TEXT", help="Only search the files for this text; exit with 1 if it is there."
        ),
    ] = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Check the data folder, the database, the model and the embedder; exit with 1 if something has failed."""
    settings = load_settings(user=user)
    if erased is not None:
        return _search(settings, erased, as_json=as_json)
    findings = findings_of(settings)
    if as_json:
        say_json([{"name": name, **finding.as_json()} for name, finding in findings.items()])
    else:
        say_findings(findings)
    failed = any(finding.verdict is Verdict.FAILED for finding in findings.values())
    return ExitCode.FAILURE if failed else ExitCode.OK


def _search(settings: Settings, text: str, *, as_json: bool) -> ExitCode:
    """Say where a text still stands on disk, or that it stands nowhere."""
    from agentmem_cli.storage.remains import remains_of

    if not text.strip():
        raise UsageProblem("There is no text to search for.", "Give the words that were erased.")
    remains = remains_of(text, settings)
    if as_json:
        say_json(remains.as_json())
    elif remains.files or remains.tables:
        say("\n".join([*remains.files, *(f"table {table} of the database" for table in remains.tables)]))
        note("It stands there.")
    else:
        say(f"It stands nowhere in {settings.data_dir}: {remains.searched} files searched.")
        note("Backups that you keep elsewhere, and your shell's history, were not searched.")
    return ExitCode.FAILURE if remains.files or remains.tables else ExitCode.OK
