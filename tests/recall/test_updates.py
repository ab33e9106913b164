"""What a later message makes untrue, where no memory says so."""

from __future__ import annotations

import pytest

from agentmem_cli.recall.updates import untrue_since
from agentmem_cli.records import RecalledTurn

DAY = 86_400


def said(*texts: str, role: str = "user", name: str | None = None) -> list[RecalledTurn]:
    """Messages of one day after another, the newest ranked first."""
    turns = [
        RecalledTurn("s", "Title", f"r{day}", role, name, day * DAY, text, 1.0, None, message_id=day)
        for day, text in enumerate(texts, start=1)
    ]
    return turns[::-1]


@pytest.mark.parametrize(
    ("older", "newer", "now"),
    [
        ("I'm vegetarian, so what can I cook?", "By the way, I'm vegan now. What about eggs?", "I'm vegan now."),
        ("I live in Oslo. How cold is it?", "I moved to Bergen. Where do I buy an umbrella?", "I moved to Bergen."),
    ],
)
def test_the_older_of_two_is_marked(older: str, newer: str, now: str) -> None:
    """A message that a later one surely ends carries what that says, whatever else the two say."""
    assert {1: now} == untrue_since(said(older, newer))


def test_the_newest_of_several_holds() -> None:
    """Of three homes the last is the one that holds, for both before it."""
    turns = said("I live in Oslo.", "I live in Rome.", "I live in Bergen.")
    assert {1: "I live in Bergen.", 2: "I live in Bergen."} == untrue_since(turns)


@pytest.mark.parametrize(
    "texts",
    [
        ("I like tea.", "I like jazz."),
        ("I live in Oslo.", "Do you live in Bergen?"),
        ("I have a dog.", "I have a cat."),
        ("My sister lives in Leeds.", "I live in Bristol."),
    ],
)
def test_what_can_both_be_true_stays(texts: tuple[str, str]) -> None:
    """Nothing is marked that the rules are not sure of."""
    assert {} == untrue_since(said(*texts))


def test_only_the_persons_own_words_count() -> None:
    """What the assistant says ends nothing, and neither does another speaker."""
    assert {} == untrue_since(said("I live in Oslo.", "I live in Bergen.", role="assistant"))
    mixed = [*said("I live in Oslo.", name="Ann"), *said("", "I live in Bergen.", name="Ben")]
    assert {} == untrue_since(mixed)
