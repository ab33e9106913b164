"""Boxes that OCR found on a page are read in the order in which a person reads them."""

from __future__ import annotations

import math

from agentmem_cli.reading.boxes import Box, reading_order

LINE = "a line of text in one column"


def box(text: str, left: float, top: float, width: float = 300, height: float = 20) -> Box:
    return Box(text, ((left, top), (left + width, top), (left + width, top + height), (left, top + height)))


def turned(each: Box, degrees: float) -> Box:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return Box(each.text, tuple((x * cos - y * sin, x * sin + y * cos) for x, y in each.corners))


def read(boxes: list[Box]) -> list[str]:
    return [" ".join(each.text for each in line) for line in reading_order(boxes)]


TABLE = [
    box(f"{name} {row}", 40 + 300 * column, 100 + 30 * row + 3 * column, 80)
    for row in range(5)
    for column, name in enumerate(["Plan", "Price", "Storage"])
]
ROWS = [f"Plan {row} Price {row} Storage {row}" for row in range(5)]


def test_a_row_of_a_table_is_one_line() -> None:
    """Cells side by side belong together, however they were found; so they do on a page that lies askew."""
    assert ROWS == read(TABLE[::-1])
    assert ROWS == read([turned(each, 3) for each in TABLE])


def test_columns_are_read_one_after_the_other() -> None:
    """Two, or three; what runs across them parts what is above it from what is below."""
    for columns in (2, 3):
        boxes = [box(f"{LINE} {at}.{row}", 40 + 400 * at, 30 * row) for row in range(6) for at in range(columns)]
        assert [f"{LINE} {at}.{row}" for at in range(columns) for row in range(6)] == read(boxes)
    body = [box(f"{LINE} {at}.{row}", 40 + 400 * at, 100 + 30 * row) for row in range(12) for at in range(2)]
    title, middle = box("The title", 40, 20, 700), box("A heading in the middle", 40, 282, 700, 16)
    upper, lower = ([f"{LINE} {at}.{row}" for at in range(2) for row in rows] for rows in (range(6), range(6, 12)))
    assert ["The title", *upper, "A heading in the middle", *lower] == read([*body, middle, title])


def test_a_label_and_its_value_are_one_line() -> None:
    """A wide column of words beside a narrow one of figures is a table."""
    boxes = [box(f"{LINE} {row}", 40, 30 * row) for row in range(8)]
    boxes += [box(f"{row},500", 600, 30 * row, 60) for row in range(8)]
    assert [f"{LINE} {row} {row},500" for row in range(8)] == read(boxes)


def test_an_empty_page() -> None:
    """It has no lines."""
    assert [] == reading_order([])
