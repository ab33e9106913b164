"""What a whole document shows: which words it knows, what repeats on its pages, what stands above a passage."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness.pdf_files import pages_of, pdf_of, stream, text_page

from agentmem_cli.knowledge.split import passages_of
from agentmem_cli.reading.headings import RawPage
from agentmem_cli.reading.layout import laid_out, parts_laid_out
from agentmem_cli.reading.read import read_file
from agentmem_cli.reading.readers import Reader


def pages(*texts: str) -> dict[int, RawPage]:
    return {index: RawPage(index, None, text.split("\n")) for index, text in enumerate(texts)}


def passages(raw: dict[int, RawPage], outline: list[tuple[int, str, int]] | None = None) -> list[str]:
    return [passage.text for passage in passages_of(laid_out(raw, outline or []))]


REPORT = [
    f"Acme plc · Annual Report 2023\nFact {number * 37 % 10}: it is so.\nPage {number + 1}" for number in range(6)
]


def test_running_headers_and_footers_are_not_in_passages() -> None:
    """Lines that repeat on most pages, but for the page's number, are in the first passage only; pages stay whole."""
    found = passages(pages(*REPORT))
    assert REPORT[0] == found[0]
    assert [f"Fact {number * 37 % 10}: it is so." for number in range(1, 6)] == found[1:]
    assert REPORT[3] == laid_out(pages(*REPORT))[3].text


def test_left_and_right_pages_have_their_own_headers() -> None:
    """A header on every second page is one too, and its number may stand on either side."""
    texts = [f"{n + 1} | Acme\nText {n * n}." if n % 2 else f"Report | {n + 1}\nText {n * n}." for n in range(10)]
    assert [f"Text {number * number}." for number in range(2, 10)] == passages(pages(*texts))[2:]


def test_what_only_looks_alike_stays() -> None:
    """Lines that differ in a number which does not count pages say something; so does the only line of a page."""
    codes = [f"The code of room {number} is {number * 7919 % 1000}.\nEnd {number * number}" for number in range(8)]
    assert codes == passages(pages(*codes))
    alone = [f"Potato {number}" for number in range(8)]
    assert alone == passages(pages(*alone))


VARYING = {
    "invoices": "Invoice no. {0}",
    "bare numbers": "{0}",
    "years": "Report of the year 20{1}",
    "extensions": "Extension 20{1}",
    "door codes": "Ground floor, door {0}",
    "steps": "Step {2}",
    "days": "{2} May 2023",
    "two numbers": "Sheet {2} of box {0}",
}


@pytest.mark.parametrize("pattern", VARYING.values(), ids=VARYING.keys())
@pytest.mark.parametrize("at_top", [True, False])
def test_numbers_that_go_up_with_the_page_stay(pattern: str, at_top: bool) -> None:
    """What differs from page to page in more than the page's own number is no furniture; nor is a step."""
    lines = [pattern.format(number + 1001, number + 11, number + 1) for number in range(6)]
    texts = [f"{line}\nText {n * n}." if at_top else f"Text {n * n}.\n{line}" for n, line in enumerate(lines)]
    assert texts == passages(pages(*texts))


@pytest.mark.parametrize(
    "pattern", ["{0}", "- {0} -", "Page {0}", "{0}/6", "Page {0} of 6", "Acme plc 2023 {0}", "第 {0} 页"]
)
def test_page_numbers_at_the_foot_are_furniture(pattern: str) -> None:
    """Alone, with a word, with the count of pages, behind a running head."""
    texts = [f"Text {number * number}.\n{pattern.format(number + 1)}" for number in range(6)]
    assert [f"Text {number * number}." for number in range(1, 6)] == passages(pages(*texts))[1:]


def test_what_stands_inside_of_other_lines_stays() -> None:
    """The same line on most pages is no running head if it stands between lines that say something."""
    texts = [f"Invoice no. {n + 1001}\nStatus: {'open' if n == 5 else 'paid'}\nFor {n * n}." for n in range(6)]
    assert texts == passages(pages(*texts))


def test_a_literal_mark_among_numbered_lines() -> None:
    """A line with a `#` where others have a number ended the run once."""
    texts = [f"Entry {number}\nText {number * number}." for number in range(5)]
    assert [*texts, "Entry #\nText."] == passages(pages(*texts, "Entry #\nText."))


def test_three_pages_repeat_nothing() -> None:
    """In a document of three pages nothing is taken for furniture."""
    assert REPORT[:3] == passages(pages(*REPORT[:3]))


def test_the_document_decides_about_a_hyphen() -> None:
    """A word broken on one page is joined, or keeps its hyphen, as another page writes it."""
    raw = pages("The risk-\nadjusted re-\nturn", "A risk-adjusted return")
    assert "The risk-adjusted return" == " ".join(passages(raw)[0].split())


def test_headings_from_the_outline() -> None:
    """A bookmark's title opens a section where it stands on its page, or at the page's top; inner ones go below."""
    raw = pages("Cover", "Risk Factors\nWe may fail.", "Markets\nThey fall.", "Balance Sheet\nAssets")
    outline = [(0, "Risk Factors", 1), (1, "Market risk (all)", 2), (0, "Balance  sheet", 3)]
    assert ["", "Risk Factors", "Risk Factors > Market risk (all)", "Balance sheet"] == [
        each.heading for each in passages_of(laid_out(raw, outline))
    ]


FULL = "Customers who bought a yearly plan before the first of March of this year may"


def spans(*texts: str) -> list[tuple[int, int | None, str]]:
    found = passages_of(laid_out(pages(*texts)))
    return [(each.page_index, each.last_page_index, each.text) for each in found]


def test_a_sentence_runs_over_a_page_border() -> None:
    """It is whole in the passage that it begins in, which names both pages; what follows is on its own page only."""
    assert [
        (0, 1, f"All is well. {FULL} ask for it back by post."),
        (1, None, "Others may not."),
    ] == spans(f"All is well. {FULL}", "ask for it back by post. Others may not.")


def test_no_sentence_runs_over_the_end_of_a_slide() -> None:
    """Nor of a row or a chapter: what follows is another thing, however it begins."""
    first = "The charterer of a narrowboat shall at all times of the day and of the night"
    found = passages_of(parts_laid_out(pages(first, "keep its lamp lit. Nobody may swim.")))
    assert [first, "keep its lamp lit. Nobody may swim."] == [each.text for each in found]


def test_a_word_is_broken_by_a_page_border() -> None:
    """It is one again, as another place in the document writes it."""
    (over,) = spans(f"A refund. {FULL} ask for a re-", "fund by post.")
    assert (0, 1, f"A refund. {FULL} ask for a refund by post.") == over


def test_a_word_that_is_nowhere_else_is_broken_by_a_page_border() -> None:
    """What stands before the border is no word of its own, which would have kept its hyphen."""
    (over,) = spans(f"All is well. {FULL} ask for it with sev-", "enty others.")
    assert (0, 1, f"All is well. {FULL} ask for it with seventy others.") == over


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (f"{FULL} ask.", "then a new sentence."),  # it has ended
        (FULL, "A new sentence."),  # the next one begins
        ("Total 12 of all", "thereof 3"),  # no full line: a row of a table, a heading
        (f"{FULL} ask for", f"{'a very long rest ' * 50}."),  # more than a passage should hold
    ],
)
def test_what_ends_at_a_page_border(first: str, second: str) -> None:
    """Where nothing shows that a sentence runs on, each passage stays within its page."""
    assert [(0, None), (1, None)] == [(page, last) for page, last, _ in spans(first, second)]


def test_no_sentence_runs_over_a_page_between() -> None:
    """An empty page parts two pages, and so does a heading."""
    assert [(0, None), (2, None)] == [(page, last) for page, last, _ in spans(FULL, "", "ask for it back.")]


def font_page(index: int, *lines: tuple[str, float, bool]) -> RawPage:
    return RawPage(index, None, [line[0] for line in lines], [(line[1], line[2]) for line in lines])


def test_headings_from_fonts() -> None:
    """Few lines that are larger, or bold, are headings by their size; a large sentence, a figure, a row are none."""
    body = [("The text of the report goes on for a line or two, as such texts do.", 10.0, False)] * 12
    raw = {
        0: font_page(0, ("Results", 16.0, True), *body, ("Cash Flow", 10.0, True), *body, ("Total 12", 10.0, True)),
        3: font_page(3, ("Year | Sum", 10.0, True), *body),
        1: font_page(1, ("and it went on, larger.", 16.0, False), *body),
        2: font_page(2, ("Outlook", 16.0, True), *body),
    }
    assert {(0, "Results"), (0, "Results > Cash Flow"), (1, "Results > Cash Flow"), (2, "Outlook"), (3, "Outlook")} == {
        (each.page_index, each.heading) for each in passages_of(laid_out(raw))
    }


def test_a_document_all_in_bold_has_no_headings() -> None:
    """Where much is large or bold, neither says anything."""
    body = [("Every Line Is Bold Here", 10.0, True)] * 20
    assert {""} == {each.heading for each in passages_of(laid_out({0: font_page(0, *body)}))}


def test_a_heading_by_its_font_is_forgotten_in_time() -> None:
    """Six pages without one, and what a font said long ago stands above nothing any more."""
    body = [(f"A line of text that is like all the others, number {number}.", 10.0, False) for number in range(30)]
    raw = {index: font_page(index, *body) for index in range(9)}
    raw[0] = font_page(0, ("Glossary", 15.0, True), *body)
    assert {"Glossary": 6, "": 3} == {
        heading: len({each.page_index for each in passages_of(laid_out(raw)) if each.heading == heading})
        for heading in ("Glossary", "")
    }


@pytest.mark.parametrize("with_outline", [True, False])
def test_headings_of_a_real_pdf(tmp_path: Path, with_outline: bool) -> None:
    """Through pdfium: the outline is used when there is one, else the size of the letters."""
    body = stream(
        b"BT /F1 18 Tf 72 740 Td (Pensions) Tj /F1 10 Tf "
        + b"".join(b"0 -13 Td (A line of ordinary text about the plan, number %d.) Tj " % n for n in range(30))
        + b"ET"
    )
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_of(*pages_of(body, text_page("Other", size=10))))
    if with_outline:
        canvas = Canvas(str(path))
        for title in ("Pensions", "Leases", "Taxes"):
            canvas.bookmarkPage(title)
            canvas.addOutlineEntry(title, title)
            canvas.drawString(72, 700, f"About {title.lower()}.")
            canvas.showPage()
        canvas.save()
    reader = Reader()
    found = [each.heading for each in passages_of(read_file(reader, path).pages)]
    reader.stop(for_good=True)
    assert (["Pensions", "Leases", "Taxes"] if with_outline else ["Pensions"] * len(found)) == found
