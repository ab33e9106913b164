"""An answer on the screen: Markdown, block by block, while it streams.

A finished block is printed once and for good, so the scrollback is whole; only the block that still grows is
drawn live. (Drawing a whole 8,000-character answer anew ten times a second costs 4.2 s of CPU, this 0.05.)
"""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console, RenderableType
from rich.live import Live
from rich.markdown import Markdown
from rich.spinner import Spinner
from rich.text import Text

from agentmem_cli.terminal.safe_text import safe_line, safe_text

_FENCES = ("```", "~~~")


class LiveAnswer:
    """A context in which pieces of an answer are shown as they come."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(file=sys.stdout)
        self._tail = ""
        self._live = Live(Spinner("dots", style="dim"), console=self._console, refresh_per_second=8, transient=True)

    def __enter__(self) -> LiveAnswer:
        """Show that something is on its way."""
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Print what is left for good."""
        self._live.update(Text(""))
        self._live.stop()
        if self._tail.strip():
            self._print(self._tail)
        self._tail = ""

    def add(self, piece: str) -> None:
        """Take in a piece of the answer."""
        self._tail += safe_text(piece)
        finished, self._tail = split_finished(self._tail)
        if finished.strip():
            self._print(finished)
        self._live.update(_markdown(self._tail) if self._tail.strip() else Spinner("dots", style="dim"))

    def show_tool(self, name: str, query: str) -> None:
        """One dim line for a look-up."""
        self._print(Text(safe_line(f"· {name}: {query}"), style="dim"))

    def _print(self, block: str | RenderableType) -> None:
        shown = _markdown(block) if isinstance(block, str) else block
        self._console.print(shown)
        self._console.print()


def split_finished(text: str) -> tuple[str, str]:
    """(blocks that nothing to come can change, the rest): cut at the last blank line outside a code fence."""
    cut, start, fence = 0, 0, ""
    for line in text.splitlines(keepends=True):
        start += len(line)
        mark = line.lstrip()[:3]
        if fence:
            fence = "" if mark == fence else fence
        elif mark in _FENCES:
            fence = mark
        elif not line.strip() and line.endswith("\n"):
            cut = start
    return text[:cut], text[cut:]


def _markdown(text: str) -> Markdown:
    # hyperlinks=False prints a link's address; an escape sequence would hide it
    page = Markdown(text, hyperlinks=False)
    for token in page.parsed:
        for part in (token, *(token.children or [])):
            part.content = safe_text(part.content)  # `&#x202E;` has become the character only now
    return page
