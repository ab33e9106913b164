"""`agentmem doctor`: what is well, what is not, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import partial

import typer

from agentmem_cli.commands.options import AsJson, User
from agentmem_cli.errors import ExitCode
from agentmem_cli.settings import Settings, load_settings
from agentmem_cli.storage.checks import (
    Finding,
    Verdict,
    check_database,
    check_folder,
    check_permissions,
    finding_of,
)
from agentmem_cli.storage.database import Database
from agentmem_cli.terminal.streams import progress, say, say_json

app = typer.Typer(rich_markup_mode=None, add_completion=False)
MARKS = {Verdict.OK: "ok     ", Verdict.WARNING: "warning", Verdict.FAILED: "FAILED "}
LOCK_TIMEOUT = 3.0
"""Seconds: a check should say that the database is locked, not wait until it is free."""


@app.command()
def doctor(user: User = None, as_json: AsJson = False) -> ExitCode:
    """Check the data folder, the database, the model and the embedder; exit with 1 if something has failed."""
    settings = load_settings(user=user)
    findings = {}
    with progress("Checking") as show, closing(_database(settings)) as database:
        for name, check in _checks(settings, database).items():
            show(name)
            findings[name] = finding_of(check)
    if as_json:
        say_json([{"name": name, **finding.as_json()} for name, finding in findings.items()])
    else:
        _show(findings)
    failed = any(finding.verdict is Verdict.FAILED for finding in findings.values())
    return ExitCode.FAILURE if failed else ExitCode.OK


def _database(settings: Settings) -> Database:
    """Look at the database as it is: not made, not migrated."""
    return Database(settings.database, lock_timeout=min(LOCK_TIMEOUT, settings.lock_timeout))


def _checks(settings: Settings, database: Database) -> dict[str, Callable[[], Finding]]:
    """Every check by its name; those of the database only when there is one, so that nothing is made."""
    from agentmem_cli.agent.checks import check_model, check_versions
    from agentmem_cli.knowledge.checks import check_embedder, check_knowledge
    from agentmem_cli.memories.checks import check_memories
    from agentmem_cli.sessions.checks import check_transcripts

    checks: dict[str, Callable[[], Finding]] = {"data folder": partial(check_folder, settings)}
    if settings.database.exists():
        checks["permissions"] = partial(check_permissions, settings)
        checks["database"] = partial(check_database, database)
        checks["transcripts"] = partial(check_transcripts, database)
        checks["memories"] = partial(check_memories, database)
        checks["knowledge"] = partial(check_knowledge, database, settings)
    checks["model"] = partial(check_model, settings)
    checks["embedder"] = check_embedder
    checks["versions"] = check_versions
    return checks


def _show(findings: dict[str, Finding]) -> None:
    wide = max(map(len, findings))
    for name, finding in findings.items():
        say(f"{MARKS[finding.verdict]}  {name:{wide}}  {finding.found}")
        if finding.remedy:
            say(f"{'':{wide + 9}}  -> {finding.remedy}")
