"""The commands on sessions: begin, find, name, fork, read back and write out."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

from agentmem_cli.errors import AgentmemError, NotFound, UsageProblem, name_shown
from agentmem_cli.records import Exchange, SessionSummary
from agentmem_cli.sessions.branches import exchanges_of, fork_session, taken_back
from agentmem_cli.sessions.catalog import (
    find_session,
    find_session_or_title,
    list_sessions,
    rename_session,
    short_id,
    transcript,
)
from agentmem_cli.terminal.dates import day, moment
from agentmem_cli.terminal.resuming import resumed_lines
from agentmem_cli.terminal.slash.words import number_of
from agentmem_cli.terminal.streams import counted, say_prose, say_table

if TYPE_CHECKING:
    from agentmem_cli.terminal.repl import Chat

SHOWN_SESSIONS = 15
SHOWN_EXCHANGES = 10
_NO_FILE_NAME = re.compile(r"[^\w.-]+")


def start_new(chat: Chat, words: str) -> None:  # noqa: ARG001 -- every command has this form
    """Begin a new session."""
    chat.conversation.new_session()
    chat.last = None
    say_prose("A new session.")


def resume(chat: Chat, words: str) -> None:
    """Go on with another session: /resume [ID or title]."""
    if words:
        chosen: str | None = find_session_or_title(chat.database, chat.user, words).session_id
    else:
        from agentmem_cli.terminal.picker import pick_session

        chosen = pick_session(chat.database, chat.user)
    if chosen is not None:
        chat.conversation.new_session(chosen)
        chat.last = None
        conversation = chat.conversation
        lines = resumed_lines(chat.database, _this_session(chat), conversation.settings.history, conversation.window)
        say_prose("\n".join(lines))


def show_sessions(chat: Chat, words: str) -> None:
    """List your latest sessions: /sessions [all]."""
    sessions = list_sessions(chat.database, chat.user, limit=-1 if words == "all" else SHOWN_SESSIONS)
    if not sessions:
        say_prose("No sessions yet.")
        return
    here = chat.conversation.session_id
    rows = [
        (
            "*" if each.session_id == here else "",
            short_id(chat.database, chat.user, each.session_id),
            day(each.updated_at),
            str(each.turns),
            each.title,
        )
        for each in sessions
    ]
    say_table(("", "ID", "LAST", "TURNS", "TITLE"), rows)


def rename(chat: Chat, words: str) -> None:
    """Give this session another title: /rename TITLE."""
    rename_session(chat.database, _this_session(chat), words)
    say_prose(f"Renamed: {_this_session(chat).title}")


def fork(chat: Chat, words: str) -> None:
    """Go on in a copy, of all turns or the first N: /fork [N]."""
    exchanges = number_of(words, "turn") if words else None
    forked = fork_session(chat.database, chat.user, chat.conversation.session_id, exchanges, int(time.time()))
    chat.conversation.new_session(forked.session_id)
    chat.last = None
    say_prose(f"{forked.title} · {counted(forked.turns, 'turn')} · the first session is as it was.")


def show_history(chat: Chat, words: str) -> None:
    """Show the last turns, or all, taken back too: /history [N|all]."""
    everything = words == "all"
    shown = SHOWN_EXCHANGES if not words or everything else number_of(words, "number of turns")
    exchanges = exchanges_of(chat.database, chat.user, chat.conversation.session_id)
    if not exchanges and not everything:
        say_prose("Nothing has been said in this session.")
        return
    first = 0 if everything else max(0, len(exchanges) - shown)
    if first:
        say_prose(f"{counted(first, 'earlier turn')}: /history all shows them.\n")
    for number, exchange in enumerate(exchanges[first:], start=first + 1):
        _say_exchange(str(number), exchange)
    for exchange in taken_back(chat.database, chat.user, chat.conversation.session_id) if everything else []:
        _say_exchange("taken back", exchange)


def export(chat: Chat, words: str) -> None:
    """Write this session to a .md, .json or .jsonl file: /export [FILE]."""
    from agentmem_cli.sessions import exports

    session = _this_session(chat)
    messages = transcript(chat.database, session)
    path = Path(words).expanduser() if words else Path(_NO_FILE_NAME.sub("-", session.title).strip("-.") + ".md")
    texts = {
        ".md": lambda: exports.export_markdown(session, messages),
        ".json": lambda: exports.export_json(session, messages),
        ".jsonl": lambda: exports.export_jsonl(messages),
    }
    if path.suffix not in texts:
        raise UsageProblem(f"{path.name} has no known ending.", "It is one of: .md, .json, .jsonl.")
    _write_new(path, texts[path.suffix]())
    say_prose(f"Wrote {counted(len(messages), 'message')} to {path}")


def _write_new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except FileExistsError:
        raise UsageProblem(f"{path} is there already.", "Nothing was written; give another name.") from None
    except OSError as problem:
        raise AgentmemError(
            f"{name_shown(path)} cannot be written: {problem.strerror}.", "Give another path."
        ) from None


def _this_session(chat: Chat) -> SessionSummary:
    try:
        return find_session(chat.database, chat.user, chat.conversation.session_id)
    except NotFound:
        raise NotFound("This session is still empty.", "Ask something first.") from None


def _say_exchange(number: str, exchange: Exchange) -> None:
    mark = "" if exchange.status == "done" else f" ({exchange.status})"
    say_prose(f"[{number}] {moment(exchange.at)}\n› {exchange.question}\n\n{exchange.answer}{mark}\n")
