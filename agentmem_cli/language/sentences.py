"""Sentence borders in any script. Looks at text only."""

from __future__ import annotations

import re

from agentmem_cli.language.vocabulary import without_greeting

_LETTER = r"[^\W\d_]"
_SHORT_WORD = "|".join(rf"(?<=\b{_LETTER * length}\.)" for length in (2, 3, 4))
_QUOTED_WORD = "|".join(rf"(?<=[\"“„«]{_LETTER * length}\.)" for length in (2, 3, 4, 5))
_BORDER = re.compile(
    rf"(?<=[.!?…؟\u06d4।॥])(?<!\b\d\.)(?<!\b\d\d\.)(?!(?:{_SHORT_WORD})\s+\d)(?!(?:{_QUOTED_WORD})\s)"
    r"(?<!\b\w\.)(?<!\b(?:Dr|Fr|Hr|Jr|Mr|Ms|Sr|St)\.)(?<!\b(?:Dra|Mrs|Sra)\.)[\"'”’»)\]]*\s+"
    r"|(?<=[。！？])[」』”’）]*\s*|\n+"
)
"""Not after a number of one or two digits ("am 14. März"), an initial, or a title ("Dr. Ana", "Mrs. Hale"), nor between
a short word and a number ("invoice no. 1003", "Ext. 12"), nor within quotation marks behind a short first word
("mark it 'Attn. Bo'", in double marks)."""

_LEAD_IN = re.compile(r"^(?:[^\s:.!?]+ ){0,3}[^\s:.!?]{2,}:\s+(?=\S)")
"""Up to four words and a colon: "For context: …"."""


def sentences(text: str) -> list[str]:
    """The sentences of a text in their order, each without the space around it."""
    ends = [match.start() + len(match.group().rstrip()) for match in _BORDER.finditer(text)]
    parts = [text[start:end].strip() for start, end in zip([0, *ends], [*ends, None], strict=True)]
    return [part for part in parts if part]


def without_lead_in(sentence: str) -> str:
    """The sentence without a greeting, or a few words and a colon, before it."""
    return _LEAD_IN.sub("", without_greeting(sentence))
