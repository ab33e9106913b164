"""An answer in Markdown, cut into blocks while it grows. Knows no screen.

A finished block is one that nothing to come can change, so it may be printed for good: a paragraph, a table, one
item of a list, some lines of code. What is not finished is the tail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_FENCE = re.compile(r"(?P<mark>`{3,}|~{3,})[ \t]*(?P<language>[^\s`]*)[^`]*$")
_NESTED_FENCE = re.compile(r"[ \t]+(?:[-*+][ \t]+|\d+[.)][ \t]+)?(`{3,}|~{3,})|(?:[-*+]|\d+[.)])[ \t]+(`{3,}|~{3,})")
_FORMULA = re.compile(r" {0,3}(?P<mark>\\\[|\$\$)(?!.*(?:\\\]|\$\$))")
"""A line that opens a formula in LaTeX and does not close it; such lines are shown as they are written."""
_FORMULA_ENDS = {"\\[": "\\]", "$$": "$$"}
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")
_LONGEST_LINE = 4_000
"""Characters of one line that are drawn again and again; what is longer is a paragraph by itself at a space."""
_LINES_HELD, _SHARE_HELD = 8, 2
"""Code is highlighted from its start each time, so lines come out in lots of 8, later of half of what is there."""
_REDRAWS = frozenset("\\`*_~[]()<>&;|#$\n\t")
"""What may change how the text before it is drawn. The rest of Markdown stands at the beginning of a line."""
_DRAWN_APART = ("<", ">", "|", "```", "~~~", "]:", "\n    ")
"""Marks of what is not drawn as it is written, or not in rows that end where its text ends."""


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
Tail = Prose | Code


def growth(before: Tail, now: Tail) -> tuple[str, bool] | None:
    """What `now` shows behind what `before` shows, and whether both are one paragraph; None if it may change that."""
    if isinstance(before, Code) and isinstance(now, Code):
        return _added(before.text, now.text, "\t", is_paragraph=False)
    if isinstance(before, Code) or isinstance(now, Code):
        return None
    drawn = before.markdown.rstrip()  # no space at the end is shown
    last_line = drawn[drawn.rfind("\n") + 1 :]
    is_settled = any(map(str.isalpha, last_line)) and drawn[-1] not in _REDRAWS
    if not is_settled or drawn.startswith("    ") or any(mark in drawn for mark in _DRAWN_APART):
        return None
    return _added(drawn, now.markdown.rstrip(), _REDRAWS, is_paragraph="\n" not in drawn.strip())


def _added(before: str, now: str, redrawing: Iterable[str], *, is_paragraph: bool) -> tuple[str, bool] | None:
    added = now.removeprefix(before)
    if not now.startswith(before) or any(mark in added for mark in redrawing):
        return None
    return added, is_paragraph


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
        blocks = [block for line in lines for block in self._take(line)]
        blocks += self._from_long_line()
        # A paragraph is one long line: the block above it is not drawn again until that ends.
        return blocks + (self._before(self._partial) if self._is_placed(self._partial) else [])

    def finish(self) -> list[Block]:
        """The answer ends here: what is left of it."""
        blocks = self.add("\n") if self._partial else []
        return [*blocks, *(self._code(everything=True) if self._fence else self._prose(closes=True))]

    @property
    def tail(self) -> Tail | None:
        """What is not finished, or None."""
        if self._fence:
            held = [*self._lines[self._shown :], self._partial]
            return Code("\n".join(held), len(held), "") if any(held) else None
        text = "\n".join([*self._lines, self._partial])
        return Prose(text) if text.strip() else None

    def _from_long_line(self) -> list[Block]:
        """What of a line without end is shown for good."""
        cut = self._partial.rfind(" ", 0, -1) + 1
        if self._fence or len(self._partial) < _LONGEST_LINE or not cut:
            return []
        self._lines.append(self._partial[:cut])
        self._partial = self._partial[cut:]
        return self._prose(closes=False)

    def _take(self, line: str) -> list[Block]:
        if self._fence:
            return self._take_code(line)
        opening = _FENCE.match(line)
        if opening and not self._in_nested_fence():
            blocks = self._prose(closes=True)
            self._fence, self._language = opening["mark"], opening["language"]
            return [*blocks, Fence(line)]
        formula = _FORMULA.match(line)
        if formula and not self._in_nested_fence():
            blocks = self._prose(closes=True)
            self._fence, self._language = _FORMULA_ENDS[formula["mark"]], "latex"
            return [*blocks, Fence(line)]
        blocks = self._before(line)
        self._lines.append(line)
        return blocks

    def _is_placed(self, begun: str) -> bool:
        """Whether the beginning of a line says all that `_before` asks of it."""
        after_blank = bool(self._lines) and not self._lines[-1].strip()
        return not self._fence and (after_blank or _ITEM.match(begun + "x") is not None)  # `-` may become `--`

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
        if self._is_end(line):
            blocks = [*self._code(everything=True), Fence(line, closes=True)]
            self._fence = self._language = ""
            return blocks
        self._lines.append(line)
        return self._code(everything=False)

    def _is_end(self, line: str) -> bool:
        """Whether a line closes what is open; a formula ends with a blank line too, as LaTeX has it."""
        if self._fence in _FORMULA_ENDS.values():
            return self._fence in line or not line.strip()
        mark = line.strip()
        return mark.startswith(self._fence) and not mark.strip(self._fence[0])

    def _code(self, *, everything: bool) -> list[Block]:
        new = len(self._lines) - self._shown
        block: list[Block] = []
        if new and (everything or new >= max(_LINES_HELD, self._shown / _SHARE_HELD)):
            block = [Code("\n".join(self._lines), new, self._language)]
            self._shown = len(self._lines)
        if everything:
            self._lines, self._shown = [], 0
        return block

    def _prose(self, *, closes: bool) -> list[Block]:
        text = "\n".join(self._lines)
        self._lines = []
        return [Prose(text, closes)] if text.strip() else []
