"""Sentence borders in any script. Looks at text only, and knows no language."""

from __future__ import annotations

import re

_BORDER = re.compile(
    r"(?<=[.!?…؟\u06d4।॥])(?<!\b\d\.)(?<!\b\d\d\.)"
    r"(?<!\b\w\.)(?<!\b(?:Dr|Fr|Hr|Jr|Mr|Ms|Sr|St)\.)(?<!\b(?:Dra|Mrs|Sra)\.)[\"'”’»)\]]*\s+"
    r"|(?<=[。！？])[」』”’）]*\s*|\n+"
)
"""Not after a number of one or two digits ("am 14. März"), an initial, or a title ("Dr. Ana", "Mrs. Hale")."""


def sentences(text: str) -> list[str]:
    """The sentences of a text in their order, each without the space around it."""
    ends = [match.start() + len(match.group().rstrip()) for match in _BORDER.finditer(text)]
    parts = [text[start:end].strip() for start, end in zip([0, *ends], [*ends, None], strict=True)]
    return [part for part in parts if part]
