"""The words of a language for days, months and times, from the locale data of dateparser, lower case.

The data files are read by themselves: they take 1 ms, and importing dateparser takes 120.
"""

from __future__ import annotations

import functools
import re
import runpy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from agentmem_cli.language.stems import likely_languages

_Data = dict[str, Any]

_CODES = {
    "english": "en",
    "german": "de",
    "french": "fr",
    "spanish": "es",
    "portuguese": "pt",
    "italian": "it",
    "dutch": "nl",
    "polish": "pl",
    "turkish": "tr",
    "swedish": "sv",
    "finnish": "fi",
    "russian": "ru",
    "arabic": "ar",
}
_UNSPACED = {"ja": "[\u3040-\u30ff]", "ko": "[\uac00-\ud7a3]", "zh": "[\u4e00-\u9fff]"}
"""The letters of the languages that put no space between a date and what follows; the first that fits."""
_MONTHS = "january february march april may june july august september october november december".split()  # noqa: SIM905 -- keys of the data
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()  # noqa: SIM905 -- as above
_UNITS = ("day", "week", "month", "year")
_KEY = re.compile(r"(?P<ahead>in )?(?P<number>\\1|\d+) (?P<unit>day|week|month|year)(?: ago)?")
"""The keys of the data: "in 1 week", "0 day ago", and r"\\1 year ago", whose number is to be filled in."""
_NUMBER = r"(\d++[.,]?\d*+)"
"""How the data's patterns write a number."""
_NEAR = (-1, 0, 1)
_LONGEST_ABBREVIATION = 3
_SAME_LETTERS = 5
"""Letters in which two forms of a word begin alike, as Polish "zeszłą" and "zeszłym"."""


@dataclass(frozen=True, slots=True)
class DateWords:
    """One language."""

    is_spaced: bool
    is_month_first: bool
    """Whether 3/4 is in March."""
    months: dict[str, int]
    weekdays: dict[str, int]
    """0 for Monday."""
    weekdays_of_weeks: dict[str, int]
    """What is left of a weekday behind a week, in Chinese: "下周一" for "下周" and "周一"."""
    full_names: frozenset[str]
    """Those of months and weekdays that are no abbreviations."""
    years: list[str]
    """The words for "year"."""
    numbers: dict[str, int]
    phrases: dict[str, tuple[int, str]]
    """How many of which unit from now "next week" is."""
    counted: list[tuple[str, int, str]]
    """A pattern of "3 days ago" with "{number}" in it, its sign and its unit."""
    before: list[str]
    """Prepositions that stand before a date."""
    aliases: list[tuple[re.Pattern[str], str]]
    """What is another way to write something: "tonight" is "today night"."""
    _directions: dict[str, int]

    def direction(self, *beside: str | None) -> int | None:
        """Where the words beside a weekday point: -1 for "last", 0 for "this", 1 for "next"."""
        found = (self._directions.get(word[:_SAME_LETTERS]) for word in beside if word)
        return next((each for each in found if each is not None), None)


def date_languages(text: str) -> list[str]:
    """The codes of the languages in which a text may name its dates, the likeliest first."""
    by_script = [code for code, letters in _UNSPACED.items() if re.search(letters, text)]
    return by_script[:1] or [_CODES[name] for name in likely_languages(text)]


@functools.cache
def date_words(code: str) -> DateWords:
    """The words of a language."""
    data = _data(code)
    phrases = dict(_phrases(data))
    named = [_forms(data[key]) for key in (*_MONTHS, *_WEEKDAYS)]
    return DateWords(
        is_spaced=code not in _UNSPACED,
        is_month_first=data["date_order"].startswith("M"),
        months={form: number for number, key in enumerate(_MONTHS, 1) for form in _forms(data[key])},
        weekdays={form: number for number, key in enumerate(_WEEKDAYS) for form in _forms(data[key])},
        weekdays_of_weeks=dict(_of_weeks(data)) if code in _UNSPACED else {},
        full_names=frozenset(form for forms in named for form in forms if not _is_abbreviation(form, forms)),
        years=_forms(data["year"]),
        numbers=dict(_numbers(data)),
        phrases=phrases,
        counted=list(_counted(data)),
        before=[word for word in (*data["skip"], *(data.get("in") or ())) if word.isalpha()],
        aliases=list(_aliases(data)),
        _directions=_directions(phrases, [form for unit in _UNITS for form in _forms(data[unit])]),
    )


def _data(code: str) -> _Data:
    found = find_spec("dateparser")
    assert found is not None  # noqa: S101 -- a dependency
    assert found.origin is not None  # noqa: S101 -- a package with code has a file
    path = Path(found.origin).with_name("data") / "date_translation_data" / f"{code}.py"
    data: _Data = runpy.run_path(str(path))["info"]
    return data


def _forms(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name.lower() for name in names if name[0].isalnum()))


def _is_abbreviation(form: str, forms: Sequence[str]) -> bool:
    """What is short and begins a longer form, as "sat", or has much longer ones, as Polish "pn"."""
    longer = any(other != form and other.startswith(form) for other in forms)
    return len(form) <= _LONGEST_ABBREVIATION and (longer or len(form) < len(max(forms, key=len)) // 2)


def _of_weeks(data: _Data) -> Iterator[tuple[str, int]]:
    for number, key in enumerate(_WEEKDAYS):
        for week in _forms(data["week"]):
            named = [form for form in _forms(data[key]) if form.startswith(week)]
            yield from ((form.removeprefix(week), number) for form in named)


def _phrases(data: _Data) -> Iterator[tuple[str, tuple[int, str]]]:
    for key, phrases in data["relative-type"].items():
        if found := _KEY.fullmatch(key):
            number = int(found["number"]) * (1 if found["ahead"] else -1)
            yield from ((phrase.lower(), (number, found["unit"])) for phrase in phrases)


def _directions(phrases: dict[str, tuple[int, str]], units: Iterable[str]) -> dict[str, int]:
    """What only phrases of one direction hold, beside units: "last week" and "last year", but "la" in all of them."""
    directions: dict[str, set[int]] = {}
    for phrase, (number, unit) in phrases.items():
        for word in phrase.split() if unit != "day" else ():
            directions.setdefault(word[:_SAME_LETTERS], set()).add(number)
    for word in units:
        directions.pop(word[:_SAME_LETTERS], None)
    return {word: min(numbers) for word, numbers in directions.items() if len(numbers) == 1 and min(numbers) in _NEAR}


def _counted(data: _Data) -> Iterator[tuple[str, int, str]]:
    """With every form of a unit where the data has some: Polish "dni" beside "dnia"."""
    for key, patterns in data["relative-type-regex"].items():
        if found := _KEY.fullmatch(key):
            unit = found["unit"]
            forms = [form for form in _forms(data[unit]) if len(form) > 1]
            sources = dict.fromkeys(_with_forms(pattern.lower(), forms) for pattern in patterns)
            yield from ((source, 1 if found["ahead"] else -1, unit) for source in sources)


def _with_forms(pattern: str, forms: Sequence[str]) -> str:
    words = ["{number}" if word == _NUMBER else word for word in pattern.replace(_NUMBER, f" {_NUMBER} ").split()]
    return r"\s*".join(f"(?:{any_of(forms)})" if word in forms else word for word in words)


def _numbers(data: _Data) -> Iterator[tuple[str, int]]:
    for written, stands_for in _simplifications(data):
        if written.isalpha() and stands_for.isdigit():
            yield written, int(stands_for)


def _aliases(data: _Data) -> Iterator[tuple[re.Pattern[str], str]]:
    for written, stands_for in _simplifications(data):
        if "\\d" not in written and "(?<" not in written and not stands_for.isdigit():
            yield re.compile(rf"\b(?:{written})\b"), stands_for


def _simplifications(data: _Data) -> Iterator[tuple[str, str]]:
    for each in data.get("simplifications", ()):
        yield from each.items()


def any_of(words: Iterable[str]) -> str:
    """A pattern of any of these words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or r"(?!)"
