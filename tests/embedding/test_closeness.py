"""Texts read word by word for a question."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from agentmem_cli.embedding.closeness import closeness

TEXTS = ["The queen moves in every direction.", "Bread is baked from flour and salt.", "Rain is likely on Sunday."]


def test_the_text_that_says_it_is_closest() -> None:
    """Other words for the same thing are close, by the best window and by the whole page."""
    for question, place in (("chess piece movement", 0), ("how to bake a loaf", 1), ("weather at the weekend", 2)):
        windows, pages = closeness(question, TEXTS, [0, 1, 2])
        assert (place, place) == (int(np.argmax(windows)), int(np.argmax(pages)))


def test_a_page_answers_with_all_its_texts() -> None:
    """Two texts that hold half of an answer each are as good as one that holds it all, if they share a page."""
    texts = ["salt and flour", "the queen of chess", "salt and flour and the queen of chess"]
    windows, pages = closeness("salt queen", texts, ["p1", "p1", "p2"])
    assert windows[2] > max(windows[:2])
    assert pages[0] == pages[1]
    assert np.isclose(pages[0], pages[2], rtol=0.01)


@settings(max_examples=60)
@given(st.text(max_size=80), st.lists(st.text(max_size=200), min_size=1, max_size=4))
def test_any_text(question: str, texts: list[str]) -> None:
    """Whatever is asked of whatever texts, there is a finite number of 0 or more for each."""
    for found in closeness(question, texts, list(range(len(texts)))):
        assert (len(texts),) == found.shape
        assert np.isfinite(found).all()
        assert (found >= 0).all()
