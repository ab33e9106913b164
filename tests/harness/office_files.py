"""Office files, tables, an e-book and a message of mail, each with the things in it that readers mostly miss."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from pathlib import Path


def word_file(path: Path) -> Path:
    """Headings, a numbered list and numbered clauses, a table, a comment, a text box, a footnote, a header."""
    import docx
    from docx.oxml import parse_xml

    document = docx.Document()
    document.add_heading("Staff handbook", 0)
    document.add_heading("Refunds", 1)
    first = document.add_paragraph("Travel costs are refunded within 14 days.")
    for step in ("Keep the receipt.", "Fill in form T-7.", "Send it to accounts."):
        document.add_paragraph(step, style="List Number")
    document.add_comment(first.runs, text="Is it still 14 days?", author="Anna", initials="A")
    document.add_heading("Rates", 2)
    table = document.add_table(4, 3)
    _fill(
        table.cell, [["Country", "Day", "Night"], ["France", "45 €", "120 €"], ["", "", "110 €"], ["Italy", "1", "2"]]
    )
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(3, 1).merge(table.cell(3, 2))
    document.add_heading("Duties", 1)
    for number in range(12):
        document.add_paragraph(f"Duty {number} is done by the office that is in charge of the matter in question.")
    names = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    box = f"<w:p {names}><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>Door code 4417</w:t></w:r></w:p></w:txbxContent>"
    inserted = f"<w:p {names}><w:ins><w:r><w:t>Inserted words</w:t></w:r></w:ins><w:del><w:r><w:delText>gone"
    document.element.body.insert(0, parse_xml(f"{box}</w:pict></w:r></w:p>"))
    document.element.body.insert(1, parse_xml(f"{inserted}</w:delText></w:r></w:del></w:p>"))
    document.sections[0].header.paragraphs[0].text = "Fernhill GmbH, internal"
    document.sections[0].footer.paragraphs[0].text = "Version 3.2"
    document.save(str(path))
    return path


def slide_file(path: Path) -> Path:
    """A table with an empty cell, a chart, a group, notes, and a hidden slide."""
    import pptx
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    show = pptx.Presentation()
    first = show.slides.add_slide(show.slide_layouts[0])
    first.shapes.title.text = "Quarterly review"
    first.placeholders[1].text = "Sales team"
    second = show.slides.add_slide(show.slide_layouts[5])
    second.shapes.title.text = "Prices"
    _fill(second.shapes.add_table(2, 3, 0, 0, 99, 99).table.cell, [["Plan", "Month", "Year"], ["Solo", "", "490 €"]])
    second.notes_slide.notes_text_frame.text = "Mention the discount of 12 percent."
    third = show.slides.add_slide(show.slide_layouts[6])
    chart = CategoryChartData()
    chart.categories = ["Q1", "Q2"]
    chart.add_series("North", (10.5, 12))
    third.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 99, 99, chart)
    third.shapes.add_group_shape().shapes.add_textbox(0, 0, 9, 9).text_frame.text = "Target: 14.2 million"
    fourth = show.slides.add_slide(show.slide_layouts[6])
    fourth.element.set("show", "0")
    fourth.shapes.add_textbox(0, 0, 9, 9).text_frame.text = "The merger is in May."
    show.save(str(path))
    return path


def excel_file(path: Path) -> Path:
    """A title, money, shares and dates in formats, merged cells, a remark, a comment, two tables, a hidden sheet."""
    import openpyxl
    from openpyxl.comments import Comment

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Prices"
    for row in [
        ["Price list 2026"],
        ["Plan", "Price", "Valid from", "Discount"],
        ["Solo", 49, dt.date(2026, 1, 5), 0.155],
        ["Team", 0.1 + 0.2, dt.date(2026, 2, 1), None],
        ["Practice", 1234.5, dt.date(2026, 3, 1), 0],
        [],
        ["All prices without VAT"],
        [],
        ["Region", "Manager"],
        ["North", "Okafor"],
        [None, "Lindqvist"],
    ]:
        sheet.append(row)
    sheet.merge_cells("A1:D1")
    sheet.merge_cells("A10:A11")
    for row in (3, 4, 5):
        sheet.cell(row, 2).number_format = '#,##0.00 "€"'
        sheet.cell(row, 3).number_format = "dd.mm.yyyy"
        sheet.cell(row, 4).number_format = "0.0%"
    sheet["B3"].comment = Comment("Raised in January", "Anna")
    hidden = book.create_sheet("Codes")
    hidden.sheet_state = "hidden"
    hidden.append(["Code", "Meaning"])
    hidden.append(["X1", "Returned goods"])
    book.save(path)
    return path


def book_file(path: Path, *, second: str = "<h1>The storm</h1><p>The mast broke at noon.</p>") -> Path:
    """Two chapters with their contents, one of them under a name with a blank."""
    kind = 'media-type="application/xhtml+xml"'
    parts = {
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OPS/p.opf"/></rootfiles></container>',
        "OPS/p.opf": f'<package><manifest><item id="n" href="nav.xhtml" properties="nav" {kind}/>'
        f'<item id="a" href="a%20b.xhtml" {kind}/><item id="b" href="b.xhtml" {kind}/></manifest>'
        '<spine><itemref idref="a"/><itemref idref="b"/></spine></package>',
        "OPS/nav.xhtml": '<html><nav><a href="a%20b.xhtml">The harbour</a><a href="b.xhtml#x">The storm</a></nav>',
        "OPS/a b.xhtml": "<html><title>Sea</title><h1>I</h1><p>The boats lay still.</p></html>",
        "OPS/b.xhtml": f"<html>{second}</html>",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def mail_file(path: Path) -> Path:
    """A text with its HTML twin, a text and a PDF attached, and another message."""
    message = EmailMessage()
    message["Subject"] = "Delivery of the kettles – März"
    message["From"] = "Anna <anna@x.example>"
    message["To"] = "bob@x.example"
    message["Date"] = "Mon, 05 Jan 2026 10:00:00 +0100"
    message.set_content("The kettles arrive on Friday at nine.\n")
    message.add_alternative("<p>The kettles arrive on <b>Friday</b> at nine.</p>", subtype="html")
    message.add_attachment("Dock 4, gate B", filename="gate.txt")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="bill.pdf")
    inner = EmailMessage()
    inner["Subject"] = "Old request"
    inner.set_content("We need 40 kettles.")
    message.add_attachment(inner)
    path.write_bytes(bytes(message))
    return path


def with_part(source: Path, target: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """A copy of an archive in which one part is another."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return target


def _fill(cell: Callable[[int, int], object], rows: Sequence[Sequence[str]]) -> None:
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            cell(number, column).text = text  # type: ignore[attr-defined]  # a cell of Word or of PowerPoint
