"""The chat prompt: reading lines with a history that is the user's own and private."""

from __future__ import annotations

from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent


def chat_prompt(history: Path | None, slash_commands: list[str]) -> PromptSession[str]:
    """A prompt whose Enter sends, and whose Alt-Enter makes a line. Without a file its history ends with it."""
    if history is not None:
        history.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return PromptSession(
        history=FileHistory(str(history)) if history is not None else InMemoryHistory(),
        completer=WordCompleter(slash_commands, sentence=True),
        complete_while_typing=False,
        key_bindings=_keys(),
        multiline=False,
        prompt_continuation="  ",
    )


def prompt_line(pending: int, *, incognito: bool) -> StyleAndTextTuples:
    """`› `, behind what the person should not forget: that memories wait, that nothing is kept."""
    beside = f"({pending} pending) " if pending else ""
    return [("dim", f"{'incognito ' if incognito else ''}{beside}"), ("", "› ")]


def forget_typed(history: Path, text: str) -> None:
    """Take a text out of the file that `chat_prompt` keeps: entries of a `# time` line and `+` lines."""
    typed = "".join(f"+{line}\n" for line in text.split("\n"))
    entries = history.read_text(encoding="utf-8").split("\n# ")
    history.write_text("\n# ".join(each for each in entries if each.partition("\n")[2] != typed), encoding="utf-8")


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("escape", "enter")
    @keys.add("c-j")
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys
