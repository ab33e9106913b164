"""`agentmem memories pending`, `approve` and `reject`: proposals and questions, which wait for the person."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from agentmem_cli.commands.candidates import memory_candidates, pending_candidates
from agentmem_cli.commands.memory_output import say_changed, say_memories
from agentmem_cli.commands.options import AsJson, User, opened
from agentmem_cli.errors import UsageProblem
from agentmem_cli.memories import store
from agentmem_cli.storage.database import Database
from agentmem_cli.terminal.streams import note, say_json

MemoryId = Annotated[
    str,
    typer.Argument(metavar="ID", help="A memory's id, or the beginning of it.", autocompletion=memory_candidates),
]
_IDS_HELP = "Ids, or the beginnings of them."
MemoryIds = Annotated[
    list[str] | None, typer.Argument(metavar="ID...", help=_IDS_HELP, autocompletion=memory_candidates)
]
PendingIds = Annotated[
    list[str] | None, typer.Argument(metavar="ID...", help=_IDS_HELP, autocompletion=pending_candidates)
]
AllPending = Annotated[bool, typer.Option("--all", help="Everything that waits.")]


def pending(user: User = None, as_json: AsJson = False) -> None:
    """List what waits: memories for your approval, and whether one replaces another."""
    settings, database = opened(user)
    waiting = store.list_pending(database, settings.user)
    older = [memory.supersedes or memory.replaces_perhaps for memory in waiting]
    if as_json:
        kinds = ["proposal" if memory.status == "proposed" else "question" for memory in waiting]
        texts = [store.find_memory(database, settings.user, each).text if each else None for each in older]
        rows = zip(waiting, kinds, texts, strict=True)
        say_json([{"waits": kind, "may_replace": text, **memory.as_json()} for memory, kind, text in rows])
        return
    say_memories(waiting, as_json, "Nothing waits.", with_status=True)
    for memory, old in zip(waiting, older, strict=True):
        if old:
            note(f"{memory.memory_id[:8]} may replace {named(database, settings.user, old)}")
    if any(older):
        note("`agentmem memories approve ID` replaces it, `approve ID --keep-old` keeps both.")


def approve(
    memory_ids: PendingIds = None,
    everything: AllPending = False,
    keep_old: Annotated[bool, typer.Option("--keep-old", help="Both are true: replace nothing.")] = False,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """Accept what waits: it is a memory, in the place of the one that it may replace."""
    from agentmem_cli.memories import corrections

    settings, database = opened(user)
    chosen = _pending_ids(database, settings.user, memory_ids, everything)
    approved = corrections.approve(database, settings.user, chosen, now=int(time.time()), keep_old=keep_old)
    say_changed(approved, "Approved", user, as_json)


def reject(
    memory_ids: PendingIds = None, everything: AllPending = False, user: User = None, as_json: AsJson = False
) -> None:
    """Turn down a proposal, or keep both of a question; the same is not proposed or asked again."""
    from agentmem_cli.memories import corrections

    settings, database = opened(user)
    chosen = _pending_ids(database, settings.user, memory_ids, everything)
    decided = corrections.reject(database, settings.user, chosen, now=int(time.time()))
    say_changed(decided, "Turned down", user, as_json)


def _pending_ids(database: Database, user_id: str, memory_ids: list[str] | None, everything: bool) -> list[str]:
    one_of(memory_ids, everything, "pending")
    if memory_ids:
        return memory_ids
    return [memory.memory_id for memory in store.list_pending(database, user_id)]


def one_of(memory_ids: list[str] | None, everything: bool, shown_by: str = "list") -> None:
    """Raise UsageProblem, which says what command shows the ids, unless there are either ids or --all."""
    if bool(memory_ids) == everything:
        raise UsageProblem("This needs ids, or --all, and not both.", f"`agentmem memories {shown_by}` shows the ids.")


def named(database: Database, user_id: str, memory_id: str | None) -> str:
    """A memory's short id and its text; "" for none."""
    return f'{memory_id[:8]} "{store.find_memory(database, user_id, memory_id).text}"' if memory_id else ""
