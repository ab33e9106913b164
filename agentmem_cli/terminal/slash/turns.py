"""The commands that change the course of a session: take back, return, ask again, ask otherwise."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from agentmem_cli.agent.undo import Undone
from agentmem_cli.errors import NotFound, UsageProblem
from agentmem_cli.memories.taking_back import MemoryChanges
from agentmem_cli.sessions.branches import exchanges_of
from agentmem_cli.terminal.slash.words import number_of
from agentmem_cli.terminal.streams import say_prose, shortened
from agentmem_cli.terminal.type_ahead import usual_mode

if TYPE_CHECKING:
    from agentmem_cli.terminal.repl import Chat

QUOTED = 60
"""Columns of a question that is named."""


def undo(chat: Chat, words: str) -> None:  # noqa: ARG001 -- every command has this form
    """Take back the last exchange with its memories, or memory command."""
    undone = chat.conversation.changes.undo(chat.conversation.session_id, int(time.time()))
    if undone.question is None:
        _say_change("Undone", undone)
        return
    chat.last = None
    say_prose(f"Taken back: {_exchange(undone.question, undone.memories.gone)}.{_aside(undone)} /redo returns it.")


def redo(chat: Chat, words: str) -> None:  # noqa: ARG001
    """Return what /undo took back."""
    undone = chat.conversation.changes.redo(chat.conversation.session_id, int(time.time()))
    if undone.question is None:
        _say_change("Done again", undone)
        return
    chat.last = None
    say_prose(f"Returned: {_exchange(undone.question, undone.memories.back)}.")


def retry(chat: Chat, words: str) -> None:  # noqa: ARG001
    """Ask the last message once more, in the place of its answer."""
    chat.retry()


def edit(chat: Chat, words: str) -> None:
    """Change a question, and take back what followed it: /edit [N]."""
    exchanges = exchanges_of(chat.database, chat.user, chat.conversation.session_id)
    if not exchanges:
        raise NotFound("There is no question to change.", "Ask something first.")
    number = number_of(words, "turn") if words else len(exchanges)
    if number > len(exchanges):
        raise UsageProblem(f"There is no turn {number}.", f"This session has {len(exchanges)}; /history shows them.")
    chat.conversation.changes.edit(chat.conversation.session_id, exchanges[number - 1])
    chat.next_text = exchanges[number - 1].question
    follow = " and of what follows it" if number < len(exchanges) else ""
    say_prose(
        f"What you send next takes the place of turn {number}{follow}. Sent empty, or a command, it changes nothing."
    )


def write_in_editor(chat: Chat, words: str) -> None:
    """Write the next message in $VISUAL or $EDITOR: /editor [TEXT]."""
    from prompt_toolkit.input import create_input

    from agentmem_cli.terminal.editor import edited_text

    with usual_mode(create_input()):
        chat.next_text = edited_text(words)


def _say_change(what: str, undone: Undone) -> None:
    texts = [f"{text}{_now(text, undone.memories)}" for text in undone.memories.changed]
    say_prose(f"{what}: {'; '.join(texts)}" if texts else f"Nothing to do.{_aside(undone)}")


def _now(text: str, changes: MemoryChanges) -> str:
    """Whether a memory is known now: what takes back /remember reads otherwise like what takes back /forget."""
    return " (known again)" if text in changes.back else " (no longer known)" if text in changes.gone else ""


def _aside(undone: Undone) -> str:
    """What else became of memories: those that hold again, and those that were changed since."""
    back, left = undone.memories.back, undone.memories.left
    parts = [f" “{'”, “'.join(back)}” {'holds' if len(back) == 1 else 'hold'} again."] if back else []
    parts += [f" “{'”, “'.join(left)}” changed since, and stays."] if left else []
    return "".join(parts)


def _exchange(question: str, memories: list[str]) -> str:
    """`“Where is …” and 2 memories`."""
    short = shortened(" ".join(question.split()), QUOTED)
    count = "1 memory" if len(memories) == 1 else f"{len(memories)} memories"
    return f"“{short}” and {count}" if memories else f"“{short}”"
