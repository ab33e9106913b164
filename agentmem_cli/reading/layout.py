"""The pages of one document as its reader gave them -> clean pages, in sections under their headings.

Works on a whole document at once: only that shows which words it knows, what repeats on its pages, and which
heading a page without one stands under.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agentmem_cli.reading.clean import mended, narrowed, words_of
from agentmem_cli.reading.furniture import furniture_of
from agentmem_cli.reading.headings import OutlineEntry, RawPage, headings_of

_DEEPEST = 3
"""Headings that stand above a passage; of more, the nearest."""
_LONGEST_HEADING = 100


@dataclass(frozen=True, slots=True)
class Section:
    """A run of a page's text under one heading. `heading` is a line, ` > ` between the levels; may be empty."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page's clean text. `index` counts from 0; `label` is the number printed by the file's maker, if any.

    `sections` are the same text in order without running headers and footers: what passages are made of.
    `is_part`: it is a slide, a row or a chapter, and `label` is the whole of its place; no sentence runs over its end.
    """

    index: int
    label: str | None
    text: str
    sections: tuple[Section, ...] = ()
    is_part: bool = False


def laid_out(raw: Mapping[int, RawPage], outline: Sequence[OutlineEntry] = ()) -> list[Page]:
    """The clean pages of a document, in order."""
    words = words_of("\n".join(page.lines) for page in raw.values())
    furniture = furniture_of(raw)
    headings = headings_of(raw, outline)
    above: dict[int, str] = {}
    pages = []
    for index in sorted(raw):
        page = raw[index]
        hidden = {place for of_page, place in furniture if of_page == index} if furniture else set()
        parts = [
            (heading, mended("\n".join(lines), words), is_furniture)
            for heading, lines, is_furniture in _parts(page.lines, hidden, headings.get(index, ()), above)
        ]
        sections = tuple(Section(heading, text) for heading, text, is_furniture in parts if text and not is_furniture)
        pages.append(Page(index, page.label, "\n".join(text for _, text, _ in parts if text), sections))
    return pages


def parts_laid_out(raw: Mapping[int, RawPage]) -> list[Page]:
    """The same for a file without pages: its lines are whole, and what repeats in it is no header or footer."""
    above: dict[int, str] = {}
    pages = []
    for index in sorted(raw):
        part = raw[index]
        sections = tuple(
            Section(heading, text)
            for heading, lines, _ in _parts(part.lines, set(), part.headings, above)
            if (text := narrowed("\n".join(lines)))
        )
        pages.append(Page(index, part.label, "\n".join(each.text for each in sections), sections, is_part=True))
    return pages


def _parts(
    lines: Sequence[str], hidden: set[int], headings: Sequence[tuple[int, int, str]], above: dict[int, str]
) -> Iterator[tuple[str, list[str], bool]]:
    """(heading, lines, whether they are furniture) in order; `above`, level -> heading, is brought up to date."""
    opening: dict[int, list[tuple[int, str]]] = {}
    for place, level, title in headings:
        opening.setdefault(place, []).append((level, title))
    _enter(above, opening.pop(-1, []))
    heading, in_furniture = _path(above), False
    run: list[str] = []
    for place, line in enumerate(lines):
        is_furniture = place in hidden
        opens = opening.get(place, []) if not is_furniture else []
        if run and (opens or is_furniture != in_furniture):
            yield heading, run, in_furniture
            run = []
        if opens:
            _enter(above, opens)
            heading = _path(above)
        in_furniture = is_furniture
        run.append(line)
    yield heading, run, in_furniture


def _enter(above: dict[int, str], headings: Sequence[tuple[int, str]]) -> None:
    """Put each heading in its level, and those of deeper levels out; an empty one only ends what stood there."""
    for level, title in headings:
        for deeper in [each for each in above if each >= level]:
            del above[deeper]
        if title:
            above[level] = title[:_LONGEST_HEADING].strip()


def _path(above: Mapping[int, str]) -> str:
    return " > ".join(above[level] for level in sorted(above)[-_DEEPEST:])
