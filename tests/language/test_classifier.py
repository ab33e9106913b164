"""The promises of the classifier that hold whatever its weights are."""

from __future__ import annotations

from importlib.resources import files
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem_cli.language import network
from agentmem_cli.language.classifier import KINDS, TOPICS, WEIGHTS, Judgement, judge
from agentmem_cli.language.features import NEAREST, featurize

STATEMENTS = ["I work at Acme as a welder.", "I'm allergic to nuts.", "My name is Anna.", "I'm vegetarian."]
MEGABYTE = 1_000_000


def is_sound(judgement: Judgement) -> bool:
    """Whether its kind and topics are of the closed lists and its scores are probabilities."""
    scores = (judgement.keep, judgement.instruction, judgement.asks, judgement.forget, judgement.revises)
    is_listed = judgement.kind in KINDS.values() and set(judgement.topics) <= set(TOPICS)
    return is_listed and 1 <= len(judgement.topics) <= 2 and all(0 <= score <= 1 for score in scores)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_is_kept(statement: str) -> None:
    """What a person says of themselves."""
    (judgement,) = judge([statement])
    assert judgement.is_kept


@pytest.mark.parametrize(
    "statement",
    [
        "my neighbour Ines is allergic to bees",
        "our son Theo has epilepsy",
        "my favourite season is autumn",
    ],
)
def test_a_statement_in_small_letters_is_kept(statement: str) -> None:
    """With no capital and no full stop it looks like a few words that look for something, and is none."""
    (judgement,) = judge([statement])
    assert judgement.is_kept


@pytest.mark.parametrize("greeting", ["hey there,", "hi Claude,", "morning all!"])
def test_a_greeting_hides_nothing(greeting: str) -> None:
    """Whomever it is for."""
    (judgement,) = judge([f"{greeting} I'm Lena, a welder in Gdansk."])
    assert judgement.is_kept


@pytest.mark.parametrize("statement", STATEMENTS)
@pytest.mark.parametrize("frame", ["Translate into French: {}", "Translate this into German:\n{}"])
def test_what_is_to_be_translated_is_not(frame: str, statement: str) -> None:
    """The same words, before or behind a border, are nobody's own."""
    assert [] == [each for each in judge(frame.format(statement).split("\n")) if each.is_kept]


@pytest.mark.parametrize("text", ["What is the capital of France?", "Thanks!", "Make it shorter please.", "Hello"])
def test_what_holds_nothing(text: str) -> None:
    """Questions, thanks, and wishes for this once."""
    assert [False] == [each.is_kept for each in judge([text])]


def test_a_standing_wish_is_an_instruction() -> None:
    """It is kept as one."""
    (judgement,) = judge(["From now on always answer in German."])
    assert (True, "instruction") == (judgement.is_kept, judgement.kind)


@given(st.lists(st.text(), max_size=4))
def test_any_text(texts: list[str]) -> None:
    """Each gets a judgement, in any number, and the same each time."""
    judgements = judge(texts)
    assert len(texts) == len(judgements)
    assert all(map(is_sound, judgements))
    assert judgements == judge(texts)


def test_the_weights_are_small() -> None:
    """They come with the package."""
    sizes = [len(files("agentmem_cli.language").joinpath(name).read_bytes()) for name in (WEIGHTS, network.WEIGHTS)]
    assert 0 < min(sizes)
    assert sum(sizes) < MEGABYTE


def test_a_long_text_is_seen_around_each_sentence() -> None:
    """With its first and last sentence, where a frame would stand, so that it takes no square of its length."""
    text = [f"{one}{other} is here" for one in "abc" for other in ascii_lowercase]
    place = 30
    whole = featurize(text)[place]
    part = featurize([text[0], *text[place - NEAREST : place + NEAREST + 1], text[-1]])[NEAREST + 1]
    assert whole.shared.tolist() == part.shared.tolist()
    assert whole.values.tolist() == part.values.tolist()
