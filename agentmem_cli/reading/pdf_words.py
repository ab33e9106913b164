"""The words of a PDF page and where each stands, as pdfium tells; raised or lowered parts of a word stand apart.

Runs in the reading child only. A box is asked for the first and the last character of each word: for every character
it would take as long as all other reading.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate, count, groupby, pairwise
from operator import itemgetter
from typing import Any

from agentmem_cli.reading.page_segments import CURRENCIES, NARROWEST, Box, Word

_WORD = re.compile(r"[^\s\ufffe]+\ufffe?")
"""U+FFFE is where pdfium found a hyphen at a line's end; what follows it stands on the next line."""
_INNER_DIGIT = re.compile(r"\d(?=\D+$)")
_FRACTION = re.compile(r"\d[/\u2044]\d")
_APART = re.compile(r"\d(?:[^\s\d]+(?=\s|$)|[/\u2044]\d\S*)")
"""The end of a word whose last digit may be raised, or that may have a small fraction in it."""
_CURRENCY = re.compile(rf"(?<!\S)[{''.join(CURRENCIES)}](?!\S)")
_LEAST_SHIFT = 0.1
"""Of a character's height: one that is so much smaller, higher or lower than the next is apart from it."""


def words_on(text_page: Any, text: str) -> list[Word] | None:
    """The words of a page, whose text pdfium gives, in its order; None where they do not run from left to right.

    Words of one size with an ordinary blank between them come as one: of a page of prose these are most.
    """
    spans = [match.span() for match in _WORD.finditer(text)]
    if not spans:
        return []
    places = _places(text_page, text)
    firsts = _boxes(text_page, [places[start] for start, _ in spans])
    lasts = _boxes(text_page, [places[end - 1] for _, end in spans])
    if any(right < first[0] for first, (_, _, right, _) in zip(firsts, lasts, strict=True)):
        return None
    found: list[Word] = []
    line = before = 0
    for start, end, first, last in _runs(text, spans, firsts, lasts):
        separator = text[before:start]
        line += separator.count("\n")
        parted = separator[-1:] not in ("", "\n")
        before = end
        if not _are_level(first, last):
            return None
        word = text[start:end]
        is_one = _alike(first, last)
        if is_one and ("/" in word or "\u2044" in word) and _FRACTION.search(word):
            is_one = False
        elif is_one and (inner := _INNER_DIGIT.search(word)):
            is_one = _alike(first, *_boxes(text_page, [places[start + inner.start()]]))
        if is_one:
            found.append(Word(word, first[0], first[1], last[2], first[3], places[start], parted, line))
            continue
        for part, offset, box in _parts(word, _boxes(text_page, places[start:end])):
            found.append(Word(part, *box, places[start + offset], parted, line))
            parted = False
    return found


def _runs(
    text: str, spans: Sequence[tuple[int, int]], firsts: Sequence[Box], lasts: Sequence[Box]
) -> Iterator[tuple[int, int, Box, Box]]:
    """(start, end, box of the first character, of the last) of each run of words; most other words are runs of one."""
    apart = {found.end() for found in _APART.finditer(text)} | {found.start() for found in _CURRENCY.finditer(text)}
    run_start, run_end = spans[0]
    run_first, run_last = firsts[0], lasts[0]
    _, bottom, right, top = run_last
    may_grow = run_first[1] == bottom and run_first[3] == top and run_end not in apart and run_start not in apart
    for (start, end), first, last in zip(spans[1:], firsts[1:], lasts[1:], strict=True):
        is_one = first[1] == last[1] and first[3] == last[3] and end not in apart and start not in apart
        is_same = is_one and may_grow and last[1] == bottom and last[3] == top
        if is_same and text[run_end:start] == " " and -top + bottom < first[0] - right < NARROWEST * (top - bottom):
            run_end, run_last, right = end, last, last[2]
            continue
        yield run_start, run_end, run_first, run_last
        run_start, run_end, run_first, run_last, may_grow = start, end, first, last, is_one
        _, bottom, right, top = last
    yield run_start, run_end, run_first, run_last


def _parts(word: str, boxes: Sequence[Box]) -> Iterator[tuple[str, int, Box]]:
    """The runs of characters that are of one size and stand on one line, each with its offset."""
    changes = accumulate(not _alike(*pair) for pair in pairwise([boxes[0], *boxes]))
    for _, run in groupby(zip(changes, count(), boxes, strict=False), key=itemgetter(0)):
        _, offsets, of_run = zip(*run, strict=True)
        left, bottom, _, top = of_run[0]
        yield word[offsets[0] : offsets[-1] + 1], offsets[0], (left, bottom, of_run[-1][2], top)


def _places(text_page: Any, text: str) -> Sequence[int]:
    """For each character the number that pdfium gives it: it counts in UTF-16, and characters without text too."""
    import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # it ships no types

    places: Sequence[int] = range(len(text))
    if not text.isascii() and max(text) > "\uffff":
        places = [0, *accumulate(2 if each > "\uffff" else 1 for each in text[:-1])]
    number = pdfium.FPDFText_GetCharIndexFromTextIndex
    if number(text_page, places[-1]) == places[-1]:
        return places
    return [number(text_page, place) for place in places]


def _boxes(text_page: Any, places: Sequence[int]) -> list[Box]:
    """Where the characters stand; all 0 for one that pdfium knows no place of."""
    found = (ctypes.c_float * (4 * len(places)))()
    page, start = ctypes.addressof(text_page.raw.contents), ctypes.addressof(found)
    read = _box_reader()
    for place, address in zip(places, range(start, start + 16 * len(places), 16), strict=True):
        read(page, place, address)
    edges = iter(memoryview(found).cast("B").cast("f").tolist())
    return [(left, bottom, right, top) for left, top, right, bottom in zip(edges, edges, edges, edges, strict=True)]


@cache
def _box_reader() -> Any:
    """FPDFText_GetLooseCharBox taking addresses: a thousand calls a page, a third of the time."""
    import pypdfium2.raw as pdfium

    address = ctypes.cast(pdfium.FPDFText_GetLooseCharBox, ctypes.c_void_p).value or 0
    return ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(address)


def _are_level(one: Box, other: Box) -> bool:
    """Whether two characters may be of one line, with all that is raised and lowered in it."""
    return abs(other[1] - one[1]) <= 1.5 * max(one[3] - one[1], other[3] - other[1])


def _alike(one: Box, other: Box) -> bool:
    """Whether two characters have one size and one base line. One without a box is like any other."""
    height, other_height = one[3] - one[1], other[3] - other[1]
    if height <= 0 or other_height <= 0:
        return True
    least = _LEAST_SHIFT * height
    return -least < height - other_height < least and -least < one[1] - other[1] < least
