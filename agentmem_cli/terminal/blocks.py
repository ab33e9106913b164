"""An answer in Markdown, cut into blocks while it grows. Knows no screen.

A finished block is one that nothing to come can change, so it may be printed for good: a paragraph, a table, one
item of a list, some lines of code. What is not finished is the tail.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FENCE = re.compile(r"(?P<mark>`{3,}|~{3,})[ \t]*(?P<language>[^\s`]*)[^`]*$")
_NESTED_FENCE = re.compile(r"[ \t]+(?:[-*+][ \t]+|\d+[.)][ \t]+)?(`{3,}|~{3,})|(?:[-*+]|\d+[.)])[ \t]+(`{3,}|~{3,})")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_LINES_HELD = 4
"""Code is highlighted from its start each time, so lines come out in lots of a quarter of what is there already."""


@dataclass(frozen=True, slots=True)
class Prose:
    """Markdown that holds no code of its own. `closes` says that a blank line belongs behind it."""

    markdown: str
    closes: bool = True


@dataclass(frozen=True, slots=True)
class Fence:
    """The line that opens or closes a block of code."""

    line: str
    closes: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of a block of code: the last `new` ones of `text`, which begins where the block begins."""

    text: str
    new: int
    language: str


Block = Prose | Fence | Code


class AnswerBlocks:
    """Takes the pieces of an answer and gives its blocks."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._partial = ""
        self._fence = ""
        self._language = ""
        self._shown = 0
        """Lines of the open block of code that were given."""

    def add(self, piece: str) -> list[Block]:
        """Take in a piece; the blocks that it finishes."""
        *lines, self._partial = (self._partial + piece).split("\n")
        return [block for line in lines for block in self._take(line)]

    def finish(self) -> list[Block]:
        """The answer ends here: what is left of it."""
        blocks = self.add("\n") if self._partial else []
        return [*blocks, *(self._code(everything=True) if self._fence else self._prose(closes=True))]

    @property
    def tail(self) -> Prose | Code | None:
        """What is not finished, or None."""
        if self._fence:
            held = [*self._lines[self._shown :], self._partial]
            return Code("\n".join(held), len(held), "") if any(held) else None
        text = "\n".join([*self._lines, self._partial])
        return Prose(text) if text.strip() else None

    def _take(self, line: str) -> list[Block]:
        if self._fence:
            return self._take_code(line)
        opening = _FENCE.match(line)
        if opening and not self._in_nested_fence():
            blocks = self._prose(closes=True)
            self._fence, self._language = opening["mark"], opening["language"]
            return [*blocks, Fence(line)]
        blocks = self._before(line)
        self._lines.append(line)
        return blocks

    def _before(self, line: str) -> list[Block]:
        """The prose that is finished because this line follows it."""
        if not line.strip() or not self._lines or self._in_nested_fence():
            return []
        after_blank = not self._lines[-1].strip()
        if _ITEM.match(line) and _ITEM.match(self._lines[0]):
            return self._prose(closes=after_blank)
        belongs_to_item = line[0] in " \t" and _ITEM.match(self._lines[0])
        return self._prose(closes=True) if after_blank and not belongs_to_item else []

    def _in_nested_fence(self) -> bool:
        """Whether the held lines have opened a block of code inside a list, and not closed it."""
        return sum(_NESTED_FENCE.match(line) is not None for line in self._lines) % 2 == 1

    def _take_code(self, line: str) -> list[Block]:
        mark = line.strip()
        if mark.startswith(self._fence) and not mark.strip(self._fence[0]):
            blocks = [*self._code(everything=True), Fence(line, closes=True)]
            self._fence = self._language = ""
            return blocks
        self._lines.append(line)
        return self._code(everything=False)

    def _code(self, *, everything: bool) -> list[Block]:
        new = len(self._lines) - self._shown
        block: list[Block] = []
        if new and (everything or new * _LINES_HELD > self._shown):
            block = [Code("\n".join(self._lines), new, self._language)]
            self._shown = len(self._lines)
        if everything:
            self._lines, self._shown = [], 0
        return block

    def _prose(self, *, closes: bool) -> list[Block]:
        text = "\n".join(self._lines)
        self._lines = []
        return [Prose(text, closes)] if text.strip() else []
