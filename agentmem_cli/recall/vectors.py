"""What messages and memories mean, as vectors: made, kept in SQLite beside the text index, and compared.

A vector is made after its message is stored and goes with it when it is erased. `refresh` may take seconds and is
called where nobody waits; `cosines` takes milliseconds, and gives nothing while the vectors are not in memory, so
that no answer ever waits for an embedder to load. One user's vectors only.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentmem_cli.embedding.configured import configured_embedder
from agentmem_cli.recall.transcript import LiveTranscript
from agentmem_cli.storage.database import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agentmem_cli.embedding.configured import Embedder

BATCH = 64
"""Texts embedded at once: the bundled embedder takes 5 ms for them when they are short, 40 ms when long."""
PATIENCE = 0.5
"""Seconds to wait for another process that writes: vectors can be made another time."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the vectors of one kind of text are, and what has one: names of the schema, never data."""

    table: str
    key: str
    texts: str
    condition: str = ""


MESSAGES = Kept("message_vectors", "message_id", "messages", " AND NOT texts.looked_up")
MEMORIES = Kept("memory_vectors", "memory_number", "memory_details", " AND texts.status = 'active'")


@dataclass(frozen=True, slots=True)
class Cosines:
    """How near each text is to a question: `numbers` ascending, of the messages or memories, and their cosines."""

    numbers: NDArray[np.int64]
    values: NDArray[np.float32]

    def of(self, wanted: Iterable[int]) -> dict[int, float]:
        """The cosines of these texts, of those that have a vector."""
        import numpy as np

        asked = np.fromiter(wanted, np.int64)
        places = np.searchsorted(self.numbers, asked).clip(max=len(self.numbers) - 1)
        known = self.numbers[places] == asked
        return dict(zip(asked[known].tolist(), self.values[places[known]].tolist(), strict=True))

    def nearest(self, count: int, least: float) -> dict[int, float]:
        """The nearest so many texts whose cosine is `least` or more."""
        import numpy as np

        count = min(count, len(self.values))
        places = np.argpartition(self.values, -count)[-count:]
        near = places[self.values[places] >= least]
        return dict(zip(self.numbers[near].tolist(), self.values[near].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class _Loaded:
    """Vectors of one embedder in memory, by number; `last` is the newest row of the table that is among them."""

    last: int
    numbers: NDArray[np.int64]
    matrix: NDArray[np.float32]


class Vectors:
    """The vectors of one user, from any thread. Loaded once, and after that only what is new."""

    def __init__(self, database: Database, user_id: str) -> None:
        self._database = database
        self._user_id = user_id
        self.transcript = LiveTranscript(database, user_id)
        self._ready: tuple[Embedder, dict[Kept, _Loaded]] | None = None
        self._refreshing = threading.Lock()
        self._stopping = False

    def refresh(self, seconds: float | None = None) -> None:
        """Make the vectors that are missing, for so long at the most, and read the new ones into memory.

        Raises what the embedder raises; what was made by then is kept.
        """
        with self._refreshing:
            until = None if seconds is None else time.monotonic() + seconds
            embedder = configured_embedder(self._database)
            before = self._ready[1] if self._ready and self._ready[0].name == embedder.name else {}
            loaded = {}
            for kept in (MESSAGES, MEMORIES):
                self._make(kept, embedder, until)
                if of := self._load(kept, embedder, before.get(kept)):
                    loaded[kept] = of
            if loaded and not before:
                embedder.embed(["ready"])  # loads it
            self._ready = (embedder, loaded)

    def stop(self) -> None:
        """Let a refresh end after the batch it is at."""
        self._stopping = True

    def cosines(self, question: str) -> dict[Kept, Cosines]:
        """How near the texts of each kind are to a question; none until `refresh` has loaded them."""
        embedder, loaded = self._ready or (None, {})
        if embedder is None or not loaded:
            return {}
        asked = embedder.embed([question])[0]
        if not asked.any():
            return {}
        return {kept: Cosines(of.numbers, _products(of.matrix, asked)) for kept, of in loaded.items()}

    def _make(self, kept: Kept, embedder: Embedder, until: float | None) -> None:
        missing = self._database.read(
            f"SELECT {kept.key} AS number FROM {kept.texts} AS texts WHERE user_id = ?{kept.condition} AND NOT EXISTS"  # noqa: S608 -- names of the schema
            f" (SELECT 1 FROM {kept.table} AS made WHERE made.{kept.key} = texts.{kept.key} AND embedder = ?)"
            f" ORDER BY {kept.key} DESC",
            (self._user_id, embedder.name),
        )
        numbers = [row["number"] for row in missing]
        for start in range(0, len(numbers), BATCH):
            if self._stopping or (until is not None and time.monotonic() > until):
                return
            self._embed(kept, embedder, numbers[start : start + BATCH])

    def _embed(self, kept: Kept, embedder: Embedder, numbers: list[int]) -> None:
        """Make the vectors of these texts; of those that are erased meanwhile, none."""
        import numpy as np

        rows = self._database.read(
            f"SELECT {kept.key} AS number, text FROM {kept.texts}"  # noqa: S608 -- names of the schema and question marks
            f" WHERE {kept.key} IN ({', '.join('?' * len(numbers))})",
            numbers,
        )
        vectors = embedder.embed([row["text"] for row in rows]).astype(np.float16)
        with self._database.write(patience=PATIENCE) as connection:
            connection.executemany(
                f"INSERT OR REPLACE INTO {kept.table} ({kept.key}, embedder, vector)"  # noqa: S608 -- as above
                f" SELECT {kept.key}, ?, ? FROM {kept.texts} WHERE {kept.key} = ? AND text = ?",
                [
                    (embedder.name, vector.tobytes(), row["number"], row["text"])
                    for row, vector in zip(rows, vectors, strict=True)
                ],
            )

    def _load(self, kept: Kept, embedder: Embedder, before: _Loaded | None) -> _Loaded | None:
        """What is in memory already with what is new; None when there is nothing."""
        import numpy as np

        rows = self._database.read(
            f"SELECT vector_number, {kept.key}, vector FROM {kept.table} JOIN {kept.texts} USING ({kept.key})"  # noqa: S608 -- as above
            " WHERE vector_number > ? AND embedder = ? AND user_id = ? ORDER BY vector_number",
            (before.last if before else 0, embedder.name, self._user_id),
        )
        if not rows:
            return before
        matrix = np.frombuffer(b"".join(row["vector"] for row in rows), np.float16).reshape(len(rows), -1)
        numbers = np.array([row[kept.key] for row in rows], np.int64)
        return _merged(before, rows[-1]["vector_number"], numbers, matrix.astype(np.float32))


def _products(matrix: NDArray[np.float32], asked: NDArray[np.float32]) -> NDArray[np.float32]:
    """The dot product of each row, in this thread alone.

    On a machine at work BLAS, which `@` calls, waits for its threads: 16 ms for 5,000 rows, where this takes 0.2 ms.
    """
    import numpy as np

    products: NDArray[np.float32] = np.einsum("ij,j->i", matrix, asked)
    return products


def _merged(before: _Loaded | None, last: int, numbers: NDArray[np.int64], matrix: NDArray[np.float32]) -> _Loaded:
    """Old and new vectors in the order of their numbers; of two of one number the newer."""
    import numpy as np

    if before is not None:
        kept = ~np.isin(before.numbers, numbers)
        numbers = np.concatenate([before.numbers[kept], numbers])
        matrix = np.concatenate([before.matrix[kept], matrix])
    order = np.argsort(numbers)
    return _Loaded(last, numbers[order], matrix[order])
