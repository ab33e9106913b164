"""A file that was read -> a document in SQLite, with the vectors of its passages; one transaction. Reads no file."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agentmem_cli.embedding.configured import Embedder, configured_embedder
from agentmem_cli.knowledge.documents import Passage, count_up, embedded_text, title_words
from agentmem_cli.knowledge.words import word_index
from agentmem_cli.reading.clean import neutral_line
from agentmem_cli.reading.read import Reading
from agentmem_cli.records import Document
from agentmem_cli.storage.database import Connection, Database


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A file that was read, ready to store. `document_id` is that of the document that it stays, None for a new one.

    It is not stored when there is no such document any more.
    """

    path: str
    sha256: str
    size: int
    modified_ns: int
    reading: Reading
    passages: Sequence[Passage]
    document_id: str | None = None


def rename_document(database: Database, document: Document, path: str, modified_ns: int) -> None:
    """Let a document have another path and title, in place of what was read from there. Its id and vectors stay."""
    title = _title_of(path)
    with database.write() as connection:
        connection.execute("DELETE FROM documents WHERE path = ?", (path,))
        connection.execute(
            "UPDATE documents SET path = ?, title = ?, modified_ns = ? WHERE document_id = ?",
            (path, title, modified_ns, document.document_id),
        )
        word_index(database).rename(connection, document.document_id, title_words(title))
        count_up(connection, "generation")


def store_document(database: Database, new: NewDocument) -> None:
    """Embed a document's passages and put it in, in place of what its path held before, in one transaction."""
    title = _title_of(new.path)
    texts = [embedded_text(title, passage) for passage in new.passages]
    embedder = configured_embedder(database)
    while not _stored(database, new, title, embedder, _embedded(database, new, title, texts, embedder)):
        embedder = configured_embedder(database)


def _embedded(database: Database, new: NewDocument, title: str, texts: list[str], embedder: Embedder) -> list[bytes]:
    """The vector of each text; of a document that is stored again, those of the texts that it had already."""
    rows = database.read(
        "SELECT page_index, heading, text, vector FROM passages WHERE document_id = ? AND embedder = ?",
        (new.document_id, embedder.name),
    )
    known = {
        embedded_text(title, Passage(row["page_index"], row["text"], row["heading"])): row["vector"] for row in rows
    }
    unknown = [text for text in dict.fromkeys(texts) if text not in known]
    known |= {text: vector.tobytes() for text, vector in zip(unknown, embedder.embed(unknown), strict=True)}
    return [known[text] for text in texts]


def _title_of(path: str) -> str:
    return neutral_line(Path(path).name)  # it stands in prompts and in lists of sources, a line each


def _stored(database: Database, new: NewDocument, title: str, embedder: Embedder, vectors: list[bytes]) -> bool:
    """Put it in; not when another process chose another embedder while this one embedded."""
    document_id = new.document_id or uuid.uuid4().hex
    reading = new.reading
    first_page = next((page.text for page in reading.pages if page.text), "")
    with database.write() as connection:
        if configured_embedder(database).name != embedder.name:
            return False
        if (
            new.document_id
            and not connection.execute(
                "SELECT 1 FROM documents WHERE document_id = ? AND path = ?", (new.document_id, new.path)
            ).fetchone()
        ):
            return True
        connection.execute("DELETE FROM documents WHERE path = ?", (new.path,))
        ((number,),) = connection.execute(
            "INSERT INTO documents (document_id, path, title, sha256, size, modified_ns, pages, passages, status,"
            " detail, ingested_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING document_number",
            (
                *(document_id, new.path, title, new.sha256, new.size, new.modified_ns),
                *(reading.page_count, len(new.passages), reading.status, reading.detail, int(time.time())),
            ),
        )
        words = word_index(database)
        words.index_document(connection, number, title_words(title), first_page)
        connection.executemany(
            "INSERT INTO pages (document_id, page_index, label, text, is_scan) VALUES (?, ?, ?, ?, ?)",
            [
                (document_id, page.index, page.label, page.text, bool(reading.scans.get(page.index)))
                for page in reading.pages
            ],
        )
        connection.executemany(
            "INSERT INTO scanned_pages (document_id, page_index, answer) VALUES (?, ?, ?)",
            [(document_id, index, line and json.dumps(line)) for index, line in reading.scans.items()],
        )
        for place, (passage, vector) in enumerate(zip(new.passages, vectors, strict=True)):
            passage_id = _store_passage(connection, document_id, place, passage, embedder.name, vector)
            words.index_passage(connection, passage_id, title_words(title), passage.heading, passage.text)
        count_up(connection, "generation")
    return True


def _store_passage(
    connection: Connection, document_id: str, place: int, passage: Passage, embedder: str, vector: bytes
) -> int:
    """Put a passage in; its number."""
    ((passage_id,),) = connection.execute(
        "INSERT INTO passages (document_id, page_index, last_page_index, position, heading, text, embedder, vector)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING passage_id",
        (
            *(document_id, passage.page_index, passage.last_page_index, place),
            *(passage.heading, passage.text, embedder, vector),
        ),
    )
    return int(passage_id)
