"""The days that a text speaks of: "9 November 2022", "letzten Samstag", "il y a 3 jours", "来週". A pure function.

A small grammar over the words that `date_words` takes from dateparser's locale data. dateparser's own search is not
used: told the language, it takes "sat", "we", "die" and "10-12" for dates. What each does with 184 sentences in twelve
languages, 50 of them without a date (`tests/bench/dates.py` prints the first two rows):

    what reads them       right of 134  false of 50  import  a sentence
    this module                    124            2   18 ms     0.04 ms
    dateparser 1.5                 105           27  220 ms     0.43 ms
    duckling 0.3                   102           12  150 ms     0.21 ms
    parsedatetime 2.6               16           15   35 ms     0.02 ms
    recurrent 0.4                   15           21   50 ms     0.24 ms

(duckling comes in 17 MB for few platforms; the last two know English only.) On the third of the sentences that the
grammar was not written with it has 41 of 44 and no false hit, dateparser 32 and 7.

A miss is better than a wrong day: an abbreviation needs a number beside it, a month a preposition.
"""

from __future__ import annotations

import calendar
import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from agentmem_cli.language.date_words import DateWords, any_of, date_languages, date_words

Span = tuple[date, date]
"""First and last day, both included."""
Prefer = Literal["past", "future"]
"""Which day "Friday" or "3 May" is, where nothing else tells."""

_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_DAY = r"(?P<day>\d{1,2})(?:[.ºª°]|[^\W\d]{1,2}\b)?"
_FROM = r"(?<![\d.,:/-])(?:(?P<from>\d{1,2})(?:[.ºª°]|[^\W\d]{1,2}\b)?\s*(?:[-–]|\s[^\W\d]{1,3}\s)\s*)?"
"""The first day of several: "3-5 May", "del 3 al 5 de mayo"."""
_TO = r"(?:\s*[-–]\s*(?P<to>\d{1,2})(?!\d))?"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_LINK = r"(?:[^\W\d]{2,3}\s+)?"
"""Spanish "3 de mayo de 2027"."""
_AFTER = r"(?=(?:\s+(?P<after>[^\W\d]+))?)"
_GAP = r"\W{0,2}(?:[^\W\d]{1,3}\W)?"
"""Between a week and its day: "next week on Friday"."""


def dates_in(text: str, today: date, prefer: Prefer = "past") -> list[Span]:
    """The days that a text speaks of, each once. A date that can be read in two ways, such as 3/4, gives both."""
    return dates_and_rest(text, today, prefer)[0]


def dates_and_rest(text: str, today: date, prefer: Prefer = "past") -> tuple[list[Span], str]:
    """The days that a text speaks of, and the text without the words that tell them."""
    for code in date_languages(text):
        spans, rest = _dates_in(text.lower(), code, today, prefer)
        if spans:
            return spans, rest
    return [], text


def _dates_in(rest: str, code: str, today: date, prefer: Prefer) -> tuple[list[Span], str]:
    words = date_words(code)
    for pattern, written in words.aliases:
        rest = pattern.sub(written, rest)
    found: list[Span] = []
    for pattern, read in _patterns(code):
        rest = pattern.sub(functools.partial(_read, read, _Said(words, today, prefer), found), rest)
    return list(dict.fromkeys(found)), rest


@dataclass(frozen=True, slots=True)
class _Said:
    """In what a date is said."""

    words: DateWords
    today: date
    prefer: Prefer


_Match = re.Match[str]
_Reader = Callable[[_Said, _Match], list[Span]]


def _read(read: _Reader, said: _Said, found: list[Span], match: _Match) -> str:
    """Add the days of a match to what is found. What is read is blanked, so that nothing is read twice."""
    try:
        spans = read(said, match)
    except (ValueError, OverflowError):  # no such day: not even its month is meant
        return " " * len(match.group())
    found.extend(spans)
    return " " * len(match.group()) if spans else match.group()


@functools.cache
def _patterns(code: str) -> list[tuple[re.Pattern[str], _Reader]]:
    """What is looked for, the surest first."""
    words = date_words(code)
    sources = [
        *_in_digits(words),
        *_counted(words),
        *_days_of_months(words),
        *_weeks_and_days(words),
        *_months_and_years(words),
    ]
    return [(re.compile(source), read) for source, read in sources]


def _in_digits(words: DateWords) -> Iterator[tuple[str, _Reader]]:
    start, end = r"(?<![\w.,/-])", r"(?!\d|[-/.]\d)"
    yield rf"{start}(?P<year>\d{{4}})([-/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}}){end}", _day_of_month
    yield rf"{start}(?P<first>\d{{1,2}})([-/.])(?P<second>\d{{1,2}})\2(?P<year>\d{{4}}){end}", _either_order
    yield rf"{_before(words)}(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})(?![\d/.,])", _either_order


def _counted(words: DateWords) -> Iterator[tuple[str, _Reader]]:
    number = rf"(?P<number>\d+|{any_of(words.numbers)})"
    for source, sign, unit in words.counted:
        yield _apart(words, source.replace("{number}", number)), functools.partial(_units_away, sign, unit)


def _days_of_months(words: DateWords) -> Iterator[tuple[str, _Reader]]:
    month = rf"(?P<month>{any_of(words.months)})"
    if words.is_spaced:
        yield rf"{_FROM}{_DAY}\s+{_LINK}{month}\b\.?(?:,?\s+{_LINK}{_YEAR})?", _day_of_month
        yield rf"\b{month}\b\.?\s+{_DAY}(?![\d:]){_TO}(?:,?\s+{_YEAR})?", _day_of_month
    else:
        yield rf"(?:{_YEAR}\s*\w?\s*)?(?<!\d){month}\s*(?P<day>\d{{1,2}})(?!\d)", _day_of_month


def _weeks_and_days(words: DateWords) -> Iterator[tuple[str, _Reader]]:
    day = rf"(?P<weekday>{any_of(name for name in words.weekdays if name in words.full_names)})"
    week = rf"(?P<phrase>{any_of(phrase for phrase, (_, unit) in words.phrases.items() if unit == 'week')})"
    if words.is_spaced:
        yield _apart(words, week + _GAP + day), _day_of_week
        yield _apart(words, day + _GAP + week), _day_of_week
    else:
        yield rf"{week}\s*\w?\s*{day}", _day_of_week
        yield rf"{week}(?P<weekday>{any_of(words.weekdays_of_weeks)})", _day_of_week
    yield _apart(words, rf"(?P<phrase>{any_of(words.phrases)})"), _phrase
    yield rf"(?:\b(?P<before>[^\W\d]+)\s+)?{_apart(words, day)}{_AFTER}", _weekday


def _months_and_years(words: DateWords) -> Iterator[tuple[str, _Reader]]:
    month = _apart(words, rf"(?P<month>{any_of(words.months)})")
    full = _apart(words, rf"(?P<month>{any_of(name for name in words.months if name in words.full_names)})")
    if words.is_spaced:
        yield rf"{month}\.?,?\s+{_LINK}{_YEAR}", _month_of_year
        yield rf"\b(?P<before>[^\W\d]+)\s+{full}{_AFTER}", _month
        yield rf"{_before(words)}{_YEAR}(?![.,-]?\d)", _whole_year
    else:
        yield rf"{_YEAR}\s*\w?\s*{full}", _month_of_year
        yield full, _named_month
        yield rf"{_YEAR}\s*(?:{any_of(words.years)})", _whole_year


def _before(words: DateWords) -> str:
    return rf"\b(?:{any_of(words.before)})\s+"


def _apart(words: DateWords, source: str) -> str:
    return rf"(?<!\w)(?:{source})(?!\w)" if words.is_spaced else rf"(?<!\d)(?:{source})"


def _day_of_month(said: _Said, match: _Match) -> list[Span]:
    groups = match.groupdict()
    month = said.words.months.get(groups["month"]) or int(groups["month"])
    year = int(groups["year"]) if groups["year"] else _year_of(said, month, int(groups["day"]))
    day = date(year, month, int(groups["day"]))
    first = day.replace(day=int(groups.get("from") or day.day))
    last = day.replace(day=int(groups.get("to") or day.day))
    return [(min(first, day), max(day, last))]


def _either_order(said: _Said, match: _Match) -> list[Span]:
    """The days of 3/4/2026: in English, which writes it in both orders, both that there are."""
    first, second = int(match["first"]), int(match["second"])
    orders = [(second, first), (first, second)] if said.words.is_month_first else [(second, first)]
    return list(_dates(said, match.groupdict().get("year"), orders))


def _dates(said: _Said, year: str | None, orders: list[tuple[int, int]]) -> Iterator[Span]:
    for month, day in orders:
        if 1 <= month <= 12:
            found = date(int(year) if year else _year_of(said, month, day), month, day)
            yield found, found


def _units_away(sign: int, unit: str, said: _Said, match: _Match) -> list[Span]:
    """Around the day that is so far away: "2 weeks ago" is a week, "2 days ago" a day."""
    number = said.words.numbers.get(match["number"]) or int(match["number"])
    half = _DAYS[unit] // 2
    middle = _shifted(said.today, sign * number * _DAYS[unit])
    return [(_shifted(middle, -half), _shifted(middle, half))]


def _day_of_week(said: _Said, match: _Match) -> list[Span]:
    number, _ = said.words.phrases[match["phrase"]]
    monday = said.today - timedelta(said.today.weekday())
    weekdays = said.words.weekdays | said.words.weekdays_of_weeks
    day = monday + timedelta(7 * number + weekdays[match["weekday"]])
    return [(day, day)]


def _phrase(said: _Said, match: _Match) -> list[Span]:
    number, unit = said.words.phrases[match["phrase"]]
    today = said.today
    if unit == "day":
        day = today + timedelta(number)
        return [(day, day)]
    if unit == "week":
        monday = today + timedelta(7 * number - today.weekday())
        return [(monday, monday + timedelta(6))]
    if unit == "month":
        months = today.year * 12 + today.month - 1 + number
        return [_month_span(months // 12, months % 12 + 1)]
    return [_year_span(today.year + number)]


def _weekday(said: _Said, match: _Match) -> list[Span]:
    """The next or the last day of that name; today is neither."""
    weekday = said.words.weekdays[match["weekday"]]
    direction = said.words.direction(match["before"], match["after"])
    if direction is None:
        direction = 1 if said.prefer == "future" else -1
    ahead = (weekday - said.today.weekday()) % 7
    if direction == 0:
        day = said.today + timedelta(weekday - said.today.weekday())
    else:
        day = said.today + timedelta((ahead or 7) if direction > 0 else ahead - 7)
    return [(day, day)]


def _month(said: _Said, match: _Match) -> list[Span]:
    """A month behind a preposition, or beside "last" or "next": alone, "may" and "march" are other words as well."""
    direction = said.words.direction(match["before"], match["after"])
    if direction:
        return _named_month(replace(said, prefer="future" if direction > 0 else "past"), match)
    return _named_month(said, match) if match["before"] in said.words.before else []


def _named_month(said: _Said, match: _Match) -> list[Span]:
    month = said.words.months[match["month"]]
    return [_month_span(_year_of(said, month), month)]


def _month_of_year(said: _Said, match: _Match) -> list[Span]:
    return [_month_span(int(match["year"]), said.words.months[match["month"]])]


def _whole_year(_said: _Said, match: _Match) -> list[Span]:
    return [_year_span(int(match["year"]))]


def _year_of(said: _Said, month: int, day: int = 0) -> int:
    """The year of a day or a month (day 0) that is named without one."""
    today = said.today
    named, now = (month, day or today.day), (today.month, today.day)
    is_past = said.prefer == "past"
    year = today.year - (named > now) if is_past else today.year + (named < now)
    while named == (2, 29) and not calendar.isleap(year):
        year += -1 if is_past else 1
    return year


def _month_span(year: int, month: int) -> Span:
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), following - timedelta(1)


def _year_span(year: int) -> Span:
    return date(year, 1, 1), date(year, 12, 31)


def _shifted(day: date, days: int) -> date:
    """The day so many days away, or the first or the last that there is."""
    return date.fromordinal(max(1, min(date.max.toordinal(), day.toordinal() + days)))
