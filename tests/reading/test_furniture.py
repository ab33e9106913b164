"""Which lines of a PDF are running heads and page numbers: what stands in the margin, apart from the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from agentmem_cli.knowledge.split import passages_of
from agentmem_cli.reading.layout import Page
from agentmem_cli.reading.read import read_file
from agentmem_cli.reading.readers import Reader

DrawnLine = tuple[float, str]
"""How high a line stands, in points, on a page of 842; its words. Those far to the right have two blanks before."""
Drawn = Sequence[Sequence[DrawnLine]]
PagesOf = Callable[[Drawn], list[Page]]
SectionsOf = Callable[[Drawn], list[str]]

TEXT = ["A barn was built.", "Snow fell.", "The mill burned.", "Rain came.", "A bridge broke.", "All went home."]
DISHES = ["Barley", "Lentil", "Onion", "Fish", "Pea", "Leek"]


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    reader = Reader()
    yield reader
    reader.stop(for_good=True)


@pytest.fixture
def pages_of(tmp_path: Path, reader: Reader) -> PagesOf:
    def read(drawn: Drawn) -> list[Page]:
        """The pages of a PDF on which these lines are drawn in this order."""
        from reportlab.pdfgen.canvas import Canvas

        canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(595, 842))
        for lines in drawn:
            canvas.setFont("Helvetica", 11)
            for height, words in lines:
                canvas.drawString(400 if words.startswith("  ") else 72, height, words.strip())
            canvas.showPage()
        canvas.save()
        return read_file(reader, tmp_path / "a.pdf").pages

    return read


@pytest.fixture
def sections_of(pages_of: PagesOf) -> SectionsOf:
    def read(drawn: Drawn) -> list[str]:
        """What passages are made of on each page."""
        return ["\n".join(section.text for section in page.sections) for page in pages_of(drawn)]

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


@pytest.mark.parametrize("number", ["{n}", "- {n} -", "Page {n}", "{n}/{count}", "Page {n} of {count}"])
@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize("height", [800, 400, 40])
def test_page_numbers_without_words(sections_of: SectionsOf, number: str, count: int, height: float) -> None:
    """They go from the first page too, and from documents of two pages, wherever they stand apart from the text."""
    pages = [
        [(600.0, words), (586.0, "It was cold."), (height, number.format(n=place, count=count))]
        for place, words in enumerate(TEXT[:count], 1)
    ]
    assert [f"{words}\nIt was cold." for words in TEXT[:count]] == sections_of(pages)


@pytest.mark.parametrize("furniture_is_drawn_first", [True, False])
def test_a_sentence_over_the_border_of_two_pages(pages_of: PagesOf, furniture_is_drawn_first: bool) -> None:
    """No page number, and no running head of all three pages, comes between its halves."""
    texts = [
        [
            (766, "The tower is open all year."),
            (80, "In a storm the keeper closes the gallery as the wind reaches sev-"),
        ],
        [(766, "enty kilometres an hour. The lamp is lit at dusk, and the spare bulbs of it are in the")],
        [(766, "second locker. Nobody may take one.")],
    ]
    pages = []
    for number, text in enumerate(texts, 1):
        furniture = [(800, "Lighthouse rules"), (40, str(number))]
        pages.append(furniture + text if furniture_is_drawn_first else text + furniture)
    found = " ".join(passage.text for passage in passages_of(pages_of(pages)))
    assert "as the wind reaches seventy kilometres an hour. The lamp" in found
    assert "are in the second locker." in found


def test_a_head_of_two_pages_stays(sections_of: SectionsOf) -> None:
    """Two are too few to tell it from what each page says of itself."""
    pages = [[(800.0, "Customer: Abel"), (700.0, words)] for words in TEXT[:2]]
    assert [f"Customer: Abel\n{words}" for words in TEXT[:2]] == sections_of(pages)


@pytest.mark.parametrize(
    ("height", "first"),
    [(40, 2), (40, 11), (684, 1)],
    ids=["ahead of the pages", "far ahead", "not apart from the text"],
)
def test_numbers_of_short_documents_that_stay(sections_of: SectionsOf, height: float, first: int) -> None:
    """A number that is not the page's own, or that stands right below a line, says something."""
    pages = [[(700, "Keys handed over:"), (height, str(number))] for number in range(first, first + 3)]
    assert [f"Keys handed over:\n{number}" for number in range(first, first + 3)] == sections_of(pages)


@pytest.mark.parametrize(("number", "count"), [("- {n} -", 3), ("Page {n}", 3), ("{n}", 6)])
def test_page_numbers_of_a_part(sections_of: SectionsOf, number: str, count: int) -> None:
    """Those that start far ahead go too, where marks or many pages show what they are."""
    pages = [[(700.0, words), (40.0, number.format(n=place))] for place, words in enumerate(TEXT[:count], 101)]
    assert list(TEXT[:count]) == sections_of(pages)


def test_page_numbers_that_start_again(sections_of: SectionsOf) -> None:
    """Those of each part of a document go; figures at the foot of some pages, which do not count them, stay."""
    numbers = [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 8, 3, 9]
    pages = [[(700.0, f"{TEXT[place % 6]} {place * 71}"), (60.0, str(n))] for place, n in enumerate(numbers)]
    kept = [text.rpartition("\n")[2] if "\n" in text else "" for text in sections_of(pages)]
    assert [""] * 11 + ["8", "3", "9"] == kept
