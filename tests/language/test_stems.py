"""What the words of a text have in common with other forms of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem_cli.language.stems import stems, stop_words_of, terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I am working in healthcare", "I work in healthcare."),
        ("Ich mag die Katze", "ich mag Katzen."),
        ("J'aime les chats", "J'aime le chat"),
        ("Me gustan los gatos", "Me gusta el gato"),
        ("Я люблю кошку", "Я люблю кошки"),
    ],
)
def test_forms_of_one_word(one: str, other: str) -> None:
    """Endings, case and stop words make no difference."""
    assert stems(one) == stems(other) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I like cats", "I don't like cats"),
        ("Ich mag Katzen", "Ich mag keine Katzen"),
        ("J'aime les chats", "Je n'aime pas les chats"),
        ("我喜欢茶", "我不喜欢茶"),
        ("I live in Oslo", "I live in Bergen"),
    ],
)
def test_what_says_something_else(one: str, other: str) -> None:
    """A negation is no stop word, and neither is a name."""
    assert stems(one) != stems(other)


def test_without_words() -> None:
    """Stop words and marks have no stems."""
    assert [[], [], []] == [stems(text) for text in ("", "of the and", "?!")]


def test_a_script_without_blanks() -> None:
    """Japanese and Chinese share the stems of what stands in both texts."""
    assert set(stems("我喜欢茶")) & set(stems("喜欢茶的人"))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What is the refund for the driver's licence, and which refund?", ["refund", "driver", "licence"]),
        ("Wann ist der Vertrag von dem Verein gekündigt?", ["wann", "vertrag", "verein", "gekündigt"]),
        ("Où est l'hôpital de la ville ?", ["hôpital", "ville"]),
        ("北京大学", ["北京", "京大", "大学"]),
        ("is it?", []),
    ],
)
def test_terms(question: str, words: list[str]) -> None:
    """The words as they are written, each once: without the stop words of the question's own language."""
    assert words == terms(question)
    assert stop_words_of(question).isdisjoint(words)


@given(st.text())
def test_any_text(text: str) -> None:
    """The stems are words, and the same each time."""
    assert stems(text) == stems(text)
    assert all(stem and not stem.isspace() for stem in stems(text))
