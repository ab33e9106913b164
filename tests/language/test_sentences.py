"""Where a sentence ends, in several scripts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem_cli.language.sentences import sentences, without_lead_in


@pytest.mark.parametrize(
    "expected",
    [
        ["I work at Acme.", "Do you?", "Yes!", "Well…", "ok"],
        ["Ich ziehe am 14. März um.", "Ich freue mich."],
        ["Dr. Hale and Mrs. Lee met J. Smith.", "They talked."],
        ["Version 3.5 is out.", "It works."],
        ["The customer of invoice no. 1003 is Bo.", "Siehe Abs. 204 und Tel. 030 2255."],
        ['Mark it "Attn. Bo" from now on.', "Bo knows."],
        ['He said "Stop."', "Then he left (at last!)", "Good."],
        ["أين تسكن؟", "أنا في القاهرة."],
        ["मैं दिल्ली में रहता हूँ।", "मुझे चाय पसंद है।"],
        ["저는 서울에 살아요.", "고양이가 있어요."],
        ["Я живу в Осло.", "Где живёшь ты?"],
    ],
    ids=lambda expected: expected[0],
)
def test_borders(expected: list[str]) -> None:
    """A mark ends a sentence; the point of a date, an initial, a title, a number or an abbreviation does not."""
    assert expected == sentences(" ".join(expected))


@pytest.mark.parametrize(
    "expected",
    [["私は東京に住んでいます。", "猫が二匹います！", "はい"], ["我住在北京。", "他说：“好。”", "我喜欢茶？"]],
    ids=lambda expected: expected[0],
)
def test_borders_without_blanks(expected: list[str]) -> None:
    """Chinese and Japanese leave nothing between two sentences."""
    assert expected == sentences("".join(expected))


def test_a_line_is_a_border() -> None:
    """A list needs no marks."""
    assert ["one", "two", "three"] == sentences("one\ntwo\n\n  three\n")


@given(st.text())
def test_nothing_is_lost(text: str) -> None:
    """Any text is cut, not changed: the sentences are its characters but for the space around them."""
    assert "".join(text.split()) == "".join("".join(sentences(text)).split())


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("hey there, I live in Rome", "I live in Rome"),
        ("ok hi Claude, my son is six", "my son is six"),
        ("hey, my sister, Lena, can't eat fish", "my sister, Lena, can't eat fish"),
        ("so yesterday, I moved", "yesterday, I moved"),
        ("For context: I live in Rome", "I live in Rome"),
        ("hello", "hello"),
    ],
)
def test_what_leads_to_a_sentence(text: str, rest: str) -> None:
    """A greeting goes with whom it is for, and a few words with their colon."""
    assert rest == without_lead_in(text)
