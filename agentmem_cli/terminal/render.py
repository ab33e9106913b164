"""An answer on the screen: Markdown, block by block, while it streams.

A finished block is printed once and for good, so the scrollback is whole; only the tail is drawn live. (An
answer of 8,000 characters at 60 tokens a second takes 0.3 s of CPU so, and 4.2 s when the whole is drawn anew.)
Code is printed without frame, indent or padding, so that what is selected with the mouse is the code.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import ClassVar

from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType, RenderResult
from rich.markdown import Heading, Markdown, MarkdownElement
from rich.segment import Segment
from rich.spinner import Spinner
from rich.syntax import Syntax
from rich.text import Text

from agentmem_cli.terminal.blocks import AnswerBlocks, Block, Code, Fence, Prose
from agentmem_cli.terminal.live_tail import LiveTail
from agentmem_cli.terminal.safe_text import safe_line, safe_text

_LIGHT_BACKGROUNDS = {"7", "15"}
"""What COLORFGBG ends with where a terminal says that its background is light."""


def code_theme(theme: str, environ: Mapping[str, str]) -> str:
    """Rich's theme for code, of the terminal's own sixteen colours. `auto` asks the terminal, and else means dark."""
    if theme == "auto":
        theme = "light" if environ.get("COLORFGBG", "").rpartition(";")[2] in _LIGHT_BACKGROUNDS else "dark"
    return "ansi_light" if theme == "light" else "ansi_dark"


def answer_console(theme: str) -> Console:
    """The console for answers; `mono` has no colours, as NO_COLOR has none."""
    return Console(file=sys.stdout, no_color=True if theme == "mono" else None)


class LiveAnswer:
    """A context in which pieces of an answer are shown as they come. `theme` is auto, light, dark or mono."""

    def __init__(self, console: Console | None = None, theme: str = "auto") -> None:
        self._console = console or answer_console(theme)
        self._code_theme = code_theme(theme, os.environ)
        self._blocks = AnswerBlocks()
        self._spinner = Spinner("dots", style="dim")
        self._tail: Prose | Code | None = None
        self._drawn: tuple[Prose | Code | None, RenderableType] = (None, "")
        self._is_live = False
        self._live = LiveTail(self._console, self._drawn_tail)

    def __enter__(self) -> LiveAnswer:
        """Show that something is on its way."""
        self._is_live = True
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Print what is left for good."""
        left = self._blocks.finish()
        self._tail, self._is_live = None, False
        self._live.stop()
        self._print(left)

    def add(self, piece: str) -> None:
        """Take in a piece of the answer."""
        finished = self._blocks.add(safe_text(piece))
        self._tail = self._blocks.tail
        self._print(finished)

    def redraw(self) -> None:
        """Draw the tail now; a clock does it several times a second anyway."""
        self._live.refresh()

    def show_tool(self, name: str, query: str) -> None:
        """One dim line for a look-up."""
        self._console.print(Text(safe_line(f"· {name}: {query}"), style="dim"))
        self._console.print()

    def _drawn_tail(self) -> RenderableType:
        """What is drawn below the finished blocks: the tail, or a spinner while there is none."""
        tail = self._tail
        if tail is None:
            return self._spinner.render(self._console.get_time()) if self._is_live else ""
        if tail != self._drawn[0]:  # parsed when it is drawn, not for each piece: that would take 0.3 s more
            # Code is plain until its lines are finished: colouring ten lines takes 2 ms.
            self._drawn = (tail, Text(tail.text) if isinstance(tail, Code) else _Trimmed(self._markdown(tail)))
        return self._drawn[1]

    def _print(self, blocks: list[Block]) -> None:
        for block in blocks:
            if isinstance(block, Code):
                self._console.print(self._code(block), soft_wrap=True)
                continue
            self._console.print(
                Text(block.line, style="dim") if isinstance(block, Fence) else _Trimmed(self._markdown(block))
            )
            if block.closes:
                self._console.print()

    def _code(self, block: Code) -> Text:
        """The new lines, coloured as the whole block up to them makes them."""
        syntax = Syntax(block.text, block.language or "text", theme=self._code_theme, background_color="default")
        lines = syntax.highlight(block.text).split("\n", allow_blank=True)
        return Text("\n").join(lines[: block.text.count("\n") + 1][-block.new :])

    def _markdown(self, prose: Prose) -> _Page:
        # hyperlinks=False prints a link's address; an escape sequence would hide it
        page = _Page(prose.markdown, code_theme=self._code_theme, hyperlinks=False)
        for token in page.parsed:
            for part in (token, *(token.children or [])):
                part.content = safe_text(part.content)  # `&#x202E;` has become the character only now
        return page


class _Heading(Heading):
    """A heading at the left: in the middle of 200 columns nobody looks for it."""

    LEVEL_ALIGN: ClassVar[dict[str, JustifyMethod]] = dict.fromkeys(Heading.LEVEL_ALIGN, "left")


class _Page(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {**Markdown.elements, "heading_open": _Heading}


@dataclass(frozen=True, slots=True)
class _Trimmed:
    """Markdown without the spaces that Rich fills lines with, which would be copied too, or blank lines around it."""

    page: Markdown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = [_without_end(line) for line in console.render_lines(self.page, options, pad=False)]
        filled = [number for number, line in enumerate(lines) if line]
        for line in lines[filled[0] : filled[-1] + 1] if filled else []:
            yield from line
            yield Segment.line()


def _without_end(line: list[Segment]) -> list[Segment]:
    """A line up to its last character that can be seen."""
    kept = list(line)
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        last = kept.pop()
        kept.append(Segment(last.text.rstrip(), last.style))
    return kept
