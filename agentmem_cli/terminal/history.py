"""What a user typed at the chat prompt: a JSON line an entry, in a file that only its owner reads.

Several terminals may write it at once. An entry keeps each pasted block beside the mark that stands for it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from prompt_toolkit.history import History

from agentmem_cli.errors import StorageProblem, StoreUnwritable
from agentmem_cli.language.stems import stems, stems_asked_for
from agentmem_cli.storage.lock import file_lock
from agentmem_cli.terminal.paste import Pastes

READ_BYTES = 2_000_000
"""From the end of the file: some 20,000 lines, read in 30 ms, whatever else was ever pasted."""
LOCK_SECONDS = 2.0


class InputHistory(History):
    """The entries for the arrow keys, Ctrl-R and the suggestions. Without a file they end with the chat.

    `session` is asked for the id of the session that an entry is typed in.
    """

    def __init__(self, path: Path | None, pastes: Pastes, session: Callable[[], str] = lambda: "") -> None:
        super().__init__()
        self._path = path
        self._pastes = pastes
        self._session = session

    def load_history_strings(self) -> Iterator[str]:
        """The newest first; a line that is none of ours is passed over."""
        for line in reversed(_last_lines(self._path) if self._path else []):
            if entry := _entry(line):
                yield self._pastes.restored(entry["text"], entry["pasted"])

    def store_string(self, string: str) -> None:
        """Add an entry. A disk that is full must not keep the message from being sent, so nothing is raised."""
        if self._path is None:
            return
        entry = {"text": string, "pasted": self._pastes.blocks_in(string), "session": self._session()}
        line = json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        with suppress(OSError, StorageProblem):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(self._path), open(self._path, "ab", opener=_private) as file:
                file.write(line)

    def forget(self, texts: Collection[str]) -> None:
        """Take out what was typed of these texts, as `forget_typed` does, here and in the file."""
        if self._path is not None:
            forget_typed(self._path, texts)
        self._loaded_strings = [
            each for each in self._loaded_strings if not _is_typed_of(self._pastes.expanded(each), texts)
        ]


def forget_typed(path: Path, texts: Collection[str], sessions: Collection[str] = ()) -> None:
    """Take out of the file what was typed of these texts, and all that was typed in these sessions.

    An entry goes with what was pasted into it. A kill leaves the old file or the new one. Raises StorageProblem.
    """
    if not path.exists():
        return
    with _locked(path):
        lines = path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if not _is_of(line, texts, sessions)]
        part = path.with_suffix(".part")
        try:
            with open(part, "wb", opener=_private) as file:
                file.writelines(kept)
            part.replace(path)
        except OSError as problem:
            raise StoreUnwritable(
                f"{path} cannot be written: {problem.strerror}.", "Check its permissions and the free space."
            ) from None


def _is_of(line: bytes, texts: Collection[str], sessions: Collection[str]) -> bool:
    entry = _entry(line)
    if entry is None:
        return False
    pastes = Pastes()
    sent = pastes.expanded(pastes.restored(entry["text"], entry["pasted"]))
    return entry.get("session") in sessions or _is_typed_of(sent, texts)


def _is_typed_of(sent: str, texts: Collection[str]) -> bool:
    """Whether an entry sent one of the texts, or is a command with a word of one: /remember, /forget, /rename."""
    if sent in texts or sent.removeprefix("/") in texts:  # `//` sends a slash
        return True
    command, _, words = sent.partition(" ")
    if not command.startswith("/") or not words.strip():
        return False
    asked = stems_asked_for(words)
    return any(words.strip().casefold() in text.casefold() or _shares_word(asked, text) for text in texts)


def _shares_word(asked: list[frozenset[str]], text: str) -> bool:
    held = set(stems(text))
    return any(not held.isdisjoint(word) for word in asked)


def _entry(line: bytes) -> dict[str, Any] | None:
    """The entry of a line; None for half a line, or one of another program."""
    try:
        entry = json.loads(line)
        return entry if isinstance(entry["text"], str) and isinstance(entry["pasted"], dict) else None
    except (ValueError, KeyError, TypeError):
        return None


def _last_lines(path: Path) -> list[bytes]:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - READ_BYTES))
            return file.read().splitlines()
    except OSError:
        return []


def _locked(path: Path) -> Any:
    """The lock of all histories, beside their folder: a lock of each user's own would be a file more in it."""
    return file_lock(path.parent.with_suffix(".lock"), LOCK_SECONDS)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
