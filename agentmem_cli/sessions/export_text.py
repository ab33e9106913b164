"""One message of an account export as a line to import: its text, its marks, its time.

What a person pasted stands under a mark and apart from what they typed, so that it is not taken for their words: see
`memories/wording.py`, which leaves out fenced blocks and quoted lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from agentmem_cli.sessions.transfer import TIMES, ImportedLine, unix_seconds
from agentmem_cli.storage.database import storable

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE)
_BACKTICKS = re.compile("`+")
_UNITS = ((1e11, 1), (1e14, 1_000), (1e17, 1_000_000), (1e20, 1_000_000_000))
"""Below what a number counts seconds, milliseconds, microseconds, nanoseconds, and how many of them are a second."""


def exported_line(role: str, text: str, at: int | None, id_: Any) -> ImportedLine:
    """A message of an export; its conversation gives the session."""
    return ImportedLine("", role, storable(text), at, None, storable(id_) if isinstance(id_, str) else None)


def joined(parts: Iterable[str]) -> str:
    """The parts that are not blank, a blank line between them."""
    return "\n\n".join(part for part in parts if part.strip())


def mark(kind: str, name: Any) -> str:
    """What stands for a file, or above it, on one line: `[file map.pdf]`, or `[file]` for one without a name."""
    shown = " ".join(name.translate({ord("["): "(", ord("]"): ")"}).split()) if isinstance(name, str) else ""
    return f"[{kind} {shown}]" if shown else f"[{kind}]"


def pasted(heading: str, text: str, typed: str) -> str:
    """A text that stood beside what was typed: fenced, or quoted where a fence in either would end it early."""
    if _FENCE.search(typed) or _FENCE.search(text):
        return heading + "".join(f"\n> {line}" for line in text.split("\n"))
    return f"{heading}\n```\n{text}\n```"


def made(heading: str, text: str) -> str:
    """A text that was written beside an answer, in a fence longer than any in it."""
    fence = "`" * max(3, 1 + max(map(len, _BACKTICKS.findall(text)), default=0))
    return f"{heading}\n{fence}\n{text}\n{fence}"


def exported_time(*values: Any) -> int | None:
    """Unix seconds of the first of these that is a time: ISO 8601, or a number of seconds or parts of them."""
    times = (unix_seconds(each) if isinstance(each, str) else _seconds(each) for each in values)
    return next((at for at in times if at is not None), None)


def _seconds(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    per_second = next((unit for below, unit in _UNITS if 0 < value < below), None)
    at = int(value / per_second) if per_second else 0
    return at if at in TIMES and at > 0 else None
