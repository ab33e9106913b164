"""How memories and their changes are shown. Reads nothing and changes nothing."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime, timedelta

from agentmem_cli.commands.options import short_ids
from agentmem_cli.errors import UsageProblem
from agentmem_cli.records import LedgerEntry, Memory
from agentmem_cli.terminal.dates import day, moment
from agentmem_cli.terminal.streams import note, say, say_json, say_table

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


def say_memory(memory: Memory, changes: Sequence[LedgerEntry], title: str | None, replaced: str, by: str) -> None:
    """One memory and how it is known. `title` is its session's; `replaced` and `by` name the memories around it."""
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
        ("quote", f'"{memory.quote}"' if memory.quote else ""),
        ("replaced", replaced),
        ("now", by),
        ("valid", f"from {true_from}" + (f" to {moment(memory.valid_to)}" if memory.valid_to is not None else "")),
        ("used", used if memory.use_count else "never"),
    ):
        if value:
            say(f"{label:<8}  {value}")
    say("\nhistory")
    for entry in changes:
        say(f"  {moment(entry.at)}  {entry.action}, by {entry.actor}")


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
    before, after = ((side or {}).get("text", "(nothing)") for side in (entry.before, entry.after))
    return str(after) if before in (after, "(nothing)") else f"{before} → {after}"


def undo_hint(user: str | None) -> str:
    """The command that takes the last change back; `user` is what --user was."""
    return "Undo: agentmem memories undo" + (f" --user {shlex.quote(user)}" if user else "")
