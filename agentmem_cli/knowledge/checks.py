"""What `agentmem doctor` can say about the knowledge. Only looks."""

from __future__ import annotations

from agentmem_cli.settings import Settings
from agentmem_cli.storage.checks import Finding, Verdict, check_full_text
from agentmem_cli.storage.database import Database


def check_knowledge(database: Database, settings: Settings) -> Finding:
    """Whether every document and passage can be found by its words, and passages by their meaning too."""
    from agentmem_cli.knowledge.index import PassageIndex

    documents = check_full_text(database, "documents", "documents", "documents_fts")
    passages = check_full_text(database, "passages", "passages", "passages_fts")
    for finding in (documents, passages):
        if finding.verdict is not Verdict.OK:
            return finding
    any_passage = database.read("SELECT 1 FROM passages LIMIT 1")
    if any_passage and not PassageIndex(database, settings).is_in_step():
        return Finding(
            Verdict.WARNING,
            "The vector index is behind the passages; searches scan them one by one meanwhile.",
            "Run `agentmem ingest` again, or start `agentmem chat`: both bring it in step.",
        )
    return passages


def check_embedder() -> Finding:
    """Whether the bundled embedder loads and can tell what belongs together."""
    from agentmem_cli.embedding.bundled import DIMENSIONS, EMBEDDER, embed

    refund, money_back, weather = embed(["refund policy", "money back", "rainy weather"])
    if not refund @ money_back > refund @ weather:
        return Finding(Verdict.FAILED, f"{EMBEDDER} gives vectors that mean nothing.", "Install wordllama again.")
    return Finding(Verdict.OK, f"{EMBEDDER}, {DIMENSIONS} dimensions, in the package, no network")
