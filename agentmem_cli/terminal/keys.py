"""The keys of the chat prompt, beside those that readline users know. Reads none itself."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from prompt_toolkit.application import get_app, run_in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, emacs_mode, has_completions, has_focus, is_searching
from prompt_toolkit.input.ansi_escape_sequences import ANSI_SEQUENCES
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.bindings.named_commands import get_by_name
from prompt_toolkit.keys import Keys
from prompt_toolkit.search import stop_search

from agentmem_cli.errors import AgentmemError
from agentmem_cli.terminal.editor import edited_text
from agentmem_cli.terminal.paste import Pastes, pasted_text
from agentmem_cli.terminal.streams import note, report
from agentmem_cli.terminal.type_ahead import usual_mode

AGAIN_SECONDS = 2.0
"""Within this time a second Ctrl-C at an empty prompt leaves, as in other chats."""

_ENTER_WITH = ("\x1b[13;{}u", "\x1b[27;{};13~")
"""Enter with Shift (2), Alt (3), Shift-Alt (4) or Ctrl (5), as kitty's protocol and xterm's modifyOtherKeys send it."""
for _sequence in _ENTER_WITH:
    ANSI_SEQUENCES.update(dict.fromkeys(map(_sequence.format, range(2, 6)), Keys.ControlJ))
ANSI_SEQUENCES.update(dict.fromkeys(("\x1b[13u", "\x1b[13;1u"), Keys.ControlM))


class LeftAtOnce(EOFError):
    """The person leaves and waits for nothing."""


def chat_keys(pastes: Pastes) -> KeyBindings:
    """Lines, pastes, the editor and leaving; they count at the prompt itself, not while history is searched."""
    keys = KeyBindings()
    _add_line_keys(keys)
    _add_menu_keys(keys)
    keys.add("c-g", filter=is_searching)(_end_search)
    keys.add("c-z", filter=Condition(lambda: hasattr(signal, "SIGTSTP")))(_suspend)
    _add_paste_keys(keys, pastes)
    _add_editor_keys(keys, pastes)
    _add_leaving_keys(keys)
    return keys


def _add_line_keys(keys: KeyBindings) -> None:
    at_prompt = has_focus(DEFAULT_BUFFER)

    @keys.add("escape", "enter", filter=at_prompt)
    @keys.add("c-j", filter=at_prompt)
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add("enter", filter=at_prompt & _now(lambda buffer: _goes_on(buffer.document)))
    def _line_goes_on(event: KeyPressEvent) -> None:
        event.current_buffer.delete_before_cursor()
        event.current_buffer.insert_text("\n")


def _add_menu_keys(keys: KeyBindings) -> None:
    keys.add("tab", filter=has_focus(DEFAULT_BUFFER))(_complete)

    @keys.add("escape", filter=has_completions & emacs_mode, eager=True)
    def _close_menu(event: KeyPressEvent) -> None:
        event.current_buffer.cancel_completion()


def _complete(event: KeyPressEvent) -> None:
    """Take the first that fits, and with each further Tab the next: the usual Tab would only add what all share."""
    buffer = event.current_buffer
    if buffer.complete_state:
        buffer.complete_next()
    else:
        buffer.start_completion(select_first=True)


def _end_search(event: KeyPressEvent) -> None:
    """Back to the line as it was: the library would leave what a second Ctrl-R has found."""
    stop_search()
    get_by_name("end-of-history").call(event)


def _suspend(event: KeyPressEvent) -> None:
    """Stop, and what this was started through too, such as `uv run`, until the shell's `fg`."""

    def stop() -> None:
        with usual_mode(event.app.input):
            os.kill(0, signal.SIGTSTP)

    run_in_terminal(stop)


def _now(claim: Callable[[Buffer], bool]) -> Condition:
    """What holds of the prompt's text when a key is pressed."""
    return Condition(lambda: claim(get_app().current_buffer))


def _goes_on(document: Document) -> bool:
    r"""Whether the text ends in a lone `\`; an even number of them is text."""
    backslashes = len(document.text) - len(document.text.rstrip("\\"))
    return document.is_cursor_at_the_end and backslashes % 2 == 1


def _add_paste_keys(keys: KeyBindings, pastes: Pastes) -> None:
    at_prompt = has_focus(DEFAULT_BUFFER)

    @keys.add(Keys.BracketedPaste, filter=at_prompt)
    def _paste(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(pastes.folded(pasted_text(event.data)))

    @keys.add("backspace", filter=at_prompt & _now(lambda buffer: bool(_mark(buffer, pastes))))
    def _delete_paste(event: KeyPressEvent) -> None:
        event.current_buffer.delete_before_cursor(len(_mark(event.current_buffer, pastes)))


def _mark(buffer: Buffer, pastes: Pastes) -> str:
    return pastes.mark_before(buffer.document.text_before_cursor)


def _add_editor_keys(keys: KeyBindings, pastes: Pastes) -> None:
    at_prompt = has_focus(DEFAULT_BUFFER)

    @keys.add("c-x", "c-e", filter=at_prompt)
    @keys.add("c-g", filter=at_prompt)
    async def _edit(event: KeyPressEvent) -> None:
        buffer = event.current_buffer

        def edited() -> str:
            with usual_mode(event.app.input):
                return edited_text(pastes.expanded(buffer.text))

        try:
            text = await run_in_terminal(edited, in_executor=True)
        except AgentmemError as error:
            problem = error
            await run_in_terminal(lambda: report(problem))
        else:
            buffer.document = Document(pastes.folded_again(text))


def _add_leaving_keys(keys: KeyBindings) -> None:
    at_prompt = has_focus(DEFAULT_BUFFER)
    pressed_at = -AGAIN_SECONDS

    @keys.add("c-c", filter=at_prompt)
    def _clear_or_leave(event: KeyPressEvent) -> None:
        nonlocal pressed_at
        if event.current_buffer.text:
            event.current_buffer.reset()
        elif time.monotonic() - pressed_at < AGAIN_SECONDS:
            event.app.exit(exception=LeftAtOnce, style="class:exiting")
        else:
            pressed_at = time.monotonic()
            run_in_terminal(lambda: note("Ctrl-C again or Ctrl-D leaves."))

    keys.add("c-@", filter=at_prompt & ~_now(lambda buffer: bool(buffer.text)))(_leave)


def _leave(event: KeyPressEvent) -> None:
    """NUL is what a Ctrl-D has become that was typed before this program ran, when the terminal held whole lines."""
    event.app.exit(exception=EOFError, style="class:exiting")
