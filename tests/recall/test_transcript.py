"""What was said, read column by column, is what stands in the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem_cli.language.word_index import indexed, packed
from agentmem_cli.recall.transcript import Transcript, transcript_of
from agentmem_cli.records import TurnStatus
from agentmem_cli.sessions.transfer import ImportedLine, import_lines
from agentmem_cli.sessions.turns import begin_turn, settle_turn
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database

TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60).filter(str.strip)


@pytest.fixture
def database(home: Path) -> Iterator[Database]:  # noqa: ARG001 -- its environment is what is needed
    with closing(open_database(load_settings())) as opened:
        yield opened


def same(first: Transcript, second: Transcript) -> bool:
    """Whether two transcripts hold the same."""
    arrays = ("numbers", "sessions", "before", "after", "at", "is_named", "from_assistant")
    return (
        all(np.array_equal(getattr(first, name), getattr(second, name)) for name in arrays)
        and np.array_equal(first.words.entries, second.words.entries)
        and np.array_equal(first.words.lengths, second.words.lengths)
        and first.session_ids == second.session_ids
    )


@settings(max_examples=15)
@given(texts=st.lists(st.tuples(TEXTS, st.sampled_from("ab")), min_size=2, max_size=8), data=st.data())
def test_it_holds_the_words_of_any_text(database: Database, texts: list[tuple[str, str]], data: st.DataObject) -> None:
    """Read at once, bit by bit, or stored without words by an older version: the same words in the same rows."""
    user = str(uuid4())
    lines = [ImportedLine(f"{user}-{where}", "user", text, 1_000, None, None) for text, where in texts]
    middle = data.draw(st.integers(1, len(lines) - 1))
    import_lines(database, user, lines[:middle])
    begun = transcript_of(database, user)
    import_lines(database, user, lines)
    at_once = transcript_of(database, user)
    assert same(at_once, transcript_of(database, user, begun))
    stored = database.read("SELECT text FROM messages WHERE user_id = ? ORDER BY message_id", (user,))
    assert np.array_equal(indexed([packed(row["text"]) for row in stored]).entries, at_once.words.entries)
    with database.write() as connection:
        connection.execute("UPDATE messages SET words = NULL WHERE user_id = ?", (user,))
    assert same(at_once, transcript_of(database, user))


def test_an_erased_message_leaves_it(database: Database) -> None:
    """Also when others came since it was read."""
    lines = [ImportedLine("s", "user", f"Lighthouse {number}", 1_000, None, None) for number in range(3)]
    import_lines(database, "sarah", lines[:2])
    begun = transcript_of(database, "sarah")
    with database.write() as connection:
        connection.execute("DELETE FROM messages WHERE message_id = ?", (int(begun.numbers[0]),))
    import_lines(database, "sarah", [ImportedLine("s", "user", "Boat", 1_000, None, None)])
    assert same(transcript_of(database, "sarah"), transcript_of(database, "sarah", begun))


def test_a_turn_that_ends_only_adds_to_it(database: Database) -> None:
    """The question that was read while it waited for its answer keeps its number, so that nothing is read anew."""
    turn = begin_turn(database, user_id="sarah", session_id="s", question="Is the gate green?", at=1_000)
    waiting = transcript_of(database, "sarah")
    settle_turn(database, turn, TurnStatus.DONE, "It is.", at=1_001)
    begin_turn(database, user_id="sarah", session_id="s", question="And the door?", at=1_002)
    now = transcript_of(database, "sarah", waiting)
    assert waiting.numbers.tolist() == now.numbers[:1].tolist()
    assert ["Is the gate green?", "It is.", "And the door?"] == [
        row["text"] for row in database.read("SELECT text FROM messages ORDER BY message_id")
    ]
