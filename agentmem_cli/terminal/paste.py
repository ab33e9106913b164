"""Long pastes: one mark in the prompt, the whole block in what is sent. Knows no terminal and no file.

A pasted block is somebody else's words. What is sent comes as `Typed`, so that only the person's own words can
become memories.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from agentmem_cli.storage.database import storable

LONG_LINES = 10
LONG_CHARACTERS = 1_000
"""A paste of more than either is shown as its mark."""

_KEY = re.compile(
    r"\x1b\[(?:27;(?P<held>\d+);(?P<other>\d+)~|(?P<code>\d+)(?::\d*)*(?:;(?P<with>\d+)(?::\d+)?)?(?:;[\d:]*)?u)"
)
"""A key as xterm's modifyOtherKeys and kitty's CSI-u write it: a multiplexer does so with the keys of a paste."""
_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI, such as colours
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # a title, a link, a picture
    r"|\x1b[ -/]*[0-~]?"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]",
    re.DOTALL,
)
_CTRL = 4
"""This bit of a key's modifiers, which are counted from 1."""
_LINE_ENDS = {"j", "m"}
"""What Ctrl makes a line end of."""
_MARK = re.compile(r"\[pasted [^\[\]\n]+\]")
_ASKS_TO_REMEMBER = re.compile(r"\bremember\b", re.IGNORECASE)


def pasted_text(data: str) -> str:
    """What a terminal gave as a paste, as text: lines end in a newline, keys are what they type, nothing steers."""
    lines = data.replace("\r\n", "\n").replace("\r", "\n")
    return _ESCAPE.sub("", _KEY.sub(_typed_by, lines))


def _typed_by(key: re.Match[str]) -> str:
    code = int(key["other"] or key["code"])
    character = "\n" if code == ord("\r") else chr(code) if code <= sys.maxunicode else ""
    is_ctrl = (int(key["held"] or key["with"] or 1) - 1) & _CTRL
    if is_ctrl:
        return "\n" if character in _LINE_ENDS or character == "\n" else ""
    return storable(character)


@dataclass(frozen=True, slots=True)
class Typed:
    """A message from the prompt: all of it, and what of it may teach something about the person."""

    text: str
    own: str

    def without_slash(self) -> Typed:
        """The message of which a doubled slash is the beginning."""
        return Typed(self.text[1:], self.own.removeprefix("/"))


def asked_before(text: str) -> Typed:
    """A message of an earlier chat, of which nobody knows any more what was pasted: all of it when it is long."""
    return Typed(text, "" if _is_long(text) else text)


class Pastes:
    """The pasted blocks of one chat, by their marks."""

    def __init__(self) -> None:
        self._blocks: dict[str, str] = {}

    def folded(self, pasted: str) -> str:
        """What stands in the prompt for a paste: itself when it is short, else `[pasted 214 lines]`."""
        if not _is_long(pasted):
            return pasted
        lines = _lines(pasted)
        size = f"{lines:,} lines" if lines > 1 else f"{len(pasted):,} characters"
        number = 1
        while self._blocks.setdefault(mark := _mark(size, number), pasted) != pasted:
            number += 1
        return mark

    def expanded(self, shown: str) -> str:
        """The text with each block in the place of its mark; a mark inside a block is only text."""
        return _MARK.sub(lambda found: self._blocks.get(found.group(), found.group()), shown)

    def folded_again(self, text: str) -> str:
        """The text with the marks back, where an editor left the blocks as they were."""
        for mark, block in self._blocks.items():
            text = text.replace(block, mark)
        return text

    def blocks_in(self, shown: str) -> dict[str, str]:
        """The blocks that the text holds, by mark."""
        return {mark: self._blocks[mark] for mark in _MARK.findall(shown) if mark in self._blocks}

    def restored(self, shown: str, blocks: Mapping[str, str]) -> str:
        """A text of an earlier chat with its blocks: the same mark may stand for another block in this one."""
        return _MARK.sub(lambda found: self.folded(blocks[found[0]]) if found.group() in blocks else found[0], shown)

    def mark_before(self, text_before_cursor: str) -> str:
        """The mark that the cursor stands right behind, or ""."""
        last = text_before_cursor[text_before_cursor.rfind("[") :] if text_before_cursor.endswith("]") else ""
        return last if last in self._blocks else ""

    def sent(self, shown: str) -> Typed:
        """What a prompt's text means. Blocks teach nothing, but where the person's words ask to remember."""
        own = _MARK.sub(lambda found: "" if found.group() in self._blocks else found.group(), shown)
        text = self.expanded(shown)
        return Typed(text, text if _ASKS_TO_REMEMBER.search(own) else own)


def _is_long(text: str) -> bool:
    return _lines(text) > LONG_LINES or len(text) > LONG_CHARACTERS


def _lines(text: str) -> int:
    return text.count("\n") + (not text.endswith("\n"))


def _mark(size: str, number: int) -> str:
    return f"[pasted {size}]" if number == 1 else f"[pasted {size}, {number}]"
