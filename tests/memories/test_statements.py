"""Which of the person's own sentences are kept, and what they replace or forget."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memories.conftest import NOW

from agentmem_cli.language.classifier import FORGET, judge
from agentmem_cli.memories.revising import another_value
from agentmem_cli.memories.statements import (
    FORGETS_SURELY,
    asks_to_forget,
    forgettable,
    statement_by_hand,
    statements_of,
)
from agentmem_cli.memories.wording import MAX_TEXT
from agentmem_cli.records import Memory

NURSE = "I work as a nurse at Acme"
WELDER = "I work at Acme as a welder."
NUTS = "I'm allergic to nuts."
OSLO = "I live in Oslo."
WEDNESDAY = int(datetime(2026, 11, 25, 12).timestamp())  # noqa: DTZ001 -- local


def known(*texts: str) -> list[Memory]:
    """Memories as they were kept of these sentences, one a second; the id of each is its text."""
    return [
        Memory(
            memory_id=text,
            user_id="sarah",
            text=text,
            kind="fact",
            topics=judge([text])[0].topics,
            status="active",
            quote=text,
            session_id=None,
            run_id=None,
            said_at=NOW + second,
            created_at=NOW + second,
            updated_at=NOW + second,
            pinned=False,
            supersedes=None,
            superseded_by=None,
        )
        for second, text in enumerate(texts)
    ]


def kept(text: str, *older: str) -> list[str]:
    """The texts that a message adds."""
    return [each.text for each in statements_of(text, known(*older), NOW)]


def gone(text: str, *older: str) -> list[tuple[str, str]]:
    """What a message does to what was known: (action, text)."""
    return [(each.action, old) for each in statements_of(text, known(*older), NOW) for old in each.replaces]


@pytest.mark.parametrize("text", [WELDER, NUTS, "My name is Anna.", "We have two cats, Miso and Tofu."])
def test_a_statement_is_kept_as_typed(text: str) -> None:
    """With a quote that is the same, a kind and topics."""
    (operation,) = statements_of(text, [], NOW)
    assert ("add", text, text, "fact", ()) == (
        operation.action,
        operation.text,
        operation.quote,
        operation.kind,
        operation.replaces,
    )
    assert operation.topics


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("My exam is next Friday.", "2026-11-27"),
        ("My dentist appointment is on 3 December.", "2026-12-03"),
        ("My flight to Toronto is on 9 May 2027.", "2027-05-09"),
        ("The exam is on Friday.", "2026-11-27"),
        ("moving house on saturday", "2026-11-28"),
        ("my mum's operation is on 2 december", "2026-12-02"),
        ("Meine Prüfung ist nächsten Montag.", "2026-11-30"),
        ("Mon examen est lundi prochain.", "2026-11-30"),
        ("La boda de mi hermana es el 12 de junio de 2027.", "2027-06-12"),
        ("Ho una visita dal cardiologo il 4 dicembre.", "2026-12-04"),
        ("Mój egzamin jest w przyszły poniedziałek.", "2026-11-30"),
        ("Benim sınavım gelecek pazartesi.", "2026-11-30"),
        ("試験は来週の月曜日です。", "2026-11-30"),
        ("시험은 다음 주 월요일이에요.", "2026-11-30"),
    ],
)
def test_an_event_has_its_day(text: str, day: str) -> None:
    """Counted from the day on which it was said."""
    (operation,) = statements_of(text, [], WEDNESDAY)
    assert ("event", text, day) == (operation.kind, operation.text, operation.on)


@pytest.mark.parametrize(
    "text",
    [
        "Vegetarian since 2010.",
        "My sister Mia was born on 3 May 1990.",
        "We're in Rome 3-5 May.",
        "I'm moving in June.",
        "I have a dentist appointment on Tuesday or Thursday.",
        "My exam is on 3/4/2027.",
        "We signed for the house yesterday, completion follows.",
        "i fell off my bike on tuesday",
        "had my flu jab on friday",
        "went to the dentist thursday, need a crown",
        "sold the car on 12 november",
        "Wir sind am Samstag aus Kreta zurückgekommen",
        "El viernes me pusieron la vacuna de la gripe",
    ],
)
def test_no_clear_day(text: str) -> None:
    """Not for a fact, nor for several days, a day that can be read in two ways, or one that is or may be past."""
    assert [None] == [operation.on for operation in statements_of(text, [], WEDNESDAY)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (f"I'm vegetarian and {NURSE}.", ["I'm vegetarian", f"{NURSE}."]),
        (f"I'm vegetarian, {NURSE}.", ["I'm vegetarian", f"{NURSE}."]),
        ("We have two cats, Miso and Tofu.", ["We have two cats, Miso and Tofu."]),
        ("I work at Marks and Spencer as a welder.", ["I work at Marks and Spencer as a welder."]),
    ],
)
def test_clauses(text: str, parts: list[str]) -> None:
    """A sentence is cut only where each part stands by itself."""
    assert parts == kept(text)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (f"Hi, {NUTS}", NUTS),
        (f"Hello, {WELDER}", WELDER),
        (f"For context: {WELDER}", WELDER),
    ],
)
def test_what_leads_in_is_left_out(text: str, rest: str) -> None:
    """A greeting, or a few words and a colon."""
    assert [rest] == kept(text)


@pytest.mark.parametrize(
    "text",
    [
        "Just the number please",
        "Please make this one shorter.",
        "Give me just three bullet points this time.",
        "Pretend I am a pilot. I live in Fiji",
        "Pretend you are my doctor. I am allergic to nuts.",
        "Let's role-play: I am a pilot and I live in Fiji.",
        f"Translate into French: {WELDER}",
        f"```\n{WELDER}\n```",
        f"> {WELDER}",
        "What is the capital of France?",
        "",
    ],
)
def test_what_teaches_nothing(text: str) -> None:
    """One-off wishes, role-play, and the words of others: nothing is kept, and nothing known is touched."""
    assert [] == statements_of(text, known(OSLO, NUTS), NOW)


def test_forgetting_finds_the_memory_that_is_meant() -> None:
    """By the words that both share."""
    assert [("forget", NUTS)] == gone("Please forget what I said about nuts.", OSLO, NUTS, WELDER)


@pytest.mark.parametrize(
    ("text", "older"),
    [
        ("Please forget my phone number.", (OSLO, NUTS)),
        ("Forget what I said about Oslo.", (OSLO, "My sister lives in Oslo.")),
        ("Please forget what I said about nuts.", ()),
    ],
)
def test_forgetting_what_is_not_clear_forgets_nothing(text: str, older: tuple[str, ...]) -> None:
    """Where none is meant, or it could be either of two."""
    assert [] == gone(text, *older)


def test_what_may_tell_or_may_be_a_wish_to_forget_does_neither() -> None:
    """Of what reads like something worth keeping more is needed, and less keeps nothing of it."""
    (told,) = judge(["I work at Acme as a welder."])
    doubtful, wish = (replace(told, forget=score) for score in (FORGET, FORGETS_SURELY))
    assert [(False, False), (False, True)] == [(each.is_kept, asks_to_forget(each)) for each in (doubtful, wish)]


def test_a_wish_to_forget_is_no_statement() -> None:
    """Where it is not surely one, it becomes no memory that ends what it is about."""
    about = known("my brother Ade can't eat shellfish")
    assert [] == [
        each.text for each in statements_of("forget that my brother can't eat shellfish", about, NOW) if each.text
    ]


@pytest.mark.parametrize(
    "told", ["we have a volvo", "Tom works nights", "my sister lives in Perth", "I am afraid of dogs."]
)
def test_the_plainest_wish_to_forget(told: str) -> None:
    """It is understood whatever is to be forgotten, and who asks not to forget does not mean it."""
    wish, opposite = judge([f"forget that {told}"]) + judge([f"Don't forget that {told}"])
    assert [True, False] == [asks_to_forget(each) for each in (wish, opposite)]


def test_what_could_be_meant() -> None:
    """All that share most with the wish."""
    sister = "My sister lives in Oslo."
    meant = forgettable("Forget what I said about Oslo.", known(OSLO, NUTS, sister))
    assert [OSLO, sister] == [memory.text for memory in meant]


@pytest.mark.parametrize(
    ("text", "old"),
    [
        ("My name is Ana.", "My name is Anna."),
        ("I live in Bergen.", OSLO),
        ("I'm 41 years old.", "I'm 40 years old."),
        ("I work at Globex as a welder.", "I work at Acme as a welder."),
    ],
)
def test_another_value_replaces(text: str, old: str) -> None:
    """Of what a person has one of at a time, said in the same words; what else is known stays."""
    assert [("replace", old)] == gone(text, NUTS, old)


@pytest.mark.parametrize(
    ("text", "old"),
    [
        ("I moved to Rust from Go.", OSLO),
        ("We moved from Jira to Linear.", OSLO),
        ("I live in a small flat.", OSLO),
        ("My sister's name is Ana.", "My name is Anna."),
        ("My sister lives in Bergen.", OSLO),
        ("We have two cats, Miso and Tofu.", "I have a dog called Rex."),
        (WELDER, NUTS),
    ],
)
def test_without_plain_evidence_both_stand(text: str, old: str) -> None:
    """What can both be true is never replaced at once."""
    assert [] == gone(text, old)


@pytest.mark.parametrize(
    ("text", "old"),
    [
        ("booked flights to Rome for 3 may, 180 quid each", "booked flights to Oslo for 9 june, 95 quid each"),
        ("mi hermano vive en Cádiz", "mi hermana vive en Sevilla"),
        ("мой брат живёт в Туле", "моя сестра живёт в Твери"),
    ],
)
def test_another_of_the_kind_is_not_asked_about(text: str, old: str) -> None:
    """Two statements that say much the same of different things are both true."""
    others = ("I like crime novels", "My birthday is in October", "We have an allotment")
    assert [] == [each.asks_about for each in statements_of(text, known(old, *others), NOW) if each.asks_about]


def test_by_hand_everything_is_kept() -> None:
    """Whatever it looks like; another value replaces there too."""
    assert "Bought a bicycle. Translate this" == statement_by_hand("Bought a bicycle. Translate this", [], NOW).text
    operation = statement_by_hand("My name is Ana.", known(NUTS, "My name is Anna."), NOW)
    assert ("replace", ("My name is Anna.",)) == (operation.action, operation.replaces)


WORDS = st.sampled_from(
    ["I'm vegetarian", NURSE, WELDER, NUTS, OSLO, "and", ",", ";", "For context:", "Hi,", "Pretend", "\n", "?", "   "]
)


@given(st.one_of(st.text(), st.lists(WORDS, max_size=8).map(" ".join)))
def test_nothing_is_rewritten(text: str) -> None:
    """Of any message, what is kept is a stretch of it but for blanks, of a length that a memory may have."""
    for operation in statements_of(text, known(OSLO, NUTS), NOW):
        assert " ".join(operation.text.split()) in " ".join(text.split())
        assert len(operation.text) <= MAX_TEXT


def test_two_numbered_notes_are_no_two_values() -> None:
    """Of what is no statement about the person, a number is no value that another one replaces."""
    (added,) = statements_of("I'm 34 years old.", [], NOW)
    assert added.topics[:1] == ["age"]
    assert another_value("Note 1", judge(["Note 1"])[0].topics, known("Note 0")) is None
