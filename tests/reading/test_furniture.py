"""Which lines of a PDF are running heads and page numbers: what stands in the margin, apart from the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from agentmem_cli.reading.read import read_file
from agentmem_cli.reading.readers import Reader

DrawnLine = tuple[float, str]
"""How high a line stands, in points, on a page of 842; its words. Those far to the right have two blanks before."""
SectionsOf = Callable[[Sequence[Sequence[DrawnLine]]], list[str]]

TEXT = ["A barn was built.", "Snow fell.", "The mill burned.", "Rain came.", "A bridge broke.", "All went home."]
DISHES = ["Barley", "Lentil", "Onion", "Fish", "Pea", "Leek"]


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.stop(for_good=True)


@pytest.fixture
def sections_of(tmp_path: Path, reader: Reader) -> SectionsOf:
    def read(pages: Sequence[Sequence[DrawnLine]]) -> list[str]:
        """What passages are made of on each page of a PDF on which these lines are drawn in this order."""
        from reportlab.pdfgen.canvas import Canvas

        canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(595, 842))
        for lines in pages:
            canvas.setFont("Helvetica", 11)
            for height, words in lines:
                canvas.drawString(400 if words.startswith("  ") else 72, height, words.strip())
            canvas.showPage()
        canvas.save()
        found = read_file(reader, tmp_path / "a.pdf").pages
        return ["\n".join(section.text for section in page.sections) for page in found]

    return read


MID_PAGE = {
    "a number behind words": [(790, "Topic: {dish}"), (740, "Exam question {n}")],
    "a line below others": [(790, "Week {n}"), (770, "{dish} soup"), (750, "Bread is free.")],
    "a line far below others": [(790, "Step {n}"), (770, "Cut the {dish}."), (700, "Wear gloves while you do this.")],
    "both": [(790, "Eaten by: {dish}"), (770, "Rent is due on Monday."), (750, "Flat {n}")],
    "below a footer's place": [(790, "{dish}"), (740, "Taught in the boat shed."), (720, "Part {n}"), (40, "Brede")],
}


@pytest.mark.parametrize("lines", MID_PAGE.values(), ids=MID_PAGE.keys())
def test_what_stands_in_mid_page_stays(sections_of: SectionsOf, lines: list[DrawnLine]) -> None:
    """Though it is the same on every page, or differs in the page's number only, and is the page's last line."""
    pages = [
        [(height, words.format(n=number + 1, dish=dish)) for height, words in lines]
        for number, dish in enumerate(DISHES)
    ]
    expected = ["\n".join(words for height, words in page if height > 100) for page in pages]
    assert expected[1:] == sections_of(pages)[1:]


@pytest.mark.parametrize("height", [800, 40], ids=["head", "foot"])
def test_a_room_is_no_page(sections_of: SectionsOf, height: float) -> None:
    """A number behind a word may be the thing's own, even in the margin."""
    pages = [[(700, words), (height, f"Room {number}")] for number, words in enumerate(TEXT, 1)]
    found = sections_of(pages)
    assert all(f"Room {number}" in text for number, text in enumerate(found, 1))


@pytest.mark.parametrize(
    "furniture",
    [
        [(800, "Marlow Estate 2024"), (800, "  Page {n} of 6")],
        [(800, "Marlow Estate")],
        [(800, "Seite {n}")],
        [(810, "Marlow Estate"), (797, "Site manual | {n}")],
        [(40, "Marlow Estate, 12 Mill Lane"), (40, "  {n}")],
        [(40, "  Page {n}"), (40, "Lease 2024/118")],
        [(300, "{n}")],
    ],
)
@pytest.mark.parametrize("is_drawn_first", [True, False])
def test_running_heads_and_page_numbers(
    sections_of: SectionsOf, furniture: list[DrawnLine], is_drawn_first: bool
) -> None:
    """What stands at the very edge goes, wherever it comes in the order of drawing. A lone number may stand higher."""
    pages = []
    for number, words in enumerate(TEXT, 1):
        drawn = [(height, line.format(n=number)) for height, line in furniture]
        body = [(720.0, words), (706.0, "It was cold.")]
        pages.append(drawn + body if is_drawn_first else body + drawn)
    assert [f"{words}\nIt was cold." for words in TEXT[1:]] == sections_of(pages)[1:]


def test_a_repeated_first_line_of_the_text_stays(sections_of: SectionsOf) -> None:
    """No space parts it from what follows, so it may be the beginning of that."""
    pages = [
        [(800 - 14 * place, line) for place, line in enumerate(["Rent is due.", words, "It was cold.", "All slept."])]
        for words in TEXT
    ]
    assert ["\n".join(line for _, line in page) for page in pages] == sections_of(pages)
