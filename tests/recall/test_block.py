"""The recalled block: what of a recall goes into a prompt, and how much of it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem_cli.recall.block import CITATION, LEAST_BLOCK, MEMORY_BUDGET, block_lines, profile_text, recall_block
from agentmem_cli.recall.tokens import count_tokens
from agentmem_cli.records import Recall, RecalledMemory, RecalledTurn

WRAPPING = 60
"""Tokens of the two marks and the sentence between them, at the most."""
LATEST = 4_000_000_000
any_text = st.text(max_size=900) | st.text("字", max_size=900) | st.just("word " * 150)


def memory(text: str, *, memory_id: str = "m1", said_at: int = 1_780_000_000) -> RecalledMemory:
    return RecalledMemory(memory_id, text, "fact", said_at, None, None, 1.0)


def turn(text: str, *, name: str | None = None, at: int = 1_780_000_000, role: str = "user") -> RecalledTurn:
    return RecalledTurn("s1", "Title", "r1", role, name, at, text, 1.0, None)


any_memories = st.lists(st.builds(memory, any_text, said_at=st.integers(0, LATEST)), max_size=30)
any_turns = st.lists(st.builds(turn, any_text, name=st.none() | any_text, at=st.integers(0, LATEST)), max_size=30)


@given(memories=any_memories, turns=any_turns, budget=st.integers(0, MEMORY_BUDGET))
def test_the_budget_holds_for_any_input(memories: list[RecalledMemory], turns: list[RecalledTurn], budget: int) -> None:
    """Whatever is recalled, in whatever script and length, the block stays within its budget."""
    block = recall_block(Recall("q", [], memories, turns), "0a1b2c3d", budget=budget)
    assert count_tokens(block) <= budget + WRAPPING


@given(text=any_text)
def test_nothing_recalled_can_make_a_line_of_its_own(text: str) -> None:
    """A recalled text is one line between the marks, so it can pretend to be neither a mark nor another line."""
    block = recall_block(Recall("q", [], [], [turn(text, name="Ana")]), "0a1b2c3d")
    assert 4 == len(block.splitlines())
    assert 1 == block.count("\n</recalled-0a1b2c3d>")
    assert 2 == len(profile_text([memory(text)]).splitlines())


@given(profile=st.lists(st.builds(memory, st.text(max_size=200)), max_size=12), turns=any_turns)
def test_profile_and_block_share_one_budget(profile: list[RecalledMemory], turns: list[RecalledTurn]) -> None:
    """The longer the profile, the less is recalled beside it, down to a least that always fits."""
    block = recall_block(Recall("q", profile, [], turns), "0a1b2c3d")
    of_profile = count_tokens(profile_text(profile))
    assert count_tokens(block) <= max(MEMORY_BUDGET - of_profile, LEAST_BLOCK + WRAPPING) + WRAPPING


def test_what_was_said_in_one_minute_keeps_its_order() -> None:
    """Messages of the same time stand in the order in which they were said."""
    said = [turn("Second."), turn("First.")]
    ordered = [replace(said[0], message_id=8), replace(said[1], message_id=7)]
    block = recall_block(Recall("q", [], [], ordered), "0a1b2c3d")
    assert block.index("First.") < block.index("Second.")


def test_what_was_replaced_says_what_is_true_now() -> None:
    """A message whose memory was replaced is followed by what holds now, on a line that no text can write."""
    old = replace(turn("I live in Oslo."), replaced_by="Lives in Bergen")
    assert "I live in Oslo.\n  replaced; now: Lives in Bergen\n" in recall_block(Recall("q", [], [], [old]), "0a1b2c3d")


def test_the_same_words_are_shown_once() -> None:
    """What was said twice in the same words takes one line."""
    block = recall_block(Recall("q", [], [], [turn("I like tea."), turn("I like tea.", at=1_780_900_000)]), "0a1b2c3d")
    assert 1 == block.count("I like tea.")


def test_a_message_that_says_no_more_than_its_memory_is_left_out() -> None:
    """The sentence stands once, as what is known; a message that says more stands beside it, and so does an answer."""
    known = memory("My sister Jen lives in Halifax.")
    again = turn("my sister Jen lives in Halifax")
    block = recall_block(Recall("q", [], [known], [again]), "0a1b2c3d")
    assert (1, True) == (block.count("Halifax"), "known: My sister Jen" in block)
    more = turn("My sister Jen lives in Halifax. She is a vet.")
    assert "She is a vet." in recall_block(Recall("q", [], [known], [more]), "0a1b2c3d")
    answer = turn("My sister Jen lives in Halifax.", role="assistant")
    assert "assistant: My" in recall_block(Recall("q", [], [known], [answer]), "0a1b2c3d")


def test_a_line_is_longer_where_there_is_room() -> None:
    """All of a long message where nothing else wants the tokens, and a sentence or two of each beside others."""
    said = [
        turn(f"We went to town {n}. {f'It rained on day {n}. ' * 12}It was fun.", at=1_780_000_000 + n)
        for n in range(20)
    ]
    assert said[0].text in recall_block(Recall("town", [], [], said[:1]), "0a1b2c3d")
    block = recall_block(Recall("town", [], [], said), "0a1b2c3d", budget=500)
    assert (True, False) == ("…" in block, said[-1].text in block)
    assert 400 < count_tokens(block) <= 500 + WRAPPING


def test_lines_stand_in_date_order() -> None:
    """What was said first stands first, whatever its rank, each line with its date and who said it."""
    day = 86_400
    block = recall_block(
        Recall(
            "q",
            [],
            [memory("Works at a school", said_at=1_780_000_000)],
            [turn("I teach.", at=1_780_000_000 + day), turn("Seven pupils.", role="assistant", at=1_780_000_000 - day)],
        ),
        "0a1b2c3d",
    )
    said = re.findall(r"^0a1b \[\d{4}-\d\d-\d\d\] (.*)$", block, re.MULTILINE)
    assert ["assistant: Seven pupils.", "known: Works at a school", "user: I teach."] == said


def test_what_the_profile_says_is_not_said_again() -> None:
    """A memory that stands in the system text is left out of the block; with nothing left there is no block."""
    known = memory("Works in healthcare")
    assert "" == recall_block(Recall("q", [known], [known], []), "0a1b2c3d")
    other = memory("Owns a bicycle", memory_id="m2")
    block = recall_block(Recall("q", [known], [known, other], []), "0a1b2c3d")
    assert (1, 0) == (block.count("Owns a bicycle"), block.count("Works in healthcare"))
    assert "" == recall_block(Recall("q", [memory("I eat no pork.")], [], [turn("I eat no pork.")]), "0a1b2c3d")


@given(turns=any_turns, further=any_turns, budget=st.integers(0, MEMORY_BUDGET))
def test_what_fills_the_rest_crowds_out_nothing(
    turns: list[RecalledTurn], further: list[RecalledTurn], budget: int
) -> None:
    """What ranks lower, or replies to what was found, has only the room that the best leave."""
    best = [replace(each, message_id=number) for number, each in enumerate(turns)]
    rest = [replace(each, at=0, message_id=100 + number) for number, each in enumerate(further)]
    alone = {line.source for line in block_lines(Recall("q", [], [], best), budget)}
    filled = block_lines(Recall("q", [], [], best, rest), budget)
    assert alone <= {line.source for line in filled}
    assert sum(line.cost for line in filled) <= budget


def test_neither_kind_crowds_out_the_other() -> None:
    """Where only a few lines fit, memories and messages take turns."""
    memories = [memory(f"memory {number} " + "x" * 100, memory_id=str(number)) for number in range(10)]
    turns = [turn(f"message {number} " + "x" * 100) for number in range(10)]
    block = recall_block(Recall("q", [], memories, turns), "0a1b2c3d", budget=160)
    assert (2, 2) == (block.count("memory "), block.count("message "))


def test_what_tells_nothing_is_left_out() -> None:
    """Small talk, and an earlier look-up, unless its answer stands below it."""
    said = [turn("Our boiler is from 1998."), turn("lol ok thanks"), turn("age of the furnace?")]
    said.append(turn("Good to hear!", role="assistant"))
    turns = [replace(each, message_id=number) for number, each in enumerate(said)]
    block = recall_block(Recall("How old is the boiler?", [], [], turns), "0a1b2c3d")
    assert [True, False, False, False] == [each.text in block for each in said]
    answer = replace(turn("It was built in 1998.", role="assistant"), message_id=9, reply_to=2)
    assert "furnace?" in recall_block(Recall("How old is it?", [], [], turns, [answer]), "0a1b2c3d")


@pytest.mark.parametrize("text", ["paid the gas bill", "spare key is under the blue pot"])
def test_what_is_told_without_a_subject_is_shown(text: str) -> None:
    """It reads like the words of a search, and is none."""
    assert text in recall_block(Recall("gas and key", [], [], [turn(text)]), "0a1b2c3d")


@pytest.mark.parametrize("run", [" ", "7", "\n"])
def test_marks_of_passages_are_found_behind_a_long_run(run: str) -> None:
    """A message may hold a million blanks or digits in a row."""
    said = f"Here.{run * 1_000_000}.\nThe end"
    assert f"{said}." == CITATION.sub("", f"{said} [1].")
