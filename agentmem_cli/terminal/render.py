"""An answer on the screen: Markdown, block by block, while it streams.

A finished block is printed once and for good, so the scrollback is whole; only the tail is drawn live. (An
answer of 8,000 characters at 60 tokens a second takes 0.3 s of CPU so, and 4.2 s when the whole is drawn anew.)
Code is printed without frame, indent or padding, so that what is selected with the mouse is the code.
"""

from __future__ import annotations

import functools
import os
import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from itertools import accumulate
from types import TracebackType
from typing import Any, ClassVar

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from rich.console import Console, ConsoleOptions, JustifyMethod, RenderableType, RenderResult
from rich.markdown import Heading, Markdown, MarkdownElement
from rich.segment import Segment
from rich.spinner import Spinner
from rich.syntax import Syntax, SyntaxTheme
from rich.text import Text

from agentmem_cli.terminal.blocks import AnswerBlocks, Code, Fence, Prose, Tail, growth
from agentmem_cli.terminal.live_tail import LiveTail
from agentmem_cli.terminal.safe_text import safe_line, safe_text

_LIGHT_BACKGROUNDS = {"7", "15"}
"""What COLORFGBG ends with where a terminal says that its background is light."""
_FORMULA = re.compile(
    r"\\\(.{1,1000}?\\\)|\\\[.{1,1000}?\\\]|\$\$.{1,1000}?\$\$|(?<!\w)\$(?=\S)[^$\n]{1,1000}?(?<=[^\s\\])\$(?!\w)|\\[{}]",
    re.DOTALL,
)
r"""LaTeX within a text. `$5 or $` and `$HOME/$` are none, by what stands beside the second; `\{` is a brace."""
_PIECES_DRAWN, _CHARACTERS_DRAWN = 200, 4_000
"""What of an answer is drawn at once at most: of a flood, no more than a tenth of a second's work."""


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
        self._coming: list[str] = []
        self._spinner = Spinner("dots", style="dim")
        self._is_live = False
        self._live = LiveTail(self._console, self._take_finished, self._tail, _growth)

    def __enter__(self) -> LiveAnswer:
        """Show that something is on its way."""
        self._is_live = True
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Print what is left for good."""
        self._is_live = False
        self._live.refresh()
        self._live.stop()

    def add(self, piece: str) -> None:
        """Take in a piece of the answer; a clock draws several times a second, whatever the pace of the pieces."""
        for start in range(0, len(piece), _CHARACTERS_DRAWN):
            self._coming.append(piece[start : start + _CHARACTERS_DRAWN])

    def leave_rest(self) -> None:
        """Show nothing more: what is stopped is not to go on for what came and was not drawn yet."""
        self._coming.clear()

    def redraw(self) -> None:
        """Draw now, not when the clock next does."""
        self._live.refresh()

    def show_tool(self, name: str, query: str) -> None:
        """One dim line for a look-up."""
        self.redraw()
        self._console.print(Text(safe_line(f"· {name}: {query}"), style="dim"), "")

    def show_waiting(self, why: str) -> None:
        """One dim line beside the answer: why nothing comes, and how to stop."""
        self.redraw()
        self._console.print(Text(safe_line(why), style="dim"))

    def _tail(self) -> RenderableType:
        """What is drawn below the finished blocks: the tail, or a spinner while there is none."""
        if tail := self._blocks.tail:
            return _Unfinished(tail, self._markdown)
        return self._spinner.render(self._console.get_time()) if self._is_live else ""

    def _take_finished(self) -> list[RenderableType]:
        """What has been finished since it was last asked for, ready to print."""
        blocks = self._blocks.add(safe_text("".join(self._take_coming())))
        blocks += [] if self._is_live else self._blocks.finish()
        shown: list[RenderableType] = []
        for number, block in enumerate(blocks):
            if isinstance(block, Code):
                following = blocks[number + 1] if number + 1 < len(blocks) else None
                if isinstance(following, Code):
                    blocks[number + 1] = replace(following, new=following.new + block.new)
                else:
                    shown.append(self._code(block))
                continue
            shown.append(Text(block.line, style="dim") if isinstance(block, Fence) else self._markdown(block))
            if block.closes:
                shown.append("")
        return shown

    def _take_coming(self) -> list[str]:
        """The pieces to draw now; what is appended meanwhile stays."""
        ends = list(accumulate(map(len, self._coming[:_PIECES_DRAWN])))
        number = max(1, bisect_right(ends, _CHARACTERS_DRAWN)) if self._is_live else len(self._coming)
        taken = self._coming[:number]
        del self._coming[: len(taken)]
        return taken

    def _code(self, block: Code) -> Text:
        """The new lines, coloured as the whole block up to them makes them."""
        lexer, theme = _lexer(block.language or "text"), _theme(self._code_theme)
        syntax = Syntax(block.text, lexer, theme=theme, background_color="default")
        lines = syntax.highlight(block.text).split("\n", allow_blank=True)
        code = Text("\n").join(lines[: block.text.count("\n") + 1][-block.new :])
        code.no_wrap, code.overflow = True, "ignore"
        return code

    def _markdown(self, prose: Prose) -> _Trimmed:
        page = copy(_empty_page(self._code_theme))
        page.parsed = _parser().parse(prose.markdown)
        for token in page.parsed:
            for part in (token, *(token.children or [])):
                part.content = safe_text(part.content)  # `&#x202E;` has become the character only now
        return _Trimmed(page)


@functools.cache
def _lexer(language: str) -> Any:
    """The lexer of a language, made once (1 ms); the name of one that nobody knows, which Rich shows as plain text."""
    return Syntax("", language).lexer or "text"


@functools.cache
def _theme(name: str) -> SyntaxTheme:
    """A theme of code, made once: it remembers the style of each kind of token."""
    return Syntax.get_theme(name)


@functools.cache
def _parser() -> MarkdownIt:
    """The parser that Rich makes for each page (0.1 ms), made once."""
    parser = MarkdownIt().enable("strikethrough").enable("table")
    parser.inline.ruler.before("escape", "formula", _formula)
    return parser


def _formula(state: StateInline, silent: bool) -> bool:
    """LaTeX stays as it is written: Markdown would take its backslashes, stars and underscores."""
    found = _FORMULA.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("text", "", 0).content = found.group()
    state.pos = found.end()
    return True


@functools.cache
def _empty_page(code_theme: str) -> _Page:
    # hyperlinks=False prints a link's address; an escape sequence would hide it
    return _Page("", code_theme=code_theme, hyperlinks=False)


class _Heading(Heading):
    """A heading at the left: in the middle of 200 columns nobody looks for it."""

    LEVEL_ALIGN: ClassVar[dict[str, JustifyMethod]] = dict.fromkeys(Heading.LEVEL_ALIGN, "left")


class _Page(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {**Markdown.elements, "heading_open": _Heading}


@dataclass(frozen=True, slots=True)
class _Unfinished:
    """The tail. Code in it is plain: colouring ten lines takes 2 ms."""

    tail: Tail
    markdown: Callable[[Prose], RenderableType]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(self.tail.text) if isinstance(self.tail, Code) else self.markdown(self.tail)


def _growth(before: RenderableType, now: RenderableType) -> tuple[str, bool] | None:
    if isinstance(before, _Unfinished) and isinstance(now, _Unfinished):
        return growth(before.tail, now.tail)
    return None


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
