"""`agentmem memories tidy`: what was kept without a language model, put into form by one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from agentmem_cli.agent.quiet import quiet_agno
from agentmem_cli.commands.memory_output import undo_hint
from agentmem_cli.commands.options import AsJson, CaptureModel, User, opened_to_capture
from agentmem_cli.errors import ConfigProblem, ExitCode
from agentmem_cli.records import OFFLINE
from agentmem_cli.terminal.streams import note, progress, report, say_json, say_table

if TYPE_CHECKING:
    from agentmem_cli.agent.tidying import Tidied


def tidy(
    user: User = None,
    model: CaptureModel = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    as_json: AsJson = False,
) -> ExitCode:
    """Let a language model put into form what was kept without one."""
    settings, database, name = opened_to_capture(user, model)
    if name == OFFLINE:
        raise ConfigProblem("Tidying needs a language model.", "Set ANTHROPIC_API_KEY, or pass --model provider:id.")
    quiet_agno()
    from agentmem_cli.agent.tidying import tidy_memories
    from agentmem_cli.agent.worker import memory_model

    target = database.rehearsal() if dry_run else database
    with progress("Asked about") as show:
        tidied = asyncio.run(
            tidy_memories(
                target,
                settings.user,
                memory_model(name, settings),
                lambda done, of: show(f"{done} of {of} memories"),
            )
        )
    if as_json:
        say_json(tidied.as_json())
    else:
        _print(tidied)
    note(_counts(tidied, user, is_dry_run=dry_run))
    return ExitCode.OK if tidied.problem is None else report(tidied.problem)


def _print(tidied: Tidied) -> None:
    old = {memory.memory_id: memory.text for memory in tidied.before}
    rows = []
    for memory in tidied.after:
        replaced = [memory.supersedes or "", *memory.also_supersedes]
        rows.append((memory.kind, " / ".join(old[each] for each in replaced), memory.text))
    if rows:
        say_table(("KIND", "WAS", "IS"), rows)


def _counts(tidied: Tidied, user: str | None, *, is_dry_run: bool) -> str:
    """`4 of 5 memories put into form, as 3. Undo: …`, or what would be."""
    if not tidied.before:
        return "There is nothing to tidy."
    kept = len(tidied.before)
    counts = f"{kept - tidied.left} of {kept} memories put into form, as {len(tidied.after)}."
    if is_dry_run:
        return f"Dry run: {counts} Nothing was changed."
    return f"{counts} {undo_hint(user)}" if tidied.after else counts
