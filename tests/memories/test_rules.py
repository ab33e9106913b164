"""Capture by rules: what people say of themselves is caught with its words, and what is not that is left."""

from __future__ import annotations

import pytest
from memories.conftest import NOW, Store

from agentmem_cli.memories.rules import capture_by_rules, is_about_the_user
from agentmem_cli.memories.store import list_memories
from agentmem_cli.memories.writer import Operation

SAID = [
    # message, then (kind, text) of each thing it says
    ("Hi, I'm Sarah.", [("fact", "Name is Sarah")]),
    ("hi my name is anna", [("fact", "Name is Anna")]),
    ("I\u2019m José and I'm from Norway", [("fact", "Name is José"), ("fact", "Is from Norway")]),
    ("Call me Sam", [("preference", "Wants to be called Sam")]),
    ("You can call me Sam Smith.", [("preference", "Wants to be called Sam Smith")]),
    ("I'm 34", [("fact", "Is 34 years old")]),
    ("I am 34 years old and I have two kids", [("fact", "Is 34 years old"), ("fact", "Has two kids")]),
    ("My birthday is May 3", [("fact", "Birthday is May 3")]),
    ("I was born in 1990.", [("fact", "Was born in 1990")]),
    ("I'm American", [("fact", "Is American")]),
    ("I'm a nurse", [("fact", "Is a nurse")]),
    ("I work as a nurse at St. Olav's hospital.", [("fact", "Works as a nurse at St. Olav's hospital")]),
    ("I work for the WHO and live in Geneva", [("fact", "Works for the WHO"), ("fact", "Lives in Geneva")]),
    ("I'm Sarah, a nurse from Oslo.", [("fact", "Name is Sarah"), ("fact", "Is a nurse from Oslo")]),
    ("I live in Oslo with my wife", [("fact", "Lives in Oslo with their wife")]),
    ("We just moved from Oslo to Bergen", [("fact", "Lives in Bergen")]),
    ("I moved to Berlin last year", [("fact", "Lives in Berlin")]),
    ("I'm based in Berlin now", [("fact", "Lives in Berlin")]),
    ("My job is teaching math", [("fact", "Job is teaching math")]),
    ("I just joined Globex", [("fact", "Works at Globex")]),
    ("I'm studying medicine", [("fact", "Studies medicine")]),
    ("my dog's name is Rex", [("fact", "Has a dog called Rex")]),
    ("I have a dog named Rex", [("fact", "Has a dog named Rex")]),
    ("My wife is called Anna", [("fact", "Wife is called Anna")]),
    ("my wife is Anna", [("fact", "Wife is called Anna")]),
    ("My brother works at Google", [("fact", "Brother works at Google")]),
    ("I'm married to Tom", [("fact", "Is married to Tom")]),
    ("I'm a mother of two", [("fact", "Is a mother of two")]),
    ("I'm allergic to peanuts, what should I avoid?", [("fact", "Is allergic to peanuts")]),
    ("Since I'm vegan, suggest dishes", [("fact", "Is vegan")]),
    ("I'm a strict vegan", [("fact", "Is vegan")]),
    ("By the way, I'm diabetic", [("fact", "Is diabetic")]),
    ("I have asthma", [("fact", "Has asthma")]),
    ("I don't eat pork", [("fact", "Doesn't eat pork")]),
    ("I speak Norwegian and English", [("fact", "Speaks Norwegian and English")]),
    ("I use Neovim", [("fact", "Uses Neovim")]),
    ("I mostly use Python and Postgres", [("fact", "Uses Python and Postgres")]),
    ("I own a cabin in the mountains", [("fact", "Owns a cabin in the mountains")]),
    ("I teach yoga", [("fact", "Teaches yoga")]),
    ("I practise yoga", [("fact", "Practises yoga")]),
    ("I love hiking and dark chocolate", [("preference", "Loves hiking and dark chocolate")]),
    ("I really hate long meetings", [("preference", "Really hates long meetings")]),
    ("I don't like coriander", [("preference", "Doesn't like coriander")]),
    ("I can't stand small talk", [("preference", "Can't stand small talk")]),
    ("My favourite colour is green", [("preference", "Favourite colour is green")]),
    ("I prefer tea over coffee too, thanks", [("preference", "Prefers tea over coffee")]),
    ("I'd prefer short answers", [("preference", "Prefers short answers")]),
    ("I'm learning Rust", [("fact", "Is learning Rust")]),
    ("My goal is to run a marathon", [("fact", "Goal is to run a marathon")]),
    ("I want to learn Spanish", [("fact", "Wants to learn Spanish")]),
    ("I'm flying to Oslo on Friday", [("event", "Is flying to Oslo on Friday")]),
    ("I have a dentist appointment on Tuesday", [("event", "Has a dentist appointment on Tuesday")]),
    ("My exam is on June 3", [("event", "Exam is on June 3")]),
    ("I went to Rome last week", [("event", "Went to Rome last week")]),
    ("Always answer in German", [("instruction", "Always answer in German")]),
    ("Never use emojis!", [("instruction", "Never use emojis")]),
    ("Please keep answers short", [("instruction", "Keep answers short")]),
    ("From now on, answer in bullet points", [("instruction", "From now on, answer in bullet points")]),
    ("Don't use emojis", [("instruction", "Don't use emojis")]),
    ("Never use bullet points or em-dashes", [("instruction", "Never use bullet points or em-dashes")]),
    ("Avoid exclamation marks", [("instruction", "Avoid exclamation marks")]),
    ("No emojis please", [("instruction", "No emojis")]),
    ("Don't call me buddy", [("instruction", "Don't call them buddy")]),
    ("When I ask about code, always show tests", [("instruction", "When they ask about code, always show tests")]),
    ("Put the summary first in every answer", [("instruction", "Put the summary first in every answer")]),
    ("Can you always answer in Spanish?", [("instruction", "Always answer in Spanish")]),
    ("Be brief from here on", [("instruction", "Be brief from here on")]),
    ("Your answers should be short", [("instruction", "Your answers should be short")]),
    ("Do not use bullet points", [("instruction", "Do not use bullet points")]),
    ("If you are not sure, say so", [("instruction", "If you are not sure, say so")]),
    ("Remember that I'm allergic to nuts", [("fact", "Is allergic to nuts")]),
    ("Can you remember that I'm allergic to nuts?", [("fact", "Is allergic to nuts")]),
    ("Remember that the deploy key rotates on Monday", [("event", "The deploy key rotates on Monday")]),
    ("Please remember my wife's birthday is May 3", [("fact", "Wife's birthday is May 3")]),
    ("Remember to use metric units", [("instruction", "Use metric units")]),
    ("I no longer work at Acme", [("fact", "No longer works at Acme")]),
    ("I don't work at Acme anymore", [("fact", "No longer works at Acme")]),
]

NOT_SAID = """
    I'm tired | I'm trying to fix this bug | I'm getting an error | I'm wondering if this works | I'm not Sarah
    I'm Sarah? | Am I Sarah? | I'm Sarah, right?
    If I worked in healthcare, what would I need? | Imagine I live in Paris.
    My boss says I work too slowly. | She said "I'm Anna and I live in Oslo" | > I live in Berlin
    Translate this to German: I work in healthcare. | Dear John, I'm a nurse | Pretend my name is Bob
    What is our refund policy? | Where do I work? | How do I use Neovim? | Thanks, that's great! | I'm fine, thanks
    I like it | I love this | I love you | I'd like to book a flight | I like your answer | I have a question
    I have an error in my code | I have a meeting | I use this function in my code | I use a for loop here
    I want you to write a poem | Please write a poem about cats | Please fix this | Don't change the code | Never mind
    Never heard of it | Always a pleasure | always fails on line 3 | I always get this error | Never give up
    I'm a bit confused | I'm in a hurry | I'm at work | I'm back | I'm Done | I'm Fine | I'm OK | I'm Confused
    I'm looking for a good restaurant | I'm from the future | When I run this, the server crashes
    When I was young, we lived in Oslo. | I moved the file to the new folder | I moved to the next step
    I need to go to Oslo on Friday | Call me back later | Call me maybe | I prefer the second option
    I hate to bother you | Do you remember that I like tea? | I wish I lived in Paris | Maybe I'm allergic to nuts
    A dog ran past | An error occurred | I'm having a problem with the server | I'm going to bed | I'm sure
    my name is not important | my wife is angry | my son is sick today | My code is broken | I used to live in Oslo
    My favourite part is the ending | I'm running the tests | I ran the tests today | I went to bed last night
    I no longer see the error | I don't use it anymore | I don't have time anymore | I'm a user of your app
    I'm 5 minutes late | I'm 90% sure | I turned 180 degrees | Use plain text above | Keep it short
    I drive | I love to | Write this in French | Make it shorter | Don't use tables in this document
    Answer in one word: is it raining? | For now, keep it simple | If I use a list here, it is slow
    In this story, I'm Batman | Let's say I'm Peter | we use tabs | I own this code | `I live in Oslo`
"""


@pytest.mark.parametrize(("message", "expected"), SAID)
def test_what_people_say_of_themselves_is_caught(message: str, expected: list[tuple[str, str]]) -> None:
    """In the third person, with the clause it rests on; and the cheap test lets it through."""
    operations = capture_by_rules(message, [])
    assert expected == [(operation.kind, operation.text) for operation in operations]
    assert all((operation.quote or "") in message.replace("\u2019", "'") for operation in operations)
    assert is_about_the_user(message)


@pytest.mark.parametrize("message", [each.strip() for each in NOT_SAID.replace("\n", "|").split("|") if each.strip()])
def test_what_is_not_said_of_oneself_is_left(message: str) -> None:
    """Questions, hypotheticals, others' words, passing states, one-off requests."""
    assert [] == [operation.text for operation in capture_by_rules(message, [])]


@pytest.mark.parametrize(
    "pasted",
    [
        "Translate this:\nI live in Oslo.\nI love tea.",
        "```\nI live in Oslo\n```",
        "<mail>I live in Oslo</mail>",
        "| I live in Oslo |",
        "I live in Oslo. " * 400,
        "I live in Oslo near" + " a" * 30,
    ],
)
def test_pasted_text_teaches_nothing(pasted: str) -> None:
    """Code, quotations, text to work on, and anything too long to have been typed or to be one statement."""
    assert [] == capture_by_rules(pasted, [])


def test_the_first_message_of_the_walk_through() -> None:
    """Three facts of one line, each with its own words."""
    found = capture_by_rules("Hi, I'm Sarah. I prefer concise answers and I work in healthcare.", [])
    assert [
        ("fact", "Name is Sarah", "I'm Sarah", ["name"]),
        ("preference", "Prefers concise answers", "I prefer concise answers", ["preferences"]),
        ("fact", "Works in healthcare", "I work in healthcare", ["work"]),
    ] == [(each.kind, each.text, each.quote, each.topics) for each in found]


def test_everything_caught_passes_the_writer(store: Store) -> None:
    """The quotes stand verbatim in the message, so that none is dropped."""
    for message, expected in SAID:
        written = store.write(*capture_by_rules(message, []), typed=message)
        assert len(expected) == sum(map(len, (written.added, written.replaced, written.proposed, written.repeated))), (
            message
        )


@pytest.mark.parametrize(
    ("before", "message", "replaced"),
    [
        ("I live in Oslo", "I live in Bergen", True),
        ("My name is Sarah", "I'm Sara", True),
        ("I'm 34", "I'm 35", True),
        ("I work at Acme", "I now work at Globex", True),
        ("I work at Acme", "Actually, I work at Globex", True),
        ("I work at Acme", "I work at Globex", False),
        ("I work in healthcare", "I now work at Globex", False),
        ("My favourite colour is blue", "My favourite colour is green now", True),
        ("My favourite colour is blue", "My favourite food is pizza now", False),
        ("I'm a vegetarian", "I'm no longer a vegetarian", True),
        ("I work at Acme", "I don't work at Acme anymore", True),
        ("I live in Oslo", "I live in Oslo", False),
        ("I love tea", "I now love coffee", False),
    ],
)
def test_what_can_be_true_once_is_replaced(store: Store, before: str, message: str, replaced: bool) -> None:
    """A new name, home, birthday or age replaces; other things only when the words say that they changed."""
    (old,) = store.write(*capture_by_rules(before, []), typed=before).added
    (operation,) = capture_by_rules(message, list_memories(store.database, "sarah"))
    assert (old.memory_id if replaced else None) == operation.replaces


def test_the_newest_of_several_is_replaced(store: Store) -> None:
    """Two homes from an import: the one said last was the current one."""
    for at, home in ((NOW, "Oslo"), (NOW - 9, "Bergen")):
        store.write(Operation("add", f"Lives in {home}", topics=["home"], said_at=at), actor="person")
    (operation,) = capture_by_rules("I moved to Berlin", list_memories(store.database, "sarah"))
    assert "Lives in Oslo" == next(
        memory.text for memory in list_memories(store.database, "sarah") if memory.memory_id == operation.replaces
    )


@pytest.mark.parametrize(
    "message", ["Ich heiße Anna", "Je suis infirmière", "我住在北京", "я живу в Осло", "Vivo en Madrid"]
)
def test_other_languages_reach_a_model(message: str) -> None:
    """The rules are English; the cheap test is not."""
    assert is_about_the_user(message)


@pytest.mark.parametrize(
    "message",
    [
        "What is our refund policy?",
        "Thanks!",
        "I'm fine, thanks",
        "Who wrote Faust?",
        "hello there",
        "I see.",
        "",
        "ok",
        "How do I exit vim?",
        "Please write a poem",
        "```\nmy = 1\n```",
    ],
)
def test_a_message_with_nothing_of_the_user_costs_no_model_call(message: str) -> None:
    """Plain questions and small talk."""
    assert not is_about_the_user(message)
