"""Text as it came out of a file -> text fit to store: nothing that steers a terminal, words and lines mended.

Works on one page at a time. Never changes a word's letters: it only drops, joins and parts.
"""

from __future__ import annotations

import re

_HYPHEN = "\ufffe"  # where pdfium found a hyphen at the end of a line and joined the lines
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

# Possessive, and only from a word's start: a page that is one word of 200,000 letters must not take minutes.
_BROKEN_WORD = re.compile(rf"(?<!\w)(\w++)(?:{_HYPHEN}\n?|[-\u2010]\n)(\w+)")
_BLANKS = re.compile(r"[ \t\u2000-\u200a\u202f\u3000]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_SHORTEST_FULL_LINE = 60
_OPEN_ENDS = frozenset(",;(&/\u2019'-")


def cleaned(text: str) -> str:
    """One page's text, ready to store: controls out, broken words and lines mended, blanks narrowed.

    Linear in the length of the text. A table's rows stay on their lines.
    """
    plain = text.replace("\r\n", "\n").translate(_TABLE)
    words = frozenset(re.findall(r"\w+", _BROKEN_WORD.sub(" ", plain)))
    mended = _BROKEN_WORD.sub(lambda found: _mended_word(found, words), plain).replace(_HYPHEN, "-")
    lines = [_BLANKS.sub(" ", line).strip() for line in mended.split("\n")]
    return _EMPTY_LINES.sub("\n\n", "\n".join(_joined_lines(lines))).strip()


def _mended_word(found: re.Match[str], words: frozenset[str]) -> str:
    """`knowl-` + `edge` is one word; `post-` + `marketing`, where both are words of the page, keeps its hyphen."""
    first, second = found.groups()
    is_one_word = first.isalpha() and second.isalpha() and second.islower()
    if is_one_word and not (first in words and second in words):
        return f"{first}{second}"
    return f"{first}-{second}"


def _joined_lines(lines: list[str]) -> list[str]:
    """The lines with each wrapped sentence made one; short lines, rows of figures and headings stay as they are."""
    joined: list[str] = []
    full = False
    for line in lines:
        if full and _goes_on(joined[-1], line):
            joined[-1] += f" {line}"
        else:
            joined.append(line)
        full = len(line) >= _SHORTEST_FULL_LINE
    return joined


def _goes_on(line: str, following: str) -> bool:
    """Whether a sentence runs over the line's end."""
    if not following or not (line[-1].isalnum() or line[-1] in _OPEN_ENDS):
        return False
    if following[0].islower():
        return True
    return not line[-1].isdigit() and not following[0].isupper() and following[0].isalnum()
