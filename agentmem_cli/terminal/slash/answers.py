"""The commands on the last answer: what it rests on, and the answer itself, clean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem_cli.errors import NotFound, UsageProblem
from agentmem_cli.sessions.branches import exchanges_of
from agentmem_cli.terminal.clipboard import copy_text
from agentmem_cli.terminal.notices import WHAT_WIDTH, why_lines
from agentmem_cli.terminal.safe_text import safe_text
from agentmem_cli.terminal.slash.words import number_of
from agentmem_cli.terminal.sources import BAR, opened_lines, source_lines
from agentmem_cli.terminal.streams import counted, say, say_prose

if TYPE_CHECKING:
    from agentmem_cli.terminal.repl import Chat


def show_why(chat: Chat, words: str) -> None:  # noqa: ARG001 -- every command has this form
    """Show what the last answer rests on."""
    if chat.last is None:
        raise NotFound("There is no answer yet.", "Ask something first.")
    lines = why_lines(chat.last)
    for line in lines or ["Nothing was recalled or looked up for it."]:
        say_prose(line, WHAT_WIDTH * " ")


def show_sources(chat: Chat, words: str) -> None:  # noqa: ARG001
    """List the passages behind the last answer, with document and page."""
    if chat.last is None:
        raise NotFound("There is no answer yet.", "Ask something first.")
    for line in source_lines(chat.last) or ["No document was looked up for it."]:
        say_prose(line, "    ")


def open_source(chat: Chat, words: str) -> None:
    """Show a source of the last answer within its page: /open N."""
    if not words:
        raise UsageProblem("Open which source?", "/sources lists them: /open N.")
    for line in opened_lines(chat.database, chat.last, number_of(words, "source")):
        say_prose(line, line[: len(BAR)] if line.startswith(BAR) else "  ")


def copy(chat: Chat, words: str) -> None:
    """Copy the last answer, or its Nth code block: /copy [N]."""
    text = last_answer(chat)
    if words:
        text = _code_block(text, number_of(words, "code block"))
    by = copy_text(safe_text(text))
    say_prose(f"Copied {counted(len(text), 'character')}, by {by}.")


def show_raw(chat: Chat, words: str) -> None:  # noqa: ARG001
    """Print the last answer's Markdown as it is."""
    say(last_answer(chat))


def last_answer(chat: Chat) -> str:
    """The session's last answer, whenever it was given. Raises NotFound."""
    answered = [
        each for each in exchanges_of(chat.database, chat.user, chat.conversation.session_id) if each.answer.strip()
    ]
    if not answered:
        raise NotFound("There is no answer yet.", "Ask something first.")
    return answered[-1].answer


def _code_block(markdown: str, number: int) -> str:
    from rich.markdown import Markdown

    blocks = [token.content for token in Markdown(markdown).parsed if token.type in ("fence", "code_block")]
    if number > len(blocks):
        raise UsageProblem(f"There is no code block {number}.", f"The answer has {len(blocks)}.")
    return blocks[number - 1]
