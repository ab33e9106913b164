"""The commands on what is remembered of the person."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from agentmem_cli.errors import Ambiguous, NotFound, UsageProblem
from agentmem_cli.memories import corrections
from agentmem_cli.memories.erased import ERASED_TEXT
from agentmem_cli.memories.operations import PERSON, Source
from agentmem_cli.memories.statements import statement_by_hand
from agentmem_cli.memories.store import (
    find_memory,
    list_memories,
    list_pending,
    search_memories,
    session_title,
    touched_memories,
)
from agentmem_cli.memories.writer import apply_operations
from agentmem_cli.records import Memory
from agentmem_cli.sessions.erase import question_of
from agentmem_cli.terminal.dates import day
from agentmem_cli.terminal.streams import say_prose, say_table

if TYPE_CHECKING:
    from agentmem_cli.terminal.repl import Chat

FOUND = SHOWN = 20
"""Rows that a screen of 24 has room for."""


def show_memories(chat: Chat, words: str) -> None:
    """List what is known of you: /memories [WORDS|all]."""
    if words and words != "all":
        memories = [memory for memory, _ in search_memories(chat.database, chat.user, words, FOUND)]
    else:
        memories = list_memories(chat.database, chat.user)
    if not memories:
        say_prose("No memory holds these words." if words not in ("", "all") else "Nothing is known of you yet.")
        return
    shown = memories if words else memories[:SHOWN]
    say_table(
        ("ID", "KIND", "SAID", "TEXT"),
        [(each.memory_id[:8], each.kind, day(each.said_at), each.text) for each in shown],
    )
    if more := len(memories) - len(shown):
        say_prose(f"{more:,} more: /memories all, or /memories WORDS.")


def remember(chat: Chat, words: str) -> None:
    """Remember something: /remember I prefer tea."""
    if not words:
        raise UsageProblem("Nothing to remember.", "Say what: /remember I prefer tea.")
    now = int(time.time())
    source = Source(session_id=chat.conversation.session_id, run_id=None, said_at=now, actor=PERSON)
    operation = statement_by_hand(words, touched_memories(chat.database, chat.user, words), now)
    written = apply_operations(chat.database, chat.user, [operation], source, typed_text=words, mode="auto", now=now)
    changed = [*written.added, *written.replaced]
    _note(chat, changed)
    if written.withheld:
        say_prose(f"Not remembered: it holds {', '.join(written.withheld)}.")
    elif written.repeated:
        say_prose(f"Known already: {written.repeated[0].text}")
    elif not changed:
        say_prose("Not remembered: it is too long for one memory.")
    else:
        say_prose("; ".join(f"Remembered {each.memory_id[:8]}: {each.text}" for each in changed))
        for new, old in zip(written.added, written.asked, strict=False):
            answer = f"{new.memory_id[:8]} if so, /pending reject {new.memory_id[:8]} keeps both"
            say_prose(f"Does it replace “{old.text}”? /pending approve {answer}.")


def forget(chat: Chat, words: str) -> None:
    """Forget a memory: /forget ID, or words of it."""
    if not words:
        raise UsageProblem("Forget which?", "/memories shows them: /forget ID, or words of it.")
    memory = _memory_meant(chat, words)
    _note(chat, corrections.forget_memories(chat.database, chat.user, [memory.memory_id], now=int(time.time())))
    if find_memory(chat.database, chat.user, memory.memory_id).text == ERASED_TEXT:
        chat.erase(memory)
        say_prose(f"Forgotten for good, since what you said of it is erased: {memory.text}")
        return
    chat.forgotten = memory
    say_prose(f"Forgotten: {memory.text}. /undo brings it back.")
    if memory.run_id and (question := question_of(chat.database, chat.user, memory.run_id)) is not None:
        shown = _turn_shown(chat, memory, memory.quote or question)
        say_prose(f"It came from: {shown}. /erase removes that turn too.")


def erase(chat: Chat, words: str) -> None:
    """Erase a forgotten memory and its turn: /erase after /forget."""
    memory = chat.forgotten
    if memory is None:
        raise UsageProblem("There is nothing to erase.", "/forget a memory first; /erase then offers its turn.")
    if words != "yes":
        question = question_of(chat.database, chat.user, memory.run_id) if memory.run_id else None
        what = "This memory goes" if question is None else "This message and its answer go"
        shown = _turn_shown(chat, memory, question or memory.text)
        say_prose(f"{what} for good: {shown}. `/erase yes` does it.")
        return
    chat.erase(memory)
    say_prose("Erased, with its quotes in memories. Later answers that repeat it stay.")


def review_pending(chat: Chat, words: str) -> None:
    """List or decide what waits: /pending [approve|reject ID|all]."""
    verb, _, chosen = words.partition(" ")
    decide: dict[str, Callable[..., list[Memory]]] = {"approve": corrections.approve, "reject": corrections.reject}
    if not verb:
        _show_pending(chat)
        return
    if verb not in decide or not chosen.strip():
        raise UsageProblem(
            f"/pending {words} says too little.", "/pending approve ID, or all; /pending reject ID, or all."
        )
    waiting = list_pending(chat.database, chat.user)
    ids = [each.memory_id for each in waiting] if chosen.strip() == "all" else chosen.split()
    if not ids:
        raise NotFound("Nothing waits.", "/pending lists what does.")
    decided = decide[verb](chat.database, chat.user, ids, now=int(time.time()))
    _note(chat, decided)
    say_prose("\n".join(f"{'Approved' if verb == 'approve' else 'Rejected'}: {each.text}" for each in decided))


def _show_pending(chat: Chat) -> None:
    pending = list_pending(chat.database, chat.user)
    if not pending:
        say_prose("Nothing waits.")
        return
    say_table(
        ("ID", "TEXT", "REPLACES"), [(each.memory_id[:8], each.text, _older(chat, each)) for each in pending[:SHOWN]]
    )
    if (more := len(pending) - SHOWN) > 0:
        say_prose(f"{more:,} more: `agentmem memories pending` lists all.")
    say_prose("/pending approve ID, /pending reject ID (what it would replace stays); or all.")


def _older(chat: Chat, memory: Memory) -> str:
    """The text of what a waiting memory may replace, or ""."""
    older = memory.supersedes or memory.replaces_perhaps
    return f"{find_memory(chat.database, chat.user, older).text}?" if older else ""


def _note(chat: Chat, changed: Sequence[Memory]) -> None:
    """Tell /undo of a change; all of it is one batch."""
    if changed:
        chat.conversation.changes.note_command(chat.conversation.session_id, changed[0].memory_id)


def _turn_shown(chat: Chat, memory: Memory, words: str) -> str:
    """`“words” (session, date)`."""
    title = session_title(chat.database, chat.user, memory.session_id or "")
    return f"“{words}” ({f'{title}, ' if title else ''}{day(memory.said_at)})"


def _memory_meant(chat: Chat, words: str) -> Memory:
    """The active memory whose text holds the words, or else the one whose id begins with them."""
    fitting = [each for each in list_memories(chat.database, chat.user) if words.casefold() in each.text.casefold()]
    if len(fitting) > 1:
        raise Ambiguous("memory", words, [(each.memory_id[:8], each.text) for each in fitting])
    return fitting[0] if fitting else find_memory(chat.database, chat.user, words)
