"""Standing instructions: what holds for every answer is told from what is asked once."""

from __future__ import annotations

import pytest
from memories.conftest import Store

from agentmem_cli.memories.order_features import features_of
from agentmem_cli.memories.order_weights import FEATURES
from agentmem_cli.memories.rules import capture_by_rules
from agentmem_cli.memories.standing import is_standing, likelihood

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


# One line for each class of what the score weighs: an instruction, and the request that looks like it.
LOOK_ALIKES = [
    ("Quote your sources.", "Quote the second source in this essay."),
    ("Cite page numbers.", "Cite page 4 of the report."),
    ("Don't lecture me.", "Don't worry about me."),
    ("Stop hedging your answers.", "Stop the timer."),
    ("No need to apologise.", "No need to hurry."),
    ("Fewer adjectives in your answers, please.", "Fewer people came today."),
    ("No jargon, please.", "No milk left in the fridge."),
    ("Explain jargon when you use it.", "Explain the joke in the last panel."),
    ("When you review my code, be strict.", "When you review my code, the tests fail."),
    ("Whenever I paste a recipe, convert the units.", "Whenever I paste a link, the app crashes."),
    ("I hate long answers.", "I hate long flights."),
    ("I find footnotes distracting in answers.", "I found footnotes in the book."),
    ("It helps when you number the steps.", "It helps when you sleep before an exam, she said."),
    ("I'm deaf, so don't recommend podcasts.", "I'm deaf, and the doctor was kind."),
    ("Your explanations should be short.", "Your explanations were about the third chapter."),
    ("Use metric units.", "Use metric units in this table."),
    ("Write in plain English with me.", "Write a letter about plain English."),
    ("Talk to me like a colleague.", "Talk to the landlord about the rent."),
    ("Put the conclusion first.", "Put the kettle on."),
    ("Give prices in euros.", "Give me five names for a bakery."),
    ("Mention the allergens in every recipe.", "Mention the discount in the newsletter."),
    ("From now on, add the year to each event.", "From now on the museum is closed on Mondays."),
    ("Could you keep your answers short?", "Could you keep the door open?"),
    ("You may use technical terms with me.", "You explain things well."),
    ("Address me as Captain.", "Address the letter to Mrs Hill."),
]


@pytest.mark.parametrize(("standing", "once"), LOOK_ALIKES)
def test_an_instruction_is_told_from_what_looks_like_it(standing: str, once: str) -> None:
    """By what is asked, of what, and whether one case is meant: no word need say that it lasts."""
    assert 1 == len(instructions(standing)) + len(preferences(standing))
    assert [] == instructions(once)


# What is asked for good without a verb of its own, or that it lasts, beside a fact, or in other company.
IN_OTHER_WORDS = [
    ("metric pls", "Metric pls"),
    ("24h clock everywhere, thanks", "24h clock everywhere"),
    ("British spelling, always.", "British spelling, always"),
    ("I keep kosher, so bear that in mind with meal plans.", "They keep kosher, so bear that in mind with meal plans"),
    ("Could all code examples be in Rust?", "Could all code examples be in Rust"),
    ("How do I sort a list? Also, type hints in all snippets please.", "Type hints in all snippets"),
    (
        "I don\u2019t want to be told to \u201cconsult a professional\u201d, ever.",
        "They don't want to be told to \u201cconsult a professional\u201d, ever",
    ),
]
OF_A_TEXT = [
    "Compose a text to Lena. Keep it casual.",
    "Turn this into a list: wash your hands, always dry them, never touch the lens",
    "The sign says: keep dogs on a lead at all times. Can you make it friendlier?",
    "Here's the rule: always write in the second person. Is it a good one?",
]


@pytest.mark.parametrize(("message", "text"), IN_OTHER_WORDS)
def test_a_wish_for_every_answer_is_kept_however_it_is_put(store: Store, message: str, text: str) -> None:
    """Also as a question or without a verb; its words stand in the message, quotations in them too."""
    written = store.write(*capture_by_rules(message, []), typed=message)
    assert [text] == [memory.text for memory in written.added if memory.kind == "instruction"]


@pytest.mark.parametrize("message", OF_A_TEXT)
def test_orders_about_a_text_to_work_on_are_left(message: str) -> None:
    """They go with the one thing that is asked for, or are the text itself."""
    assert [] == instructions(message)


def preferences(message: str) -> list[str]:
    return [each.text for each in capture_by_rules(message, []) if each.kind == "preference"]


def test_every_feature_has_its_weight() -> None:
    """The constants are of the features that are computed, in their order."""
    assert list(FEATURES) == list(features_of("Quote your sources"))


def test_a_longer_clause_is_no_likelier_to_be_an_instruction() -> None:
    """Its length counts to fifteen words: a story is not an order because it is long."""
    assert likelihood("I live in Oslo near" + " a" * 30) == likelihood("I live in Oslo near" + " a" * 300)


def test_an_empty_clause_is_no_instruction() -> None:
    """Nor does it break the score."""
    assert not is_standing("")
    assert not is_standing(" ?!")
