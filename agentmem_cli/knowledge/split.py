"""Pages -> passages of about 800 to 1,200 characters, each within its page: the page cited must be right.

Only the last sentence of a page may run over to the next one, and then both are cited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from itertools import pairwise

from agentmem_cli.knowledge.documents import Passage
from agentmem_cli.reading.clean import mended, runs_on, words_of
from agentmem_cli.reading.headings import looks_like_heading
from agentmem_cli.reading.layout import Page, Section

ENOUGH = 800
MOST = 1200
_SHORTEST = 200
"""A last passage below this joins the one before it, which may then reach MOST + _SHORTEST."""
_ENOUGH_OF_A_SECTION = 600
"""From here a new heading starts a passage: below ENOUGH it would be added, and what it stands above cut off it."""
_LONGEST_REMNANT = 100
"""Of what a passage begins with under a heading from before: behind it, the next heading is the passage's."""
_LONG_LINE = 400
_LONGEST_REST = 600
"""Of a sentence that runs over a page border, how much may stand on the next page."""
_SENTENCE_END = re.compile(
    r"(?:(?<=[.!?])(?<!\b[A-Z]\.)(?<!\bInc\.)(?<!\bNo\.)(?<!\bMr\.)(?<!\bDr\.)[\"'\u201d\u2019)\]]*\s+(?![a-z])"
    r"|(?<=[\u3002\uff01\uff1f])[\u300d\u300f\u201d\u2019]*)"
)

Piece = tuple[str, str, str]
"""What parts it from the piece before, the piece, the heading it stands under."""


def passages_of(pages: Iterable[Page]) -> list[Passage]:
    """The passages of a document, in reading order; together they hold all of its words but its furniture."""
    found: list[Passage] = []
    before = None
    for page in pages:
        rest = _rest_of_sentence(before, page) if before else ""
        if before and rest:
            words = words_of([before.text, page.text])
            found[-1] = replace(found[-1], text=_joined(found[-1].text, rest, words), last_page_index=page.index)
        found += split_page(page.index, _without(page.sections, rest))
        before = page
    return found


def split_page(index: int, sections: Iterable[Section]) -> Iterator[Passage]:
    """The passages of one page. None for an empty page."""
    pieces = [piece for section in sections for piece in _pieces(section)]
    found: list[tuple[str, str]] = []
    current = heading = above = ""
    is_inherited = False
    for separator, piece, its_heading in pieces:
        enough = ENOUGH if its_heading == above else _ENOUGH_OF_A_SECTION
        full = len(current) + len(piece) >= MOST or (len(current) >= enough and _opens(separator, piece))
        above = its_heading
        if current and full:
            found.append((current, heading))
            current = ""
        if not current:
            heading = its_heading
            is_inherited = bool(heading) and piece.strip("# ") != heading.rpartition(" > ")[2]
        elif is_inherited and len(current) < _LONGEST_REMNANT and not f"{its_heading} > ".startswith(f"{heading} > "):
            heading, is_inherited = its_heading, False
        current = f"{current}{separator}{piece}" if current else piece
    if found and 0 < len(current) < _SHORTEST:
        found[-1] = (f"{found[-1][0]}\n{current}", found[-1][1])
    elif current:
        found.append((current, heading))
    return (Passage(index, text, above) for text, above in found)


def _rest_of_sentence(before: Page, page: Page) -> str:
    """What a page begins with of the sentence that the page before it ends with; mostly nothing."""
    if before.is_part or not before.sections or not page.sections or page.index != before.index + 1:
        return ""
    last, first = before.sections[-1], page.sections[0]
    following = first.text.partition("\n")[0]
    if last.heading != first.heading or not runs_on(last.text.rpartition("\n")[2], following):
        return ""
    end = _SENTENCE_END.search(following)
    rest = following[: end.end()].rstrip() if end else following
    return rest if len(rest) <= _LONGEST_REST else ""


def _joined(text: str, rest: str, words: Set[str]) -> str:
    """A word that is broken over the border is one again."""
    return mended(f"{text}\n{rest}", words) if text.endswith(("-", "\u2010")) else f"{text} {rest}"


def _without(sections: Sequence[Section], rest: str) -> Sequence[Section]:
    """The sections without the rest that they begin with."""
    if not rest:
        return sections
    first = replace(sections[0], text=sections[0].text[len(rest) :].lstrip())
    return [first, *sections[1:]] if first.text else sections[1:]


def _opens(separator: str, piece: str) -> bool:
    """Whether a passage may well start here: a paragraph, a heading, a sentence."""
    return separator != "\n" or looks_like_heading(piece)


def _pieces(section: Section) -> Iterator[Piece]:
    """Lines, and long lines by sentence; none over MOST. A section starts as a paragraph does."""
    for paragraph in section.text.split("\n\n"):
        separator = "\n\n"
        for line in filter(None, (each.strip() for each in paragraph.split("\n"))):
            for piece in _sentences(line):
                yield separator, piece, section.heading
                separator = " "
            separator = "\n"


def _sentences(line: str) -> list[str]:
    if len(line) <= _LONG_LINE:
        return [line]
    ends = [found.end() for found in _SENTENCE_END.finditer(line)]
    found = (line[start:end].strip() for start, end in pairwise([0, *ends, len(line)]))
    return [part for sentence in found if sentence for part in _bounded(sentence)]


def _bounded(sentence: str) -> list[str]:
    """The sentence in parts of at most MOST characters, parted at blanks where there are any."""
    parts = []
    while len(sentence) > MOST:
        cut = sentence.rfind(" ", ENOUGH, MOST)
        cut = cut if cut > 0 else MOST
        parts.append(sentence[:cut].rstrip())
        sentence = sentence[cut:].lstrip()
    return [*parts, sentence] if sentence else parts
