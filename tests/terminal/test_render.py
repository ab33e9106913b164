"""How an answer is drawn while it streams: each finished block once, the tail below it, code as it was written."""

from __future__ import annotations

import io
import re

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.live import Live
from rich.live_render import LiveRender

from agentmem_cli.terminal.blocks import AnswerBlocks, Block, Code, Fence, Prose
from agentmem_cli.terminal.live_tail import LiveTail, reflows
from agentmem_cli.terminal.render import LiveAnswer, code_theme

ANSWER = """\
# Rain

The **first** paragraph is
of two lines, see [the page](https://example.org/x).

- one
- two
  with a second line

  and a second paragraph
- three

| a | b |
|---|---|
| 1 | 2 |

```python
def wet(x: int) -> str:
\treturn f"{x}" + "‖"


text = '''
in a string'''
```
1. first

2. second
   ```sh
   ls

   pwd
   ```
~~~
not closed
"""
MARKDOWN = st.lists(
    st.sampled_from(["a", "b ", "\n", "\n\n", "```", "~~~", "- ", "1. ", "  ", "|", "`", "*", "python", "\n```\n"]),
    max_size=30,
).map("".join)


WORDS = ["word ", "a, ", "it", "1", ".", " ", "\u00a0", "x" * 30, "漢字漢字", "漢 ", "שלום ", "🙂"]
MARKS = ["**", "*", "_", "`", "[", "](u)", "]: u", "&amp", ";", "\\", "<b>", "~~", "|", "#", "~~~", "="]
STARTS = ["\n", "\n\n", "- ", "\n- ", "\n  - ", "1. ", "\n2. ", "# ", "> ", "```", "\n```\n", "\t", "    ", "\n---"]
GROWING = st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from([*WORDS, *MARKS, *STARTS])), max_size=25)


class Drawn:
    """A console whose output goes to an emulated terminal with scrollback."""

    def __init__(self, columns: int = 60, rows: int = 12) -> None:
        self.screen = pyte.HistoryScreen(columns, rows, history=1000, ratio=0.5)
        self.screen.set_mode(pyte.modes.LNM)
        self._stream = pyte.Stream(self.screen)
        self._output = io.StringIO()
        self.console = Console(
            file=self._output, force_terminal=True, width=columns, height=rows, color_system="standard", _environ={}
        )

    def text(self) -> str:
        """All that was ever drawn and still stands: the scrollback and the screen."""
        self._stream.feed(self._output.getvalue())
        self._output.seek(0)
        self._output.truncate()
        above = [
            "".join(line[column].data for column in range(self.screen.columns)) for line in self.screen.history.top
        ]
        return "\n".join(line.rstrip() for line in [*above, *self.screen.display]).rstrip("\n")

    def written(self) -> str:
        """What was written since it was last shown."""
        return self._output.getvalue()

    def cells(self) -> list[list[tuple[str, bool, bool, str]]]:
        """Each character of the screen with its looks, but for the spinner."""
        self.text()
        rows = [
            [self.screen.buffer[row][column] for column in range(self.screen.columns)]
            for row in range(self.screen.lines)
        ]
        return [
            [("" if "\u2800" <= c.data <= "\u28ff" else c.data, c.bold, c.italics, c.fg) for c in row] for row in rows
        ]

    def resize(self, columns: int) -> None:
        """Make it wider or narrower; lines that are too long are cut off, as xterm does."""
        self.text()
        self.console.width = columns
        self.screen.resize(self.screen.lines, columns)


def blocks_of(pieces: list[str]) -> list[Block]:
    """The blocks of an answer that comes in these pieces."""
    blocks = AnswerBlocks()
    finished = [block for piece in pieces for block in blocks.add(piece)]
    return [*finished, *blocks.finish()]


def shown(answer: str) -> str:
    """What the screen shows of an answer in the end."""
    drawn = Drawn(columns=100, rows=30)
    with LiveAnswer(drawn.console) as live:
        for piece in re.split(r"(?<=\\s)", answer):
            live.add(piece)
            live.redraw()
    return drawn.text().strip()


def source_of(blocks: list[Block]) -> str:
    """The Markdown that blocks were cut from, but for blank lines."""
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Code):
            lines += block.text.split("\n")[-block.new :]
        else:
            lines += [block.line] if isinstance(block, Fence) else block.markdown.split("\n")
    return "\n".join(line for line in lines if line.strip())


@given(MARKDOWN, st.integers(1, 9))
def test_nothing_is_lost_or_doubled(answer: str, size: int) -> None:
    """Whatever the Markdown and however it is cut into pieces: the same lines, each once, in order."""
    pieces = [answer[start : start + size] for start in range(0, len(answer), size)]
    expected = "\n".join(line for line in answer.split("\n") if line.strip())
    assert expected == source_of(blocks_of(pieces))
    assert blocks_of([answer]) == blocks_of(pieces)


@pytest.mark.parametrize(
    "line",
    [
        r"The area is \(A_1 = \pi r^2\) and \[ x_i * y_i * z_i = \frac{a}{b} \] here.",
        r"Inline $a_1 + b_1$ and $p*q*r$ cost $5 and $6, set \{1,2\}.",
        r"$$\sum_{i=1}^{n} x_i * y_i * z_i$$",
        r"- with \(a*b*c\) in a list and $x_{1}_{2}$",
        r"It is \(a < b\), \(|x|\) and $\left[a\right]$ and $`b`$",
    ],
)
def test_latex_within_a_text(line: str) -> None:
    """Markdown takes nothing of it away."""
    drawn = shown(line)
    assert line.removeprefix("- ") in drawn.replace(" • ", "")


@pytest.mark.parametrize(
    "formula",
    [
        "\\[\na_1 * b_1\n- c * d\n= \\frac{1}{2}\n\\]",
        "$$\n\\begin{aligned}\nx &= *y* \\\\\n+ z_1_2\n\\end{aligned}\n$$",
    ],
)
def test_latex_on_lines_of_its_own(formula: str) -> None:
    """A formula over several lines is shown line by line, whatever Markdown makes of their beginnings."""
    text = shown(f"So:\n{formula}\nand *on*.\n\nNext")
    assert formula in text
    assert "\nand on.\n\nNext" in text


def test_what_only_looks_like_latex() -> None:
    """Money and variables are no formulas, an escaped star is a star, and a formula that is not closed ends."""
    drawn = shown("*Pay* $5 or $6 for **$HOME** and \\*\n\n\\[ open\n\n*Then*")
    assert "Pay $5 or $6 for $HOME and *" in drawn
    assert drawn.endswith("Then")


def test_a_line_without_end_is_drawn_in_parts() -> None:
    """It would be drawn from its start again and again, five times a second: seconds for a megabyte."""
    pieces = ["word and *more* words "] * 1_000
    blocks = blocks_of(pieces)
    assert len(blocks) > 3
    assert max(len(block.markdown) for block in blocks if isinstance(block, Prose)) < 5_000
    assert "".join(pieces) == "".join(block.markdown for block in blocks if isinstance(block, Prose))


def test_a_flood_is_drawn_in_parts() -> None:
    """However large its pieces are, so that a stop is not kept waiting; all of it is there in the end."""
    drawn = Drawn(columns=80)
    with LiveAnswer(drawn.console) as answer:
        answer.add("word word word word word word word word\n\n" * 400)
        answer.redraw()
        assert 0 < drawn.written().count("word") < 2_000
    assert 3_200 <= drawn.written().count("word")


def test_what_is_a_block() -> None:
    """Paragraphs, tables, items of a list and lots of code are blocks; a fence in an item belongs to the item."""
    blocks = blocks_of([ANSWER])
    prose = [block.markdown.strip() for block in blocks if isinstance(block, Prose)]
    assert ["- one", "- two\n  with a second line\n\n  and a second paragraph", "- three"] == prose[2:5]
    assert "2. second\n   ```sh\n   ls\n\n   pwd\n   ```" == prose[-1]
    assert ["```python", "```", "~~~"] == [block.line for block in blocks if isinstance(block, Fence)]
    code = [block for block in blocks if isinstance(block, Code)]
    assert "not closed" == code[-1].text


def test_code_is_there_to_be_copied() -> None:
    """Code stands on the screen as it was written: no frame, no indent, long lines not cut."""
    drawn = Drawn(columns=40)
    line = "value = " + "+".join(f"number_{each}" for each in range(9))
    with LiveAnswer(drawn.console) as answer:
        answer.add(f"```python\nif True:\n    {line}\n```\n")
    shown = drawn.text()
    assert f"if True:\n    {line}" in re.sub(r"(?<=.{40})\n", "", shown)


@pytest.mark.parametrize("theme", ["dark", "light", "mono"])
def test_each_block_once(theme: str) -> None:
    """A long answer, drawn again and again in mid-block, stands in the scrollback once and whole, in any theme."""
    drawn = Drawn(rows=6)
    with LiveAnswer(drawn.console, theme) as answer:
        for piece in re.findall(r"(?s).{1,7}", ANSWER):
            answer.add(piece)
            answer.redraw()
    shown = drawn.text()
    for word in ("Rain", "first paragraph", "https://example.org/x", "• two", "pwd", "in a string", "not closed"):
        assert 1 == shown.count(word), shown
    assert "\n\n\n" not in shown.replace('‖"\n\n\n', "")
    assert " 2 second" in shown


def test_a_tail_higher_than_the_screen_shows_its_end() -> None:
    """Of a paragraph that does not fit, the newest lines are drawn; when it is finished, all of it is there."""
    drawn = Drawn(columns=20, rows=6)
    with LiveAnswer(drawn.console) as answer:
        for number in range(40):
            answer.add(f"number{number} ")
            answer.redraw()
        assert "number39" in drawn.text()
    assert [f"number{each}" for each in range(40)] == drawn.text().split()


def test_a_paragraph_that_grows_is_not_drawn_anew() -> None:
    """What is written to the terminal for more words of a row is these words, and no other row is touched."""
    drawn = Drawn()
    with LiveAnswer(drawn.console) as answer:
        answer.add("A paragraph of **some** words")
        answer.redraw()
        written = len(drawn.written())
        answer.add(" and more")
        answer.redraw()
        assert " and more" == drawn.written()[written:]


def test_a_block_is_finished_when_the_next_has_begun() -> None:
    """The first letters of the next paragraph or item finish the one above; a mark that may yet be text does not."""
    blocks = AnswerBlocks()
    assert [] == blocks.add("One.\n\n")
    assert [Prose("One.\n")] == blocks.add("T")
    assert [Prose("Two.\n")] == blocks.add("wo.\n\n- a\n-")
    assert [Prose("- a", closes=False)] == blocks.add(" b")


@settings(deadline=None, max_examples=40)
@given(GROWING)
def test_a_tail_that_grew_looks_as_one_drawn_anew(pieces: list[str]) -> None:
    """Text that is written behind the last row stands where the whole tail, drawn at once, would have it."""
    grown = Drawn(columns=24, rows=8)
    with LiveAnswer(grown.console) as growing:
        for number, piece in enumerate(pieces, start=1):
            anew = Drawn(columns=24, rows=8)
            with LiveAnswer(anew.console) as whole:
                for answer, text in ((growing, piece), (whole, "".join(pieces[:number]))):
                    answer.add(text)
                    answer.redraw()
                    answer.redraw()
                expected = anew.cells()
            assert expected == grown.cells(), pieces[:number]


def test_resized_in_the_middle() -> None:
    """Made narrower and wider while an answer streams: nothing stands there twice."""
    drawn = Drawn(columns=60)
    words = [f"word{each}" for each in range(60)]
    with LiveAnswer(drawn.console) as answer:
        for number, word in enumerate(words):
            answer.add(word + (" " if (number + 1) % 20 else "\n\n"))
            answer.redraw()
            if number in (10, 30, 50):
                drawn.resize({10: 40, 30: 30, 50: 80}[number])
    shown = drawn.text().split()
    assert [word for word in words if shown.count(word) > 1] == []
    assert set(words[20:]) <= set(shown)


def test_rows_after_a_terminal_broke_its_lines_anew() -> None:
    """A terminal that reflows makes two rows of a line when it is made half as wide; xterm does not."""
    console = Console(file=io.StringIO(), force_terminal=True, width=60, height=20, _environ={})
    tail = LiveTail(console, list, lambda: "x" * 60 + "\n" + "y" * 10, lambda _before, _now: None)
    with tail:
        tail.refresh()
        console.width = 30
        rows = tail.rows
        assert 3 == rows.now()
    assert not reflows({"XTERM_VERSION": "XTerm(390)"})
    assert not reflows({"TERM": "linux"})


def test_live_tail() -> None:
    """Rich still has what the live tail reaches into: an own renderer of the live rows, asked where they begin."""
    live = Live(console=Console(file=io.StringIO()))
    assert isinstance(live._live_render, LiveRender)
    assert {"position_cursor", "restore_cursor", "set_renderable"} <= vars(LiveRender).keys()


def test_the_theme_of_code() -> None:
    """`auto` follows what the terminal says of its background; `light` and `dark` do not ask."""
    assert "ansi_light" == code_theme("auto", {"COLORFGBG": "0;15"})
    assert "ansi_dark" == code_theme("auto", {"COLORFGBG": "15;0"})
    assert "ansi_dark" == code_theme("auto", {})
    assert "ansi_light" == code_theme("light", {"COLORFGBG": "15;0"})
