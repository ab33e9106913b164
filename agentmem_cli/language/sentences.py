"""Sentence borders in any script. Looks at text only, and knows no language."""

from __future__ import annotations

import re

_BORDER = re.compile(
    r"(?<=[.!?…])(?<!\b\d\.)(?<!\b\d\d\.)(?<!\b\w\.)(?<!\b[A-Z][a-z]\.)(?<!\b[A-Z][a-z][a-z]\.)[\"'”’»)\]]*\s+"
    r"|(?<=[。！？])[」』”’）]*\s*|\n+"
)
"""Not after a number of one or two digits ("am 14. März"), an initial, or a title ("Dr. Ana", "Mrs. Hale")."""


def sentences(text: str) -> list[str]:
    """The sentences of a text in their order, each without the space around it."""
    return [stripped for part in _BORDER.split(text) if (stripped := part.strip())]
