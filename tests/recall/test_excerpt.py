"""The part of a long message that a question is about."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agentmem_cli.recall.excerpt import excerpt

FILLER = "Lorem ipsum dolor sit amet consectetur. " * 40


def test_the_part_with_the_words_is_shown() -> None:
    """Of a long answer the part that holds the question's words, in whatever form, with marks of what is left out."""
    text = f"{FILLER}I recommended the Sugar Factory in Orlando for milkshakes. {FILLER}"
    part = excerpt(text, ["recommend", "milkshake"], 200)
    assert "I recommended the Sugar Factory in Orlando for milkshakes." in part
    assert ("…", "…") == (part[0], part[-1])


def test_a_part_without_spaces() -> None:
    """Japanese is found too, though no space divides it."""
    assert "東京" in excerpt("あ" * 900 + "東京" + "い" * 900, ["東京"], 100)


@given(
    text=st.text(max_size=400) | st.text("word ß字", min_size=100, max_size=900),
    asked=st.lists(st.text(min_size=1, max_size=6), max_size=4),
    limit=st.integers(20, 120),
)
def test_it_is_one_line_of_the_text(text: str, asked: list[str], limit: int) -> None:
    """Whatever the text and the words: one line within the limit, and every bit of it stands in the text."""
    part = excerpt(text, asked, limit)
    assert len(part) <= limit
    assert part.strip("…") in " ".join(text.split())


def test_without_a_match_it_is_the_beginning() -> None:
    """Where none of the words stands, the beginning is shown."""
    assert FILLER.startswith(excerpt(FILLER, ["xylophone"], 100).rstrip("…"))
