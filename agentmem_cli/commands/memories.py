"""`agentmem memories`: what is known of you, where it came from, and how to correct it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from agentmem_cli.commands.memory_output import say_changed, say_entries, say_memories, say_memory, time_of, undo_hint
from agentmem_cli.commands.options import AsJson, User, opened, read_text
from agentmem_cli.errors import AgentmemError, UsageProblem
from agentmem_cli.memories import store
from agentmem_cli.storage.database import Database
from agentmem_cli.terminal.streams import confirm, note, say, say_json, say_part

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="List, show, add, correct, undo and erase what is known of you.",
)
MemoryId = Annotated[str, typer.Argument(metavar="ID", help="A memory's id, or the beginning of it.")]
MemoryIds = Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Ids, or the beginnings of them.")]
AllPending = Annotated[bool, typer.Option("--all", help="Everything that waits.")]


@app.command("list")
def list_(
    user: User = None,
    status: Annotated[str, typer.Option("--status", help=f"{', '.join(store.STATUSES)}.")] = "active",
    everything: Annotated[bool, typer.Option("--all", "-a", help="Whatever their status.")] = False,
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, help="How many at the most.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="What was true then: a date, or an ISO time.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what is known of you, the last said first."""
    if status not in store.STATUSES:
        raise UsageProblem(f"{status!r} is no status.", f"It is one of: {', '.join(store.STATUSES)}.")
    settings, database = opened(user)
    if as_of is not None:
        if everything or status != "active":
            raise UsageProblem("--as-of is about no status.", "Leave --status and --all out.")
        then = store.memories_as_of(database, settings.user, time_of(as_of))
        say_memories(then[:limit], as_json, f"Nothing was known of {settings.user} at {as_of}.")
        return
    chosen = None if everything else status
    memories = store.list_memories(database, settings.user, status=chosen, limit=limit)
    say_memories(memories, as_json, f"No {chosen or 'kept'} memories of {settings.user}.", with_status=everything)


@app.command()
def show(memory_id: MemoryId, user: User = None, as_json: AsJson = False) -> None:
    """Show one memory, and how agentmem knows it."""
    settings, database = opened(user)
    memory = store.find_memory(database, settings.user, memory_id)
    changes = store.history(database, settings.user, memory.memory_id)
    title = store.session_title(database, settings.user, memory.session_id) if memory.session_id else None
    if as_json:
        say_json({**memory.as_json(), "session_title": title, "history": [entry.as_json() for entry in changes]})
        return
    replaced = _named(database, settings.user, memory.supersedes)
    say_memory(memory, changes, title, replaced, _named(database, settings.user, memory.superseded_by))


@app.command()
def add(
    text: Annotated[list[str], typer.Argument(help="What to remember, in one sentence.")],
    kind: Annotated[str, typer.Option("--kind", "-k", help=f"{', '.join(store.KINDS)}.")] = "fact",
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """Remember something of you."""
    from agentmem_cli.memories.wording import check_text, tidy
    from agentmem_cli.memories.writer import PERSON, Operation, Source, apply_operations

    if kind not in store.KINDS:
        raise UsageProblem(f"{kind!r} is no kind.", f"It is one of: {', '.join(store.KINDS)}.")
    said = " ".join(text)
    check_text(tidy(said))
    settings, database = opened(user)
    now = int(time.time())
    source, operation = Source(None, None, now, PERSON), Operation("add", said, kind)
    written = apply_operations(database, settings.user, [operation], source, typed_text=said, mode="auto", now=now)
    for memory in (*written.added, *written.replaced, *written.proposed, *written.repeated):
        say_json(memory.as_json()) if as_json else say(f"{memory.memory_id[:8]}  {memory.text}")
        old = _named(database, settings.user, memory.supersedes)
        if memory in written.proposed:
            note(f"It may replace {old}. `agentmem memories approve {memory.memory_id[:8]}` replaces it.")
        elif memory in written.repeated:
            note("Known already.")
        else:
            note(f"Remembered{f', in the place of {old}' if old else ''}. {undo_hint(user)}")


@app.command()
def edit(
    memory_id: MemoryId,
    text: Annotated[list[str], typer.Argument(help="The corrected text.")],
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """Correct the text of a memory."""
    from agentmem_cli.memories.corrections import edit_memory

    settings, database = opened(user)
    memory = edit_memory(database, settings.user, memory_id, " ".join(text), now=int(time.time()))
    say_json(memory.as_json()) if as_json else say(f"{memory.memory_id[:8]}  {memory.text}")
    note(f"Corrected. {undo_hint(user)}")


@app.command()
def delete(
    memory_ids: MemoryIds = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that is known of you.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """Forget memories. The same is not learnt again, unless you add it yourself."""
    from agentmem_cli.memories import corrections

    _one_of(memory_ids, everything)
    settings, database = opened(user)
    now = int(time.time())
    if everything:
        if not yes and not confirm(f"Forget everything that is known of {settings.user}?"):
            raise UsageProblem("Nothing was forgotten.", "Say yes, or pass --yes.")
        forgotten = corrections.forget_all(database, settings.user, now=now)
    else:
        forgotten = corrections.forget_memories(database, settings.user, memory_ids or [], now=now)
    say_changed(forgotten, "Forgot", user, as_json)


@app.command()
def pin(memory_ids: MemoryIds, user: User = None, as_json: AsJson = False) -> None:
    """Put memories first in what the agent always knows."""
    _pin(memory_ids, user, as_json, pinned=True)


@app.command()
def unpin(memory_ids: MemoryIds, user: User = None, as_json: AsJson = False) -> None:
    """Take the pin out again."""
    _pin(memory_ids, user, as_json, pinned=False)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="Words to look for.")],
    count: Annotated[int, typer.Option("-k", "--limit", "-n", min=1, help="How many at the most.")] = 10,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """Search what is known of you."""
    settings, database = opened(user)
    found = store.search_memories(database, settings.user, " ".join(words), count)
    if as_json:
        say_json([{**memory.as_json(), "score": score} for memory, score in found])
    else:
        say_memories([memory for memory, _ in found], as_json, "No memory holds these words.")


@app.command()
def history(
    memory_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="One memory; without it, all.")] = None,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """Show every change: when, by whom, before and after."""
    settings, database = opened(user)
    chosen = store.find_memory(database, settings.user, memory_id).memory_id if memory_id is not None else None
    say_entries(store.history(database, settings.user, chosen), as_json)


@app.command()
def undo(user: User = None, as_json: AsJson = False) -> None:
    """Take back the last change; again, the one before."""
    from agentmem_cli.memories.corrections import undo_last

    settings, database = opened(user)
    entries = undo_last(database, settings.user, now=int(time.time()))
    say_entries(entries, as_json)
    note(f"Took back {len(entries)} change{'s' if len(entries) > 1 else ''}.")


@app.command()
def export(
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="Where to; - is stdout.")] = "-",
    file_format: Annotated[str, typer.Option("--format", "-f", help="json, jsonl or md.")] = "json",
    user: User = None,
) -> None:
    """Write what is known of you, as JSON, JSON lines or Markdown."""
    from agentmem_cli.memories.transfer import FORMATS, export_memories

    if file_format not in FORMATS:
        raise UsageProblem(f"{file_format!r} is no format.", f"It is one of: {', '.join(FORMATS)}.")
    settings, database = opened(user)
    memories = store.list_memories(database, settings.user)
    text = export_memories(memories, file_format)
    if file == "-":
        say_part(text)
        return
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as problem:
        raise AgentmemError(f"{file} cannot be written: {problem.strerror}.", "Give another path.") from None
    note(f"Wrote {len(memories)} memories to {file}.")


@app.command("import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="JSON or JSON lines; - reads stdin.")],
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """Add memories from what `export` wrote: {"text", "kind"?, "topics"?, "quote"?, "said_at"?} each."""
    from agentmem_cli.memories.transfer import import_memories, parse_memories

    settings, database = opened(user)
    operations = parse_memories(read_text(file))
    written = import_memories(database, settings.user, operations, now=int(time.time()))
    if as_json:
        say_json(written.as_json())
    parts = [f"Imported {len(written.added)} memories"]
    parts += [f"{len(written.replaced)} in the place of older ones"] if written.replaced else []
    parts += [f"{len(written.proposed)} wait for approval"] if written.proposed else []
    parts += [f"{len(written.repeated)} were known already"] if written.repeated else []
    parts += [f"left out {' and '.join(written.withheld)}"] if written.withheld else []
    note(", ".join(parts) + ".")


@app.command()
def pending(user: User = None, as_json: AsJson = False) -> None:
    """List what waits for your approval."""
    settings, database = opened(user)
    say_memories(store.list_memories(database, settings.user, status="proposed"), as_json, "Nothing waits.")


@app.command()
def approve(
    memory_ids: MemoryIds = None, everything: AllPending = False, user: User = None, as_json: AsJson = False
) -> None:
    """Accept what waits: it becomes a memory."""
    from agentmem_cli.memories import corrections

    settings, database = opened(user)
    chosen = _pending_ids(database, settings.user, memory_ids, everything)
    say_changed(corrections.approve(database, settings.user, chosen, now=int(time.time())), "Approved", user, as_json)


@app.command()
def reject(
    memory_ids: MemoryIds = None, everything: AllPending = False, user: User = None, as_json: AsJson = False
) -> None:
    """Turn down what waits; the same is not proposed again."""
    from agentmem_cli.memories import corrections

    settings, database = opened(user)
    chosen = _pending_ids(database, settings.user, memory_ids, everything)
    say_changed(corrections.reject(database, settings.user, chosen, now=int(time.time())), "Rejected", user, as_json)


def _pin(memory_ids: list[str] | None, user: str | None, as_json: bool, *, pinned: bool) -> None:
    from agentmem_cli.memories import corrections

    settings, database = opened(user)
    now = int(time.time())
    changed = corrections.pin(database, settings.user, memory_ids or [], pinned=pinned, now=now)
    say_changed(changed, "Pinned" if pinned else "Unpinned", user, as_json)


def _named(database: Database, user_id: str, memory_id: str | None) -> str:
    return f'{memory_id[:8]} "{store.find_memory(database, user_id, memory_id).text}"' if memory_id else ""


def _pending_ids(database: Database, user_id: str, memory_ids: list[str] | None, everything: bool) -> list[str]:
    _one_of(memory_ids, everything)
    if memory_ids:
        return memory_ids
    return [memory.memory_id for memory in store.list_memories(database, user_id, status="proposed")]


def _one_of(memory_ids: list[str] | None, everything: bool) -> None:
    if bool(memory_ids) == everything:
        raise UsageProblem("This needs ids, or --all, and not both.", "`agentmem memories list` shows the ids.")
