"""What of a file may be quoted in an answer: its sentences and rows, each under what stands above it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from harness.command_line import Result
from harness.office_files import book_file

from agentmem_cli.knowledge.lines import Line, lines_of
from agentmem_cli.knowledge.split import passages_of
from agentmem_cli.reading.read import read_file
from agentmem_cli.reading.readers import Reader
from agentmem_cli.records import FoundPassage

Quotable = Callable[[Path], list[Line]]
QUESTIONS = (
    "<h1>Pool FAQ</h1><h3>How much is a day ticket?</h3><p>7 euros, for children 3 euros.</p>"
    "<h6>When do you close?</h6><p>At 21:30.</p>"
)


@pytest.fixture(scope="module")
def quotable() -> Iterator[Quotable]:
    reader = Reader()

    def lines_in(path: Path) -> list[Line]:
        passages = passages_of(read_file(reader, path).pages)
        found = (FoundPassage(path.name, "", 1, 0, each.text, 1.0, 1, each.heading) for each in passages)
        return [line for place, passage in enumerate(found) for line in lines_of(place, passage)]

    yield lines_in
    reader.stop(for_good=True)


@pytest.mark.parametrize("suffix", [".html", ".epub"])
def test_a_question_that_is_a_heading(quotable: Quotable, tmp_path: Path, suffix: str) -> None:
    """Every heading of a passage stands above its answer and is no line to quote."""
    path = tmp_path / f"faq{suffix}"
    if suffix == ".epub":
        book_file(path, second=QUESTIONS)
    else:
        path.write_text(QUESTIONS, "utf-8")
    found = [(line.heading.strip("# "), line.text) for line in quotable(path)]
    assert [
        ("How much is a day ticket?", "7 euros, for children 3 euros."),
        ("When do you close?", "At 21:30."),
    ] == found[-2:]
    assert not any("?" in text for _, text in found)


def test_what_a_message_repeats(quotable: Quotable, tmp_path: Path) -> None:
    """Its lines are quoted without the marks of mail, a wrapped sentence as one, and no empty line."""
    message = EmailMessage()
    message.set_content(
        "On Monday.\n\nAnna wrote:\n> We have waited for the kettles since the middle of February, and\n"
        "> would like to know the date.\n>\n> > The number is K-4417.\n> >\n>> It was paid."
    )
    (tmp_path / "a.eml").write_bytes(bytes(message))
    assert [
        *("On Monday.", "Anna wrote:"),
        "We have waited for the kettles since the middle of February, and would like to know the date.",
        *("The number is K-4417.", "It was paid."),
    ] == [line.text for line in quotable(tmp_path / "a.eml")]


def test_an_empty_cell_of_a_sheet(quotable: Quotable, tmp_path: Path) -> None:
    """It keeps its place below the names of the columns, as in any table; a column that is always empty has none."""
    path = tmp_path / "tools.csv"
    path.write_text("Code;Week;Deposit;Note\nT-102;;100;\nT-103;480;90;\nT-104;;;\n", "utf-8")
    assert [
        ("Code | Week | Deposit", "T-102 |  | 100"),
        ("", "Code: T-103 | Week: 480 | Deposit: 90"),
        ("", "Code: T-104"),
    ] == [(line.head, line.text) for line in quotable(path)]


@pytest.mark.usefixtures("without_index")
def test_an_empty_cell_is_no_answer(cli: Callable[..., Result], tmp_path: Path) -> None:
    """Asked for what a row leaves empty, nothing answers for certain."""
    names = "Article;Description;Unit;Day rate EUR;Week rate EUR;Deposit EUR;Stock\n"
    rows = "T-100;Floor sander;piece;41,00;164,00;120;2\nT-102;Tile cutter 900 mm;piece;24,00;;100;3\n"
    (tmp_path / "tools.csv").write_text(names + rows, "utf-8")
    cli("ingest", str(tmp_path / "tools.csv"))
    answers = [cli("chat", "--incognito", "-p", f"weekly price {item}").out for item in ("floor sander", "tile cutter")]
    assert [True, False] == [answer.startswith("From tools.csv") for answer in answers]


ENTRIES = (
    "Present: Ann Holm (chair), Bo Lind and Cy Marsh, who also takes the minutes of this meeting",
    "- The caretaker who looks after the lift and the two cellars is on leave until the end of May",
    "- Budget for the year is 4,000 euros",
    "1. Open the valve on the left side of the boiler with the red key and wait until it stops",
    "2. Close it",
)


def test_entries_of_a_list_are_lines(quotable: Quotable, tmp_path: Path) -> None:
    """None is glued to what stands above it, though that has no full stop; a number or a dash by chance starts none."""
    wrapped = "The fire drill that was put off twice takes place in the yard behind the kitchen on\n12. March, at noon."
    (tmp_path / "a.txt").write_text("\n".join([*ENTRIES, "", wrapped]), "utf-8")
    assert [*ENTRIES, wrapped.replace("\n", " ")] == [line.text for line in quotable(tmp_path / "a.txt")]


def test_clauses_with_numbers(quotable: Quotable, tmp_path: Path) -> None:
    """The number and words above a clause are its heading, and end the sentence before: also one without full stop."""
    (tmp_path / "lease.txt").write_text(
        "4. Service\nThe account comes in May, and heating and electricity are bought by the tenant directly.³\n\n"
        "5. Deposit\nThe tenant deposits 44,160 euros, and belongings that are still there within ten days,\n\n"
        "6. Law\nSwedish law applies, and the courts of the city of Gothenburg have jurisdiction over it.\n",
        "utf-8",
    )
    found = [(line.heading, line.text.split()[-1]) for line in quotable(tmp_path / "lease.txt")]
    assert [("4. Service", "directly.³"), ("5. Deposit", "days,"), ("6. Law", "it.")] == found


def test_a_short_entry_above_a_long_one(quotable: Quotable, tmp_path: Path) -> None:
    """It is no heading, nor are two sentences."""
    long = "and this goes on for as long as a line of prose does, or a little longer than that"
    lines = [
        "Present: Ann. Absent: Cy",
        f"- Long: {long}",
        "- Short",
        f"- Again: {long}",
        "1. Short",
        f"2. Long: {long}",
    ]
    (tmp_path / "a.txt").write_text("\n".join(lines), "utf-8")
    assert " ".join(lines) == " ".join(line.text for line in quotable(tmp_path / "a.txt"))
