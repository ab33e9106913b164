"""What `agentmem doctor` can say about the knowledge. Only looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agentmem_cli.settings import Settings
from agentmem_cli.storage.checks import RESTORE, Finding, Verdict, check_words
from agentmem_cli.storage.database import Database

if TYPE_CHECKING:
    from agentmem_cli.embedding.vectors import Vectors
    from agentmem_cli.knowledge.index import PassageIndex
    from agentmem_cli.knowledge.postgres_index import PostgresPassageIndex

_ASKED = 5
"""How many passages are looked for in the vector index, spread over all."""
_NEIGHBOURS = 50
"""Among which a passage's own vector must find it, unless all of them have the same: tables repeat themselves."""
_ALIKE = 0.9999
"""The cosine from which two vectors are taken for the same."""


def check_knowledge(database: Database, settings: Settings) -> Finding:
    """Whether every document and passage can be found by its words, and passages by their meaning too."""
    documents, passages = _full_text_of(database)
    for finding in (documents, passages):
        if finding.verdict is not Verdict.OK:
            return finding
    if not database.read("SELECT 1 FROM passages LIMIT 1"):
        return passages
    return _check_vectors(database) or _check_index(database, settings) or passages


def _full_text_of(database: Database) -> tuple[Finding, Finding]:
    if database.is_server:
        documents = check_words(database, "documents", "documents", "name_words")
        return documents, check_words(database, "passages", "passages")
    documents = _check_full_text(database, "documents", "documents", "documents_fts")
    return documents, _check_full_text(database, "passages", "passages", "passages_fts")


def _check_vectors(database: Database) -> Finding | None:
    from agentmem_cli.embedding.configured import configured_embedder
    from agentmem_cli.knowledge.reembed import passages_without_vector

    missing = passages_without_vector(database)
    if not missing:
        return None
    name = configured_embedder(database).name
    return Finding(
        Verdict.WARNING,
        f"{missing} passages have no vector of {name}; they are found by their words only.",
        f"Run `agentmem knowledge embedder {name}`.",
    )


def _check_index(database: Database, settings: Settings) -> Finding | None:
    """What is wrong with the Chroma collection: it is really asked for passages, not only its marker read."""
    from agentmem_cli.knowledge.index import passage_index
    from agentmem_cli.knowledge.postgres_index import PostgresPassageIndex, has_points

    index = passage_index(database, settings)
    if isinstance(index, PostgresPassageIndex) and not has_points(database):
        return None  # without pgvector there is no index; searches scan the vectors
    remedy = "Run `agentmem ingest` again, or start `agentmem chat`: both bring it in step."
    if not index.is_in_step():
        return Finding(
            Verdict.WARNING, "The vector index is behind the passages; searches scan them one by one meanwhile.", remedy
        )
    ids = [row["passage_id"] for row in database.read("SELECT passage_id FROM passages ORDER BY passage_id")]
    try:
        problems = [
            problem for each in ids[:: len(ids) // _ASKED + 1] if (problem := _cannot_find(database, index, each))
        ]
    finally:
        index.close()
    if not problems:
        return None
    return Finding(Verdict.WARNING, f"The vector index is damaged: {problems[0]}.", remedy)


def _cannot_find(database: Database, index: PassageIndex | PostgresPassageIndex, passage_id: int) -> str:
    """Why a passage's own vector does not find it in the collection; empty when it does, or there is none."""
    vectors = _vectors(database, [passage_id])
    if not any(each.any() for each in vectors):
        return ""
    found = index.nearest(vectors[0], _NEIGHBOURS)
    if found is None:
        return "the collection cannot be queried"
    if passage_id in found or (found and all(each @ vectors[0] >= _ALIKE for each in _vectors(database, found))):
        return ""
    return f"passage {passage_id} is not found by its own vector"


def _vectors(database: Database, passage_ids: list[int]) -> list[Vectors]:
    """The vectors of these passages, of those that are still there."""
    import numpy as np

    marks = ",".join("?" * len(passage_ids))
    rows = database.read(f"SELECT vector FROM passages WHERE passage_id IN ({marks})", passage_ids)  # noqa: S608 -- only question marks
    return [np.frombuffer(row["vector"], np.float32) for row in rows]


def check_embedder(database: Database | None = None) -> Finding:
    """Whether the embedder in use loads, or answers, and can tell what belongs together."""
    from agentmem_cli.embedding.configured import BUNDLED, configured_embedder

    embedder = configured_embedder(database) if database else BUNDLED
    refund, money_back, weather = embedder.embed(["refund policy", "money back", "rainy weather"])
    if len(refund) != embedder.dimensions or not refund @ money_back > refund @ weather:
        return Finding(
            Verdict.FAILED,
            f"{embedder.name} gives vectors that mean nothing.",
            "Choose another: `agentmem knowledge embedder`.",
        )
    place = "in the package, no network" if embedder is BUNDLED else "chosen with `agentmem knowledge embedder`"
    return Finding(Verdict.OK, f"{embedder.name}, {embedder.dimensions} dimensions, {place}")


def _check_full_text(database: Database, what: str, table: str, index: str) -> Finding:
    """Whether a full-text index is sound and has one row for each row of its table: `what`, in the plural."""
    with database.write() as connection:  # SQLite asks an index through an INSERT, which changes nothing
        connection.execute(f"INSERT INTO {index} ({index}) VALUES ('integrity-check')")  # noqa: S608 -- a name of the schema
    rows = database.read(f"SELECT (SELECT count(*) FROM {table}), (SELECT count(*) FROM {index})")[0]  # noqa: S608 -- same
    if rows[0] != rows[1]:
        return Finding(Verdict.FAILED, f"{rows[0]} {what}, but {rows[1]} in their text index.", RESTORE)
    return Finding(Verdict.OK, f"{rows[0]} {what}, all in the text index")
