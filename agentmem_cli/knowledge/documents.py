"""Documents as SQLite keeps them: the truth of text, passages and vectors. Reads no file and knows no Chroma.

Every change counts up `generation` in the same transaction, so that whoever holds vectors in memory, or in the
search index, sees that they are out of step. `erasures` counts only what a person asked to have removed.
"""

from __future__ import annotations

import functools
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agentmem_cli.errors import Ambiguous, NotFound
from agentmem_cli.reading.clean import neutral_line
from agentmem_cli.records import Document, FoundPassage
from agentmem_cli.storage.database import Connection, Database
from agentmem_cli.storage.erase import note_erasure_due
from agentmem_cli.storage.fulltext import searchable

_COLUMNS = "document_id, path, title, sha256, size, pages, passages, status, detail, ingested_at"


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage's text, the page it is on, counted from 0, and the headings above it, the widest first.

    `heading` is one line, ` > ` between headings; empty where the file has none. `last_page_index` is the page on
    which it ends, where that is another.
    """

    page_index: int
    text: str
    heading: str = ""
    last_page_index: int | None = None


@dataclass(frozen=True, slots=True)
class PageText:
    """The page of a passage, or the pages that it runs over, as stored; the document's path and number of pages."""

    path: str
    pages: int
    texts: list[str]


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What is stored of a file: enough to tell whether it has changed. `pages` and `passages` are counts."""

    document_id: str
    sha256: str
    size: int
    modified_ns: int
    status: str
    detail: str
    pages: int
    passages: int


@dataclass(frozen=True, slots=True)
class Position:
    """How far the knowledge has come: compared for equality, never for order."""

    generation: int
    erasures: int


def list_documents(database: Database) -> list[Document]:
    """All documents, by path."""
    rows = database.read(f"SELECT {_COLUMNS} FROM documents ORDER BY path")  # noqa: S608 -- columns are a constant
    return [Document(**dict(row)) for row in rows]


def find_document(database: Database, wanted: str) -> Document:
    """The document with this path, end of a path or title, or whose id or title starts with this.

    Raises NotFound, Ambiguous.
    """
    documents = list_documents(database)
    name = wanted.casefold()
    for fits in (
        [each for each in documents if wanted in (each.document_id, each.path)],
        [each for each in documents if each.path in _full_paths(wanted)],
        [each for each in documents if os.sep in wanted and each.path.endswith(f"{os.sep}{wanted}")],
        [each for each in documents if name in (each.title.casefold(), Path(each.title).stem.casefold())],
        [each for each in documents if each.document_id.startswith(wanted) or each.title.casefold().startswith(name)]
        if wanted
        else [],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            raise Ambiguous("document", wanted, [(each.document_id, each.path) for each in fits])
    raise NotFound(f'There is no document "{wanted}".', "`agentmem knowledge list` shows what there is.")


def _full_paths(wanted: str) -> list[str]:
    """A path from the current folder as documents have it. A name alone is none: it may be another folder's title."""
    if os.sep not in wanted:
        return []
    return [os.path.abspath(wanted), os.path.realpath(wanted)]  # noqa: PTH100 -- a link itself, and where it leads


def names_told_apart(database: Database) -> dict[str, str]:
    """By its id, for each document whose title another has too, the end of its path that is its own: `2023/a.pdf`."""
    rows = database.read(
        "SELECT document_id, path FROM documents WHERE title IN"
        " (SELECT title FROM documents GROUP BY title HAVING COUNT(*) > 1)"
    )
    names: dict[str, str] = {}
    alike = {row["document_id"]: Path(row["path"]).parts for row in rows}
    length = 2
    while alike:
        ends = {each: neutral_line("/".join(parts[-length:])) for each, parts in alike.items()}
        uses = Counter(ends.values())
        alike = {each: parts for each, parts in alike.items() if uses[ends[each]] > 1 and length < len(parts)}
        names |= {each: end for each, end in ends.items() if each not in alike}
        length += 1
    return names


def passages_of(database: Database, document_id: str) -> list[Passage]:
    """A document's passages, in reading order."""
    rows = database.read(
        "SELECT page_index, text, heading, last_page_index FROM passages WHERE document_id = ? ORDER BY position",
        (document_id,),
    )
    return [Passage(**dict(row)) for row in rows]


def labels_of(database: Database, document_id: str) -> dict[int, str]:
    """The label of each page that has one, by its index; for a file without pages, the places of its parts."""
    rows = database.read("SELECT page_index, label FROM pages WHERE document_id = ? AND label <> ''", (document_id,))
    return {row["page_index"]: row["label"] for row in rows}


def page_of(database: Database, passage: FoundPassage) -> PageText:
    """The pages that a passage stands on. Raises NotFound when the document has gone, or was read anew, since."""
    rows = database.read(
        "SELECT path, documents.pages, text FROM pages JOIN documents ON documents.document_id = pages.document_id"
        " WHERE pages.document_id = ? AND page_index BETWEEN ? AND ? ORDER BY page_index",
        (passage.document_id, passage.page_index, (passage.last_page or passage.page) - 1),
    )
    if not rows:
        raise NotFound(f"{passage.document} is no longer what it was.", "Ask again: it was removed or read anew.")
    return PageText(rows[0]["path"], rows[0]["pages"], [row["text"] for row in rows])


def known_file(database: Database, path: str) -> KnownFile | None:
    """What is stored of the file at this path."""
    rows = database.read(
        "SELECT document_id, sha256, size, modified_ns, status, detail, pages, passages FROM documents WHERE path = ?",
        (path,),
    )
    return KnownFile(**dict(rows[0])) if rows else None


def note_unchanged(database: Database, document_id: str, modified_ns: int) -> None:
    """Remember the new mtime of a file whose bytes are the same, so that it need not be read next time."""
    with database.write() as connection:
        connection.execute("UPDATE documents SET modified_ns = ? WHERE document_id = ?", (modified_ns, document_id))


def note_failure(database: Database, document_id: str, file: tuple[int, int, str], status: str, detail: str) -> None:
    """Remember that what a file holds now could not be read, beside the text of what it held before.

    `file` is its size, its mtime in nanoseconds and its hash, by which the next run knows it again.
    """
    with database.write() as connection:
        connection.execute(
            "UPDATE documents SET size = ?, modified_ns = ?, sha256 = ?, status = ?, detail = ? WHERE document_id = ?",
            (*file, status, detail, document_id),
        )


def remove_documents(database: Database, document_ids: Sequence[str]) -> None:
    """Delete documents with their pages, passages, vectors and index rows; one transaction.

    Their text is in the files until `erase_deleted_text` has run, their vectors until `erase_vectors` has.
    """
    with database.write() as connection:
        note_erasure_due(connection, vectors=True)
        connection.executemany("DELETE FROM documents WHERE document_id = ?", [(each,) for each in document_ids])
        count_up(connection, "generation")
        count_up(connection, "erasures")


def position(database: Database) -> Position:
    """How far the knowledge has come."""
    rows = database.read("SELECT key, value FROM knowledge_state WHERE key IN ('generation', 'erasures')")
    found = {row["key"]: int(row["value"]) for row in rows}
    return Position(found.get("generation", 0), found.get("erasures", 0))


@functools.lru_cache(maxsize=64)  # asked for each passage of a document
def title_words(title: str) -> str:
    """A file name as words for the index: `BESTBUY_2024Q2.pdf` -> `BESTBUY 2024Q2 2024 Q2`."""
    words = re.findall(r"[^\W_]+", Path(title).stem)
    return searchable(" ".join(part for word in words for part in (word, *parts_of(word))))


def parts_of(word: str) -> list[str]:
    """The letters and the figures of a word that has both: `2024Q2` -> `2024`, `Q2`; else nothing."""
    parts = re.findall(r"[^\W\d_]\d(?!\d)|\d+|[^\W\d_]+", word)
    return parts if len(parts) > 1 else []


def embedded_text(title: str, passage: Passage) -> str:
    """What is embedded of a passage: its document's name and its headings tell it from the same words elsewhere."""
    return "\n".join(filter(None, (title_words(title), passage.heading, passage.text)))


def count_up(connection: Connection, key: str) -> None:
    """Count a change of the passages, within the caller's transaction. `key` is `generation` or `erasures`."""
    connection.execute(
        "INSERT INTO knowledge_state (key, value) VALUES (?, '1')"
        " ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(knowledge_state.value AS INTEGER) + 1 AS TEXT)",
        (key,),
    )
