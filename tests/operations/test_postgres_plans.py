"""Many users and documents share one PostgreSQL: what is read of them is read by an index, and nobody waits for others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.command_line import Result
from harness.plans import plan_of, queries_noted
from harness.postgres import PostgresServer
from harness.waiting import wait_until

from agentmem_cli.embedding.bundled import embed
from agentmem_cli.knowledge.postgres_index import PostgresPassageIndex
from agentmem_cli.knowledge.words import word_index
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.records import TurnStatus
from agentmem_cli.sessions.turns import begin_turn, settle_turn
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database

OF_USERS = ("messages", "message_vectors", "memory_details", "memory_vectors", "memory_ledger")


@pytest.fixture
def store(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Database]:
    """A store on PostgreSQL."""
    with postgres.database() as url:
        monkeypatch.setenv("AGENTMEM_DB", url)
        monkeypatch.setenv("AGENTMEM_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("AGENTMEM_USER", "sarah")
        database = open_database(load_settings())
        yield database
        database.close()


def have_turn(database: Database, user: str, question: str) -> None:
    """One turn with an answer."""
    turn = begin_turn(database, user_id=user, session_id=user, question=question, at=1_800_000_000, memory="auto")
    settle_turn(database, turn, TurnStatus.DONE, "So it is.", at=1_800_000_000)


def plans(database: Database, ask: Callable[[], object]) -> str:
    """The plans of what is asked, where a table is read whole only if nothing else is possible."""
    with queries_noted(database) as noted:
        ask()
    database.connection.execute("SET enable_seqscan = off")
    return "\n".join(plan_of(database, statement) for statement in noted)


class TestPlans:
    """No table of all users or all documents is read whole."""

    def test_recall(self, store: Database) -> None:
        """A user's messages, memories, their vectors and the ledger."""
        for user in ("sarah", "bob"):
            have_turn(store, user, "The garden gate is green.")
        index = UserIndex(store, "sarah")
        index.refresh()
        read = plans(
            store, lambda: recall_for(store, "sarah", "Which colour is the gate?", index=UserIndex(store, "sarah"))
        )
        assert [] == [table for table in OF_USERS if f"Seq Scan on {table}" in read]
        assert "messages_in_order" in read
        assert "message_vectors_pkey" in read

    def test_words_and_points(self, store: Database, cli: Callable[..., Result], tmp_path: Path) -> None:
        """Passages and documents by their words, passages by their points."""
        (tmp_path / "gate.txt").write_text("The garden gate is green.", encoding="utf-8")
        cli("ingest", str(tmp_path / "gate.txt"))
        words = word_index(store)
        read = plans(store, lambda: (words.among_all(["garden"]), words.documents_by_name(["gate"])))
        assert "passages_by_word" in read
        assert "documents_by_name" in read
        (vector,) = embed(["green"])
        assert "points_256" in plans(store, lambda: PostgresPassageIndex(store).nearest(vector, 10))


class TestWaiting:
    """Who writes for one user holds up nobody else."""

    def test_a_turn_beside_another_users(self, store: Database) -> None:
        """A turn of one begins and ends while a transaction of another is open."""
        with store.write("bob"):
            thread = threading.Thread(target=have_turn, args=(store, "sarah", "The gate is green."))
            thread.start()
            thread.join(timeout=20)
            assert not thread.is_alive()

    def test_points_beside_a_writer(self, store: Database, cli: Callable[..., Result], tmp_path: Path) -> None:
        """Points are made while somebody writes, and noted once that is over."""
        (tmp_path / "gate.txt").write_text("The garden gate is green.", encoding="utf-8")
        cli("ingest", str(tmp_path / "gate.txt"))
        store.connection.execute("DELETE FROM passage_points")
        store.connection.execute("UPDATE knowledge_state SET value = '' WHERE key = 'points'")
        with store.write("bob"):
            thread = threading.Thread(target=PostgresPassageIndex(store).bring_in_step)
            thread.start()
            wait_until(lambda: store.read("SELECT 1 FROM passage_points"))
        thread.join(timeout=20)
        assert PostgresPassageIndex(store).is_in_step()
