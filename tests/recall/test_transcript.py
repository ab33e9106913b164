"""What was said, read column by column, is what stands in the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import compress
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem_cli.language.classifier import judge
from agentmem_cli.language.word_index import indexed, packed, words_of
from agentmem_cli.recall.evidence import features
from agentmem_cli.recall.ranking import Asked
from agentmem_cli.recall.recall import recall_for
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


@settings(max_examples=15)
@given(texts=st.lists(st.tuples(TEXTS, st.sampled_from("ab")), min_size=2, max_size=8), data=st.data())
def test_it_can_hide_messages(database: Database, texts: list[tuple[str, str]], data: st.DataObject) -> None:
    """Without some messages it is what it would be if they had never been said."""
    user, other = str(uuid4()), str(uuid4())
    import_lines(
        database, user, [ImportedLine(f"{user}{where}", "user", text, 1_000, None, None) for text, where in texts]
    )
    stored = database.read("SELECT message_id, session_id, text FROM messages WHERE user_id = ? ORDER BY 1", (user,))
    shown = data.draw(st.lists(st.booleans(), min_size=len(stored), max_size=len(stored)))
    for row in compress(stored, shown):
        line = ImportedLine(f"{other}{row['session_id']}", "user", row["text"], 1_000, None, None)
        import_lines(database, other, [line])
    expected = transcript_of(database, other)
    hidden = transcript_of(database, user).without(
        [row["message_id"] for row, is_shown in zip(stored, shown, strict=True) if not is_shown]
    )
    for name in ("before", "after", "at", "is_named", "from_assistant"):
        assert np.array_equal(getattr(expected, name), getattr(hidden, name)), name
    words = [word for text, _ in texts for word in words_of(text)]
    assert np.array_equal(expected.words.lengths, hidden.words.lengths)
    assert np.array_equal(expected.words.counts(words), hidden.words.counts(words))


def test_a_question_is_no_evidence_for_itself(database: Database) -> None:
    """What is recalled for a question does not depend on its being stored already, as it is in a chat."""
    said = ["We fly to Oslo in May with good friends.", "The boiler is broken.", "I sold the red car on Monday."]
    import_lines(database, "sarah", [ImportedLine("old", "user", text, 1_000, None, None) for text in said])
    for question in ("Write a haiku about autumn", "Sort these numbers: 5, 3, 9", "What is wrong with the boiler?"):
        before = recall_for(database, "sarah", question)
        turn = begin_turn(database, user_id="sarah", session_id="new", question=question, at=2_000)
        assert before == recall_for(database, "sarah", question, without_runs={turn.run_id})
        settle_turn(database, turn, TurnStatus.DONE, "It is.", at=2_001)
    assert before.turns


def test_a_word_of_a_memory_counts_as_rare_as_it_is_in_what_was_said(database: Database) -> None:
    """A memory with the rarest word of a question is more of an evidence than one with a common word in its place."""
    said = [*["The ferry is late."] * 6, *["The harbour is foggy."] * 3, "The walrus is asleep."]
    import_lines(
        database, "sarah", [ImportedLine(str(n), "user", text, 1_000, None, None) for n, text in enumerate(said)]
    )
    unsaid = " ".join(f"{first}qu{last}zle" for first in "bdfgklmn" for last in "aeiou")
    question = f"{unsaid} walrus harbour ferry"
    (judged,) = judge([question])
    asked, transcript = Asked(question, words_of(question)), transcript_of(database, "sarah")
    rare, common = (features(transcript, asked, [text], judged)[-1] for text in ("walrus ferry", "harbour ferry"))
    assert rare > common
