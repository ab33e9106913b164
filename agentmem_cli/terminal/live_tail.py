"""The few rows at the bottom of the screen that are drawn again and again, below what is printed for good."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from rich.console import Console, ConsoleOptions, ConsoleRenderable, Group, RenderableType, RenderResult
from rich.control import Control
from rich.live import Live
from rich.live_render import LiveRender
from rich.segment import ControlType, Segment

DRAWN_PER_SECOND = 6
_ROWS_LEFT = 2
"""Rows of the screen that the tail leaves free, so that it never scrolls itself away."""


class LiveTail(Live):
    """Rich's live display, but for four things.

    What is finished is printed above it at its own pace, not piece by piece; it is not drawn while nothing has
    changed; of what is higher than the screen the end is shown, not the beginning; and it finds its rows again
    after the terminal was made narrower and broke its lines anew.
    """

    def __init__(
        self, console: Console, finished: Callable[[], list[RenderableType]], tail: Callable[[], RenderableType]
    ) -> None:
        super().__init__(console=console, get_renderable=tail, refresh_per_second=DRAWN_PER_SECOND, transient=True)
        # The one place that reaches into Rich: `test_live_tail` fails when Rich no longer has it.
        self.rows = self._live_render = _Rows(console)
        self._finished = finished
        self._drawn: tuple[object, ...] = ()

    def refresh(self) -> None:
        """Print what is finished, and draw the tail if it has changed."""
        with self._lock:
            finished = self._finished()
            now = (self.get_renderable(), self.console.size)
            if finished:
                self.console.print(Group(*finished), crop=False)  # code is left to the terminal to break
            elif now != self._drawn or not self.is_started:
                super().refresh()
            self._drawn = now

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """What is printed for good, and below it the tail as it is now."""
        self._live_render.set_renderable(self.get_renderable())
        return super().process_renderables(renderables)


class _Rows(LiveRender):
    """The rows as they were drawn last."""

    def __init__(self, console: Console) -> None:
        super().__init__("")
        self._console = console
        self._widths: list[int] = []
        self._reflows = reflows(os.environ)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The last lines that the screen has room for, remembering how wide each is."""
        rendered = console.render_lines(self.renderable, options, pad=False)
        lines = rendered[-max(1, console.height - _ROWS_LEFT) :]
        self._widths = [Segment.get_line_length(line) for line in lines]
        self._shape = (max(self._widths, default=0), len(lines))
        for number, line in enumerate(lines):
            if number:
                yield Segment.line()
            yield from line

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


def reflows(environ: Mapping[str, str]) -> bool:
    """Whether the terminal breaks lines anew when it is made narrower; xterm and the Linux console cut them off."""
    return "XTERM_VERSION" not in environ and environ.get("TERM") != "linux"


def _up_and_clear(rows: int) -> Control:
    up = [(ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2)] * max(0, rows)
    return Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2), *up)
