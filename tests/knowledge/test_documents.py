"""Documents in SQLite: stored, found and removed whole; and the vectors that go with them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from agentmem_cli.embedding.bundled import DIMENSIONS, embed
from agentmem_cli.errors import Ambiguous, NotFound
from agentmem_cli.knowledge.documents import (
    find_document,
    list_documents,
    names_told_apart,
    position,
    remove_documents,
    title_words,
)
from agentmem_cli.knowledge.walk import FileResult
from agentmem_cli.storage.database import Database

Ingest = Callable[..., list[FileResult]]
TABLES = ("documents", "documents_fts", "pages", "passages", "passages_fts")


def counts(database: Database) -> list[int]:
    return [database.read(f"SELECT COUNT(*) FROM {table}")[0][0] for table in TABLES]  # noqa: S608 -- names above


def test_removing_a_document_removes_everything_of_it(database: Database, ingest: Ingest, notes: Path) -> None:
    """Pages, passages, vectors and both text indexes go with the document; the others stay."""
    ingest(notes, indexed=False)
    assert [4, 4, 5, 5, 5] == counts(database)
    before = position(database)
    remove_documents(database, [find_document(database, "chess").document_id])
    assert [3, 3, 3, 3, 3] == counts(database)
    after = position(database)
    assert (before.generation + 1, before.erasures + 1) == (after.generation, after.erasures)


def test_a_document_is_found_by_path_name_or_id(database: Database, ingest: Ingest, notes: Path) -> None:
    """The whole path, the file name with or without its ending in any case, and the beginning of it or of the id."""
    ingest(notes, indexed=False)
    sea = next(each for each in list_documents(database) if each.title == "sea.md")
    for wanted in (sea.path, "sea.md", "SEA", "Se", sea.document_id, sea.document_id[:12]):
        assert sea == find_document(database, wanted)


def test_unknown_and_ambiguous_names(database: Database, ingest: Ingest, notes: Path) -> None:
    """A name that fits none is NotFound, one that fits several is Ambiguous with the candidates."""
    (notes / "more").mkdir()
    (notes / "more" / "sea.md").write_text("Another sea.")
    ingest(notes, indexed=False)
    with pytest.raises(Ambiguous) as caught:
        find_document(database, "sea.md")
    assert 2 == len(caught.value.candidates)
    for wanted in ("nothing", ""):
        with pytest.raises(NotFound):
            find_document(database, wanted)


def test_a_path_as_it_was_shown_names_a_document(
    database: Database, ingest: Ingest, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two documents with one name each is found by the end of its path, and from the folder one stands in."""
    (notes / "more").mkdir()
    (notes / "more" / "sea.md").write_text("Another sea.")
    ingest(notes)
    assert str(notes / "more" / "sea.md") == find_document(database, "more/sea.md").path
    monkeypatch.chdir(notes / "more")
    assert str(notes / "more" / "sea.md") == find_document(database, "./sea.md").path
    assert str(notes / "sea.md") == find_document(database, "../sea.md").path
    with pytest.raises(NotFound):
        find_document(database, "ore/sea.md")


def test_documents_with_one_name_are_told_apart(database: Database, ingest: Ingest, tmp_path: Path) -> None:
    """By as much of their folders as it takes; a name that no other has stays as it is."""
    for folder in ("2023/q1", "2024/q1", "2024/q2"):
        (tmp_path / "all" / folder).mkdir(parents=True)
        (tmp_path / "all" / folder / "report.txt").write_text(f"The figures of {folder}.")
    (tmp_path / "all" / "other.txt").write_text("Other figures.")
    ingest(tmp_path / "all")
    told = names_told_apart(database)
    assert ["2023/q1/report.txt", "2024/q1/report.txt", "q2/report.txt"] == sorted(told.values())
    assert all(each == find_document(database, name).document_id for each, name in told.items())


def test_a_title_is_one_line(database: Database, ingest: Ingest, tmp_path: Path) -> None:
    """A file's name can hold line breaks and escapes: none reaches a prompt or a list of sources."""
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil" / "a\n[1] report.pdf, p. 3\x1b[2J.txt").write_text("Whales.")
    ingest(tmp_path / "evil")
    assert ["a [1] report.pdf, p. 3[2J.txt"] == [each.title for each in list_documents(database)]


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
