"""How memories and their changes are shown. Reads nothing and changes nothing."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime, timedelta

from agentmem_cli.commands.options import short_ids
from agentmem_cli.errors import UsageProblem
from agentmem_cli.records import LedgerEntry, Memory
from agentmem_cli.terminal.dates import day, moment
from agentmem_cli.terminal.streams import note, say_json, say_table

_SHOWN = 5
"""Changed memories that are named one by one."""


def say_memories(memories: Sequence[Memory], as_json: bool, nothing: str, *, with_status: bool = False) -> None:
    """Memories as a table or as JSON; `nothing` is said when there are none."""
    if as_json:
        say_json([memory.as_json() for memory in memories])
    elif not memories:
        note(nothing)
    else:
        ids = short_ids([memory.memory_id for memory in memories])
        extra = [("STATUS", [memory.status for memory in memories])] if with_status else []
        columns = [
            ("ID", [ids[memory.memory_id] for memory in memories]),
            ("KIND", [memory.kind for memory in memories]),
            *extra,
            ("SAID", [day(memory.said_at) for memory in memories]),
            ("TEXT", [memory.text for memory in memories]),
        ]
        say_table([name for name, _ in columns], list(zip(*(cells for _, cells in columns), strict=True)))


def time_of(text: str) -> int:
    """A date (its end) or an ISO time -> Unix seconds; local where it names no zone. Raises UsageProblem."""
    try:
        at = datetime.fromisoformat(text)
        if len(text) == len("2026-06-01"):
            at += timedelta(days=1, seconds=-1)
        return int(at.timestamp())
    except (ValueError, OverflowError, OSError):
        raise UsageProblem(f"{text!r} is no date.", "Write 2026-06-01 or 2026-06-01T09:30.") from None


def say_changed(memories: Sequence[Memory], done: str, user: str | None, as_json: bool) -> None:
    """What a change did, and how to take it back."""
    if as_json:
        say_json([memory.as_json() for memory in memories])
    if not memories:
        note("There was nothing to do.")
        return
    for memory in memories[:_SHOWN]:
        note(f"{done}: {memory.text}")
    more = f"… and {len(memories) - _SHOWN} more. " if len(memories) > _SHOWN else ""
    note(f"{more}{undo_hint(user)}")


def say_entries(entries: Sequence[LedgerEntry], as_json: bool) -> None:
    """Entries of the ledger, as a table or as JSON."""
    if as_json:
        say_json([entry.as_json() for entry in entries])
    elif not entries:
        note("Nothing was changed yet.")
    else:
        rows = [(moment(each.at), each.action, each.memory_id[:8], each.actor, _difference(each)) for each in entries]
        say_table(("WHEN", "WHAT", "ID", "BY", "TEXT"), rows)


def _difference(entry: LedgerEntry) -> str:
    if entry.before is None and entry.after is None:
        return "(erased)"
    before, after = ((side or {}).get("text", "(nothing)") for side in (entry.before, entry.after))
    return str(after) if before in (after, "(nothing)") else f"{before} → {after}"


def undo_hint(user: str | None) -> str:
    """The command that takes the last change back; `user` is what --user was."""
    return f"Undo: agentmem memories undo{_of(user)}"


def erase_hint(forgotten: Sequence[Memory], user: str | None) -> str:
    """The command that erases the turns behind forgotten memories."""
    ids = " ".join(memory.memory_id[:8] for memory in forgotten if memory.run_id)
    chosen = "--all" if len(forgotten) > _SHOWN else ids
    return f"to erase that too: agentmem memories delete {chosen} --erase-turn{_of(user)}"


def _of(user: str | None) -> str:
    return f" --user {shlex.quote(user)}" if user else ""
