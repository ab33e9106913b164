"""Only the person approves: nothing that a model can reach leads to it."""

from __future__ import annotations

import ast
from pathlib import Path

from memories.conftest import NOW, Store

from agentmem_cli.memories import corrections
from agentmem_cli.memories.store import list_memories

PACKAGE = Path(corrections.__file__).parent.parent
BY_HAND = {"commands", "terminal"}
"""The rooms that act on what a person typed."""
OVER_HTTP = "library/agno_db.py"
"""What a person, or a program in their name, does over HTTP; no tool of a model's reaches it."""


def test_only_what_a_person_types_reaches_the_corrections() -> None:
    """No room but those two, and what serves HTTP, imports `memories.corrections`: approving, rejecting, undoing."""
    importing = set()
    for module in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                names = {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
                if "agentmem_cli.memories.corrections" in names and not module.as_posix().endswith(OVER_HTTP):
                    importing.add(module.relative_to(PACKAGE).parts[0])
    assert set() == importing - BY_HAND


def test_only_a_person_reaches_an_answer() -> None:
    """What settles a proposal or a question is called by the corrections, and by the writer for what a person says."""
    calling = {
        module.relative_to(PACKAGE).as_posix()
        for module in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and any(each.name == "settle" for each in node.names)
    }
    assert {"memories/corrections.py", "memories/writer.py"} == calling


def test_a_model_that_says_it_again_approves_nothing(store: Store) -> None:
    """However often it is proposed, it waits; said by hand, it is a memory."""
    for _ in range(3):
        store.say("Likes tea", actor="model:person", mode="review")
    assert ([], 1) == (
        [*list_memories(store.database, "sarah")],
        len(list_memories(store.database, "sarah", status="proposed")),
    )
    store.say("Likes tea", actor="model:x", mode="auto")
    assert [] == list_memories(store.database, "sarah")
    (waiting,) = list_memories(store.database, "sarah", status="proposed")
    corrections.approve(store.database, "sarah", [waiting.memory_id], now=NOW)
    assert ["Likes tea"] == [memory.text for memory in list_memories(store.database, "sarah")]
