"""The one gate that everything untrusted passes before a terminal.

Model output, document text, titles, file names and error messages are untrusted.

A table of single characters, not a pattern of escape sequences: patterns leak a sequence that is split
over two stream chunks (43 to 45 of 60 tried), a table leaks none of them. Text stays readable: right-to-left
letters, accents, emoji and their joiners pass; what steers a terminal or reorders a line does not.
"""

from __future__ import annotations

_DROPPED = [
    *range(0x09),  # C0 controls, but tab and newline
    *range(0x0B, 0x20),
    *range(0x7F, 0xA0),  # DEL and the C1 controls: 0x9B alone is CSI on some terminals
    *range(0x202A, 0x202F),  # bidirectional embeddings and overrides
    *range(0x2066, 0x206A),  # bidirectional isolates
    0x061C,  # Arabic letter mark
    0xFEFF,  # byte-order mark
    *range(0xFFF9, 0xFFFC),  # interlinear annotation
    *range(0xE0000, 0xE0080),  # tag characters: invisible ASCII
]
_TABLE: dict[int, str | None] = dict.fromkeys(_DROPPED, None)
_TABLE.update({0x2028: "\n", 0x2029: "\n"})
_TABLE.update(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))  # lone surrogates cannot be encoded
_ONE_LINE: dict[int, str | None] = {**_TABLE, 0x09: " ", 0x0A: " ", 0x2028: " ", 0x2029: " "}


def safe_text(text: str) -> str:
    """The text with nothing in it that steers a terminal; newlines and tabs stay.

    Works a character at a time, so the pieces of a stream may be cleaned one by one.
    """
    return text.translate(_TABLE)


def safe_line(text: str) -> str:
    """The same on one line: newlines and tabs become spaces."""
    return text.translate(_ONE_LINE)
