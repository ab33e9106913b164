"""Another embedder for everything: each passage embedded anew, then all of them exchanged at once.

The new vectors wait in a table of their own, a transaction a batch, so that work that was killed goes on where it
stopped, and a search meanwhile has every vector of the embedder in use. Two embedders' vectors are never mixed.
"""

from __future__ import annotations

from collections.abc import Callable

from agentmem_cli.embedding.configured import Embedder, configured_embedder, keep_choice
from agentmem_cli.knowledge.documents import Passage, count_up, embedded_text
from agentmem_cli.storage.database import Connection, Database

BATCH = 256
"""Passages a transaction."""

_WITHOUT = """
FROM passages LEFT JOIN coming_vectors ON coming_vectors.passage_id = passages.passage_id
WHERE coming_vectors.passage_id IS NULL AND coalesce(passages.embedder, '') <> :embedder
"""


def use_embedder(database: Database, embedder: Embedder, tell: Callable[[int, int], None]) -> int:
    """Make it the embedder of the store once every passage has its vector; the number of passages embedded.

    `tell` is given (done, of all) after each batch. Raises what the embedder raises: what was done until then is kept,
    and the embedder in use stays in use.
    """
    with database.write() as connection:  # what an interrupted change to yet another embedder left
        connection.execute("DELETE FROM coming_vectors WHERE embedder <> ?", (embedder.name,))
    embedded = 0
    while True:
        embedded += _embed_all(database, embedder, tell)
        with database.write() as connection:
            if not _waiting(connection, embedder):  # or another process ingested meanwhile
                _exchange(connection, embedder)
                return embedded


def passages_without_vector(database: Database) -> int:
    """How many passages carry no vector of the embedder in use."""
    name = configured_embedder(database).name
    count: int = database.read("SELECT COUNT(*) FROM passages WHERE coalesce(embedder, '') <> ?", (name,))[0][0]
    return count


def _embed_all(database: Database, embedder: Embedder, tell: Callable[[int, int], None]) -> int:
    total = database.read("SELECT COUNT(*) FROM passages")[0][0]
    embedded = 0
    while rows := database.read(
        "SELECT passages.passage_id, title, page_index, text, heading"
        f" {_WITHOUT.replace('WHERE', 'JOIN documents ON documents.document_id = passages.document_id WHERE')}"
        " ORDER BY passages.passage_id LIMIT :count",
        {"embedder": embedder.name, "count": BATCH},
    ):
        texts = [embedded_text(row["title"], Passage(row["page_index"], row["text"], row["heading"])) for row in rows]
        vectors = embedder.embed(texts)
        with database.write() as connection:
            connection.executemany(
                # a document may have been replaced or removed while its passages were embedded
                "INSERT INTO coming_vectors SELECT passage_id, ?, ? FROM passages WHERE passage_id = ?"
                " ON CONFLICT (passage_id) DO UPDATE SET embedder = excluded.embedder, vector = excluded.vector",
                [
                    (embedder.name, vector.tobytes(), row["passage_id"])
                    for row, vector in zip(rows, vectors, strict=True)
                ],
            )
        embedded += len(rows)
        tell(total - _waiting(database.connection, embedder), total)
    return embedded


def _waiting(connection: Connection, embedder: Embedder) -> int:
    """How many passages have no vector of this embedder yet."""
    count: int = connection.execute(f"SELECT COUNT(*) {_WITHOUT}", {"embedder": embedder.name}).fetchone()[0]
    return count


def _exchange(connection: Connection, embedder: Embedder) -> None:
    connection.execute(
        "UPDATE passages SET embedder = coming_vectors.embedder, vector = coming_vectors.vector"
        " FROM coming_vectors WHERE coming_vectors.passage_id = passages.passage_id"
    )
    connection.execute("DELETE FROM coming_vectors")
    keep_choice(connection, embedder)
    count_up(connection, "generation")
