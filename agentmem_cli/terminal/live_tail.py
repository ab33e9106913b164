"""The few rows at the bottom of the screen that are drawn again and again, below what is printed for good."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

from rich.cells import cell_len
from rich.console import (
    Console,
    ConsoleDimensions,
    ConsoleOptions,
    ConsoleRenderable,
    Group,
    RenderableType,
    RenderResult,
)
from rich.control import Control
from rich.live import Live
from rich.live_render import LiveRender
from rich.segment import ControlType, Segment, Segments
from rich.text import Text

DRAWN_PER_SECOND = 5
_ROWS_LEFT = 2
"""Rows of the screen that the tail leaves free, so that it never scrolls itself away."""


class LiveTail(Live):
    """Rich's live display, but for five things.

    What is finished is printed above it at its own pace, not piece by piece, and the tail again when it is next
    drawn; it is not drawn while nothing has changed; what it has only grown by is written behind it, where the
    cursor is; of what is higher than the screen the end is shown, not the beginning; and it finds its rows again
    after the terminal was made narrower and broke its lines anew.

    `growth` gives what the second of two tails shows behind all that the first shows, and whether that is broken
    into rows as a paragraph; None where the second does not only show more.
    """

    def __init__(
        self,
        console: Console,
        finished: Callable[[], list[RenderableType]],
        tail: Callable[[], RenderableType],
        growth: Callable[[RenderableType, RenderableType], tuple[str, bool] | None],
    ) -> None:
        super().__init__(console=console, get_renderable=tail, refresh_per_second=DRAWN_PER_SECOND, transient=True)
        # The one place that reaches into Rich: `test_live_tail` fails when Rich no longer has it.
        self.rows = self._live_render = _Rows(console)
        self._finished = finished
        self._growth = growth
        self._drawn: tuple[RenderableType, ConsoleDimensions] = ("", console.size)

    def refresh(self) -> None:
        """Print what is finished, and draw the tail if it has changed."""
        with self._lock:
            finished = self._finished()
            if finished:
                self.console.print(Group(*finished), crop=False)  # code is left to the terminal to break
            elif self._drawn != (self.get_renderable(), self.console.size) or not self.is_started:
                super().refresh()

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """What is printed for good, in place of the tail; or the tail, where Rich prints nothing but a control."""
        is_printing = not all(isinstance(each, Control) for each in renderables)
        (before, size), self._drawn = self._drawn, ("" if is_printing else self.get_renderable(), self.console.size)
        growth = self._growth(before, self._drawn[0]) if size == self._drawn[1] else None
        if growth and (grown := self.rows.grow(*growth)):
            return [Segments(grown)]
        self.rows.set_renderable(self._drawn[0])
        return super().process_renderables(renderables)


class _Rows(LiveRender):
    """The rows as they were drawn last."""

    def __init__(self, console: Console) -> None:
        super().__init__("")
        self._console = console
        self._widths: list[int] = []
        self._last: list[Segment] = []
        self._reflows = reflows(os.environ)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The last lines that the screen has room for, remembering how wide each is."""
        rendered = console.render_lines(self.renderable, options, pad=False)
        lines = rendered[-_room(console.height) :]
        self._take([Segment.get_line_length(line) for line in lines], lines)
        yield from _joined(lines)

    def grow(self, added: str, is_paragraph: bool) -> list[Segment] | None:
        """What draws more text behind the last row; None where all has to be drawn anew for it."""
        if not self._widths:
            return None
        style = self._last[-1].style if self._last else None
        more = [[Segment(each, style)] for each in added.split("\n")]
        if self._replace_last([self._last + more[0], *more[1:]]):
            return [*_joined(more)]
        lines = self._broken(more[0]) if is_paragraph else []
        return [_up_and_clear(0).segment, *_joined(lines)] if self._replace_last(lines) else None

    def _broken(self, added: list[Segment]) -> list[list[Segment]]:
        """The last row and more of its paragraph, as rows.

        None in the first row of an item, whose indent is unknown, or where a word is longer than a row, which Rich
        cuts up by what stood before it.
        """
        row = Text.assemble(*((each.text, each.style or "") for each in self._last + added))
        indent = len(row.plain) - len(row.plain.lstrip(" "))
        columns = self._console.width - indent
        if (indent and len(self._widths) == 1) or any(cell_len(word) > columns for word in row.plain.split()):
            return []
        lines = row[indent:].wrap(self._console, columns)
        for line in lines:
            line.rstrip()
        return [[Segment(" " * indent), *line.render(self._console)] for line in lines]

    def _replace_last(self, lines: list[list[Segment]]) -> bool:
        """Whether there is room for lines in place of the last; they are taken then."""
        widths = self._widths[:-1] + [Segment.get_line_length(line) for line in lines]
        columns, rows = self._console.size
        fits = bool(lines) and len(widths) <= _room(rows) and max(widths) <= columns
        if fits:
            self._take(widths, lines)
        return fits

    def _take(self, widths: list[int], lines: list[list[Segment]]) -> None:
        self._widths, self._last = widths, lines[-1] if lines else []
        self._shape = (max(widths, default=0), len(widths))

    def position_cursor(self) -> Control:
        """To the first of the rows that the lines take now, all of them cleared."""
        return _up_and_clear(self.now() - 1)

    def restore_cursor(self) -> Control:
        """The same from the line below them."""
        return _up_and_clear(self.now())

    def now(self) -> int:
        """How many rows of the screen the drawn lines take, at its width of now."""
        columns = max(1, self._console.width)
        rows = sum(-(-each // columns) if self._reflows and each > columns else 1 for each in self._widths)
        return min(rows, self._console.height)


def _room(height: int) -> int:
    return max(1, height - _ROWS_LEFT)


def _joined(lines: list[list[Segment]]) -> Iterator[Segment]:
    for number, line in enumerate(lines):
        if number:
            yield Segment.line()
        yield from line


def reflows(environ: Mapping[str, str]) -> bool:
    """Whether the terminal breaks lines anew when it is made narrower; xterm and the Linux console cut them off."""
    return "XTERM_VERSION" not in environ and environ.get("TERM") != "linux"


def _up_and_clear(rows: int) -> Control:
    up = [(ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2)] * max(0, rows)
    return Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2), *up)
