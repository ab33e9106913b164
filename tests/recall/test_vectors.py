"""UserIndex beside the text index: made after the message, gone with it, and what they find."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from harness.erasing import erase_turn
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem_cli.embedding.configured import BUNDLED
from agentmem_cli.language.word_index import words_of
from agentmem_cli.memories.corrections import edit_memory
from agentmem_cli.memories.operations import PERSON, Operation, Source
from agentmem_cli.memories.store import list_memories
from agentmem_cli.memories.writer import apply_operations
from agentmem_cli.recall import user_index as module
from agentmem_cli.recall.ranking import ECHOED, Asked, echoes
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.recall.vectors import MEMORIES, MESSAGES
from agentmem_cli.records import TurnStatus
from agentmem_cli.sessions.turns import begin_turn, settle_turn
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database


@pytest.fixture
def database(home: Path) -> Iterator[Database]:  # noqa: ARG001 -- its environment is what is needed
    with closing(open_database(load_settings())) as opened:
        yield opened


def say(database: Database, question: str, answer: str = "Noted.", user: str = "sarah", session: str = "s1") -> str:
    """A settled turn; its run id."""
    turn = begin_turn(database, user_id=user, session_id=session, question=question, at=1_000)
    settle_turn(database, turn, TurnStatus.DONE, answer, at=1_001)
    return turn.run_id


def know(database: Database, text: str) -> None:
    """A memory of Sarah's."""
    source = Source(None, None, 1_000, PERSON)
    apply_operations(database, "sarah", [Operation("add", text)], source, typed_text="", mode="auto", now=1_000)


def refreshed(database: Database, user: str = "sarah") -> UserIndex:
    """The vectors of a user, made and loaded."""
    index = UserIndex(database, user)
    index.refresh()
    return index


def kept(database: Database, table: str = "message_vectors") -> int:
    return len(database.read(f"SELECT * FROM {table}"))  # noqa: S608 -- a name of the schema


def test_what_is_said_in_other_words_is_found(database: Database) -> None:
    """A message and a memory that share no word with the question are found once the vectors are loaded."""
    say(database, "The physician prescribed tablets against hypertension.")
    say(database, "We painted the fence green.", session="s2")
    know(database, "Bought a used automobile")
    know(database, "Plays the trombone")
    question = "medicine blood pressure doctor"
    without = recall_for(database, "sarah", question, index=UserIndex(database, "sarah"))
    assert ([], []) == (without.turns, without.memories)
    index = refreshed(database)
    found = recall_for(database, "sarah", question, index=index)
    assert ["The physician prescribed tablets against hypertension."] == [turn.text for turn in found.turns]
    known = recall_for(database, "sarah", "Do I own a car?", index=index).memories
    assert ["Bought a used automobile"] == [memory.text for memory in known]


def test_a_corrected_memory_is_found_by_what_it_means_now(database: Database) -> None:
    """Also in a chat that has read the vector of what it was before."""
    know(database, "Plays the trombone")
    index = refreshed(database)
    (memory,) = list_memories(database, "sarah")
    edit_memory(database, "sarah", memory.memory_id, "Bought a used automobile", now=2_000)
    index.refresh()
    known = recall_for(database, "sarah", "Do I own a car?", index=index).memories
    assert ["Bought a used automobile"] == [memory.text for memory in known]
    assert [] == recall_for(database, "sarah", "Which brass instruments do I know?", index=index).memories


def test_what_means_the_same_as_the_best_of_another_session_is_lifted(database: Database) -> None:
    """A part of the answer that shares no word with the question; what is said in one session is found there."""
    question = "What do the children love outdoors?"
    told = (
        "The children love to roast marshmallows at the campfire by the lake.",
        "Camping with them: the tent and a campfire.",
        "The children have a dentist appointment.",
        *(f"The children have {number} shoes and {number} books for school." for number in range(ECHOED)),
    )
    for number, text in enumerate(told):
        say(database, text, session=f"s{number}")
        say(database, text, session="all", user="tom")

    def likeness(user: str) -> list[float]:
        index = refreshed(database, user)
        asked = Asked(question, words_of(question), index.cosines(question)[MESSAGES])
        transcript = index.transcript()
        rows = (~transcript.from_assistant).nonzero()[0]
        found: list[float] = echoes(transcript, asked, rows, np.arange(len(told), 0, -1, np.float32)).tolist()
        return found

    _, camping, *others = likeness("sarah")
    assert camping > max(others)
    assert not any(likeness("tom"))


def test_only_what_is_new_is_made_and_read(database: Database) -> None:
    """A second refresh embeds what was said since, and nothing twice."""
    say(database, "One thing")
    index = refreshed(database)
    before = [tuple(row) for row in database.read("SELECT message_id, vector FROM message_vectors")]
    say(database, "Another thing")
    index.refresh()
    after = [tuple(row) for row in database.read("SELECT message_id, vector FROM message_vectors")]
    assert (4, before) == (len(after), after[: len(before)])
    assert 4 == len(index.cosines("thing")[MESSAGES].numbers)


def test_another_embedder_makes_them_anew(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Vectors of two embedders are never compared: those of the one before are replaced, in memory too."""
    say(database, "One thing")
    index = refreshed(database)
    halved = replace(BUNDLED, name="half", dimensions=128, embed=lambda texts: BUNDLED.embed(texts)[:, :128])
    monkeypatch.setattr(module, "configured_embedder", lambda _database: halved)
    index.refresh()
    rows = database.read("SELECT embedder, length(vector) AS size FROM message_vectors")
    assert [("half", 256), ("half", 256)] == [tuple(row) for row in rows]
    assert 2 == len(index.cosines("thing")[MESSAGES].values)


def test_a_refresh_can_be_cut_short(database: Database) -> None:
    """With no time left, or stopped, it makes no more vectors; the next one makes the others."""
    say(database, "One thing")
    stopped = UserIndex(database, "sarah")
    stopped.stop()
    stopped.refresh()
    UserIndex(database, "sarah").refresh(-1.0)
    assert 0 == kept(database)
    refreshed(database)
    assert 2 == kept(database)


def test_a_user_has_their_own(database: Database) -> None:
    """One user's refresh makes and loads nothing of another's, and recall gives nothing of it."""
    say(database, "The physician prescribed tablets.", user="tom", session="t")
    index = refreshed(database)
    assert (0, {}) == (kept(database), index.cosines("medicine"))
    refreshed(database, "tom")
    index.refresh()
    assert ({}, []) == (index.cosines("medicine"), recall_for(database, "sarah", "medicine", index=index).turns)


def test_an_open_chat_never_shows_what_was_erased(database: Database) -> None:
    """A vector still in memory brings back neither the erased message nor one that came after it."""
    gone = say(database, "The physician prescribed tablets against hypertension.")
    index = refreshed(database)
    erase_turn(database, "sarah", gone)
    say(database, "We painted the fence green.", "Good.")
    assert [] == recall_for(database, "sarah", "medicine blood pressure doctor", index=index).turns


def test_what_is_made_elsewhere_is_read(database: Database) -> None:
    """The first question reads what another process made; what nobody made is counted."""
    say(database, "The physician prescribed tablets.")
    refreshed(database)
    say(database, "We painted the fence green.")
    index = UserIndex(database, "sarah")
    assert (2, 2) == (len(index.cosines("medicine")[MESSAGES].numbers), index.without_vectors)
    assert 2 == recall_for(database, "sarah", "medicine", index=index).without_vectors
    refreshed(database)
    index.refresh()
    assert (4, 0) == (len(index.cosines("medicine")[MESSAGES].numbers), index.without_vectors)


def test_a_changed_memory_loses_its_vector(database: Database) -> None:
    """Only active memories have vectors, each of the text that it has now."""
    know(database, "Lives in Oslo")
    refreshed(database)
    (memory,) = list_memories(database, "sarah")
    with database.write() as connection:
        connection.execute("UPDATE memory_details SET use_count = 3 WHERE memory_id = ?", (memory.memory_id,))
    assert 1 == kept(database, "memory_vectors")
    with database.write() as connection:
        connection.execute("UPDATE memory_details SET text = 'Lives in Rome' WHERE memory_id = ?", (memory.memory_id,))
    assert 0 == kept(database, "memory_vectors")
    assert refreshed(database).cosines("Lives in Rome")[MEMORIES].values[0] > 0.99
    with database.write() as connection:
        connection.execute("UPDATE memory_details SET status = 'forgotten'")
    assert 0 == kept(database, "memory_vectors")


@settings(max_examples=10)
@given(texts=st.lists(st.text(min_size=1, max_size=40).filter(str.strip), min_size=1, max_size=5), data=st.data())
def test_erasing_leaves_no_vector(database: Database, texts: list[str], data: st.DataObject) -> None:
    """Whatever was said, in whatever order it is erased: each message has one vector, and none is left without it."""
    user = str(uuid4())
    runs = [say(database, text.encode("utf-8", "replace").decode(), user=user, session=user) for text in texts]
    refreshed(database, user)
    for run in data.draw(st.permutations(runs)):
        erase_turn(database, user, run)
        orphans = "SELECT count(*) AS n FROM message_vectors WHERE message_id NOT IN (SELECT message_id FROM messages)"
        of_user = (
            "SELECT count(*) AS n FROM messages {} WHERE user_id = ?"  # a course that was broken off leaves its own
        )
        messages = database.read(of_user.format(""), (user,))[0]["n"]
        vectors = database.read(of_user.format("JOIN message_vectors USING (message_id)"), (user,))[0]["n"]
        assert (0, messages) == (database.read(orphans)[0]["n"], vectors)
    assert 0 == messages
