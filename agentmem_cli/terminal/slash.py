"""The chat's own commands: `/help`, `/new`, … Each is a function of the chat and the words behind it.

Raises AgentmemError for what is wrong; the chat prints it and goes on. Nothing here reads keys.
"""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from agentmem_cli.errors import Ambiguous, NotFound, UsageProblem
from agentmem_cli.memories.corrections import forget_memories, undo_last
from agentmem_cli.memories.store import find_memory, list_memories, session_title
from agentmem_cli.memories.writer import PERSON, Operation, Source, apply_operations
from agentmem_cli.records import Memory
from agentmem_cli.sessions.catalog import find_session_or_title, list_sessions, transcript
from agentmem_cli.sessions.erase import question_of
from agentmem_cli.terminal.dates import day, moment
from agentmem_cli.terminal.notices import why_lines
from agentmem_cli.terminal.streams import counted, say, say_table, wrapped

if TYPE_CHECKING:
    from agentmem_cli.terminal.repl import Chat

SHOWN_SESSIONS = 15


class LeaveChat(Exception):
    """Raised by /quit."""


def show_help(chat: Chat, words: str) -> None:  # noqa: ARG001 -- every command has this form
    """Show these commands."""
    say_table(
        ("COMMAND", ""), [(f"/{name}", (command.__doc__ or "").rstrip(".")) for name, command in COMMANDS.items()]
    )
    say("Alt-Enter makes a line, Ctrl-C stops an answer, Ctrl-D leaves; // sends a slash.")


def start_new(chat: Chat, words: str) -> None:  # noqa: ARG001
    """Begin a new session."""
    chat.conversation.new_session()
    say("A new session.")


def show_sessions(chat: Chat, words: str) -> None:  # noqa: ARG001
    """List your latest sessions."""
    sessions = list_sessions(chat.database, chat.user, limit=SHOWN_SESSIONS)
    if not sessions:
        say("No sessions yet.")
        return
    say_table(("ID", "LAST", "TITLE"), [(each.session_id[:8], day(each.updated_at), each.title) for each in sessions])


def resume(chat: Chat, words: str) -> None:
    """Go on with another session: /resume ID or title."""
    if not words:
        show_sessions(chat, "")
        say("/resume ID goes on with one of them.")
        return
    session = find_session_or_title(chat.database, chat.user, words)
    chat.conversation.new_session(session.session_id)
    say(f"{session.title} · {moment(session.updated_at)} · {counted(session.turns, 'turn')}")
    for message in transcript(chat.database, session)[-2:]:
        say(f"{'you' if message.role == 'user' else 'agent'}: {message.text}")


def show_memories(chat: Chat, words: str) -> None:  # noqa: ARG001
    """List what is known of you."""
    memories = list_memories(chat.database, chat.user)
    if not memories:
        say("Nothing is known of you yet.")
        return
    say_table(
        ("ID", "KIND", "SAID", "TEXT"),
        [(each.memory_id[:8], each.kind, day(each.said_at), each.text) for each in memories],
    )


def remember(chat: Chat, words: str) -> None:
    """Remember something: /remember I prefer tea."""
    if not words:
        raise UsageProblem("Nothing to remember.", "Say what: /remember I prefer tea.")
    now = int(time.time())
    source = Source(session_id=chat.conversation.session_id, run_id=None, said_at=now, actor=PERSON)
    written = apply_operations(
        chat.database, chat.user, [Operation("add", words)], source, typed_text=words, mode="auto", now=now
    )
    if written.withheld:
        say(f"Not remembered: it holds {', '.join(written.withheld)}.")
    elif written.repeated:
        say(f"Known already: {written.repeated[0].text}")
    else:
        say("; ".join(f"Remembered {each.memory_id[:8]}: {each.text}" for each in written.added))


def forget(chat: Chat, words: str) -> None:
    """Forget a memory: /forget ID, or words of it."""
    if not words:
        raise UsageProblem("Forget which?", "/memories shows them: /forget ID, or words of it.")
    memory = _memory_meant(chat, words)
    forget_memories(chat.database, chat.user, [memory.memory_id], now=int(time.time()))
    chat.forgotten = memory
    say(f"Forgotten: {memory.text}. /undo brings it back.")
    if memory.run_id and (question := question_of(chat.database, chat.user, memory.run_id)) is not None:
        shown = _turn_shown(chat, memory, memory.quote or question)
        say(wrapped(f"It came from: {shown}. /erase removes that turn too."))


def erase(chat: Chat, words: str) -> None:
    """Remove the turn that a forgotten memory came from: /erase after /forget."""
    memory = chat.forgotten
    question = question_of(chat.database, chat.user, memory.run_id) if memory and memory.run_id else None
    if memory is None or memory.run_id is None or question is None:
        raise UsageProblem("There is no turn to erase.", "/forget a memory first; /erase then offers its turn.")
    if words != "yes":
        shown = _turn_shown(chat, memory, question)
        say(wrapped(f"This message and its answer go for good: {shown}. `/erase yes` does it."))
        return
    chat.erase_turn(memory.run_id, question)
    say("Erased. Quotes of it in memories and in later answers stay.")


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


def undo_memory(chat: Chat, words: str) -> None:  # noqa: ARG001
    """Take back the last change of your memories."""
    undone = undo_last(chat.database, chat.user, now=int(time.time()))
    for entry in undone:
        shown = entry.after or entry.before or {}
        say(f"Undone: {shown.get('text', entry.memory_id)}")


def show_pending(chat: Chat, words: str) -> None:  # noqa: ARG001
    """List the memories that wait for your approval."""
    pending = list_memories(chat.database, chat.user, status="proposed")
    if not pending:
        say("Nothing waits for your approval.")
        return
    say_table(("ID", "TEXT"), [(each.memory_id[:8], each.text) for each in pending])
    say("`agentmem memories approve ID` or `reject ID`.")


def show_why(chat: Chat, words: str) -> None:  # noqa: ARG001
    """Show what the last answer rests on."""
    if chat.last is None:
        raise NotFound("There is no answer yet.", "Ask something first.")
    lines = why_lines(chat.last)
    for line in lines or ["Nothing was recalled or looked up for it."]:
        say(wrapped(line))


def choose_model(chat: Chat, words: str) -> None:
    """Show the model, or use another: /model provider:id."""
    if words:
        from agentmem_cli.agent.choice import model_name

        chat.conversation.use_model(model_name(words))
    say(f"The model is {chat.conversation.model}.")


def retry(chat: Chat, words: str) -> None:  # noqa: ARG001
    """Ask the last message once more."""
    chat.retry()


def leave(chat: Chat, words: str) -> None:  # noqa: ARG001
    """Leave the chat."""
    raise LeaveChat


COMMANDS: dict[str, Callable[[Chat, str], None]] = {
    "help": show_help,
    "new": start_new,
    "sessions": show_sessions,
    "resume": resume,
    "memories": show_memories,
    "remember": remember,
    "forget": forget,
    "erase": erase,
    "undo": undo_memory,
    "pending": show_pending,
    "why": show_why,
    "model": choose_model,
    "retry": retry,
    "quit": leave,
}


def is_command(text: str) -> bool:
    """Whether a typed line is a command: `/word`, but neither `//…` nor a path such as `/etc/hosts`."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    return first.startswith("/") and "/" not in first[1:] and len(first) > 1


def run_command(chat: Chat, text: str) -> None:
    """Run a typed command; a unique beginning of its name will do. Raises UsageProblem for an unknown one."""
    name, _, words = text.strip()[1:].partition(" ")
    fitting = [each for each in COMMANDS if each.startswith(name)]
    if name in COMMANDS:
        fitting = [name]
    if len(fitting) != 1:
        close = fitting or difflib.get_close_matches(name, COMMANDS, n=3)
        hint = f"Did you mean {' or '.join('/' + each for each in close)}?" if close else "/help shows them."
        raise UsageProblem(f"/{name} is no command.", hint)
    COMMANDS[fitting[0]](chat, words.strip())
