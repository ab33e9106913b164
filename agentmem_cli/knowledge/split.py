"""A page's text -> passages of about 800 to 1,200 characters. Never across pages: the page cited must be right."""

from __future__ import annotations

import re

ENOUGH = 800
MOST = 1200
_SHORTEST = 200
"""A last passage below this joins the one before it, which may then reach MOST + _SHORTEST."""
_LONG_LINE = 400
_SENTENCE_END = re.compile(r"(?<=[.!?\u3002\uff01\uff1f])(?:[\"'\u201d\u2019)\]]*)(?:\s+|(?<=[\u3002\uff01\uff1f]))")
_LONGEST_HEADING = 80


def split_page(text: str) -> list[str]:
    """The passages of one page, in order; together they hold all of its words. Empty for an empty page."""
    passages: list[str] = []
    current = ""
    for separator, piece in _pieces(text):
        full = len(current) + len(piece) >= MOST or (len(current) >= ENOUGH and _opens(separator, piece))
        if current and full:
            passages.append(current)
            current = piece
        else:
            current = f"{current}{separator}{piece}" if current else piece
    if passages and 0 < len(current) < _SHORTEST:
        passages[-1] += f"\n{current}"
    elif current:
        passages.append(current)
    return passages


def _opens(separator: str, piece: str) -> bool:
    """Whether a passage may well start here: a paragraph, a heading, a sentence."""
    return separator != "\n" or is_heading(piece)


def is_heading(line: str) -> bool:
    """A short line that starts with a capital or a mark and does not end like a sentence or a row of figures."""
    starts = line[:1]
    return (
        len(line) <= _LONGEST_HEADING and (starts.isupper() or starts == "#") and line[-1] not in ".,;:!?0123456789)%"
    )


def _pieces(text: str) -> list[tuple[str, str]]:
    """(what parts it from the piece before, the piece): lines, and long lines by sentence; none over MOST."""
    pieces: list[tuple[str, str]] = []
    for paragraph in text.split("\n\n"):
        separator = "\n\n"
        for line in filter(None, (each.strip() for each in paragraph.split("\n"))):
            for piece in _sentences(line):
                pieces.append((separator, piece))
                separator = " "
            separator = "\n"
    return pieces


def _sentences(line: str) -> list[str]:
    if len(line) <= _LONG_LINE:
        return [line]
    found = (sentence.strip() for sentence in _SENTENCE_END.split(line))
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
