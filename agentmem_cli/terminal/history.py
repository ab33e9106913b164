"""What a user typed at the chat prompt: a JSON line an entry, in a file that only its owner reads.

Several terminals may write it at once. An entry keeps each pasted block beside the mark that stands for it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from prompt_toolkit.history import History

from agentmem_cli.errors import StorageProblem
from agentmem_cli.storage.lock import file_lock
from agentmem_cli.terminal.paste import Pastes

READ_BYTES = 2_000_000
"""From the end of the file: some 20,000 lines, read in 30 ms, whatever else was ever pasted."""
LOCK_SECONDS = 2.0


class InputHistory(History):
    """The entries for the arrow keys, Ctrl-R and the suggestions. Without a file they end with the chat."""

    def __init__(self, path: Path | None, pastes: Pastes) -> None:
        super().__init__()
        self._path = path
        self._pastes = pastes

    def load_history_strings(self) -> Iterator[str]:
        """The newest first; a line that is none of ours is passed over."""
        for line in reversed(_last_lines(self._path) if self._path else []):
            if entry := _entry(line):
                yield self._pastes.restored(entry["text"], entry["pasted"])

    def store_string(self, string: str) -> None:
        """Add an entry. A disk that is full must not keep the message from being sent, so nothing is raised."""
        if self._path is None:
            return
        entry = {"text": string, "pasted": self._pastes.blocks_in(string)}
        line = json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        with suppress(OSError, StorageProblem):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _locked(self._path), open(self._path, "ab", opener=_private) as file:
                file.write(line)


def forget_typed(path: Path, text: str) -> None:
    """Take a message out of the file: every entry that sent it, with what was pasted into it."""
    if not path.exists():
        return
    with _locked(path):
        lines = path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if _sent(line) not in (text, f"/{text}")]  # `//` sends a slash
        path.write_bytes(b"".join(kept))


def _sent(line: bytes) -> str | None:
    entry = _entry(line)
    if entry is None:
        return None
    pastes = Pastes()
    return pastes.expanded(pastes.restored(entry["text"], entry["pasted"]))


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
