"""`agentmem recall`: what the agent would be given for a question."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from agentmem_cli.commands.options import AsJson, User, opened
from agentmem_cli.errors import AgentmemError, UsageProblem
from agentmem_cli.recall.recall import DEFAULT_LIMIT, recall_for
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.records import Recall
from agentmem_cli.storage.database import Database
from agentmem_cli.terminal.dates import day
from agentmem_cli.terminal.streams import note, say_json, say_table
from agentmem_cli.terminal.vector_making import said_missing

REFRESH_SECONDS = 5.0
"""For making vectors that are missing, after a long import; the next time, or the next chat, makes the others."""

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def recall(
    question: Annotated[list[str], typer.Argument(help="The question; - reads one a line from stdin.")],
    user: User = None,
    limit: Annotated[int, typer.Option("-k", min=1, help="How many of each at the most.")] = DEFAULT_LIMIT,
    as_json: AsJson = False,
) -> None:
    """Show what the agent would be given for a question: memories and messages, with scores, dates and sources."""
    settings, database = opened(user)
    asked = " ".join(question).strip()
    if not asked:
        raise UsageProblem("The question is empty.", "Ask in words.")
    index = _loaded_index(database, settings.user)
    if question == ["-"]:
        for line in sys.stdin:
            found = recall_for(database, settings.user, line.strip(), limit=limit, index=index)
            say_json(found.as_json(), one_line=True)
        return
    found = recall_for(database, settings.user, asked, limit=limit, index=index)
    if as_json:
        say_json(found.as_json())
    else:
        _print(found)


def _loaded_index(database: Database, user_id: str) -> UserIndex:
    """The index with the vectors that a chat would have by now. Says how many are still missing."""
    index = UserIndex(database, user_id)
    try:
        index.refresh(REFRESH_SECONDS)
    except AgentmemError as error:
        note(f"By words alone: {error.problem}")
    else:
        if index.without_vectors:
            note(f"{said_missing(index.without_vectors)}: the next chat makes them.")
    return index


def _print(found: Recall) -> None:
    rows = [("profile", "", day(each.said_at), each.memory_id[:8], each.text) for each in found.profile]
    rows += [
        ("memory", f"{each.score:.2f}", day(each.said_at), each.memory_id[:8], each.text) for each in found.memories
    ]
    for turn in found.turns:
        by = f"{turn.name or turn.role}{' (replaced)' if turn.replaced_by else ''}"
        rows.append(("message", f"{turn.score:.2f}", day(turn.at), turn.session, f"{by}: {turn.text}"))
    if rows:
        say_table(("WHAT", "SCORE", "DATE", "SOURCE", "TEXT"), rows)
    else:
        note("Nothing is recalled for this.")
