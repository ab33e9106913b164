"""Which days a text speaks of."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem_cli.language.dates import Prefer, dates_in

TODAY = date(2026, 11, 25)
"""A Wednesday."""


def read(text: str, prefer: Prefer = "past") -> list[str]:
    """The spans as `2026-11-24`, or `2026-11-16..2026-11-22`."""
    found = dates_in(text, TODAY, prefer)
    return [first.isoformat() if first == last else f"{first}..{last}" for first, last in found]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("What did I say yesterday?", "2026-11-24"),
        ("What did we do this morning?", "2026-11-25"),
        ("What was it 3 days ago?", "2026-11-22"),
        ("And two weeks ago?", "2026-11-08..2026-11-14"),
        ("What happened last week?", "2026-11-16..2026-11-22"),
        ("What happens this month?", "2026-11-01..2026-11-30"),
        ("And next year?", "2027-01-01..2027-12-31"),
        ("Who called last Saturday?", "2026-11-21"),
        ("What did he say on Friday?", "2026-11-20"),
        ("What is on next Friday?", "2026-11-27"),
        ("What is on this Friday?", "2026-11-27"),
        ("on Monday next week", "2026-11-30"),
        ("next week on Tuesday", "2026-12-01"),
        ("on 2026-02-03", "2026-02-03"),
        ("on 9 November 2022", "2022-11-09"),
        ("on May 7th, 2023", "2023-05-07"),
        ("on 3 Dec", "2025-12-03"),
        ("from 3-5 May 2027", "2027-05-03..2027-05-05"),
        ("May 3-5, 2027", "2027-05-03..2027-05-05"),
        ("in May 2023", "2023-05-01..2023-05-31"),
        ("in December", "2025-12-01..2025-12-31"),
        ("last May", "2026-05-01..2026-05-31"),
        ("next may", "2027-05-01..2027-05-31"),
        ("in 2024", "2024-01-01..2024-12-31"),
        ("Was war letzten Samstag?", "2026-11-21"),
        ("Was habe ich vor 3 Tagen gesagt?", "2026-11-22"),
        ("Wir haben am 12.06.2027 Hochzeit.", "2027-06-12"),
        ("Qu'est-ce qu'il a dit vendredi dernier ?", "2026-11-20"),
        ("¿Qué pasó la semana pasada?", "2026-11-16..2026-11-22"),
        ("La fiesta es del 3 al 5 de mayo de 2027.", "2027-05-03..2027-05-05"),
        ("Che cosa ho detto sabato scorso?", "2026-11-21"),
        ("O que fiz há 3 dias?", "2026-11-22"),
        ("Wat deden we vorige week?", "2026-11-16..2026-11-22"),
        ("Co robiliśmy w zeszłą sobotę?", "2026-11-21"),
        ("Geçen cumartesi ne yaptık?", "2026-11-21"),
        ("Что было на прошлой неделе?", "2026-11-16..2026-11-22"),
        ("先週の土曜日に何をしましたか。", "2026-11-21"),
        ("我上周六说了什么？", "2026-11-21"),
        ("2022년 11월 9일에 뭐 했지?", "2022-11-09"),
    ],
)
def test_a_time_is_understood(text: str, days: str) -> None:
    """Days, weeks, months and years, relative and absolute, in many languages."""
    assert [days] == read(text)


@pytest.mark.parametrize(
    ("text", "past", "future"),
    [
        ("on Friday", "2026-11-20", "2026-11-27"),
        ("on Wednesday", "2026-11-18", "2026-12-02"),
        ("on 3 May", "2026-05-03", "2027-05-03"),
        ("am 24. Dezember", "2025-12-24", "2026-12-24"),
        ("el 25 de noviembre", "2026-11-25", "2026-11-25"),
        ("on 29 February", "2024-02-29", "2028-02-29"),
    ],
)
def test_past_and_future(text: str, past: str, future: str) -> None:
    """A day that is named without its week or year is the last one or the next one, as the caller prefers."""
    assert ([past], [future]) == (read(text), read(text, "future"))


@pytest.mark.parametrize(
    "text",
    [
        "Where do I live?",
        "May I ask you something?",
        "It may take 10 or 12 tries.",
        "This may help.",
        "The cat sat on the second mat.",
        "March on!",
        "a 5 km run in 25 minutes",
        "We use version 3.2 of it.",
        "We wed our data to their model.",
        "He won 10-12.",
        "Call extension 2041.",
        "I have lived here since 2010.",
        "A week has seven days.",
        "Do it now.",
        "Ich habe so viele Bücher, die mit mir umziehen.",
        "Je me sens bien avec 2 chats.",
        "Nie jem mięsa.",
        "水を飲みます。",
        "我喜欢周杰伦。",
        "on 31 February 2024",
        "on 29 February 2026",
        "on 30 February",
        "2024-13-45",
        "in 0000",
        "",
    ],
)
def test_no_time_is_none(text: str) -> None:
    """No time, an impossible one, or a word that only looks like one."""
    assert [] == read(text)


def test_two_readings() -> None:
    """A date that English writes in both orders gives both; elsewhere, and where just one is possible, one."""
    assert ["2027-03-04", "2027-04-03"] == sorted(read("on 3/4/2027"))
    assert ["2027-04-13"] == read("on 13/4/2027")
    assert ["2027-04-03"] == read("Wir fahren am 3/4/2027 und nicht am Montag davor.")[:1]


def test_several() -> None:
    """Each once."""
    assert ["2026-11-24", "2026-11-20"] == read("yesterday, on Friday, and again yesterday")


def test_the_distant_past_does_not_overflow() -> None:
    """However many years ago, the answer is a date."""
    assert read("99999999 years ago")


@given(st.text())
def test_any_text(text: str) -> None:
    """A span begins before it ends."""
    assert all(first <= last for first, last in dates_in(text, TODAY))
