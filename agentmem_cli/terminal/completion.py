"""What Tab and the menu offer at the chat prompt: the commands, and what each of them takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
from prompt_toolkit.document import Document

from agentmem_cli.errors import AgentmemError
from agentmem_cli.memories.store import list_memories, list_pending
from agentmem_cli.records import DEFAULT_MODEL, OFFLINE
from agentmem_cli.sessions.catalog import list_sessions
from agentmem_cli.terminal.dates import day
from agentmem_cli.terminal.safe_text import safe_line

if TYPE_CHECKING:
    from agentmem_cli.agent.conversation import Conversation

ARGUMENTS = {
    "resume": "session",
    "forget": "memory",
    "open": "document",
    "ingest": "path",
    "export": "path",
    "model": "model",
    "pending": "answer",
}
"""What a command takes, by its name: a kind of `_CANDIDATES`, or a path. A command that is not here takes words."""
MOST = 200
"""Offered at once: the latest sessions and memories."""

Candidates = Iterable[tuple[str, str]]
"""(what is put in, what it is) pairs."""


class ChatCompleter(Completer):
    """Completes for one conversation. `commands` are names, without the slash, and what each does."""

    def __init__(self, conversation: Conversation, commands: Mapping[str, str]) -> None:
        self._conversation = conversation
        self._commands = commands

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """The commands that begin so, or else the arguments that begin so or whose description holds the words."""
        text = document.text_before_cursor
        if not text.startswith("/") or "\n" in text:
            return
        name, blank, words = text[1:].partition(" ")
        if not blank:
            yield from (_completion(f"/{each}", does, text) for each, does in self._beginning(name))
        elif name == "help":
            yield from (_completion(each, does, words) for each, does in self._beginning(words))
        elif ARGUMENTS.get(name) == "path":
            yield from PathCompleter(expanduser=True).get_completions(Document(words), complete_event)
        elif name in ARGUMENTS:
            yield from (_completion(value, says, words) for value, says in self._fitting(ARGUMENTS[name], words))

    def _beginning(self, name: str) -> Candidates:
        return [(each, does) for each, does in self._commands.items() if each.startswith(name)]

    def _fitting(self, kind: str, words: str) -> Iterator[tuple[str, str]]:
        wanted = words.casefold()
        try:
            for value, says in _CANDIDATES[kind](self._conversation):
                if value.casefold().startswith(wanted) or wanted in says.casefold():
                    yield value, says
        except AgentmemError:  # a store that is locked has nothing to offer; the command will say why
            return


def _completion(value: str, says: str, typed: str) -> Completion:
    return Completion(value, start_position=-len(typed), display=safe_line(value), display_meta=safe_line(says))


def _sessions(conversation: Conversation) -> Candidates:
    found = list_sessions(conversation.database, conversation.settings.user, limit=MOST)
    return _with_short_ids([(each.session_id, f"{each.title} · {day(each.updated_at)}") for each in found])


def _memories(conversation: Conversation) -> Candidates:
    found = list_memories(conversation.database, conversation.settings.user, limit=MOST)
    return _with_short_ids([(each.memory_id, each.text) for each in found])


def _documents(conversation: Conversation) -> Candidates:
    from agentmem_cli.knowledge.documents import list_documents

    return [(each.title, each.path) for each in list_documents(conversation.database)]


def _models(conversation: Conversation) -> Candidates:
    settings = conversation.settings
    named = (conversation.model, settings.model, settings.memory_model, DEFAULT_MODEL, OFFLINE)
    return [(name, "") for name in dict.fromkeys(named) if name]


def _answers(conversation: Conversation) -> Candidates:
    found = list_pending(conversation.database, conversation.settings.user)
    waiting = _with_short_ids([(each.memory_id, each.text) for each in found[:MOST]])
    return [(f"{answer} {short}", text) for short, text in waiting for answer in ("approve", "reject")]


_CANDIDATES: dict[str, Callable[[Conversation], Candidates]] = {
    "session": _sessions,
    "memory": _memories,
    "document": _documents,
    "model": _models,
    "answer": _answers,
}


def _with_short_ids(found: list[tuple[str, str]]) -> Candidates:
    """Each id cut to 8 characters, where no other begins so."""
    short = [identifier[:8] for identifier, _ in found]
    return [(cut if short.count(cut) == 1 else whole, says) for cut, (whole, says) in zip(short, found, strict=True)]
