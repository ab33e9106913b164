"""A data folder, its database, and one document at hand for the tests of the knowledge room."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agentmem_cli.knowledge.index import PassageIndex
from agentmem_cli.knowledge.ingest import ingest_files
from agentmem_cli.knowledge.walk import FileResult, find_files
from agentmem_cli.settings import Settings, load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database

Ingest = Callable[..., list[FileResult]]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("AGENTMEM_HOME", str(tmp_path / "home"))
    return load_settings(user="sarah")


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    opened = open_database(settings)
    yield opened
    opened.close()


@pytest.fixture
def bring_in_step(database: Database, settings: Settings) -> Callable[[], None]:
    """Bring Chroma in step in this process: one of its own takes a second, and only what was erased needs it."""

    def run() -> None:
        with closing(PassageIndex(database, settings)) as index:
            index.bring_in_step()

    return run


@pytest.fixture
def ingest(database: Database, bring_in_step: Callable[[], None]) -> Ingest:
    def run(*paths: Path, indexed: bool = True) -> list[FileResult]:
        """Ingest; `indexed=False` spares Chroma where the scan answers anyway."""
        results = list(ingest_files(database, find_files(paths).files))
        if indexed:
            bring_in_step()
        return results

    return run


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """A folder of four short text files."""
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "refunds.txt").write_text("Customers may ask for a refund within thirty days.")
    (folder / "sea.md").write_text("# The sea\n\nThe sea is salt and deep.")
    (folder / "chess.txt").write_text("Chess is a game for two players.\fThe queen moves in every direction.")
    (folder / "bread.txt").write_text("Bread is baked from flour, water and salt.")
    return folder
