"""Another embedder for everything: exchanged at once, resumed after a kill, and never mixed with the one before."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from harness.command_line import run_here
from harness.embedding_server import EmbeddingServer
from harness.environment import process_environment

from agentmem_cli.embedding.configured import BUNDLED, chosen_embedder, configured_embedder
from agentmem_cli.errors import ProviderProblem
from agentmem_cli.knowledge import reembed, storing
from agentmem_cli.knowledge.checks import check_embedder, check_knowledge
from agentmem_cli.knowledge.index import PassageIndex, bring_index_in_step
from agentmem_cli.knowledge.ingest import ingest_files
from agentmem_cli.knowledge.reembed import passages_without_vector, use_embedder
from agentmem_cli.knowledge.search import Searcher
from agentmem_cli.settings import Settings
from agentmem_cli.storage.checks import Verdict
from agentmem_cli.storage.database import Database

if TYPE_CHECKING:
    from agentmem_cli.embedding.vectors import Vectors

NAME = "ollama:nomic-embed-text"


def embedders(database: Database) -> dict[str, int]:
    rows = database.read("SELECT embedder, COUNT(*) AS count FROM passages GROUP BY embedder")
    return {row["embedder"]: row["count"] for row in rows}


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reembed, "BATCH", 3)


@pytest.mark.usefixtures("server")
def test_everything_is_embedded_anew(database: Database, settings: Settings) -> None:
    """All passages change together, progress is told, later searches and files use the chosen one; and back again."""
    told: list[tuple[int, int]] = []
    assert 10 == use_embedder(database, chosen_embedder(NAME), lambda *each: told.append(each))
    assert [(3, 10), (6, 10), (9, 10), (10, 10)] == told
    assert {NAME: 10} == embedders(database)
    assert (NAME, 8) == (configured_embedder(database).name, configured_embedder(database).dimensions)
    assert "note-1.txt" == Searcher(database, settings).search("bread")[0].document
    more = settings.data_dir / "more.txt"
    more.write_text("A note about the tide.")
    list(ingest_files(database, [more]))
    assert {NAME: 11} == embedders(database)
    assert Verdict.OK is check_embedder(database).verdict
    use_embedder(database, BUNDLED, lambda *_: None)
    assert {BUNDLED.name: 11} == embedders(database)
    assert BUNDLED.name == configured_embedder(database).name


@pytest.mark.usefixtures("server")
def test_an_embedder_chosen_while_a_file_is_embedded(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is embedded once more, with the one that is now in use: it is not left without a vector of it."""

    def embed(texts: list[str]) -> Vectors:
        use_embedder(database, chosen_embedder(NAME), lambda *_: None)
        return BUNDLED.embed(texts)

    overtaken = iter([replace(BUNDLED, embed=embed)])
    monkeypatch.setattr(
        storing, "configured_embedder", lambda store: next(overtaken, None) or configured_embedder(store)
    )
    more = settings.data_dir / "more.txt"
    more.write_text("A note about the tide.")
    list(ingest_files(database, [more]))
    assert {NAME: 11} == embedders(database)


def test_a_failure_in_the_middle(database: Database, settings: Settings, server: EmbeddingServer) -> None:
    """The embedder in use stays whole and in use; the next run goes on where this one stopped."""
    chosen = chosen_embedder(NAME)
    with pytest.raises(ProviderProblem):
        use_embedder(database, chosen, lambda done, _: server.failures.append(404) if done == 6 else None)
    assert {BUNDLED.name: 10} == embedders(database)
    assert BUNDLED.name == configured_embedder(database).name
    assert "note-1.txt" == Searcher(database, settings).search("bread")[0].document
    assert 4 == use_embedder(database, chosen, lambda *_: None)
    assert {NAME: 10} == embedders(database)


def test_a_kill_in_the_middle(database: Database, server: EmbeddingServer) -> None:
    """Killed between two batches leaves what was embedded; the next run embeds only the rest."""
    program = (
        "import os, signal; from agentmem_cli.knowledge import reembed; reembed.BATCH = 3\n"
        "from agentmem_cli.embedding.configured import chosen_embedder\n"
        "from agentmem_cli.storage.opening import open_database; from agentmem_cli.settings import load_settings\n"
        f"reembed.use_embedder(open_database(load_settings()), chosen_embedder('{NAME}'),"
        " lambda done, _: os.kill(os.getpid(), signal.SIGKILL) if done == 6 else None)"
    )
    ended = subprocess.run([sys.executable, "-c", program], env=process_environment(), check=False, capture_output=True)
    assert -9 == ended.returncode, ended.stderr
    assert {BUNDLED.name: 10} == embedders(database)
    before = len(server.requests)
    assert 4 == use_embedder(database, chosen_embedder(NAME), lambda *_: None)
    assert [1, 3, 1] == [len(each["input"]) for each in server.requests[before:]]


@pytest.mark.usefixtures("server")
def test_a_change_of_mind(database: Database) -> None:
    """What an interrupted change embedded is not taken for another embedder's."""

    def stop(done: int, _: int) -> None:
        if done == 6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        use_embedder(database, chosen_embedder(NAME), stop)
    assert 10 == use_embedder(database, chosen_embedder("openai:small"), lambda *_: None)
    assert {"openai:small": 10} == embedders(database)
    assert 0 == database.read("SELECT COUNT(*) FROM coming_vectors")[0][0]


@pytest.mark.usefixtures("server")
def test_what_another_process_ingests_meanwhile(database: Database, tmp_path: Path) -> None:
    """A document that comes while everything is embedded anew is embedded too, and one that goes is left out."""
    late = tmp_path / "late.txt"
    late.write_text("A late note about the tide.")

    def meanwhile(done: int, _: int) -> None:
        if done == 6:
            list(ingest_files(database, [late]))
            with database.write() as connection:
                connection.execute("DELETE FROM documents WHERE title IN ('note-0.txt', 'note-9.txt')")

    use_embedder(database, chosen_embedder(NAME), meanwhile)
    assert {NAME: 9} == embedders(database)


def test_a_server_that_is_down_while_searching(database: Database, settings: Settings, server: EmbeddingServer) -> None:
    """A search goes by words alone and says so; the doctor does too."""
    use_embedder(database, chosen_embedder(NAME), lambda *_: None)
    searcher = Searcher(database, settings)
    server.failures = [404]
    assert "note-1.txt" == searcher.search("bread")[0].document
    assert "words alone" in searcher.problem
    assert "note-1.txt" == searcher.search("bread")[0].document
    assert not searcher.problem


@pytest.mark.usefixtures("server")
def test_the_index_holds_one_embedder(database: Database, settings: Settings) -> None:
    """The collection is made anew for another embedder; a vector of the one before is never in it."""
    index = PassageIndex(database, settings)
    index.bring_in_step()
    use_embedder(database, chosen_embedder(NAME), lambda *_: None)
    assert not index.is_in_step()
    bring_index_in_step(database, settings)
    (vector,) = configured_embedder(database).embed(["bread"])
    assert 10 == len(index.nearest(vector, 20) or [])
    index.close()
    assert Verdict.OK is check_knowledge(database, settings).verdict


@pytest.mark.usefixtures("without_index")
def test_the_command(database: Database, server: EmbeddingServer) -> None:
    """It shows what is in use and what may be chosen, changes it, and fails with the exit codes of its causes."""
    shown = run_here("knowledge", "embedder", "--json").json()
    assert (BUNDLED.name, 256, 0) == (shown["name"], shown["dimensions"], shown["passages_without_vector"])
    assert "ollama:MODEL" in run_here("knowledge", "embedder").out
    server.failures = [401]
    assert [5, 2, 4] == [
        run_here("knowledge", "embedder", name).code for name in ("openai:small", "word2vec", "fastembed:any")
    ]
    changed = run_here("knowledge", "embedder", NAME)
    assert (0, f"{NAME}, 8 dimensions\n") == (changed.code, changed.out)
    assert 0 == passages_without_vector(database)
