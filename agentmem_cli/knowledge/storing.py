"""A file that was read -> a document in SQLite, with the vectors of its passages; one transaction. Reads no file."""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agentmem_cli.embedding.configured import Embedder, configured_embedder
from agentmem_cli.knowledge.clean import neutral_line
from agentmem_cli.knowledge.documents import Passage, count_up, embedded_text, title_words
from agentmem_cli.knowledge.layout import Page
from agentmem_cli.records import Document
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.fulltext import searchable

if TYPE_CHECKING:
    from agentmem_cli.embedding.vectors import Vectors


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A file that was read, ready to store. `page_count` counts unreadable pages too."""

    path: str
    sha256: str
    size: int
    modified_ns: int
    status: str
    detail: str
    page_count: int
    pages: Sequence[Page]
    passages: Sequence[Passage]


def rename_document(database: Database, document: Document, path: str, modified_ns: int) -> None:
    """Let a document have another path and title, in place of what was read from there. Its id and vectors stay."""
    title = _title_of(path)
    with database.write() as connection:
        connection.execute("DELETE FROM documents WHERE path = ?", (path,))
        connection.execute(
            "UPDATE documents SET path = ?, title = ?, modified_ns = ? WHERE document_id = ?",
            (path, title, modified_ns, document.document_id),
        )
        connection.execute(
            "UPDATE documents_fts SET title = ?"
            " WHERE rowid = (SELECT document_number FROM documents WHERE document_id = ?)",
            (title_words(title), document.document_id),
        )
        connection.execute(
            "UPDATE passages_fts SET title = ? WHERE rowid IN (SELECT passage_id FROM passages WHERE document_id = ?)",
            (title_words(title), document.document_id),
        )
        count_up(connection, "generation")


def store_document(database: Database, new: NewDocument) -> None:
    """Embed a document's passages and put it in, in place of what its path held before, in one transaction."""
    title = _title_of(new.path)
    texts = [embedded_text(title, passage) for passage in new.passages]
    embedder = configured_embedder(database)
    while not _stored(database, new, title, embedder, embedder.embed(texts)):
        embedder = configured_embedder(database)


def _title_of(path: str) -> str:
    return neutral_line(Path(path).name)  # it stands in prompts and in lists of sources, a line each


def _stored(database: Database, new: NewDocument, title: str, embedder: Embedder, vectors: Vectors) -> bool:
    """Put it in; not when another process chose another embedder while this one embedded."""
    document_id = uuid.uuid4().hex
    first_page = next((page.text for page in new.pages if page.text), "")
    with database.write() as connection:
        if configured_embedder(database).name != embedder.name:
            return False
        connection.execute("DELETE FROM documents WHERE path = ?", (new.path,))
        number = connection.execute(
            "INSERT INTO documents (document_id, path, title, sha256, size, modified_ns, pages, passages, status,"
            " detail, ingested_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(document_id, new.path, title, new.sha256, new.size, new.modified_ns),
                *(new.page_count, len(new.passages), new.status, new.detail, int(time.time())),
            ),
        ).lastrowid
        connection.execute(
            "INSERT INTO documents_fts (rowid, title, text) VALUES (?, ?, ?)",
            (number, title_words(title), searchable(first_page)),
        )
        connection.executemany(
            "INSERT INTO pages (document_id, page_index, label, text) VALUES (?, ?, ?, ?)",
            [(document_id, page.index, page.label, page.text) for page in new.pages],
        )
        _store_passages(connection, document_id, title, zip(new.passages, vectors, strict=True), embedder.name)
        count_up(connection, "generation")
    return True


def _store_passages(
    connection: sqlite3.Connection,
    document_id: str,
    title: str,
    embedded: Iterable[tuple[Passage, Vectors]],
    embedder: str,
) -> None:
    for place, (passage, vector) in enumerate(embedded):
        passage_id = connection.execute(
            "INSERT INTO passages (document_id, page_index, last_page_index, position, heading, text, embedder, vector)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(document_id, passage.page_index, passage.last_page_index, place),
                *(passage.heading, passage.text, embedder, vector.tobytes()),
            ),
        ).lastrowid
        connection.execute(
            "INSERT INTO passages_fts (rowid, title, heading, text) VALUES (?, ?, ?, ?)",
            (passage_id, title_words(title), searchable(passage.heading), searchable(passage.text)),
        )
