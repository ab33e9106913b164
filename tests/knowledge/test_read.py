"""Every file has a status, and every readable page is kept."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from agentmem_cli.knowledge import pdf, read
from agentmem_cli.knowledge.pdf import read_with_pdfium, read_with_pypdf, write_lines
from agentmem_cli.knowledge.read import Reading, ReadStatus, read_file, read_text


def make_pdf(path: Path, *pages: str, password: str | None = None) -> Path:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), invariant=1, encrypt=password)
    for text in pages:
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return path


def reading_of(path: Path) -> Reading:
    return read_file(path, path.read_bytes())


def test_a_pdf_gives_its_pages_in_order(tmp_path: Path) -> None:
    """A sound PDF is `indexed`, a page each."""
    reading = reading_of(make_pdf(tmp_path / "a.pdf", "First page", "Second page"))
    assert (ReadStatus.INDEXED, 2, ["First page", "Second page"]) == (
        reading.status,
        reading.page_count,
        [page.text for page in reading.pages],
    )


def test_a_locked_pdf_is_encrypted(tmp_path: Path) -> None:
    """A PDF that needs a password says so, whichever reader is asked."""
    path = make_pdf(tmp_path / "a.pdf", "Secret", password="opensesame")  # noqa: S106 -- a made-up file's
    assert ReadStatus.ENCRYPTED == reading_of(path).status
    for reader in (read_with_pdfium, read_with_pypdf):
        assert [{"refused": "encrypted"}] == list(reader(str(path), frozenset()))


def test_a_scan_has_no_text(tmp_path: Path) -> None:
    """A PDF whose pages hold no text is `no text`, with a hint."""
    reading = reading_of(make_pdf(tmp_path / "a.pdf", "", ""))
    assert (ReadStatus.NO_TEXT, 2, []) == (reading.status, reading.page_count, reading.pages)
    assert "OCR" in reading.detail


@pytest.mark.parametrize("content", [b"", b"<html>no</html>", b"%PDF-1.4", b"\0" * 5000, b"%PDF-1.4\n1 0 obj\n<<"])
def test_what_is_no_pdf_is_unreadable(tmp_path: Path, content: bytes) -> None:
    """Junk with a PDF's name gets a status and no traceback."""
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    assert ReadStatus.UNREADABLE == reading_of(path).status


def test_both_readers_give_the_same_lines(tmp_path: Path) -> None:
    """Both readers, pdfium and pypdf, speak the same protocol, for all pages or for some."""
    path = str(make_pdf(tmp_path / "a.pdf", "First page", "Second page"))
    for reader in (read_with_pdfium, read_with_pypdf):
        count, page = reader(path, frozenset({1}))
        assert ({"count": 2}, 1, "Second page") == (count, page["index"], page["text"])


def test_a_page_label_is_kept(tmp_path: Path) -> None:
    """The number that the file's maker printed on a page is read beside its index."""
    import pypdf

    writer = pypdf.PdfWriter(clone_from=make_pdf(tmp_path / "a.pdf", "Preface", "Chapter"))
    writer.set_page_label(0, 0, style="/r")
    writer.write(tmp_path / "b.pdf")
    assert ["i", "1"] == [page.label for page in reading_of(tmp_path / "b.pdf").pages]


def test_pages_that_one_reader_misses_come_from_the_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The second reader gets exactly the pages that pdfium could not read; what neither reads is `partial`."""
    asked = []

    def child(reader: str, _path: Path, wanted: list[int]) -> read._Gathered:
        asked.append((reader, wanted))
        index = 0 if reader == "pdfium" else 1
        return read._Gathered({index: read.Page(index, None, reader)}, 3)

    monkeypatch.setattr(read, "_run_child", child)
    reading = read_file(tmp_path / "a.pdf", b"")
    assert [("pdfium", []), ("pypdf", [1, 2])] == asked
    assert (ReadStatus.PARTIAL, ["pdfium", "pypdf"], "not read: page 3") == (
        reading.status,
        [page.text for page in reading.pages],
        reading.detail,
    )


def test_a_file_that_claims_billions_of_pages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A page count is not believed beyond the limit; the pages that are there are kept."""
    monkeypatch.setattr(read, "MOST_PAGES", 1)
    gathered = read._Gathered({0: read.Page(0, None, "text")}, 2_000_000_000)
    monkeypatch.setattr(read, "_run_child", lambda *_given: gathered)
    reading = read_file(tmp_path / "a.pdf", b"")
    assert (ReadStatus.PARTIAL, 2_000_000_000, 1) == (reading.status, reading.page_count, len(reading.pages))


def test_a_file_that_only_the_second_reader_finds_locked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file that pdfium refuses and pypdf finds encrypted is `encrypted`."""
    problems = iter(["it is damaged, or not a PDF", "encrypted"])
    monkeypatch.setattr(read, "_run_child", lambda *_given: read._Gathered(problem=next(problems)))
    assert ReadStatus.ENCRYPTED == read_file(tmp_path / "a.pdf", b"").status


def test_a_reader_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file on which the reader never ends is unreadable after the time limit."""
    monkeypatch.setattr(read, "MOST_SECONDS", 0.01)
    reading = reading_of(make_pdf(tmp_path / "a.pdf", "Text"))
    assert ReadStatus.UNREADABLE == reading.status
    assert "longer than" in reading.detail


def test_a_page_that_raises_does_not_cost_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    """A page's failure is a line of its own."""

    def read_page(index: int) -> tuple[str, str | None]:
        if index == 1:
            raise ValueError("bad page")
        return f"page {index}", None

    write_lines(pdf._lines(3, frozenset(), read_page))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [0, 1, 2] == [line["index"] for line in lines[1:]]
    assert "ValueError: bad page" == lines[2]["problem"]


def test_the_characters_of_a_file_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the limit no more pages are read."""
    monkeypatch.setattr(pdf, "MOST_CHARACTERS", 10)
    assert 3 == len(list(pdf._lines(5, frozenset(), lambda _index: ("sixsix", None))))


def test_lines_that_a_killed_child_wrote_are_kept() -> None:
    """Half a line at the end is dropped, whole ones stay."""
    output = io.BytesIO(b'{"count": 2}\n{"index": 0, "label": null, "text": "kept"}\n{"index": 1, "la').getvalue()
    gathered = read._gathered(output, "stopped")
    assert (2, ["kept"], "stopped") == (
        gathered.count,
        [page.text for page in gathered.pages.values()],
        gathered.problem,
    )


def test_text_is_utf8_whatever_it_is() -> None:
    """A byte-order mark goes, bytes that are not UTF-8 are replaced, a form feed starts a page."""
    reading = read_text(b"\xef\xbb\xbfone\xff\ftwo")
    assert ["one\ufffd", "two"] == [page.text for page in reading.pages]
    assert ReadStatus.NO_TEXT == read_text(b" \n ").status
