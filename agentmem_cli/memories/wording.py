"""Texts on their way in: the person's own words of a message, quotes of them, and what may be a memory's text.

Looks at text only. Code, quoted mail and pasted blocks are other people's words, and must never become memories.
"""

from __future__ import annotations

import re

from agentmem_cli.errors import UsageProblem
from agentmem_cli.language.secrets import secrets_in

MAX_TEXT = 500
"""Characters of one memory: it is one statement, not a page."""
MAX_TYPED = 4_000
"""Characters: a message with more own words than that is a paste, and nothing is learnt from it."""

_FENCED = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_INLINE_CODE = re.compile(r"`[^`\n]*`")
_QUOTED_LINE = re.compile(r"^[ \t]*(?:>|\|).*$", re.MULTILINE)
_APOSTROPHE = re.compile("['\u2019]")
_TAGGED = re.compile(r"<([A-Za-z][\w-]*)[^<>]*>.*?</\1>", re.DOTALL)


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HALF_CHARACTER = re.compile(r"[\ud800-\udfff]")  # bytes of the command line that are not UTF-8; SQLite refuses them


def own_words(text: str) -> str:
    """The text without fenced and inline code, quoted lines, tables and tagged blocks; "" for a paste."""
    for pasted in (_FENCED, _QUOTED_LINE, _INLINE_CODE):
        text = pasted.sub("\n", text)
    # After the cut, since looking for the end of each of many open tags takes time by their square.
    return _TAGGED.sub("\n", text) if len(text) <= MAX_TYPED else ""


def verbatim(quote: str, text: str) -> str | None:
    """The stretch of the text that the quote repeats, as it stands there; None when it does not.

    Case, spacing and the shape of apostrophes may differ: models straighten them.
    """
    words = [_APOSTROPHE.sub("['\u2019]", re.escape(word)) for word in quote.split()]
    found = re.search(r"\s+".join(words), text, re.IGNORECASE) if words else None
    return found.group() if found else None


def tidy(text: str) -> str:
    """The text on one line: it becomes a line of a prompt, and must not bring lines of its own."""
    return " ".join(_HALF_CHARACTER.sub("\ufffd", _CONTROL.sub(" ", text)).split())


def check_text(text: str) -> None:
    """Raise UsageProblem, with the reason, for a tidy text that cannot be a memory."""
    check_length(text)
    if secrets := secrets_in(text):
        raise UsageProblem(f"This holds {secrets[0]}, which is never stored.", "Leave it out.")


def check_length(text: str) -> None:
    """Raise UsageProblem for a tidy text that is empty or too long for a memory."""
    if not text:
        raise UsageProblem("A memory cannot be empty.", "Say what to remember.")
    if len(text) > MAX_TEXT:
        raise UsageProblem(f"A memory has {MAX_TEXT} characters at the most; this has {len(text)}.", "Shorten it.")
