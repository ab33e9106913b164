"""The commands on the model: which one, what it is told, and what that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem_cli.agent.choice import model_name
from agentmem_cli.records import OFFLINE
from agentmem_cli.sessions.usage import usage_of
from agentmem_cli.terminal.streams import counted, say_prose, say_table

if TYPE_CHECKING:
    from agentmem_cli.terminal.repl import Chat


def choose_model(chat: Chat, words: str) -> None:
    """Show the model, or use another: /model [provider:id]."""
    if words:
        chat.conversation.use_model(model_name(words, chat.conversation.settings.base_url))
    say_prose(f"The model is {chat.conversation.model}.")


def instruct(chat: Chat, words: str) -> None:
    """Show or set this session's instructions: /system [TEXT|clear]."""
    conversation = chat.conversation
    if words:
        conversation.instruct("" if words == "clear" else words)
    if conversation.instructions:
        say_prose(f"Instructions for this session: {conversation.instructions}")
    else:
        say_prose("This session has no instructions of its own.")
    if words and conversation.model == OFFLINE:
        say_prose("The offline model follows none; another model will.")


def show_context(chat: Chat, words: str) -> None:  # noqa: ARG001 -- every command has this form
    """Show what the next request carries, in tokens."""
    from agentmem_cli.agent.context import next_request

    parts = [part for part in next_request(chat.conversation) if part.tokens]
    total = sum(part.tokens for part in parts)
    rows = [(part.name, f"{'≤ ' if part.is_limit else ''}{part.tokens:,}", part.detail) for part in parts]
    window = chat.conversation.window
    share = f"{total / window:.1%} of the {window:,} that the model takes" if window else ""
    say_table(("PART", "TOKENS", ""), [*rows, ("together", f"≤ {total:,}", share)])


def show_tokens(chat: Chat, words: str) -> None:  # noqa: ARG001
    """Show the tokens of the last answer and of this session."""
    rows = []
    if chat.last is not None and chat.last.usage.output_tokens:
        last = chat.last.usage
        rows.append(
            _row("last answer", last.input_tokens, last.cache_read_tokens, last.cache_write_tokens, last.output_tokens)
        )
    session = usage_of(chat.database, chat.user, chat.conversation.session_id)
    if session.counted:
        rows.append(
            _row(
                "session",
                session.input_tokens,
                session.cache_read_tokens,
                session.cache_write_tokens,
                session.output_tokens,
            )
        )
        say_table(("", "INPUT", "FROM CACHE", "TO CACHE", "OUTPUT"), rows)
    if session.cost is not None:
        say_prose(f"The provider's price for the session: ${session.cost:.4f}.")
    if uncounted := session.answers - session.counted:
        say_prose(f"{counted(uncounted, 'answer')} without a count: stopped, failed or offline.")
    elif not session.answers:
        say_prose("Nothing has been asked in this session.")


def _row(name: str, *tokens: int) -> tuple[str, ...]:
    return (name, *(f"{number:,}" for number in tokens))
