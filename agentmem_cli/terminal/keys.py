"""The chat prompt: reading lines with a history that is the user's own and private."""

from __future__ import annotations

from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import FileHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

PROMPT = "› "


def chat_prompt(history: Path, slash_commands: list[str]) -> PromptSession[str]:
    """A prompt whose Enter sends, and whose Alt-Enter makes a line."""
    history.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return PromptSession(
        PROMPT,
        history=FileHistory(str(history)),
        completer=WordCompleter(slash_commands, sentence=True),
        complete_while_typing=False,
        key_bindings=_keys(),
        multiline=False,
        prompt_continuation="  ",
    )


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("escape", "enter")
    @keys.add("c-j")
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys
