"""What a question is compared with: one user's messages and memories in memory, with their words and vectors.

Read once, and after that only what is new. `refresh` makes vectors, may take seconds and is called where nobody
waits; everything else only reads, and takes milliseconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentmem_cli.embedding.configured import configured_embedder
from agentmem_cli.memories.index import latest_change
from agentmem_cli.recall.transcript import Transcript, transcript_of
from agentmem_cli.recall.vectors import (
    MEMORIES,
    MESSAGES,
    Cosines,
    Kept,
    LoadedVectors,
    make_vectors,
    no_vectors,
    numbers_of,
    without,
)
from agentmem_cli.storage.database import Database

if TYPE_CHECKING:
    from agentmem_cli.embedding.configured import Embedder
    from agentmem_cli.recall.vectors import Numbers

BATCH = 64
"""Texts embedded at once: the bundled embedder takes 5 ms for them when they are short, 40 ms when long."""


@dataclass(frozen=True, slots=True)
class _Meanings:
    """The vectors in memory, and how many texts have none, as of the `latest` change of a memory."""

    embedder: Embedder
    latest: tuple[object, ...]
    vectors: dict[Kept, LoadedVectors]
    missing: dict[Kept, Numbers]


class UserIndex:
    """The index of one user, from any thread."""

    def __init__(self, database: Database, user_id: str) -> None:
        self._database = database
        self._user_id = user_id
        self._transcript: Transcript | None = None
        self._meanings: _Meanings | None = None
        self._reading = threading.Lock()
        self._refreshing = threading.Lock()
        self._stopping = False

    def transcript(self, *, without_runs: Collection[str] = ()) -> Transcript:
        """Everything that was said, as it is now, but for these runs."""
        with self._reading:
            self._transcript = transcript_of(self._database, self._user_id, self._transcript)
            return self._transcript.without(self._messages_of(without_runs))

    def cosines(self, question: str) -> dict[Kept, Cosines]:
        """How near the texts of each kind are to a question, of those whose vectors are made."""
        known = self._meanings or self._read_meanings()
        vectors = {kept: of for kept, of in known.vectors.items() if len(of.numbers)}
        if not vectors:
            return {}
        asked = known.embedder.embed([question])[0]
        return {kept: of.cosines(asked) for kept, of in vectors.items()} if asked.any() else {}

    @property
    def without_vectors(self) -> int:
        """How many messages and memories a question is compared with by their words alone."""
        known = self._meanings or self._read_meanings()
        return sum(map(len, known.missing.values()))

    def without_vectors_beside(self, runs: Collection[str]) -> int:
        """The same without the messages of these runs, such as the one that is being answered."""
        if not self.without_vectors:
            return 0
        known = self._meanings or self._read_meanings()
        return self.without_vectors - len(self._messages_of(runs).intersection(known.missing[MESSAGES].tolist()))

    def refresh(self, seconds: float | None = None, tell: Callable[[int, int], None] = lambda *_: None) -> None:
        """Make the vectors that are missing, for so long at the most, and read all into memory.

        `tell` is given (done, of all) after each batch. Raises what the embedder raises; what was made by then is kept.
        """
        until = None if seconds is None else time.monotonic() + seconds
        with self._refreshing:
            is_first = self._meanings is None
            known = self._read_meanings()
            if self.without_vectors:
                try:
                    self._make(known, until, tell)
                finally:
                    self._read_meanings()
            elif is_first and self.transcript().numbers.any():
                known.embedder.embed(["ready"])  # loads it, so that no question waits for it

    def stop(self) -> None:
        """Let a refresh end after the batch it is at."""
        self._stopping = True

    def _messages_of(self, runs: Collection[str]) -> set[int]:
        if not runs:
            return set()
        marks = ", ".join("?" * len(runs))
        rows = self._database.read(f"SELECT message_id FROM messages WHERE run_id IN ({marks})", list(runs))  # noqa: S608 -- question marks only
        return {row["message_id"] for row in rows}

    def _read_meanings(self) -> _Meanings:
        """Read the vectors that are not in memory yet. All of them, where the embedder is another one now.

        And all of the memories, where one of these has changed: it may have another text.
        """
        embedder = configured_embedder(self._database)
        latest = latest_change(self._database, self._user_id)
        wanted = {MESSAGES: self.transcript().numbers, MEMORIES: numbers_of(self._database, self._user_id, MEMORIES)}
        known = self._meanings
        before = dict(known.vectors) if known and known.embedder.name == embedder.name else {}
        if known and known.latest != latest:
            before.pop(MEMORIES, None)
        vectors = {
            kept: before.get(kept, no_vectors(embedder)).brought_to(self._database, embedder, kept, numbers)
            for kept, numbers in wanted.items()
        }
        missing = {kept: without(numbers, vectors[kept].numbers) for kept, numbers in wanted.items()}
        self._meanings = _Meanings(embedder, latest, vectors, missing)
        return self._meanings

    def _make(self, known: _Meanings, until: float | None, tell: Callable[[int, int], None]) -> None:
        """Make what is missing, the newest first."""
        done, of_all = 0, self.without_vectors
        for kept, missing in known.missing.items():
            numbers = missing[::-1].tolist()
            for start in range(0, len(numbers), BATCH):
                if self._stopping or (until is not None and time.monotonic() > until):
                    return
                batch = numbers[start : start + BATCH]
                make_vectors(self._database, self._user_id, known.embedder, kept, batch)
                done += len(batch)
                tell(done, of_all)
