"""Raised and lowered figures keep out of the numbers beside them, whatever the kind of file."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
from harness.office_files import book_file, with_part

from agentmem_cli.reading.epub import read_epub
from agentmem_cli.reading.html_text import html_lines
from agentmem_cli.reading.pieces import Piece, Shift, joined
from agentmem_cli.reading.sheets import read_xlsx
from agentmem_cli.reading.slides import read_pptx
from agentmem_cli.reading.word import read_docx

ALL = range(10)
RAISED, LOWERED = Shift.RAISED, Shift.LOWERED
LINE = "10⁴ grains, 1,250 ¹ euros, CO₂"
PIECES = [("10", None), ("4", RAISED), (" grains, 1,250", None), ("1", RAISED), (" euros, CO", None), ("2", LOWERED)]


@pytest.mark.parametrize(
    ("before", "shift", "text", "expected"),
    [
        ("10", RAISED, "4", "10⁴"),
        ("10", RAISED, "-19", "10⁻¹⁹"),
        ("10", RAISED, "12345", "10¹²³⁴⁵"),
        ("2", RAISED, "0.5", "2⁰.⁵"),
        ("1250", RAISED, "1", "1250 ¹"),
        ("12.50", RAISED, "1)", "12.50 ¹)"),
        ("1,250", RAISED, "1, 2", "1,250 ¹, ²"),
        ("99", RAISED, "(1)", "99 (1)"),
        ("99", RAISED, "(a)", "99(a)"),
        ("1", RAISED, "st", "1st"),
        ("Acme", RAISED, "TM", "AcmeTM"),
        ("CO", LOWERED, "2", "CO₂"),
        ("2019", LOWERED, "12", "2019₁₂"),
    ],
)
def test_what_stands_behind_a_word(before: str, shift: Shift, text: str, expected: str) -> None:
    """Figures are raised or lowered, a footnote's behind a blank; words, ordinals and marks in brackets stay."""
    assert expected == joined([Piece(before), Piece(text, shift)])


def test_a_figure_in_several_pieces() -> None:
    """Programs cut a run of letters where they please."""
    assert "10⁻⁴ m" == joined([Piece("1"), Piece("0"), Piece("-", RAISED), Piece("4", RAISED), Piece(" m")])


def test_what_is_struck_through() -> None:
    """It is marked on each of its lines, so that nobody takes it for valid; its figures are raised as others are."""
    pieces = [Piece("Now "), Piece("90 ", None, True), Piece("m", None, True), Piece("2", RAISED, True), Piece(" 75 m")]
    assert "Now ~~90 m²~~ 75 m" == joined(pieces)
    assert "~~one~~\n~~two~~ " == joined([Piece("one\ntwo ", None, True)])


def test_struck_text_in_html() -> None:
    """Also of more than a line, and in cells."""
    html = (
        "<p>Pay <s>90 €</s><del> <b>85</b> €</del> 75 €<del><p>Old<p>rules</del><table><tr><td><strike>9</strike><td>8"
    )
    assert ["Pay ~~90 € 85 €~~ 75 €", "~~Old~~", "~~rules~~", "~~9~~ | 8"] == [
        line for line in html_lines(html)[0] if line
    ]


def test_figures_in_html(tmp_path: Path) -> None:
    """Those of `sup` and `sub`, in e-books too, and in what else stands within them."""
    html = "<p>10<sup>4</sup> grains, 1,250<sup><a href='#n'>1</a></sup> euros, CO<sub>2</sub></p>"
    assert LINE == html_lines(html)[0][0]
    _, chapter, _ = read_epub(str(book_file(tmp_path / "a.epub", second=html)), ALL, None)
    assert LINE == chapter["text"].strip()


def test_figures_in_a_word_document(tmp_path: Path) -> None:
    """In paragraphs, tables, headers and formulas."""
    import docx
    from docx.oxml import parse_xml

    document = docx.Document()
    names = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    formula = f"<m:oMath {names}><m:sSup><m:e><m:r><m:t>7</m:t></m:r></m:e><m:sup><m:r><m:t>3</m:t></m:r></m:sup>"
    document.add_paragraph()._p.append(parse_xml(f"{formula}</m:sSup></m:oMath>"))
    cell, header = document.add_table(1, 1).cell(0, 0), document.sections[0].header
    for paragraph in (document.add_paragraph(), cell.paragraphs[0], header.paragraphs[0]):
        for text, shift in PIECES:
            font = paragraph.add_run(text).font
            if shift:
                font.superscript = shift is RAISED
                font.subscript = shift is LOWERED
    document.save(str(tmp_path / "a.docx"))
    body, edges, _ = read_docx(str(tmp_path / "a.docx"), ALL, None)
    assert (f"7³\n\n{LINE}\n\n{LINE}", LINE) == (body["text"], edges["text"])


def test_struck_text_in_a_word_document(tmp_path: Path) -> None:
    """By one line or two; not where a run says that it is not struck."""
    import docx

    document = docx.Document()
    paragraph = document.add_paragraph("Pay ")
    paragraph.add_run("90 ").font.strike = True
    paragraph.add_run("85").font.double_strike = True
    paragraph.add_run(" 75 euros").font.strike = False
    document.save(str(tmp_path / "a.docx"))
    body, *_ = read_docx(str(tmp_path / "a.docx"), ALL, None)
    assert "Pay ~~90 85~~ 75 euros" == body["text"]


def test_figures_on_a_slide(tmp_path: Path) -> None:
    """In its title, its text, its tables and its notes; lines of a paragraph stay apart, struck text is marked."""
    import pptx

    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[1])
    cell = slide.shapes.add_table(1, 1, 0, 0, 99, 99).table.cell(0, 0)
    frames = [slide.shapes.title.text_frame, slide.placeholders[1].text_frame, cell.text_frame]
    for frame in (*frames, slide.notes_slide.notes_text_frame):
        for text, shift in PIECES:
            run = frame.paragraphs[0].add_run()
            run.text = text
            if shift:
                run.font._element.set("baseline", "30000" if shift is RAISED else "-25000")
    slide.placeholders[1].text_frame.add_paragraph().text = "one\vtwo"
    struck = slide.placeholders[1].text_frame.add_paragraph().add_run()
    struck.text = "90"
    struck.font._element.set("strike", "sngStrike")
    show.save(str(tmp_path / "a.pptx"))
    page, _ = read_pptx(str(tmp_path / "a.pptx"), ALL, None)
    assert f"{LINE}\n{LINE}\none\ntwo\n~~90~~\n{LINE}\nNotes: {LINE}" == page["text"]
    assert [(0, 0, LINE)] == page["headings"]


def test_figures_in_a_sheet(tmp_path: Path) -> None:
    """In cells whose letters are not all set alike; what is struck through is marked."""
    import openpyxl
    from openpyxl.cell.rich_text import CellRichText, InlineFont, TextBlock

    names = {RAISED: "superscript", LOWERED: "subscript", None: None}
    book = openpyxl.Workbook()
    book.active["A1"] = CellRichText(*(TextBlock(InlineFont(vertAlign=names[shift]), text) for text, shift in PIECES))
    book.active["B1"] = CellRichText(
        "Plain", TextBlock(InlineFont(b=True), " bold "), TextBlock(InlineFont(strike=True), "90")
    )
    book.save(tmp_path / "a.xlsx")
    row, _ = read_xlsx(str(tmp_path / "a.xlsx"), ALL, None)
    assert f"{LINE} | Plain bold ~~90~~" == row["text"]


def test_figures_in_the_shared_strings_of_a_workbook(tmp_path: Path) -> None:
    """Where Excel keeps them; openpyxl writes them into the sheet."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    book.save(tmp_path / "a.xlsx")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    listed = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'.encode()
    changes = {
        "xl/worksheets/sheet1.xml": lambda xml: re.sub(rb't="inlineStr">.*</c>', b't="s"><v>0</v></c>', xml),
        "[Content_Types].xml": lambda xml: xml.replace(b"</Types>", listed),
    }
    path = tmp_path / "a.xlsx"
    for part, change in changes.items():
        path = with_part(path, path.with_name(f"b{path.name}"), part, change)
    names = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    runs = '<r><t>10</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>4</t></r><rPh sb="0" eb="1"><t>ju</t></rPh>'
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", f"<sst {names}><si>{runs}</si></sst>")
    row, _ = read_xlsx(str(path), ALL, None)
    assert "10⁴" == row["text"]
