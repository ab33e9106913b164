"""The part of a long message that a question is about."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agentmem_cli.recall.excerpt import excerpt

FILLER = "Lorem ipsum dolor sit amet consectetur. " * 40


def test_the_sentence_that_answers_is_shown() -> None:
    """Of a long answer the sentence closest to the question, with marks of what is left out."""
    text = f"{FILLER}I recommended the Sugar Factory in Orlando for milkshakes. {FILLER}"
    part = excerpt(text, "Which place did you recommend for a milkshake?", 200)
    assert "I recommended the Sugar Factory in Orlando for milkshakes." in part
    assert ("…", "…") == (part[0], part[-1])


def test_what_it_refers_to_stands_before_it() -> None:
    """The sentence before it goes with it where there is room."""
    text = f"{FILLER}We saw a flat in Harbour Street. It costs 900 a month. {FILLER}"
    assert "We saw a flat in Harbour Street. It costs 900 a month." in excerpt(text, "What is the monthly rent?", 100)


def test_a_part_without_spaces() -> None:
    """Japanese is cut at its sentences too."""
    text = "これは長い話です。" * 90 + "東京へ行きます。" + "以上です。" * 90
    assert "東京へ行きます。" in excerpt(text, "東京", 100)


@given(
    text=st.text(max_size=400) | st.text("word ß字.", min_size=100, max_size=900),
    question=st.text(max_size=20),
    limit=st.integers(20, 120),
)
def test_it_is_one_line_of_the_text(text: str, question: str, limit: int) -> None:
    """Whatever the text and the question: one line within the limit, and every bit of it stands in the text."""
    part = excerpt(text, question, limit)
    assert len(part) <= limit
    shown, line = "".join(part.strip("…").split()), "".join(text.split())
    assert shown in line


def test_without_a_question_it_is_the_beginning() -> None:
    """Of a memory in the profile, for example."""
    assert FILLER.startswith(excerpt(FILLER, "", 100).rstrip("…"))


BUSY = (
    "first the bus broke down, then my manager Gill told me i'm getting moved to the Bradford office from march, then"
    " i lost my keys at the gym and had to ring my brother Adeel who lives ages away in Keighley to let me in."
)


def test_a_clause_of_a_long_sentence_is_shown_to_its_end() -> None:
    """What answers stands behind the words of the question, and a sentence may be longer than a line."""
    shown = excerpt(f"so today was mad. {BUSY} also the vet says hi.", "where does my brother live", 160)
    assert "my brother Adeel who lives ages away in Keighley to let me in." in shown
    assert "…then i lost my keys" in shown


def test_a_sentence_without_commas_is_shown_where_it_answers() -> None:
    """Typed in one go, it has no border but its spaces."""
    text = f"{'we talked about this and that ' * 12}and i rang Dev in Leicester {'and then we went home again ' * 12}"
    assert "Dev in Leicester" in excerpt(text, "In which town is Dev?", 160)
