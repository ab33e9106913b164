"""The checks of `agentmem doctor` and of the chat's `/doctor`, and how their findings are shown."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from functools import partial

from agentmem_cli.errors import AgentmemError
from agentmem_cli.settings import Settings
from agentmem_cli.storage.checks import (
    Finding,
    Verdict,
    check_database,
    check_erasing,
    check_folder,
    check_permissions,
    finding_of,
)
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import database_of, is_stored, open_as_it_is
from agentmem_cli.storage.schema import is_current
from agentmem_cli.terminal.streams import progress, say_prose

MARKS = {Verdict.OK: "ok     ", Verdict.WARNING: "warning", Verdict.FAILED: "FAILED "}
LOCK_TIMEOUT = 3.0
"""Seconds: a check should say that the database is locked, not wait until it is free."""


def findings_of(settings: Settings) -> dict[str, Finding]:
    """What every check found, by its name."""
    with progress("Checking") as show, closing(_database(settings)) as database:
        findings = {}
        for name, check in _checks(settings, database).items():
            show(name)
            findings[name] = finding_of(check)
    return findings


def _database(settings: Settings) -> Database:
    """Look at the database as it is; of one that cannot be opened each check says why."""
    timeout = min(LOCK_TIMEOUT, settings.lock_timeout)
    try:
        if is_stored(settings):
            return open_as_it_is(settings, timeout)
    except AgentmemError:
        pass
    return database_of(settings, timeout)


def _checks(settings: Settings, database: Database) -> dict[str, Callable[[], Finding]]:
    """Every check by its name; those of the database only when there is one, so that nothing is made.

    Those of its tables only when it has the tables: in a first start of another agentmem it has not yet.
    """
    from agentmem_cli.agent.checks import check_model, check_versions
    from agentmem_cli.knowledge.checks import check_embedder, check_knowledge
    from agentmem_cli.memories.checks import check_memories
    from agentmem_cli.recall.checks import check_recall
    from agentmem_cli.sessions.checks import check_transcripts

    checks: dict[str, Callable[[], Finding]] = {"data folder": partial(check_folder, settings)}
    if is_stored(settings):
        checks["permissions"] = partial(check_permissions, settings)
        checks["database"] = partial(check_database, database)
    is_ready = is_stored(settings) and not _is_behind(database)
    if is_ready:
        checks["erasing"] = partial(check_erasing, database)
        checks["transcripts"] = partial(check_transcripts, database)
        checks["memories"] = partial(check_memories, database)
        checks["recall"] = partial(check_recall, database, settings.user)
        checks["knowledge"] = partial(check_knowledge, database, settings)
    checks["model"] = partial(check_model, settings)
    checks["embedder"] = partial(check_embedder, database if is_ready else None)
    checks["versions"] = check_versions
    return checks


def _is_behind(database: Database) -> bool:
    """Whether the tables that the checks read are not there yet: of a first start, or of an older agentmem."""
    try:
        return not is_current(database)
    except AgentmemError:
        return False  # the checks say what it is


def say_findings(findings: dict[str, Finding]) -> None:
    """A line for each finding, and its remedy below."""
    wide = max(map(len, findings))
    for name, finding in findings.items():
        say_prose(f"{MARKS[finding.verdict]}  {name:{wide}}  {finding.found}", " " * (wide + 11))
        if finding.remedy:
            say_prose(f"{'':{wide + 9}}  -> {finding.remedy}", " " * (wide + 14))
