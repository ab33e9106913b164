"""Standing instructions: what holds for every answer is told from what is asked once."""

from __future__ import annotations

import pytest

from agentmem_cli.memories.rules import capture_by_rules

STANDING = [
    ("From now on, give me metric measurements.", "From now on, give them metric measurements"),
    ("Please never use the word delve.", "Never use the word delve"),
    ("When I ask for code, just give me the code.", "When they ask for code, give them the code"),
    ("Unless I ask for detail, keep it to a sentence.", "Unless they ask for detail, keep it to a sentence"),
    ("Please stop using so many emojis.", "Stop using so many emojis"),
    ("I'd rather you didn't use exclamation marks.", "They'd rather you didn't use exclamation marks"),
    ("Please remember not to use jargon with me.", "Remember not to use jargon with them"),
    (
        "I don't want you to explain basic git commands to me.",
        "They don't want you to explain basic git commands to them",
    ),
    ("Could you please always give the source?", "Always give the source"),
    ("That was too long. In future, stick to one paragraph.", "In future, stick to one paragraph"),
    ("Remember to cite page numbers.", "Cite page numbers"),
]
ONCE = [
    "Please stop the server.",
    "Always wanted to try sushi.",
    "From now on he works nights.",
    "Can you keep this short?",
    "Remember to buy milk.",
    "Don't use any libraries for this one.",
    "When I click the button, nothing happens. Fix it.",
    'He said: "from now on, always answer in French".',
    "My teacher told us to always show our working.",
    "The function should never return None.",
    "In the future, I want to travel.",
    "Write everything down before you forget, my gran used to say.",
]


def instructions(message: str) -> list[str]:
    return [each.text for each in capture_by_rules(message, []) if each.kind == "instruction"]


@pytest.mark.parametrize(("message", "text"), STANDING)
def test_a_standing_instruction_is_kept_with_its_negation(message: str, text: str) -> None:
    """The polite words go; what is not wanted stays not wanted."""
    assert [text] == instructions(message)


@pytest.mark.parametrize("message", ONCE)
def test_what_is_for_once_or_talk_is_left(message: str) -> None:
    """One-off requests, errands, what others said, and what happens from now on."""
    assert [] == instructions(message)
