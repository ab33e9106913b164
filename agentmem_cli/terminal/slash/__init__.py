"""The chat's own commands: `/help`, `/new`, … Each is a function of the chat and the words behind its name.

Its docstring is its help. It raises AgentmemError for what is wrong; the chat prints it and goes on.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from agentmem_cli.errors import UsageProblem
from agentmem_cli.terminal.checkup import findings_of, say_findings
from agentmem_cli.terminal.slash import answers, documents, memories, model, sessions, turns
from agentmem_cli.terminal.streams import say_prose

if TYPE_CHECKING:
    from agentmem_cli.terminal.repl import Chat


KEYS = """\
Enter sends; Alt-Enter, Ctrl-J or a \\ at the end makes a line; // sends a slash.
Tab completes, Up and Ctrl-R find what you typed, Ctrl-G opens your editor.
Ctrl-C stops an answer or clears the line, Ctrl-D leaves."""


class LeaveChat(Exception):
    """Raised by /quit."""


def show_help(chat: Chat, words: str) -> None:  # noqa: ARG001 -- every command has this form
    """Show the commands, or what they do: /help [COMMAND|all]."""
    if words and words != "all":
        name = command_meant(words.split(maxsplit=1)[0].removeprefix("/"))
        say_prose(f"/{name}  {COMMANDS[name].__doc__}")
        return
    if words or get_terminal_size().lines > LONG_HELP_LINES:
        _say_summaries()
    else:
        for subject, commands in SUBJECTS.items():
            say_prose(f"{subject:<15}  {' '.join(f'/{name}' for name in commands)}", 17 * " ")
        say_prose("/help NAME says what one does, /help all of each, and so does / at the prompt.")
    say_prose(KEYS)


def _say_summaries() -> None:
    for subject, commands in SUBJECTS.items():
        say_prose(subject)
        for name, command in commands.items():
            say_prose(f"  /{name:<9}  {_summary(command)}", 14 * " ")


def check_up(chat: Chat, words: str) -> None:  # noqa: ARG001
    """Check the data folder, the database, the model and the embedder."""
    say_findings(findings_of(chat.conversation.settings))


def leave(chat: Chat, words: str) -> None:  # noqa: ARG001
    """Leave the chat."""
    raise LeaveChat


Command = Callable[["Chat", str], None]
SUBJECTS: dict[str, dict[str, Command]] = {
    "Sessions": {
        "new": sessions.start_new,
        "resume": sessions.resume,
        "sessions": sessions.show_sessions,
        "rename": sessions.rename,
        "fork": sessions.fork,
        "history": sessions.show_history,
        "export": sessions.export,
    },
    "What was said": {
        "undo": turns.undo,
        "redo": turns.redo,
        "retry": turns.retry,
        "edit": turns.edit,
        "editor": turns.write_in_editor,
    },
    "The last answer": {
        "why": answers.show_why,
        "sources": answers.show_sources,
        "open": answers.open_source,
        "copy": answers.copy,
        "raw": answers.show_raw,
    },
    "The model": {
        "model": model.choose_model,
        "system": model.instruct,
        "context": model.show_context,
        "tokens": model.show_tokens,
    },
    "Memories": {
        "memories": memories.show_memories,
        "remember": memories.remember,
        "forget": memories.forget,
        "erase": memories.erase,
        "pending": memories.review_pending,
    },
    "Documents": {"documents": documents.show_documents, "ingest": documents.ingest},
    "The chat": {"help": show_help, "doctor": check_up, "quit": leave},
}
LONG_HELP_LINES = sum(1 + len(commands) for commands in SUBJECTS.values()) + KEYS.count("\n") + 2
COMMANDS: dict[str, Command] = {name: each for commands in SUBJECTS.values() for name, each in commands.items()}


def is_command(text: str) -> bool:
    """Whether a typed line is a command: `/word` or a lone `/`, but neither `//…` nor a path such as `/etc/hosts`."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    return first.startswith("/") and "/" not in first[1:] and (len(first) > 1 or text.strip() == "/")


def run_command(chat: Chat, text: str) -> None:
    """Run a typed command; a unique beginning of its name will do. Raises UsageProblem for an unknown one."""
    chat.conversation.changes.edit(chat.conversation.session_id, None)  # a command is no edited question
    name, *words = text.strip()[1:].split(maxsplit=1) or ["help"]
    COMMANDS[command_meant(name)](chat, words[0].strip() if words else "")


def command_meant(name: str) -> str:
    """The command of this name, or the only one that begins so. Raises UsageProblem, with what is close."""
    fitting = [name] if name in COMMANDS else [each for each in COMMANDS if each.startswith(name)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UsageProblem(f"/{name} begins more than one command.", f"Which: {_either(fitting)}?")
    close = difflib.get_close_matches(name, COMMANDS, n=3)
    raise UsageProblem(f"/{name} is no command.", f"Did you mean {_either(close)}?" if close else "/help shows them.")


def _either(names: list[str]) -> str:
    """`/undo`, `/undo or /redo`, `/undo, /redo or /retry`."""
    *first, last = (f"/{name}" for name in names)
    return f"{', '.join(first)} or {last}" if first else last


def _summary(command: Command) -> str:
    """What a command does, without how it is written."""
    return (command.__doc__ or "").partition(": /")[0].rstrip(".")
