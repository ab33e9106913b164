"""`agentmem memories`: what is known of you, where it came from, and how to correct it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Annotated

import typer

from agentmem_cli.commands.candidates import memory_candidates
from agentmem_cli.commands.memory_output import (
    erase_hint,
    say_changed,
    say_entries,
    say_memories,
    time_of,
    undo_hint,
)
from agentmem_cli.commands.memory_preview import preview
from agentmem_cli.commands.memory_review import MemoryId, MemoryIds, approve, named, one_of, pending, reject
from agentmem_cli.commands.memory_show import show
from agentmem_cli.commands.memory_tidy import tidy
from agentmem_cli.commands.memory_transfer import export, import_
from agentmem_cli.commands.options import AsJson, User, opened
from agentmem_cli.errors import UsageProblem
from agentmem_cli.memories import store
from agentmem_cli.records import Memory
from agentmem_cli.settings import Settings
from agentmem_cli.storage.database import Database
from agentmem_cli.terminal.streams import confirm, counted, note, say, say_json

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="List, show, add, correct, undo and erase what is known of you.",
)


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


app.command()(show)


@app.command()
def add(
    text: Annotated[list[str], typer.Argument(help="What to remember, in one sentence.")],
    kind: Annotated[
        str | None, typer.Option("--kind", "-k", help=f"{', '.join(store.KINDS)}; otherwise as it is worded.")
    ] = None,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """Remember something of you."""
    from agentmem_cli.memories.operations import PERSON, Source
    from agentmem_cli.memories.statements import statement_by_hand
    from agentmem_cli.memories.wording import check_text, tidy
    from agentmem_cli.memories.writer import apply_operations

    if kind not in (None, *store.KINDS):
        raise UsageProblem(f"{kind!r} is no kind.", f"It is one of: {', '.join(store.KINDS)}.")
    said = " ".join(text)
    check_text(tidy(said))
    settings, database = opened(user)
    now = int(time.time())
    known = store.touched_memories(database, settings.user, said)
    source = Source(None, None, now, PERSON)
    operation = statement_by_hand(said, known, now)
    operation = replace(operation, kind=kind or operation.kind)
    written = apply_operations(database, settings.user, [operation], source, typed_text=said, mode="auto", now=now)
    for memory in (*written.added, *written.replaced, *written.repeated):
        say_json(memory.as_json()) if as_json else say(f"{memory.memory_id[:8]}  {memory.text}")
        old = named(database, settings.user, memory.supersedes)
        if memory in written.repeated:
            note("Known already.")
            continue
        note(f"Remembered{f', in the place of {old}' if old else ''}. {undo_hint(user)}")
        if asked := named(database, settings.user, memory.replaces_perhaps):
            answer = f"`agentmem memories approve {memory.memory_id[:8]}` does"
            note(f"Does it replace {asked}? {answer}, `reject {memory.memory_id[:8]}` keeps both.")


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
    erase: Annotated[
        bool, typer.Option("--erase-turn", help="Erase the messages that they came from too; no way back.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    user: User = None,
    as_json: AsJson = False,
) -> None:
    """Forget memories. The same is not learnt again, unless you add it yourself."""
    from agentmem_cli.memories import corrections

    one_of(memory_ids, everything)
    settings, database = opened(user)
    if erase:
        _erase(settings, database, corrections.forgettable(database, settings.user, memory_ids), as_json, yes=yes)
        return
    now = int(time.time())
    if everything:
        if not yes and not confirm(f"Forget everything that is known of {settings.user}?"):
            raise UsageProblem("Nothing was forgotten.", "Say yes, or pass --yes.")
        forgotten = corrections.forget_all(database, settings.user, now=now)
    else:
        forgotten = corrections.forget_memories(database, settings.user, memory_ids or [], now=now)
    say_changed(forgotten, "Forgot", user, as_json)
    if any(memory.run_id for memory in forgotten):
        note(f"What you said of it is still in its conversation; {erase_hint(forgotten, user)}.")


@app.command()
def pin(memory_ids: MemoryIds, user: User = None, as_json: AsJson = False) -> None:
    """Give memories a place in what the agent always knows."""
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
    memory_id: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="One memory; without it, all.", autocompletion=memory_candidates),
    ] = None,
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


app.command()(preview)
app.command()(tidy)
app.command()(export)
app.command("import")(import_)
app.command()(pending)
app.command()(approve)
app.command()(reject)


def _erase(settings: Settings, database: Database, memories: list[Memory], as_json: bool, *, yes: bool) -> None:
    """Forget memories and erase what they came from, once the person has said yes."""
    from agentmem_cli.agent.erase import erase_forgotten, words_of_memories
    from agentmem_cli.memories.corrections import forget_memories
    from agentmem_cli.sessions.erase import question_of

    for memory in memories:
        said = question_of(database, settings.user, memory.run_id) if memory.run_id else None
        note(f"{memory.text}  ←  {said}" if said else f"{memory.text}  (it comes from no message that is kept)")
    if not yes and not confirm("Erase these for good, and the messages they came from with their answers?"):
        raise UsageProblem("Nothing was erased.", "Say yes, or pass --yes.")
    known = [memory.memory_id for memory in memories if memory.status != "forgotten"]
    forget_memories(database, settings.user, known, now=int(time.time()))
    if settings.input_history.exists():  # before the turns go: what a kill leaves can be erased again
        from agentmem_cli.terminal.history import forget_typed

        forget_typed(settings.input_history, words_of_memories(database, settings.user, memories))
    turns = erase_forgotten(database, settings.user, memories)
    if as_json:
        say_json({"erased": [memory.memory_id for memory in memories], "turns": turns})
    note(f"Erased for good, with {counted(turns, 'turn')}.")


def _pin(memory_ids: list[str] | None, user: str | None, as_json: bool, *, pinned: bool) -> None:
    from agentmem_cli.memories import corrections

    settings, database = opened(user)
    now = int(time.time())
    changed = corrections.pin(database, settings.user, memory_ids or [], pinned=pinned, now=now)
    say_changed(changed, "Pinned" if pinned else "Unpinned", user, as_json)
