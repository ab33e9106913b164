"""What messages and memories mean, as vectors: made, kept in SQLite beside the texts, and read into memory.

A vector is made after its text is stored and goes with it when it is erased or changed. The text of a message never
changes, so a vector of one that was read once is not read again; that of a memory may be corrected.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentmem_cli.storage.database import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from agentmem_cli.embedding.configured import Embedder

    Numbers = NDArray[np.int64]

PATIENCE = 0.5
"""Seconds to wait for another process that writes: vectors can be made another time."""
_PAGE = 20_000
"""Vectors that one query reads: SQLite gives a gigabyte at the most."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the vectors of one kind of text are, and what has one: names of the schema, never data."""

    table: str
    key: str
    texts: str
    condition: str


MESSAGES = Kept("message_vectors", "message_id", "messages", "looked_up = 0")
MEMORIES = Kept("memory_vectors", "memory_number", "memory_details", "status = 'active'")


@dataclass(frozen=True, slots=True)
class Cosines:
    """How near each text is to a question: `numbers` ascending, of the messages or memories, and their cosines.

    `matrix` has their vectors, shape (texts, dimensions).
    """

    numbers: Numbers
    values: NDArray[np.float32]
    matrix: NDArray[np.float32]

    def of(self, wanted: Iterable[int]) -> dict[int, float]:
        """The cosines of these texts, of those that have a vector."""
        import numpy as np

        asked = np.fromiter(wanted, np.int64)
        places = np.searchsorted(self.numbers, asked).clip(max=len(self.numbers) - 1)
        known = self.numbers[places] == asked
        return dict(zip(asked[known].tolist(), self.values[places[known]].tolist(), strict=True))

    def vectors_of(self, wanted: Numbers) -> NDArray[np.float32]:
        """The vectors of these texts, shape (wanted, dimensions); zeros for one that has none."""
        import numpy as np

        places = np.searchsorted(self.numbers, wanted).clip(max=len(self.numbers) - 1)
        return np.where((self.numbers[places] == wanted)[:, np.newaxis], self.matrix[places], np.float32(0))

    def nearest(self, count: int, least: float) -> dict[int, float]:
        """The nearest so many texts whose cosine is `least` or more."""
        import numpy as np

        count = min(count, len(self.values))
        places = np.argpartition(self.values, -count)[-count:]
        near = places[self.values[places] >= least]
        return dict(zip(self.numbers[near].tolist(), self.values[near].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class LoadedVectors:
    """Vectors of one embedder in memory: `numbers` ascending, `matrix` of shape (texts, dimensions)."""

    numbers: Numbers
    matrix: NDArray[np.float32]

    def cosines(self, asked: NDArray[np.float32]) -> Cosines:
        """How near each text is, in this thread alone.

        On a machine at work BLAS, which `@` calls, waits for its threads: 16 ms for 5,000 rows, this takes 0.2 ms.
        """
        import numpy as np

        return Cosines(self.numbers, np.vecdot(self.matrix, asked), self.matrix)

    def brought_to(self, database: Database, embedder: Embedder, kept: Kept, numbers: Numbers) -> LoadedVectors:
        """The vectors of these texts, of those that have one; only those that are not here are read."""
        import numpy as np

        is_wanted = np.isin(self.numbers, numbers)
        parts = [LoadedVectors(self.numbers[is_wanted], self.matrix[is_wanted])] if not is_wanted.all() else [self]
        parts += _read(database, embedder, kept, without(numbers, self.numbers))
        if len(parts) == 1:
            return parts[0]
        found = np.concatenate([part.numbers for part in parts])
        matrix = np.concatenate([part.matrix for part in parts])
        if (np.diff(found) > 0).all():
            return LoadedVectors(found, matrix)
        order = np.argsort(found)
        return LoadedVectors(found[order], matrix[order])


def no_vectors(embedder: Embedder) -> LoadedVectors:
    """What is in memory before anything was read."""
    import numpy as np

    return LoadedVectors(np.zeros(0, np.int64), np.zeros((0, embedder.dimensions), np.float32))


def without(numbers: Numbers, others: Numbers) -> Numbers:
    """The numbers that are not among the others."""
    import numpy as np

    return np.setdiff1d(numbers, others, assume_unique=True)


def numbers_of(database: Database, user_id: str, kept: Kept) -> Numbers:
    """The numbers of a user's texts that should have a vector, ascending."""
    import numpy as np

    rows = database.read(
        f"SELECT {database.listed(kept.key)} FROM {kept.texts} WHERE user_id = ? AND {kept.condition}",  # noqa: S608 -- names of the schema
        (user_id,),
    )
    return np.sort(np.array(json.loads(rows[0][0]), np.int64))


def make_vectors(database: Database, user_id: str, embedder: Embedder, kept: Kept, numbers: Sequence[int]) -> None:
    """Make the vectors of these texts of a user; of those erased meanwhile, none. Raises what the embedder raises."""
    import numpy as np

    rows = database.read(
        f"SELECT {kept.key} AS number, text FROM {kept.texts} WHERE {kept.key} IN ({', '.join('?' * len(numbers))})",  # noqa: S608 -- names of the schema and question marks
        numbers,
    )
    vectors = embedder.embed([row["text"] for row in rows]).astype(np.float16)
    with database.write(user_id, patience=PATIENCE) as connection:
        connection.executemany(
            f"INSERT INTO {kept.table} ({kept.key}, embedder, vector)"  # noqa: S608 -- names of the schema
            f" SELECT {kept.key}, ?, ? FROM {kept.texts} WHERE {kept.key} = ? AND text = ?"
            f" ON CONFLICT ({kept.key}) DO UPDATE SET embedder = excluded.embedder, vector = excluded.vector",
            [
                (embedder.name, vector.tobytes(), row["number"], row["text"])
                for row, vector in zip(rows, vectors, strict=True)
            ],
        )


def count_missing(database: Database, user_id: str, embedder: Embedder) -> tuple[int, int]:
    """How many of a user's messages and memories have no vector of this embedder, and how many there are."""
    missing = texts = 0
    for kept in (MESSAGES, MEMORIES):
        row = database.read(
            f"SELECT count(*) - count(made.embedder), count(*) FROM {kept.texts} LEFT JOIN {kept.table} AS made"  # noqa: S608 -- names of the schema
            f" ON made.{kept.key} = {kept.texts}.{kept.key} AND made.embedder = ?"
            f" WHERE user_id = ? AND {kept.condition}",
            (embedder.name, user_id),
        )[0]
        missing, texts = missing + row[0], texts + row[1]
    return missing, texts


def _read(database: Database, embedder: Embedder, kept: Kept, numbers: Numbers) -> list[LoadedVectors]:
    """The vectors of these texts, of those that have one, in pages.

    SQLite joins each page into one value: 50,000 rows one by one take .1 s, joined .04 s.
    """
    import numpy as np

    sql = (
        f"SELECT {database.listed(kept.key)}, {database.joined('vector')}"  # noqa: S608 -- names of the schema
        f" FROM json_each(?) CROSS JOIN {kept.table} WHERE {kept.key} = CAST(value AS BIGINT) AND embedder = ?"
    )
    pages = []
    for start in range(0, len(numbers), _PAGE):
        page = json.dumps(numbers[start : start + _PAGE].tolist())
        found, vectors = database.read(sql, (page, embedder.name))[0]
        if vectors is not None:
            matrix = np.frombuffer(vectors, np.float16).reshape(-1, embedder.dimensions)
            pages.append(LoadedVectors(np.array(json.loads(found), np.int64), matrix.astype(np.float32)))
    return pages
