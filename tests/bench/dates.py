"""What is found of the dates in 184 sentences in twelve languages, by `language/dates.py` and by dateparser's search.

    uv run --group dev python tests/bench/dates.py [--missed]

`dates.tsv` has a sentence a line: language, whether it looks back or ahead, sentence, the days it speaks of ("-" for
none, "|" between two that are right). All were written before the grammar; every third was set aside until it was
done. Today is Wednesday, 25 November 2026. dateparser is told the language, and gets the day of a week as right
where the week is.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from agentmem_cli.language.dates import Prefer, Span, dates_in

TODAY = date(2026, 11, 25)
SENTENCES = Path(__file__).with_name("dates.tsv")
SET_ASIDE = 3


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and the spans of which one is right; none where it has no date."""

    language: str
    prefer: Prefer
    text: str
    right: list[Span]

    def is_read(self, found: list[Span]) -> bool:
        """Whether what is found is right, or among two readings."""
        if not self.right:
            return not found
        days = {day for span in found for day in span}
        first, last = self.right[0]
        is_in_week = _is_week(first, last) and len(days) == 1 and first <= min(days) <= last
        return is_in_week or (bool(found) and set(found) <= set(self.right))


def main() -> None:
    """Print the table, and with --missed what is read wrongly."""
    sentences = [_sentence(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    aside = sentences[SET_ASIDE - 1 :: SET_ASIDE]
    print(f"{'':<12}{'right':>10}{'false':>8}{'set aside':>12}{'false':>8}{'import':>10}{'a sentence':>14}")
    for name, load in (("agentmem", lambda: _ours), ("dateparser", _dateparser)):
        started = time.perf_counter()
        find = load()
        find(sentences[0])
        loaded = time.perf_counter() - started
        seconds = statistics.median(_seconds(find, each) for each in sentences)
        shares = "".join(
            f"{cell:>{width}}"
            for cell, width in zip(_counts(find, sentences) + _counts(find, aside), (10, 8, 12, 8), strict=True)
        )
        print(f"{name:<12}{shares}{loaded * 1000:>7.0f} ms{seconds * 1000:>11.2f} ms")
    if "--missed" in sys.argv:
        for each in sentences:
            if not each.is_read(_ours(each)):
                print(each.language, each.text, *(f"{first}..{last}" for first, last in _ours(each)))


def _counts(find: Callable[[Sentence], list[Span]], sentences: list[Sentence]) -> list[str]:
    dated = [each for each in sentences if each.right]
    others = [each for each in sentences if not each.right]
    right = sum(each.is_read(find(each)) for each in dated)
    false = sum(not each.is_read(find(each)) for each in others)
    return [f"{right}/{len(dated)}", f"{false}/{len(others)}"]


def _seconds(find: Callable[[Sentence], list[Span]], sentence: Sentence) -> float:
    find(sentence)
    started = time.perf_counter()
    find(sentence)
    return time.perf_counter() - started


def _ours(sentence: Sentence) -> list[Span]:
    return dates_in(sentence.text, TODAY, sentence.prefer)


def _dateparser() -> Callable[[Sentence], list[Span]]:
    from dateparser.search import search_dates

    def find(sentence: Sentence) -> list[Span]:
        settings = {
            "RELATIVE_BASE": datetime(TODAY.year, TODAY.month, TODAY.day, 12),  # noqa: DTZ001 -- a day in any zone
            "PREFER_DATES_FROM": sentence.prefer,
            "RETURN_TIME_AS_PERIOD": True,
        }
        found = search_dates(sentence.text, languages=[sentence.language], settings=settings, add_period=True)
        return [_span(at.date(), period) for _, at, period in found or [] if period != "time"]

    return find


def _span(day: date, period: str) -> Span:
    if period == "week":
        monday = day - timedelta(day.weekday())
        return monday, monday + timedelta(6)
    if period == "month":
        following = (day.replace(day=1) + timedelta(32)).replace(day=1)
        return day.replace(day=1), following - timedelta(1)
    return (day.replace(month=1, day=1), day.replace(month=12, day=31)) if period == "year" else (day, day)


def _is_week(first: date, last: date) -> bool:
    return last - first == timedelta(6)


def _sentence(line: str) -> Sentence:
    language, prefer, text, right = line.split("\t")
    spans = [] if right == "-" else [_read(each) for each in right.split("|")]
    return Sentence(language, "future" if prefer == "future" else "past", text, spans)


def _read(right: str) -> Span:
    first, _, last = right.partition("..")
    return date.fromisoformat(first), date.fromisoformat(last or first)


if __name__ == "__main__":
    main()
