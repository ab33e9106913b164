"""Text as it came out of a file -> text fit to store: nothing that steers a terminal, words and lines mended.

Never changes a word's letters: it only drops, joins and parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set

_HYPHEN = "\ufffe"  # where pdfium found a hyphen at the end of a line and joined the lines
_HYPHENS = (_HYPHEN, "-", "\u2010")
_DROPPED = [
    *range(0x02),  # C0 controls, but tab, newline and form feed, and 0x02: another mark of pdfium's for a hyphen
    *range(0x03, 0x09),
    0x0B,
    *range(0x0E, 0x20),
    *range(0x7F, 0xA0),  # DEL and the C1 controls
    0xAD,  # soft hyphen
    0x061C,
    *range(0x200B, 0x200C),  # zero-width space: splits a word for the index and not for the eye
    *range(0x200E, 0x2010),  # direction marks, embeddings, overrides, isolates
    *range(0x202A, 0x202F),
    *range(0x2060, 0x206A),
    0xFEFF,  # byte-order mark
    *range(0xFFF9, 0xFFFC),
    0xFFFF,
    *range(0xE0000, 0xE0080),  # tag characters: invisible ASCII, a place to hide orders to a model
]
_TABLE: dict[int, str | None] = dict.fromkeys(_DROPPED, None)
_TABLE.update({0x02: _HYPHEN, 0x0C: "\n", 0x0D: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n", 0xA0: " "})
_TABLE.update(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))  # lone surrogates cannot be stored as UTF-8
_ONE_LINE: dict[int, str | None] = {**_TABLE, **dict.fromkeys((0x0A, 0x0C, 0x0D, 0x85, 0x2028, 0x2029), " ")}

# Possessive, and only from a word's start: a page that is one word of 200,000 letters must not take minutes.
_BROKEN_WORD = re.compile(rf"(?<!\w)(\w++)(?:{_HYPHEN}\n?|[-\u2010]\n)(\w+)")
_BROKEN_AT_END = re.compile(rf"(?<!\w)\w++[{_HYPHEN}\u2010-]\s*\Z")
_MARKS_OF_A_BREAK = (_HYPHEN, "-\n", "\u2010\n")
"""Looked for first: most pages have no broken word, and looking at every word for one takes half of all cleaning."""
_WORD = re.compile(r"\w+(?:-\w+)*")
_BLANKS = re.compile(r"[ \t\u2000-\u200a\u202f\u3000]{2,}|[\t\u2000-\u200a\u202f\u3000]")
"""All but the blank that is as it should be: putting each of those in its own place takes a fifth of all cleaning."""
_EMPTY_LINES = re.compile(r"\n{3,}")
CELL_BORDER = " | "
"""Between the cells of a table's row."""
TICKED, NOT_TICKED = "[x]", "[ ]"
"""A button of a form."""
_BULLETS = ("• ", "* ", "‣ ", "◦ ", "▪ ", "● ", "· ")
_DASHES = ("- ", "– ")
_NUMBERED = re.compile(r"(\d{1,3})[.)]\s+\S")
_SHORTEST_FULL_LINE = 60
_OPEN_ENDS = frozenset(",;(&/\u2019'-")
_LONGEST_ENDING = 6
"""Letters behind a hyphen that end a word (`ment`), where no other place in the document has them as a word."""


def neutral(text: str) -> str:
    """The text without what steers a terminal or cannot be stored; every kind of line end is a newline."""
    return text.replace("\r\n", "\n").translate(_TABLE)


def neutral_line(text: str) -> str:
    """The same on one line."""
    # A printable character is never in the table, and most lines have no other: asking takes a tenth of the time.
    return text if text.isprintable() else text.translate(_ONE_LINE)


def words_of(texts: Iterable[str]) -> frozenset[str]:
    """The words of a document, in lower case; hyphenated ones whole and in parts, those broken at a line end not.

    Nor is one that is broken at the end of a text, as by the border of two pages.
    """
    found: set[str] = set()
    for text in texts:
        whole = _BROKEN_WORD.sub(" ", text) if _may_be_broken(text) else text
        if whole.rstrip()[-1:] in _HYPHENS:
            whole = _BROKEN_AT_END.sub("", whole)
        found.update(_WORD.findall(whole.lower()))
    parts = (part for word in found if "-" in word for part in word.split("-"))
    return frozenset([*found, *parts])


def mended(text: str, words: Set[str]) -> str:
    """Neutral text with broken words joined, wrapped sentences on one line, blanks narrowed.

    `words` are those of the whole document (`words_of`). Linear in the length; a table's rows stay on their lines.
    """
    if _may_be_broken(text):
        text = _BROKEN_WORD.sub(lambda found: _mended_word(found[1], found[2], words), text).replace(_HYPHEN, "-")
    return _spaced("\n".join(_joined_lines(_stripped_lines(text))))


def narrowed(text: str) -> str:
    """Neutral text with its blanks narrowed and its lines left as they are: none of them was broken to fit a page."""
    return _spaced("\n".join(_stripped_lines(text)))


def _stripped_lines(text: str) -> list[str]:
    return [line.strip() for line in _BLANKS.sub(" ", text).split("\n")]


def _spaced(text: str) -> str:
    return _EMPTY_LINES.sub("\n\n", text).strip()


def cleaned(text: str) -> str:
    """One text by itself, ready to store."""
    plain = neutral(text)
    return mended(plain, words_of([plain]))


def runs_on(line: str, following: str) -> bool:
    """Whether a sentence runs over the end of a full line of mended text, as at the foot of a page."""
    return _is_full(line) and goes_on(line, following)


def _may_be_broken(text: str) -> bool:
    return any(mark in text for mark in _MARKS_OF_A_BREAK)


def _mended_word(first: str, second: str, words: Set[str]) -> str:
    """`knowl-` + `edge` is one word, `dollar-` + `denominated` are two with a hyphen.

    What the rest of the document writes decides; where it is silent, whether each part looks like a word itself.
    """
    joined, hyphenated = f"{first}{second}", f"{first}-{second}"
    if not (first.isalpha() and second.isalpha() and second.islower()) or hyphenated.lower() in words:
        return hyphenated
    if joined.lower() in words:
        return joined
    is_word = first.lower() in words
    return hyphenated if is_word and (second in words or len(second) > _LONGEST_ENDING) else joined


def _joined_lines(lines: list[str]) -> list[str]:
    """The lines with each wrapped sentence made one; short lines, rows of figures and headings stay as they are."""
    joined: list[str] = []
    full = False
    entries = entries_of(lines)
    for place, line in enumerate(lines):
        if full and place not in entries and goes_on(joined[-1], line):
            joined[-1] += f" {line}"
        else:
            joined.append(line)
        full = _is_full(line)
    return joined


def entries_of(lines: Sequence[str]) -> set[int]:
    """The places of lines that start an entry of a list, or a numbered heading.

    A number, or a dash, may stand at the start of a line by chance: one that does has no neighbour.
    """
    numbers = [number_of(line) for line in lines]
    dashes = [place for place, line in enumerate(lines) if line.startswith(_DASHES)]
    known = set(numbers)
    numbered = {
        place
        for place, number in enumerate(numbers)
        if number is not None and not known.isdisjoint((number - 1, number + 1))
    }
    bullets = {place for place, line in enumerate(lines) if line.startswith(_BULLETS)}
    return numbered | bullets | (set(dashes) if len(dashes) > 1 else set())


def number_of(line: str) -> int | None:
    """The number of an entry: `12. Handover`, `3) Notes`."""
    found = _NUMBERED.match(line)
    return int(found[1]) if found else None


def starts_with_bullet(line: str) -> bool:
    """Whether a line starts as an entry of a list without numbers does."""
    return line.startswith((*_BULLETS, *_DASHES))


def _is_full(line: str) -> bool:
    return len(line) >= _SHORTEST_FULL_LINE and CELL_BORDER not in line


def goes_on(line: str, following: str) -> bool:
    """Whether a sentence runs over the line's end."""
    if not following or not (line[-1].isalnum() or line[-1] in _OPEN_ENDS):
        return False
    if following[0].islower():
        return True
    return not line[-1].isdigit() and not following[0].isupper() and following[0].isalnum()
