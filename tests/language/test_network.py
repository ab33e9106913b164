"""The promises of the network that hold whatever its weights are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem_cli.language import network
from agentmem_cli.language.network import ALONE, HEADS, judge

NEAR = 1e-3
"""Sums in another order differ by less."""


@given(st.lists(st.text(), max_size=4))
def test_any_text(texts: list[str]) -> None:
    """Each sentence has a logit of every head, in their order."""
    assert [HEADS] * len(texts) == [tuple(each) for each in judge(texts)]


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_what_a_sentence_is_by_itself(texts: list[str]) -> None:
    """Small talk, what is looked for and follow-ups are told of each sentence whatever stands beside it."""
    for text, beside_others in zip(texts, judge(texts), strict=True):
        (by_itself,) = judge([text])
        assert {head: pytest.approx(by_itself[head], abs=NEAR) for head in ALONE} == {
            head: beside_others[head] for head in ALONE
        }


def test_a_frame_reaches_what_stands_beside_it() -> None:
    """The same words are worth less behind a frame."""
    statement = "I work at Acme as a welder."
    (by_itself,), (_, framed) = judge([statement]), judge(["Translate this into German:", statement])
    assert framed["keep"] < by_itself["keep"]


def test_a_long_message_is_encoded_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the same result."""
    texts = [f"Line {number} is about the garden." for number in range(7)]
    whole = judge(texts)
    monkeypatch.setattr(network, "_MOST_AT_ONCE", 3)
    for part, once in zip(judge(texts), whole, strict=True):
        assert {head: pytest.approx(logit, abs=NEAR) for head, logit in once.items()} == part
