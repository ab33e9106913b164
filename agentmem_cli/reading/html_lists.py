"""The numbers that a browser shows before the items of an HTML list."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agentmem_cli.reading.word_numbers import in_kind

_KINDS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_INTEGER = re.compile(r"\s*([+-]?\d{1,6})")


class NumberedList:
    """An `ol`. One that counts down, and does not say from where, begins with the number of its items."""

    def __init__(self, attributes: Mapping[str, str | None], items: int) -> None:
        self._kind = _KINDS.get(attributes.get("type") or "", "decimal")
        self._step = -1 if "reversed" in attributes else 1
        start = _integer(attributes.get("start"))
        self.needs_items = self._step < 0 and start is None
        self._next = start if start is not None else items if self.needs_items else 1
        self.items = 0

    def next_mark(self, attributes: Mapping[str, str | None]) -> str:
        """What stands before an item with these attributes: `3. `. Counts it."""
        value = _integer(attributes.get("value"))
        number = self._next if value is None else value
        self._next = number + self._step
        self.items += 1
        return f"{in_kind(number, self._kind)}. "


def _integer(text: str | None) -> int | None:
    found = _INTEGER.match(text or "")
    return int(found[1]) if found else None
