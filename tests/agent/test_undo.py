"""What /undo and /redo do to exchanges and to what they taught, in the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem_cli.agent.undo import ChatChanges, take_back_exchanges
from agentmem_cli.errors import NotFound
from agentmem_cli.language.sentences import sentences
from agentmem_cli.memories.corrections import edit_memory, forget_memories, undo_last
from agentmem_cli.memories.operations import Operation, Source
from agentmem_cli.memories.store import history, list_memories
from agentmem_cli.memories.writer import apply_operations
from agentmem_cli.records import OFFLINE, Memory, TurnStatus
from agentmem_cli.sessions.branches import exchanges_of
from agentmem_cli.sessions.turns import begin_turn, settle_turn
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database

USER = "sarah"


@pytest.fixture
def database(home: Path) -> Iterator[Database]:  # noqa: ARG001 -- its environment is what is needed
    with closing(open_database(load_settings())) as opened:
        yield opened


def changes_of(database: Database) -> ChatChanges:
    """A chat that has just begun."""
    return ChatChanges(database, USER, lambda _: None)


def say(database: Database, question: str, session: str = "s1", replaces: str | None = None) -> None:
    """A settled turn whose sentences are all kept; the first one replaces the memory that holds `replaces`."""
    turn = begin_turn(database, user_id=USER, session_id=session, question=question, at=1_000, memory="auto")
    settle_turn(database, turn, TurnStatus.DONE, "Noted.", at=1_001)
    kept = [Operation("add", each, quote=each) for each in sentences(question)]
    if replaces:
        (old,) = (each.memory_id for each in list_memories(database, USER) if replaces in each.text)
        kept[0] = replace(kept[0], action="replace", replaces=(old,))
    source = Source(session, turn.run_id, 1_000, OFFLINE)
    apply_operations(database, USER, kept, source, typed_text=question, mode="auto", now=1_001, takes_capture=True)


def known(database: Database) -> list[str]:
    return sorted(memory.text for memory in list_memories(database, USER))


def forget(database: Database, changes: ChatChanges, text: str) -> None:
    (memory,) = (each for each in list_memories(database, USER) if text in each.text)
    forget_memories(database, USER, [memory.memory_id], now=1_500)
    changes.note_command("s1", memory.memory_id)


def test_what_another_window_took_back_meanwhile(database: Database) -> None:
    """An exchange that went between the look and the change is told, and nothing else is taken back with it."""
    say(database, "I live in Paris.")
    (exchange,) = exchanges_of(database, USER, "s1")
    with pytest.raises(NotFound, match="not here any more"):
        take_back_exchanges(database, USER, [exchange.run_id, "gone"], 1_600)
    assert ["I live in Paris."] == known(database)


def test_an_exchange_goes_with_its_memories(database: Database) -> None:
    """What it taught is not known any more, what it replaced holds again, and /redo returns all of it."""
    say(database, "I live in Paris.")
    say(database, "I live in Berlin. I prefer tea.", replaces="Paris")
    now = list_memories(database, USER)
    changes = changes_of(database)
    undone = changes.undo("s1", 2_000)
    assert ["I live in Paris."] == known(database) == undone.memories.back
    assert ["I live in Berlin.", "I prefer tea."] == sorted(undone.memories.gone)
    assert "I live in Berlin. I prefer tea." == undone.question
    changes.redo("s1", 2_001)
    assert _states(now) == _states(list_memories(database, USER))


def test_it_is_returned_after_a_restart(database: Database) -> None:
    """A later chat returns exchange and memories too, one after the other."""
    say(database, "I live in Paris.")
    say(database, "I prefer tea.")
    first = changes_of(database)
    first.undo("s1", 2_000)
    first.undo("s1", 2_001)
    assert [] == known(database)
    later = changes_of(database)
    assert ["I live in Paris.", "I prefer tea."] == [later.redo("s1", 2_002).question, later.redo("s1", 2_003).question]
    assert ["I live in Paris.", "I prefer tea."] == known(database)
    with pytest.raises(NotFound):
        later.redo("s1", 2_004)


def test_undone_redone_and_undone_again(database: Database) -> None:
    """What was returned can be taken back again, with its memories, as often as one likes."""
    say(database, "I prefer tea.")
    changes = changes_of(database)
    for _ in range(3):
        changes.undo("s1", 2_000)
        assert ([], 0) == (known(database), len(exchanges_of(database, USER, "s1")))
        changes.redo("s1", 2_000)
        assert (["I prefer tea."], 1) == (known(database), len(exchanges_of(database, USER, "s1")))
    undo_last(database, USER, now=2_001)
    assert [] == known(database)


def test_what_came_last_is_taken_back(database: Database) -> None:
    """A memory command since the last exchange goes first, then the exchange; what they undo comes back in reverse."""
    say(database, "I live in Paris.")
    say(database, "I prefer tea.")
    changes = changes_of(database)
    forget(database, changes, "Paris")
    assert (None, ["I live in Paris."]) == ((undone := changes.undo("s1", 2_000)).question, undone.memories.back)
    assert "I prefer tea." == changes.undo("s1", 2_001).question
    assert ["I live in Paris."] == known(database)
    assert "I prefer tea." == changes.redo("s1", 2_002).question
    assert (None, ["I live in Paris."]) == ((again := changes.redo("s1", 2_003)).question, again.memories.gone)
    assert ["I prefer tea."] == known(database)
    assert ["I live in Paris."] == changes.undo("s1", 2_004).memories.back


def test_a_new_command_ends_what_could_be_returned(database: Database) -> None:
    """After a memory command nothing that was undone before it is done again."""
    say(database, "I live in Paris. I prefer tea.")
    changes = changes_of(database)
    forget(database, changes, "Paris")
    changes.undo("s1", 2_000)
    forget(database, changes, "tea")
    with pytest.raises(NotFound):
        changes.redo("s1", 2_001)


def test_nothing_is_left_to_undo(database: Database) -> None:
    """A session with no exchange says so, whatever other sessions hold."""
    say(database, "I prefer tea.", session="other")
    with pytest.raises(NotFound, match="nothing to undo"):
        changes_of(database).undo("s1", 2_000)
    assert ["I prefer tea."] == known(database)


def test_what_was_changed_since_stays(database: Database) -> None:
    """A memory that was corrected after its exchange is left, and so is what it replaced; the rest goes."""
    say(database, "I live in Paris.")
    say(database, "I live in Berlin. I prefer tea.", replaces="Paris")
    (berlin,) = (each for each in list_memories(database, USER) if "Berlin" in each.text)
    edit_memory(database, USER, berlin.memory_id, "I live in Berlin-Mitte.", now=1_600)
    changes = changes_of(database)
    undone = changes.undo("s1", 2_000)
    assert (["I live in Berlin-Mitte."], ["I live in Berlin-Mitte."]) == (known(database), undone.memories.left)
    changes.redo("s1", 2_001)
    assert ["I live in Berlin-Mitte.", "I prefer tea."] == known(database)


def test_what_is_known_again_is_not_doubled(database: Database) -> None:
    """What was said anew elsewhere while its exchange was taken back is one memory after /redo."""
    say(database, "I prefer tea.")
    changes = changes_of(database)
    changes.undo("s1", 2_000)
    say(database, "I prefer tea.", session="other")
    changes.redo("s1", 2_001)
    assert ["I prefer tea."] == known(database)


def test_an_exchange_in_the_place_of_others(database: Database) -> None:
    """An edited question takes its exchange and all after it back when it is asked, not before."""
    for question in ("I live in Paris.", "I prefer tea.", "I own a cat."):
        say(database, question)
    changes = changes_of(database)
    second = exchanges_of(database, USER, "s1")[1]
    changes.edit("s1", second)
    assert 3 == len(exchanges_of(database, USER, "s1"))
    changes.make_room("s1", 2_000)
    assert ["I live in Paris."] == [each.question for each in exchanges_of(database, USER, "s1")]
    assert ["I live in Paris."] == known(database)
    changes.make_room("s1", 2_001)
    assert 1 == len(exchanges_of(database, USER, "s1"))


@settings(max_examples=20)
@given(steps=st.lists(st.sampled_from(("say", "say", "forget", "undo", "redo")), min_size=1, max_size=14))
def test_any_course(database: Database, steps: list[str]) -> None:
    """Whatever is said, forgotten, undone and redone: what is there is what a list of states says."""
    session = str(uuid4())
    changes, said = changes_of(database), 0
    states, at = [_state(database, session)], 0
    for step in steps:
        if step == "say":
            said += 1
            say(database, f"I own a boat called {session[:8]}x{said}.", session)
        elif step == "forget":
            memories = [each for each in list_memories(database, USER) if each.session_id == session]
            if not memories:
                continue
            forget_memories(database, USER, [memories[0].memory_id], now=1_500)
            changes.note_command(session, memories[0].memory_id)
        elif (step == "undo" and at == 0) or (step == "redo" and at == len(states) - 1):
            with pytest.raises(NotFound):
                (changes.undo if step == "undo" else changes.redo)(session, 2_000)
        else:
            at += 1 if step == "redo" else -1
            (changes.undo if step == "undo" else changes.redo)(session, 2_000)
            assert states[at] == _state(database, session)
            continue
        if step in ("say", "forget"):
            at += 1
            states[at:] = [_state(database, session)]


def test_the_ledger_says_it_all(database: Database) -> None:
    """Every step is in the history of the memory, by the person."""
    say(database, "I prefer tea.")
    changes = changes_of(database)
    changes.undo("s1", 2_000)
    changes.redo("s1", 2_001)
    assert [("add", "offline"), ("undo", "person"), ("redo", "person")] == [
        (entry.action, entry.actor) for entry in history(database, USER)
    ]


def _state(database: Database, session: str) -> tuple[list[str], list[str]]:
    questions = [each.question for each in exchanges_of(database, USER, session)]
    return questions, sorted(each.text for each in list_memories(database, USER) if each.session_id == session)


def _states(memories: list[Memory]) -> list[tuple[str, str, str | None]]:
    return sorted((each.memory_id, each.text, each.supersedes) for each in memories)
