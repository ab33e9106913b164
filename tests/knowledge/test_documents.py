"""Documents in SQLite: stored, found and removed whole; and the vectors that go with them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from agentmem_cli.embedding.bundled import DIMENSIONS, embed
from agentmem_cli.errors import Ambiguous, NotFound
from agentmem_cli.knowledge.documents import find_document, list_documents, position, remove_documents, title_words
from agentmem_cli.knowledge.walk import FileResult
from agentmem_cli.storage.database import Database

Ingest = Callable[..., list[FileResult]]
TABLES = ("documents", "documents_fts", "pages", "passages", "passages_fts")


def counts(database: Database) -> list[int]:
    return [database.read(f"SELECT COUNT(*) FROM {table}")[0][0] for table in TABLES]  # noqa: S608 -- names above


def test_removing_a_document_removes_everything_of_it(database: Database, ingest: Ingest, notes: Path) -> None:
    """Pages, passages, vectors and both text indexes go with the document; the others stay."""
    ingest(notes)
    assert [4, 4, 5, 5, 5] == counts(database)
    before = position(database)
    remove_documents(database, [find_document(database, "chess").document_id])
    assert [3, 3, 3, 3, 3] == counts(database)
    after = position(database)
    assert (before.generation + 1, before.erasures + 1) == (after.generation, after.erasures)


def test_a_document_is_found_by_path_name_or_id(database: Database, ingest: Ingest, notes: Path) -> None:
    """The whole path, the file name with or without its ending in any case, and the beginning of it or of the id."""
    ingest(notes)
    sea = next(each for each in list_documents(database) if each.title == "sea.md")
    for wanted in (sea.path, "sea.md", "SEA", "Se", sea.document_id, sea.document_id[:12]):
        assert sea == find_document(database, wanted)


def test_unknown_and_ambiguous_names(database: Database, ingest: Ingest, notes: Path) -> None:
    """A name that fits none is NotFound, one that fits several is Ambiguous with the candidates."""
    (notes / "more").mkdir()
    (notes / "more" / "sea.md").write_text("Another sea.")
    ingest(notes)
    with pytest.raises(Ambiguous) as caught:
        find_document(database, "sea.md")
    assert 2 == len(caught.value.candidates)
    for wanted in ("nothing", ""):
        with pytest.raises(NotFound):
            find_document(database, wanted)


def test_a_title_is_words() -> None:
    """Underscores and hyphens part the words of a file name, and figures part from letters."""
    assert "AMCOR 2023 10K 10 K" == title_words("AMCOR_2023_10K.pdf")
    assert "BESTBUY 2024Q2 2024 Q2" == title_words("BESTBUY-2024Q2.pdf")


def test_vectors_are_unit_length_and_never_nan() -> None:
    """A text with no tokens has the zero vector; the others have length 1."""
    vectors = embed(["a refund", "", "   ", "x" * 100_000])
    assert (4, DIMENSIONS) == vectors.shape
    assert vectors.dtype == np.float32
    assert [1, 0] == [round(float(np.linalg.norm(vector)), 4) for vector in vectors[:2]]
    assert not np.isnan(vectors).any()
    assert (0, DIMENSIONS) == embed([]).shape


def test_the_embedder_leaves_logging_alone() -> None:
    """Importing WordLlama does not make every library talk on stderr."""
    before = [each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler]
    embed(["anything"])
    assert before == [each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler]
