"""Office files, tables, e-books and mail: their text, and the place in the file that a citation names."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from harness.command_line import run_here
from harness.office_files import book_file, excel_file, mail_file, slide_file, with_part, word_file

from agentmem_cli.knowledge.split import passages_of
from agentmem_cli.reading import places
from agentmem_cli.reading.places import Part, part_lines
from agentmem_cli.reading.read import KINDS, Reading, ReadStatus, read_file
from agentmem_cli.reading.readers import Reader
from agentmem_cli.records import WITHOUT_PAGES, has_pages


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    started = Reader()
    yield started
    started.stop(for_good=True)


def texts(reading: Reading) -> dict[str | None, str]:
    """Place -> text."""
    assert reading.status in (ReadStatus.INDEXED, ReadStatus.PARTIAL), reading.detail
    return {page.label: page.text for page in reading.pages}


def csv_of(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "a.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_word_document(reader: Reader, tmp_path: Path) -> None:
    """What stands under a heading is a part, with its numbers, tables, notes and boxes; a long one is cut.

    Its place is the heading nearest to it, also where others stand right above that.
    """
    found = texts(read_file(reader, word_file(tmp_path / "a.docx")))
    assert "Door code 4417\n\nInserted words" == found["paragraph 1"]
    assert (
        "Staff handbook\n\nRefunds\n\nTravel costs are refunded within 14 days.\nComment: Is it still 14 days? (Anna)"
        "\n1. Keep the receipt.\n2. Fill in form T-7.\n3. Send it to accounts." == found['"Refunds"']
    )
    assert "Rates\n\nCountry | Day | Night\nFrance | 45 € | 120 €\nFrance | | 110 €\nItaly | 1 2 |" == found['"Rates"']
    assert "Duty 11 is done" in found['"Duties", paragraph 22']
    assert "Fernhill GmbH, internal\nVersion 3.2" == found["header and footer"]


def test_headings_stand_above_the_passages_of_a_word_document(reader: Reader, tmp_path: Path) -> None:
    """Their levels are those of the styles."""
    passages = passages_of(read_file(reader, word_file(tmp_path / "a.docx")).pages)
    assert {"", "Staff handbook > Refunds", "Staff handbook > Refunds > Rates", "Staff handbook > Duties"} == {
        each.heading for each in passages
    }


def test_slides(reader: Reader, tmp_path: Path) -> None:
    """Tables keep empty cells; charts, groups, notes and hidden slides are read too."""
    assert {
        "slide 1": "Quarterly review\nSales team",
        "slide 2": "Prices\nPlan | Month | Year\nSolo | | 490 €\nNotes: Mention the discount of 12 percent.",
        "slide 3": "North: Q1 10.5 | Q2 12\nTarget: 14.2 million",
        "slide 4 (hidden)": "The merger is in May.",
    } == texts(read_file(reader, slide_file(tmp_path / "a.pptx")))


def test_a_sheet(reader: Reader, tmp_path: Path) -> None:
    """A row is understood alone, and its numbers and dates are as the sheet shows them."""
    assert {
        'sheet "Prices", row 1': "Price list 2026",
        'sheet "Prices", row 3': "Plan: Solo | Price: 49.00 € | Valid from: 05.01.2026 | Discount: 15.5%",
        'sheet "Prices", row 4': "Plan: Team | Price: 0.30 € | Valid from: 01.02.2026 | Discount:",
        'sheet "Prices", row 5': "Plan: Practice | Price: 1,234.50 € | Valid from: 01.03.2026 | Discount: 0.0%",
        'sheet "Prices", row 7': "All prices without VAT",
        'sheet "Prices", row 10': "Region: North | Manager: Okafor",
        'sheet "Prices", row 11': "Region: North | Manager: Lindqvist",
        'sheet "Prices", comment on B3': "Comment on B3: Raised in January",
        'hidden sheet "Codes", row 2': "Code: X1 | Meaning: Returned goods",
    } == texts(read_file(reader, excel_file(tmp_path / "a.xlsx")))


@pytest.mark.parametrize(
    ("cell", "is_missing"),
    [
        (b'<c r="A2"><f>A1&gt;2</f><v/></c>', True),
        (b'<c r="A2" s="1"><f>SUM(A1)</f></c>', True),
        (b'<x:c r="A2"><x:f t="shared" si="0"/><x:v></x:v></x:c>', True),
        (b'<c r="A2"><f>A1&gt;2</f><v>3</v></c>', False),
        (b'<c r="A2"><f t="shared" si="0"/><v>3</v></c>', False),
        (b'<c r="A2" t="str"><f>IF(A1,"","x")</f><v></v></c>', False),
        (b'<c r="A2"/>', False),
    ],
)
def test_formulas_without_values(reader: Reader, tmp_path: Path, cell: bytes, is_missing: bool) -> None:
    """The rest is read, and the status says that values are missing; a formula may have an empty text as its value."""
    changed = with_part(
        excel_file(tmp_path / "a.xlsx"),
        tmp_path / "b.xlsx",
        "xl/worksheets/sheet1.xml",
        lambda content: content.replace(b"</sheetData>", b'<row r="20">%s</row></sheetData>' % cell),
    )
    reading = read_file(reader, changed)
    assert (ReadStatus.PARTIAL if is_missing else ReadStatus.INDEXED) == reading.status
    assert is_missing == ("formulas without stored values" in reading.detail)
    assert 'sheet "Prices", row 11' in {page.label for page in reading.pages}


def test_a_sheet_of_nothing_but_formulas_without_values(reader: Reader, tmp_path: Path) -> None:
    """Nothing of it can be read, and the status says why."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active["A1"] = "=SUM(B1:B9)"
    book.save(tmp_path / "a.xlsx")
    reading = read_file(reader, tmp_path / "a.xlsx")
    assert ReadStatus.UNREADABLE == reading.status
    assert "formulas without stored values" in reading.detail


def test_the_headings_of_a_sheet(reader: Reader, tmp_path: Path) -> None:
    """Its name and the title of the table; a remark below one table is no title of the next."""
    passages = passages_of(read_file(reader, excel_file(tmp_path / "a.xlsx")).pages)
    headings = {each.text: each.heading for each in passages}
    assert "Prices" == headings["Region: North | Manager: Okafor"]
    assert "Prices > Price list 2026" == next(value for key, value in headings.items() if "Solo" in key)


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("Item,Price\nBolt,1.50\nNut,\n", {"row 2": "Item: Bolt | Price: 1.50", "row 3": "Item: Nut"}),
        ("A,B,C,D\nx,,1\ny,2\n", {"row 2": "A: x | B: | C: 1", "row 3": "A: y | B: 2 | C:"}),
        (
            "A,B,C\nx,,1\ny,,2\n\nD,E,F\nx,y,\nx,z,1\n",
            {
                "row 2": "A: x | C: 1",
                "row 3": "A: y | C: 2",
                "row 6": "D: x | E: y | F:",
                "row 7": "D: x | E: z | F: 1",
            },
        ),
        ('Item;Price\n"Bolt; long";1,50\n', {"row 2": "Item: Bolt; long | Price: 1,50"}),
        ('Name\tPlace\n"two\nlines"\tOslo\n', {"row 2": "Name: two lines | Place: Oslo"}),
        ("Region,2024,2025\nNorth,1,2\n", {"row 2": "Region: North | 2024: 1 | 2025: 2"}),
        ("1,2,3\n4,5,6\n", {"row 1": "1 | 2 | 3", "row 2": "4 | 5 | 6"}),
        (",2024,2024\nRegion,Q1,Q2\nNorth,1,2\n", {"row 3": "Region: North | 2024 Q1: 1 | 2024 Q2: 2"}),
        ("Only,Names\n", {"row 1": "Only | Names"}),
        ("Größe,Preis\ngroß,1 €\n".encode("cp1252"), {"row 2": "Größe: groß | Preis: 1 €"}),
    ],
)
def test_tables_of_text(reader: Reader, tmp_path: Path, content: str | bytes, rows: dict[str, str]) -> None:
    """The delimiter is found, names of columns too, years among them; a file without names has bare rows."""
    assert rows == texts(read_file(reader, csv_of(tmp_path, content)))


def test_a_long_table(reader: Reader, tmp_path: Path) -> None:
    """The first rows are cited alone; behind them rows come together, so that a million rows are a bounded number."""
    rows = "".join(f"{number},x{number}\n" for number in range(2_100))
    found = texts(read_file(reader, csv_of(tmp_path, f"No,Name\n{rows}")))
    assert "No: 1999 | Name: x1999" == found["row 2001"]
    assert "No: 2000 | Name: x2000\nNo: 2001" == found["rows 2002–2026"][:31]


def test_a_book(reader: Reader, tmp_path: Path) -> None:
    """Chapters in reading order, named as the contents name them."""
    found = texts(read_file(reader, book_file(tmp_path / "a.epub")))
    assert {'chapter "The harbour"', 'chapter "The storm"'} == found.keys()
    assert "The mast broke at noon." in found['chapter "The storm"']


def test_a_message(reader: Reader, tmp_path: Path) -> None:
    """Its heads and its text once, the names of what is attached, and the text of what is text; the rest is told."""
    reading = read_file(reader, mail_file(tmp_path / "a.eml"))
    found = texts(reading)
    told = "attachments were not read: bill.pdf; save them beside it to have them read"
    assert (ReadStatus.PARTIAL, told) == (reading.status, reading.detail)
    assert (
        "Subject: Delivery of the kettles – März\nFrom: Anna <anna@x.example>\nTo: bob@x.example\n"
        "Date: Mon, 05 Jan 2026 10:00:00 +0100\nAttachments: gate.txt, bill.pdf, Old request\n\n"
        "The kettles arrive on Friday at nine." == found['message "Delivery of the kettles – März"']
    )
    assert "Dock 4, gate B" == found['attachment "gate.txt"']
    assert "Subject: Old request\n\nWe need 40 kettles." == found['attached message "Old request"']


@pytest.mark.parametrize("is_related", [False, True])
def test_a_text_that_only_points_to_the_html(reader: Reader, tmp_path: Path, is_related: bool) -> None:
    """The HTML is read where it says more than the text, also beside pictures of its own; a longer twin is not."""
    stub = "Please view this message in an HTML capable mail program."
    long = "The kettles arrive on Friday at nine, at dock 4, and the driver rings the bell at gate B twice."
    for text, html, expected in ((stub, f"<p>{long}", long), (long, f"<p>{long}<p>Unsubscribe here", long)):
        message = EmailMessage()
        message.set_content(text)
        message.add_alternative(html, subtype="html")
        if is_related:
            message.get_payload(1).add_related(b"x", "image", "png", cid="<x>")
        message.add_attachment("<p>Dock", subtype="html", filename="dock.html")
        (tmp_path / "a.eml").write_bytes(bytes(message))
        found = texts(read_file(reader, tmp_path / "a.eml"))["the message"]
        assert expected == found.partition("\n\n")[2] or found


def test_a_message_of_html_in_an_encoding_of_its_own(reader: Reader, tmp_path: Path) -> None:
    """Without a plain text the HTML is read; a charset that is unknown is found from the bytes."""
    message = EmailMessage()
    message.set_content("<p>Гарантия на чайник действует два года.</p>", subtype="html", charset="koi8-r")
    content = bytes(message).replace(b"koi8-r", b"x-none")
    (tmp_path / "a.eml").write_bytes(content)
    assert "Гарантия на чайник действует два года." == texts(read_file(reader, tmp_path / "a.eml"))["the message"]


PARTS = {
    ".docx": (word_file, "word/document.xml"),
    ".pptx": (slide_file, "ppt/slides/slide1.xml"),
    ".xlsx": (excel_file, "xl/worksheets/sheet1.xml"),
    ".epub": (book_file, "OPS/p.opf"),
}


def entity_bomb(content: bytes) -> bytes:
    start = content.find(b"?>") + 2 if content.startswith(b"<?xml") else 0
    end = content.rfind(b"</")
    steps = b"".join(b'<!ENTITY e%d "%s">' % (step, b"&e%d;" % (step - 1) * 50) for step in range(1, 9))
    bomb = b'<!DOCTYPE x [<!ENTITY e0 "%s">%s]>' % (b"lol" * 100, steps)
    return content[:start] + bomb + content[start:end] + b"&e8;" + content[end:]


@pytest.mark.parametrize("suffix", PARTS)
def test_files_that_are_made_to_hurt(reader: Reader, tmp_path: Path, suffix: str) -> None:
    """Bombs of entities, damaged and locked files have a status, and nothing takes long."""
    make, part = PARTS[suffix]
    good = make(tmp_path / f"good{suffix}")
    bomb = read_file(reader, with_part(good, tmp_path / f"bomb{suffix}", part, entity_bomb))
    assert "lollol" not in "".join(page.text for page in bomb.pages)
    damaged = tmp_path / f"damaged{suffix}"
    for content in (good.read_bytes()[:-300], b"\xd0\xcf\x11\xe0" + bytes(5000), b"only text"):
        damaged.write_bytes(content)
        reading = read_file(reader, damaged)
        assert ReadStatus.UNREADABLE == reading.status
        assert "it is damaged, locked with a password" in reading.detail


def test_a_file_that_unpacks_to_too_much(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A bomb of zeros is told by its table of contents, before anything of it is unpacked."""
    from agentmem_cli.reading.word import read_docx

    monkeypatch.setattr(places, "MOST_UNPACKED", 1_000)
    refused, count = read_docx(str(word_file(tmp_path / "a.docx")), range(9), None)
    assert ({"count": 0}, True) == (count, "it unpacks to more than" in refused["refused"])


def test_a_file_that_breaks_in_the_middle(reader: Reader, tmp_path: Path) -> None:
    """What came before the damage is kept, and the status says where it ends."""
    cut = with_part(
        excel_file(tmp_path / "a.xlsx"),
        tmp_path / "b.xlsx",
        "xl/worksheets/sheet1.xml",
        lambda content: content[: content.index(b'<row r="5"')],
    )
    reading = read_file(reader, cut)
    assert (ReadStatus.PARTIAL, 3) == (reading.status, len(reading.pages))
    assert 'only what stands up to sheet "Prices", row 4 was read' in reading.detail


def test_a_chapter_as_long_as_a_book(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is cut into pieces with the same place; its headings stay with their lines, and no word is lost."""
    monkeypatch.setattr(places, "MOST_CHARACTERS_OF_PAGE", 10)
    part = Part("here", ["first", "second", "third line is long", "last"], [(-1, 0, "Top"), (1, 1, "second")])
    first, second, *others, count = part_lines([part])
    assert ("first", [(-1, 0, "Top")]) == (first["text"], first["headings"])
    assert ("second", [(0, 1, "second")]) == (second["text"], second["headings"])
    assert "third line is longlast" == "".join(each["text"] for each in others)
    assert count == {"count": 2 + len(others)}


def test_the_parts_of_a_file_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the limit no more are read, and the file says where it ends."""
    monkeypatch.setattr(places, "MOST_PAGES", 2)
    lines = list(part_lines(Part(f"row {number}", ["x"]) for number in range(5)))
    assert [{"limit": "only what stands before row 2 was read"}, {"count": 2}] == lines[2:]


def test_every_kind_without_pages_is_read() -> None:
    """The ends of names whose places are words are kinds that can be read, and PDFs and texts are not among them."""
    assert KINDS.keys() >= WITHOUT_PAGES
    assert [".pdf", ".txt", ".text", ".md", ".markdown", ".html", ".htm"] == [
        each for each in KINDS if has_pages(f"a{each}")
    ]


@pytest.mark.usefixtures("home", "without_index")
def test_places_in_lists_searches_and_answers(tmp_path: Path) -> None:
    """A place is named the same wherever a page would be, on the screen and for scripts."""
    excel_file(tmp_path / "prices.xlsx")
    slide_file(tmp_path / "review.pptx")
    assert "prices.xlsx  9 parts, 9 passages" in run_here("ingest", str(tmp_path)).out
    listed = run_here("knowledge", "list").out
    assert "9 parts" in listed
    assert "PAGES" not in listed
    found = run_here("knowledge", "search", "price of the Practice plan").out
    assert 'prices.xlsx, sheet "Prices", row 5' == found.partition("  (")[0]
    first = run_here("knowledge", "search", "--json", "merger").json()["passages"][0]
    assert ("review.pptx", "slide 4 (hidden)", 4) == (first["document"], first["page_label"], first["page"])
    shown = run_here("knowledge", "show", "review").out
    assert "4 parts, 4 passages" in shown
    assert "[slide 2] Prices\nPrices\nPlan | Month | Year" in shown
    assert "slide 2" == run_here("knowledge", "show", "review", "--json").json()["text"][1]["page_label"]
    answer = run_here("chat", "-p", "What does the Practice plan cost?").out
    assert '[1] prices.xlsx, sheet "Prices", row 5' in answer or 'prices.xlsx, sheet "Prices", row 5 [1]' in answer
