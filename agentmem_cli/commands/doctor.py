"""`agentmem doctor`: what is well, what is not, and what to do about it."""

from __future__ import annotations

import typer

from agentmem_cli.commands.options import AsJson, User
from agentmem_cli.errors import ExitCode
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.checks import Verdict
from agentmem_cli.terminal.checkup import findings_of, say_findings
from agentmem_cli.terminal.streams import say_json

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def doctor(user: User = None, as_json: AsJson = False) -> ExitCode:
    """Check the data folder, the database, the model and the embedder; exit with 1 if something has failed."""
    findings = findings_of(load_settings(user=user))
    if as_json:
        say_json([{"name": name, **finding.as_json()} for name, finding in findings.items()])
    else:
        say_findings(findings)
    failed = any(finding.verdict is Verdict.FAILED for finding in findings.values())
    return ExitCode.FAILURE if failed else ExitCode.OK
