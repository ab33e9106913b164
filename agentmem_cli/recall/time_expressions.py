"""When a question speaks of: "last week", "in May", "3 days ago". A pure function of the text and the date.

A hint for ranking, never a filter: people misdate what they remember.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

_MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905 -- a row of names
)
_MONTH = "|".join(_MONTHS)
_AGO = re.compile(r"\b(\d+|an?|two|three|four|five|six) (day|week|month|year)s? ago\b")
_NUMBERS = {"a": 1, "an": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_LAST = re.compile(r"\b(last|this|past) (week|month|year)\b")
_DATED = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? )?(?P<month>{_MONTH})"
    r"(?: (?P<after>\d{1,2})(?:st|nd|rd|th)?(?!\d))?,?(?: (?P<year>\d{4}))?\b"
)
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_YEAR = re.compile(r"\bin (\d{4})\b")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}

Span = tuple[date, date]
"""First and last day, both included."""


def spoken_of(question: str, today: date) -> Span | None:
    """The days that the question speaks of, or None."""
    text = question.lower()
    return _relative(text, today) or _absolute(text, today)


def _relative(text: str, today: date) -> Span | None:
    if re.search(r"\byesterday\b", text):
        return today - timedelta(1), today - timedelta(1)
    if re.search(r"\btoday\b|\bthis morning\b|\bearlier today\b", text):
        return today, today
    if found := _AGO.search(text):
        number = int(found[1]) if found[1].isdigit() else _NUMBERS[found[1]]
        unit = _DAYS[found[2]]
        middle = _before(today, number * unit)
        return _before(middle, unit // 2), min(today, middle + timedelta(unit // 2))
    if found := _LAST.search(text):
        days = _DAYS[found[2]]
        return (_before(today, days), today) if found[1] == "this" else (_before(today, 2 * days), today)
    return None


def _absolute(text: str, today: date) -> Span | None:
    if found := _ISO.search(text):
        return _span(int(found[1]), int(found[2]), int(found[3]))
    if (found := _DATED.search(text)) and (
        found["month"] != "may" or re.search(r"\b(?:in|on|of|since|last|\d\w*) may\b", text)
    ):
        month = _MONTHS.index(found["month"]) + 1
        day = int(found["day"] or found["after"] or 0)
        year = int(found["year"]) if found["year"] else today.year - (month > today.month)
        return _span(year, month, day)
    if found := _YEAR.search(text):
        return _span(int(found[1]), 0, 0)
    return None


def _span(year: int, month: int, day: int) -> Span | None:
    """A day, a month (day 0) or a year (month 0); None for a date that there is not."""
    try:
        if day:
            return date(year, month, day), date(year, month, day)
        first = date(year, month or 1, 1)
        following = date(year + (month in (0, 12)), 1 if month in (0, 12) else month + 1, 1)
        return first, following - timedelta(1)
    except ValueError:
        return None


def _before(day: date, days: int) -> date:
    return day - timedelta(min(days, day.toordinal() - 1))
