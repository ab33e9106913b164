"""`agentmem memories show`: one memory, how agentmem knows it, and the memories that it replaces or may replace."""

from __future__ import annotations

from collections.abc import Sequence

from agentmem_cli.commands.memory_review import MemoryId, named
from agentmem_cli.commands.options import AsJson, User, opened
from agentmem_cli.memories import store
from agentmem_cli.records import LedgerEntry, Memory
from agentmem_cli.storage.database import Database
from agentmem_cli.terminal.dates import moment
from agentmem_cli.terminal.streams import say, say_json

_ERASED = "(its turn was erased)"


def show(memory_id: MemoryId, user: User = None, as_json: AsJson = False) -> None:
    """Show one memory, and how agentmem knows it."""
    settings, database = opened(user)
    memory = store.find_memory(database, settings.user, memory_id)
    changes = store.history(database, settings.user, memory.memory_id)
    title = store.session_title(database, settings.user, memory.session_id) if memory.session_id else None
    if as_json:
        say_json({**memory.as_json(), "session_title": title, "history": [entry.as_json() for entry in changes]})
        return
    _say_memory(memory, changes, title, _around(database, settings.user, memory))


def _around(database: Database, user_id: str, memory: Memory) -> dict[str, str]:
    """By label: what it replaced, what it may replace, what may replace it, what did."""
    open_ = memory in store.list_pending(database, user_id)
    asking = store.asking_about(database, user_id, [memory.memory_id]) if memory.status == "active" else []
    return {
        "replaced": named(database, user_id, memory.supersedes),
        "replaces?": named(database, user_id, memory.replaces_perhaps if open_ else None),
        "newer?": ", ".join(named(database, user_id, each.memory_id) for each in asking),
        "now": named(database, user_id, memory.superseded_by),
    }


def _say_memory(memory: Memory, changes: Sequence[LedgerEntry], title: str | None, around: dict[str, str]) -> None:
    """One memory and how it is known. `title` is its session's; `around` names the memories that it stands beside."""
    session = f", in session {memory.session_id[:8]}{f' ({title})' if title else ''}" if memory.session_id else ""
    true_from = moment(memory.said_at if memory.valid_from is None else memory.valid_from)
    used = f"{memory.use_count} times" + (f", last {moment(memory.last_used_at)}" if memory.last_used_at else "")
    say(f"{memory.text}\n")
    for label, value in (
        ("id", memory.memory_id),
        ("kind", memory.kind),
        ("status", memory.status + (", pinned" if memory.pinned else "")),
        ("topics", ", ".join(memory.topics)),
        ("said", moment(memory.said_at) + session + (f", {memory.seen_count} times" if memory.seen_count > 1 else "")),
        ("quote", f'"{memory.quote}"' if memory.quote else _ERASED if memory.run_id else ""),
        *around.items(),
        ("valid", f"from {true_from}" + (f" to {moment(memory.valid_to)}" if memory.valid_to is not None else "")),
        ("used", used if memory.use_count else "never"),
    ):
        if value:
            say(f"{label:<9} {value}")
    say("\nhistory")
    for entry in changes:
        say(f"  {moment(entry.at)}  {entry.action}, by {entry.actor}")
