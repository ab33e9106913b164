"""What the places of words on a PDF page say: columns, empty cells, footnote marks, and what was filled in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agentmem_cli.reading.pdf_pages import read_with_pdfium
from agentmem_cli.storage.fulltext import searchable

Draw = Callable[[Any], None]
Lines = Callable[[Draw], list[str]]

LEFT = [
    *("The river rises in the hills and flows past the", "old mill where the ferry crosses twice a day when"),
    *("the bell has rung and the keeper has opened the", "upper gate, and a fee of sixty crowns is due from"),
    *("everyone who brings a cart that is drawn by more", "than two horses"),
]
RIGHT = [
    *("Tickets are sold by the keeper who lives in the", "white house, and cattle are not taken on market"),
    *("days unless the miller has agreed to it before", "noon on the day that they are driven down to the"),
    *("pier, where the water is deep enough even at low", "tide for two boats"),
]


@pytest.fixture
def lines(tmp_path: Path) -> Lines:
    def read(draw: Draw) -> list[str]:
        """The lines of a page, or of several, on which was drawn."""
        from reportlab.pdfgen.canvas import Canvas

        canvas = Canvas(str(tmp_path / "a.pdf"), pagesize=(600, 800))
        draw(canvas)
        canvas.save()
        found = [line["text"] for line in read_with_pdfium(str(tmp_path / "a.pdf"), range(9), None) if "text" in line]
        return [line for text in found for line in text.split("\n")]

    return read


def text_at(canvas: Any, x: float, y: float, *parts: tuple[str, float, float]) -> None:
    """One line of parts, each with its size and its rise."""
    text = canvas.beginText(x, y)
    for words, size, rise in parts:
        text.setFont("Helvetica", size)
        text.setRise(rise)
        text.textOut(words)
    canvas.drawText(text)


def raised(mark: str) -> tuple[str, float, float]:
    return (mark, 6, 4)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([("The silo holds 10", 10, 0), raised("4"), (" grains.", 10, 0)], "The silo holds 10⁴ grains."),
        ([("A rent of 480 euros", 10, 0), raised("3"), (" a month", 10, 0)], "A rent of 480 euros³ a month"),
        ([("Of 25 m", 10, 0), raised("2"), (", or more", 10, 0)], "Of 25 m², or more"),
        ([("In 2019", 10, 0), raised("12"), (" it rained", 10, 0)], "In 2019 ¹² it rained"),
        ([("Sales of $1,875", 10, 0), raised("1,2"), (" rose", 10, 0)], "Sales of $1,875 ¹,² rose"),
        ([("A flow of 10", 10, 0), raised("-4"), (" m", 10, 0), raised("3"), ("/s", 10, 0)], "A flow of 10⁻⁴ m³/s"),
        ([("Add CO", 10, 0), ("2", 6, -2), (" slowly", 10, 0)], "Add CO₂ slowly"),
        ([raised("1"), (" See page 12", 10, 0)], "¹ See page 12"),
        ([("Revenue 99", 10, 0), raised("(1)"), (" rose", 10, 0)], "Revenue 99 (1) rose"),
        ([("On the 5", 10, 0), raised("th"), (" day", 10, 0)], "On the 5th day"),
        ([("Small 12", 10, 0), ("34", 8, 0), (" end", 10, 0)], "Small 1234 end"),
        ([("x", 10, 0), ("2", 10, 4), (" is drawn high", 10, 0)], "x² is drawn high"),
    ],
)
def test_raised_and_lowered_numbers(lines: Lines, parts: list[tuple[str, float, float]], expected: str) -> None:
    """A footnote's mark or an exponent is never a digit of the number before it, and breaks no line."""
    assert [expected] == lines(lambda canvas: text_at(canvas, 50, 700, *parts))


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([("Bake it for 1", 10, 0), ("1/2", 6, 4), (" hours", 10, 0)], "Bake it for 1 1/2 hours"),
        ([("Use 3", 10, 0), ("3", 6, 4), ("/", 10, 0), ("4", 6, -1), (" cups", 10, 0)], "Use 3 3/4 cups"),
        ([("Use 3", 10, 0), ("3", 6, 4), ("/4", 6, 0), (" cups", 10, 0)], "Use 3 3/4 cups"),
        ([("Use ", 10, 0), ("3", 6, 4), ("/", 10, 0), ("4", 6, -1), (" of it", 10, 0)], "Use 3/4 of it"),
        (
            [("A 2", 10, 0), ("1/2", 6, 4), ("-3 m (4", 10, 0), ("1/4", 6, 4), (") beam", 10, 0)],
            "A 2 1/2-3 m (4 1/4) beam",
        ),
        ([("On 11/2 and 4", 10, 0), raised("1"), ("/2 of it", 10, 0)], "On 11/2 and 4¹/2 of it"),
    ],
)
def test_a_small_fraction_is_apart_from_the_number_before_it(
    lines: Lines, parts: list[tuple[str, float, float]], expected: str
) -> None:
    """One and a half is not eleven halves. A raised number before a stroke of the text's size is a footnote's mark."""
    assert [expected] == lines(lambda canvas: text_at(canvas, 50, 700, *parts))


def test_a_mark_hides_no_word() -> None:
    """A word is found with the mark of a footnote at it."""
    assert ["480", "euros", "³", "10", "⁴"] == searchable("480 euros³ 10⁴").split()


def drawn_rows(canvas: Any, order: str, *columns: list[str], steps: tuple[float, ...] = (12, 12)) -> None:
    canvas.setFont("Helvetica", 10)
    canvas.drawString(40, 760, "A title that stands above all the columns of this page, from one side to the other")
    places = [(column, row) for column in range(len(columns)) for row in range(len(columns[column]))]
    if order == "by row":
        places.sort(key=lambda place: place[1])
    if order == "right first":
        places.sort(key=lambda place: -place[0])
    for column, row in places:
        canvas.drawString(40 + 250 * column, 730 - steps[column] * row, columns[column][row])


@pytest.mark.parametrize("order", ["by column", "by row", "right first"])
@pytest.mark.parametrize("steps", [(12.0, 12.0), (12.0, 13.5)], ids=["same", "other"])
def test_columns_are_read_one_after_the_other(lines: Lines, order: str, steps: tuple[float, float]) -> None:
    """However they were drawn, and whether or not their lines are level."""
    found = lines(lambda canvas: drawn_rows(canvas, order, LEFT, RIGHT, steps=steps))
    assert [" ".join(LEFT), " ".join(RIGHT)] == found[1:]


@pytest.mark.parametrize("order", ["by column", "by row", "right first"])
def test_a_title_that_is_drawn_last_is_read_first(lines: Lines, order: str) -> None:
    """Above both columns, with the running head above it; what was drawn last below them stays last."""

    def draw(canvas: Any) -> None:
        drawn_rows(canvas, order, LEFT, RIGHT)
        canvas.drawString(40, 775, "Notes")
        canvas.drawString(40, 790, "Falk Orchard")
        canvas.drawString(40, 500, "The committee meets in the village hall.")

    found = lines(draw)
    assert ["Falk Orchard", "Notes"] == found[:2]
    assert [" ".join(LEFT), " ".join(RIGHT), "The committee meets in the village hall."] == found[3:]


def test_a_column_that_starts_higher_is_read_in_its_turn(lines: Lines) -> None:
    """Its first line stands above all else and is no title."""

    def draw(canvas: Any) -> None:
        for column, words in enumerate((LEFT, RIGHT)):
            for row, line in enumerate(words):
                canvas.drawString(40 + 290 * column, 700 + 15 * column - 12 * row, line)

    assert LEFT[0] == lines(draw)[0][: len(LEFT[0])]


def test_a_page_of_one_column_is_read_from_above(lines: Lines) -> None:
    """In whatever order it was drawn; lines that have nothing above each other stay as they were drawn."""

    def draw(canvas: Any) -> None:
        for y, text in ((700, "Door code"), (40, "- 2 -"), (680, "Extension"), (720, "Switch"), (760, "Manual")):
            canvas.drawString(50, y, text)
        for x, y, text in ((300, 600, "right"), (300, 580, "more"), (50, 610, "left"), (50, 590, "last")):
            canvas.drawString(x, y, text)

    assert ["Manual", "Switch", "Door code", "Extension", "right", "more", "left", "last", "- 2 -"] == lines(draw)


def table(canvas: Any, *rows: tuple[str, ...], right: bool = False, step: float = 15) -> None:
    canvas.setFont("Helvetica", 10)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            draw = canvas.drawRightString if right and column else canvas.drawString
            draw(50 + 110 * column + (60 if right and column else 0), 700 - step * number, cell)


@pytest.mark.parametrize("right", [False, True])
def test_empty_cells_keep_their_places(lines: Lines, right: bool) -> None:
    """In a table without rules; a title above it, and a note below it, are lines of their own."""

    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(
            50, 730, "Prices of all the models that we sell in this and in the coming year, in euros each"
        )
        rows = (("Model", "Range", "Price", "Years"), ("Alpha", "120", "", "2"), ("Beta", "", "900", "3"))
        table(canvas, *rows, ("Gamma", "", "", ""), ("", "", "950", "4"), right=right)

    expected = ["Model | Range | Price | Years", "Alpha | 120 |  | 2", "Beta |  | 900 | 3", "Gamma", " |  | 950 | 4"]
    assert expected == lines(draw)[1:]


def test_tables_have_columns_of_their_own(lines: Lines) -> None:
    """Two below each other with a heading between them, the second with wider cells."""

    def draw(canvas: Any) -> None:
        table(canvas, ("Plan", "People", "Price"), ("Solo", "1", "49"), ("Group", "", "99"), ("Extras",))
        canvas.drawString(50, 640, "Import from any other system")
        canvas.drawString(270, 640, "600")
        canvas.drawString(400, 640, "once")
        canvas.drawString(50, 625, "Training on site")
        canvas.drawString(400, 625, "per day")

    tables = ["Plan | People | Price", "Solo | 1 | 49", "Group |  | 99", "Extras"]
    assert [*tables, "Import from any other system | 600 | once", "Training on site |  | per day"] == lines(draw)


def test_a_sum_is_one_cell(lines: Lines) -> None:
    """The sign of a currency at the left of a cell belongs to the figure at its right."""

    def draw(canvas: Any) -> None:
        table(canvas, ("", "2023", "2022"), ("Sales", "14", "15"), ("Costs", "(9)", "(8)"), right=True)
        for x in (160, 270):
            canvas.drawString(x, 685, "$")

    assert [" | 2023 | 2022", "Sales | $ 14 | $ 15", "Costs | (9) | (8)"] == lines(draw)


def test_wrapped_cells_are_one_row(lines: Lines) -> None:
    """A table whose cells were drawn one after the other, some of several lines."""

    def draw(canvas: Any) -> None:
        from reportlab.lib.styles import getSampleStyleSheet
        from reportlab.platypus import Paragraph, Table

        def cell(text: str) -> Any:
            return Paragraph(text, getSampleStyleSheet()["BodyText"])

        risk = cell("The server in the cellar may be flooded in spring when the river is high")
        remedy = cell("Move it to the second floor and keep a copy of all that is on it elsewhere")
        rows = [["Risk", "Remedy", "Owner"], [risk, remedy, "Berg"], ["Fire", "", "Moe"]]
        drawn = Table(rows, colWidths=[150, 150, 80])
        drawn.wrapOn(canvas, 500, 500)
        drawn.drawOn(canvas, 50, 500)

    assert [
        "Risk | Remedy | Owner",
        "The server in the cellar may be flooded in spring when the river is high | "
        "Move it to the second floor and keep a copy of all that is on it elsewhere | Berg",
        "Fire |  | Moe",
    ] == lines(draw)


FIGURES = (("Sums", "2025", "2024"), ("Income", "341", "297"), ("Profit", "139", ""), ("Staff", "23", "24"))


def draw_cells(canvas: Any, order: str, cells: list[tuple[float, float, str]]) -> None:
    canvas.setFont("Helvetica", 10)
    for x, y, text in sorted(cells, key=lambda cell: -cell[1]) if order == "by row" else cells:
        canvas.drawString(x, y, text)


@pytest.mark.parametrize("order", ["by column", "by row"])
@pytest.mark.parametrize("step", [12, 17])
@pytest.mark.parametrize("text_at", [40, 340])
def test_a_text_beside_a_table(lines: Lines, text_at: float, step: float, order: str) -> None:
    """Each is read by itself, left before right, whether their rows are level or not; headings stay lines."""
    from reportlab.lib.utils import simpleSplit

    at = 320 if text_at < 320 else 40
    wrapped = simpleSplit(" ".join(LEFT), "Helvetica", 10, 200)
    cells = [(text_at, 700 - 12 * number, text) for number, text in enumerate(("A short heading", *wrapped))]
    cells += [
        (at + 80 * column, 701 - step * number, text)
        for number, row in enumerate(FIGURES)
        for column, text in enumerate(row)
    ]
    found = lines(lambda canvas: draw_cells(canvas, order, cells))
    text = ["A short heading", " ".join(LEFT)]
    table_ = [" | ".join(row) for row in FIGURES]
    assert (text + table_ if text_at < at else table_ + text) == found


@pytest.mark.parametrize("offset", [0, 12])
def test_wrapped_cells_stay_beside_their_figures(lines: Lines, offset: float) -> None:
    """A column of a table whose cells are sentences is no text of its own, with figures at the top or in the middle."""
    cells = []
    for number in range(3):
        top = 700 - 42 * number
        cells += [(40.0, top - 12 * line, text) for line, text in enumerate((*LEFT[:2], "it rings."))]
        cells += [(320.0, top - offset, str(140 + number)), (400.0, top - offset, str(150 + number))]
    found = " ".join(lines(lambda canvas: draw_cells(canvas, "by row", cells)))
    places = [found.index(each) for each in ("140", "141", "142")]
    rings = [place for place in range(len(found)) if found.startswith("it rings.", place)]
    assert (rings[0] < places[1], rings[1] < places[2]) == (True, True)
    assert places[0] < found.index("The river", 10)


def test_two_columns_of_a_table_need_no_bars(lines: Lines) -> None:
    """Nor do lists: where no place can be mistaken, a row is read as it stands."""

    def draw(canvas: Any) -> None:
        table(canvas, ("Customer:", "Abel"), ("Paid:", ""), ("Sum:", "12"))
        for number in range(3):
            canvas.drawString(50, 600 - 12 * number, f"{number + 1}.")
            canvas.drawString(75, 600 - 12 * number, f"Item number {number}")

    found = [" ".join(line.split()) for line in lines(draw)]
    assert ["Customer: Abel", "Paid:", "Sum: 12", "1. Item number 0", "2. Item number 1", "3. Item number 2"] == found


def test_what_runs_another_way_is_kept(lines: Lines) -> None:
    """Words that run upwards leave the page as pdfium reads it."""

    def draw(canvas: Any) -> None:
        canvas.drawString(50, 700, "Level words")
        canvas.rotate(90)
        canvas.drawString(100, -30, "Rising words")

    assert ["Level words", "Rising words"] == lines(draw)


def form(canvas: Any) -> None:
    fields = canvas.acroForm
    canvas.drawString(50, 700, "Name:")
    fields.textfield(name="n", value="Ada Lund", x=120, y=692, width=200, height=22)
    canvas.drawString(50, 660, "Meal:")
    for number, (meal, label) in enumerate((("fish", "Fish"), ("veg", "Vegetables"))):
        fields.radio(name="meal", value=meal, selected=meal == "veg", x=120 + number * 120, y=655, size=15)
        canvas.drawString(140 + number * 120, 660, label)
    fields.checkbox(name="agree", checked=True, x=50, y=620, size=15)
    canvas.drawString(75, 624, "I agree to the terms")
    fields.checkbox(name="news", checked=False, x=50, y=600, size=15)
    canvas.drawString(75, 604, "Send me news")
    canvas.drawString(50, 570, "Size:")
    fields.choice(name="size", value="L", options=[("Large", "L"), ("Small", "S")], x=120, y=565, width=99, height=20)
    canvas.drawString(50, 540, "Days:")
    days = ["Mon", "Wed"]
    fields.listbox(
        name="days",
        value=days,
        options=["Mon", "Tue", "Wed"],
        x=120,
        y=490,
        width=80,
        height=60,
        fieldFlags="multiSelect",
    )
    canvas.drawString(50, 460, "Notes:")
    fields.textfield(
        name="notes", value="One line\nAnother", x=120, y=400, width=300, height=70, fieldFlags="multiline"
    )
    canvas.drawString(50, 380, "Empty:")
    fields.textfield(name="none", x=120, y=375, width=200, height=20)
    fields.textfield(name="hidden", value="Secret", x=120, y=300, width=200, height=20, annotationFlags="hidden")


def test_what_is_filled_into_a_form(lines: Lines) -> None:
    """Text, ticks and choices stand where they are on the page; what is hidden does not."""
    assert [
        "Name: Ada Lund",
        "Meal: [ ] Fish [x] Vegetables",
        "[x] I agree to the terms",
        "[ ] Send me news",
        "Size: Large",
        "Days: Mon, Wed",
        "Notes: One line Another",
        "Empty:",
    ] == [" ".join(line.split()) for line in lines(form)]


def test_a_page_of_fields_alone(lines: Lines) -> None:
    """It has text, and each value its field's name."""

    def draw(canvas: Any) -> None:
        canvas.acroForm.textfield(name="key", value="In the shed", x=50, y=700, width=200, height=20)
        canvas.acroForm.checkbox(name="a", tooltip="Paid in full", checked=True, x=50, y=600, size=15)
        canvas.showPage()

    assert ["key: In the shed", "Paid in full: [x]"] == lines(draw)


def test_annotations(lines: Lines) -> None:
    """A text written onto the page stands at its place, a note on a line of its own and marked as one."""

    def draw(canvas: Any) -> None:
        canvas.drawString(50, 700, "The lease ends in May.")
        canvas.drawString(50, 600, "The deposit is two rents.")
        canvas.freeTextAnnotation("Paid on 4 June", "/Helv 12 Tf", Rect=[300, 596, 420, 612])
        canvas.textAnnotation("Ask for a longer term", Rect=[50, 650, 70, 670])
        canvas.highlightAnnotation("The lease ends", Rect=[50, 695, 150, 712])

    assert [
        "The lease ends in May.",
        "[note] Ask for a longer term",
        "The deposit is two rents.  Paid on 4 June",
    ] == lines(draw)
