"""What a question says of when."""

from __future__ import annotations

from datetime import date

import pytest

from agentmem_cli.recall.time_expressions import spoken_of

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("What did I say yesterday?", "2026-11-22", "2026-11-22"),
        ("What did we do today?", "2026-11-23", "2026-11-23"),
        ("What was it 3 days ago?", "2026-11-20", "2026-11-20"),
        ("And two weeks ago?", "2026-11-06", "2026-11-12"),
        ("a month ago", "2026-10-09", "2026-11-08"),
        ("What happened last week?", "2026-11-09", "2026-11-23"),
        ("What happens this month?", "2026-10-24", "2026-11-23"),
        ("on 2026-02-03", "2026-02-03", "2026-02-03"),
        ("on 7 May 2023", "2023-05-07", "2023-05-07"),
        ("on May 7th, 2023", "2023-05-07", "2023-05-07"),
        ("in May 2023", "2023-05-01", "2023-05-31"),
        ("in December", "2025-12-01", "2025-12-31"),
        ("in february", "2026-02-01", "2026-02-28"),
        ("in 2024", "2024-01-01", "2024-12-31"),
    ],
)
def test_a_time_is_understood(question: str, first: str, last: str) -> None:
    """Days, weeks, months and years, relative and absolute; a month with no year is the last one there was."""
    assert (date.fromisoformat(first), date.fromisoformat(last)) == spoken_of(question, TODAY)


@pytest.mark.parametrize(
    "question", ["Where do I live?", "May I ask you something?", "on 31 February 2024", "2024-13-45", "in 0000", "week"]
)
def test_no_time_is_none(question: str) -> None:
    """No time, an impossible one, or a word that only looks like one."""
    assert spoken_of(question, TODAY) is None


def test_the_distant_past_does_not_overflow() -> None:
    """However many years ago, the answer is a date."""
    assert spoken_of("99999999 years ago", TODAY) is not None
