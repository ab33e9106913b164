"""Cells are shown as the sheet shows them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentmem_cli.reading.cell_text import shown

DAY = dt.datetime(2026, 3, 5, 14, 7, 9)  # noqa: DTZ001 -- cells have no zone


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (0.1 + 0.2, "General", "0.3"),
        (49, "General", "49"),
        (1 / 3, "0.00", "0.33"),
        (1234.5, "#,##0.00", "1,234.50"),
        (2.675, "0.00", "2.68"),
        (0.155, "0.0%", "15.5%"),
        (49, '#,##0.00 "€"', "49.00 €"),
        (49, '_-* #,##0.00 €_-;-* #,##0.00 €_-;_-* "-"?? €_-;_-@_-', "49.00 €"),
        (-5, "$#,##0;($#,##0)", "($5)"),
        (-5, "#,##0.0", "-5.0"),
        (5, "[$€-407] #,##0.00", "€ 5.00"),
        (-1234, "#,##0 ;[Red](#,##0)", "(1,234)"),
        (12, "00000", "00012"),
        (1.5, "0.##", "1.5"),
        (1234567.891, '#,##0.0,,"M"', "1.2M"),
        (-0.001, "0.00", "0.00"),
        (15, '0 "kg"', "15 kg"),
        (0.5, "# ?/?", "0.5"),
        (123456789012, "0.00E+00", "123456789012"),
        (True, "General", "TRUE"),
        ("as is", "@", "as is"),
        (None, "General", ""),
        (DAY, "yyyy-mm-dd", "2026-03-05"),
        (DAY, "dd.mm.yyyy", "05.03.2026"),
        (DAY, "d mmm yy", "5 Mar 26"),
        (DAY, "[$-F800]dddd, mmmm dd, yyyy", "Thursday, March 05, 2026"),
        (DAY, "mm-dd-yy", "2026-03-05"),
        (DAY, "d/m/yyyy h:mm", "5/3/2026 14:07"),
        (DAY, "h:mm:ss AM/PM", "2:07:09 PM"),
        (dt.time(9, 5), "h:mm", "9:05"),
        (dt.timedelta(hours=30, minutes=5), "[h]:mm", "30:05"),
        (dt.date(2026, 3, 5), "General", "2026-03-05"),
    ],
)
def test_values_and_formats(value: object, number_format: str, text: str) -> None:
    """Money, shares, dates, times, durations; what is beyond the formats in use is shown plainly."""
    assert text == shown(value, number_format)


@given(
    st.one_of(st.floats(allow_nan=False), st.integers(), st.datetimes(), st.times(), st.timedeltas(), st.text()),
    st.text(alphabet='#0,.?%"E+-;@[]$€ymdhsAP/ *_\\', max_size=30),
)
def test_any_format_shows_something(value: object, number_format: str) -> None:
    """No format that a file may hold raises."""
    assert isinstance(shown(value, number_format), str)
