"""Every file has a status, and every page that a reader can read is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.pdf_files import endless_page, pages_of, pdf_of, slow_pdf, text_page

from agentmem_cli.reading import pdf_pages, read, readers
from agentmem_cli.reading.headings import RawPage
from agentmem_cli.reading.pdf import SPENT_MEMORY
from agentmem_cli.reading.pdf_pages import read_with_pdfium, read_with_pypdf
from agentmem_cli.reading.read import Gathered, Reading, ReadStatus, gather, gather_pdf, read_file
from agentmem_cli.reading.readers import Reader, ReaderLost, ReaderPool

PASSWORD = "opensesame"  # noqa: S105 -- a made-up file's
EVERY = range(100)


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """One reader process for all files, as in an ingest."""
    started = Reader()
    yield started
    started.stop(for_good=True)


def make_pdf(path: Path, *pages: str, password: str | None = None) -> Path:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), invariant=1, encrypt=password)
    for text in pages:
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return path


def request_for(path: Path) -> dict[str, object]:
    return {"reader": "pdfium", "path": str(path), "from": 0, "only": None, "password": None}


def kill_child_of(reader: Reader) -> None:
    assert reader._child is not None
    reader._child.kill()
    reader._child.wait()


def texts(reading: Reading) -> list[str]:
    return [page.text for page in reading.pages]


def test_a_pdf_gives_its_pages_in_order(reader: Reader, tmp_path: Path) -> None:
    """A sound PDF is `indexed`, a page each."""
    reading = read_file(reader, make_pdf(tmp_path / "a.pdf", "First page", "Second page"))
    assert (ReadStatus.INDEXED, 2, ["First page", "Second page"]) == (
        reading.status,
        reading.page_count,
        texts(reading),
    )


def test_a_locked_pdf(reader: Reader, tmp_path: Path) -> None:
    """A PDF that needs a password is `encrypted` without it and with another one, and `indexed` with it."""
    path = make_pdf(tmp_path / "a.pdf", "Secret", password=PASSWORD)
    without, wrong, right = (read_file(reader, path, password) for password in (None, "guess", PASSWORD))
    assert [ReadStatus.ENCRYPTED, ReadStatus.ENCRYPTED, ReadStatus.INDEXED] == [
        each.status for each in (without, wrong, right)
    ]
    assert "--password" in without.detail
    assert "the password does not open it" == wrong.detail
    assert ["Secret"] == texts(right)


@pytest.mark.parametrize("read_with", [read_with_pdfium, read_with_pypdf])
def test_both_readers_speak_the_same(tmp_path: Path, read_with: pdf_pages.Line) -> None:
    """Each reader gives the count, the wanted pages and what it refuses in the same lines."""
    path = make_pdf(tmp_path / "a.pdf", "First page", "Second page")
    count, page, *_ = read_with(str(path), frozenset({1}), None)
    assert ({"count": 2}, 1, "Second page") == (count, page["index"], page["text"].strip())
    locked = make_pdf(tmp_path / "b.pdf", "Secret", password=PASSWORD)
    assert [{"refused": "encrypted"}] == list(read_with(str(locked), EVERY, "guess"))
    assert "Secret" == list(read_with(str(locked), EVERY, PASSWORD))[1]["text"].strip()


def test_a_file_that_only_its_owner_may_change_opens(reader: Reader, tmp_path: Path) -> None:
    """An owner's password alone keeps nobody from reading."""
    from reportlab.lib.pdfencrypt import StandardEncryption

    path = tmp_path / "a.pdf"
    protection = StandardEncryption("", ownerPassword=PASSWORD, canModify=0)
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), encrypt=protection)
    canvas.drawString(72, 700, "Open to all")
    canvas.save()
    assert ["Open to all"] == texts(read_file(reader, path))


def test_empty_pages_have_no_text(reader: Reader, tmp_path: Path) -> None:
    """A PDF on whose pages nothing stands is `no text`, and nothing of it is a scan."""
    reading = read_file(reader, make_pdf(tmp_path / "a.pdf", "", ""))
    assert (ReadStatus.NO_TEXT, 2, []) == (reading.status, reading.page_count, reading.pages)
    assert ("no page has text", {}) == (reading.detail, reading.scans)


def test_a_page_label_is_kept(reader: Reader, tmp_path: Path) -> None:
    """The number that the file's maker printed on a page is read beside its index."""
    import pypdf

    writer = pypdf.PdfWriter(clone_from=make_pdf(tmp_path / "a.pdf", "Preface", "Chapter"))
    writer.set_page_label(0, 0, style="/r")
    writer.write(tmp_path / "b.pdf")
    assert ["i", "1"] == [page.label for page in read_file(reader, tmp_path / "b.pdf").pages]


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_truncated_file_keeps_what_either_library_reads(reader: Reader, tmp_path: Path, tenths: int) -> None:
    """Cut off anywhere, every page that pdfium or pypdf can read of the rest is kept."""
    whole = pdf_of(*pages_of(*(text_page(f"Page {number} of the report") for number in range(5))))
    path = tmp_path / "a.pdf"
    path.write_bytes(whole[: len(whole) * tenths // 10])
    alone = [gather(reader, kind, path) for kind in ("pdfium", "pypdf")]
    readable = {index for each in alone for index, page in each.pages.items() if "".join(page.lines).strip()}
    reading = read_file(reader, path)
    assert readable <= {page.index for page in reading.pages if page.text}
    assert reading.status in (ReadStatus.INDEXED, ReadStatus.PARTIAL if readable else ReadStatus.UNREADABLE)


def given(asked: list[tuple[str, list[int] | None]], answers: dict[str, Gathered]) -> object:
    def gather(_reader: object, kind: str, _path: object, only: list[int] | None = None, **_: object) -> Gathered:
        asked.append((kind, only))
        return answers[kind]

    return gather


def test_pypdf_is_asked_for_what_pdfium_leaves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The second reader gets the pages that pdfium could not read, and those that only seem empty."""
    asked: list[tuple[str, list[int] | None]] = []
    first = Gathered({0: RawPage(0, "i", ["pdfium"]), 1: RawPage(1, "ii", [""])}, doubtful=[1], count=4)
    second = Gathered({1: RawPage(1, None, ["pypdf"]), 2: RawPage(2, None, ["too"])}, count=4)
    monkeypatch.setattr(read, "gather", given(asked, {"pdfium": first, "pypdf": second}))
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%%EOF")
    reading = read_file(Reader(), path)
    assert [("pdfium", None), ("pypdf", [2, 3, 1])] == asked
    assert (ReadStatus.PARTIAL, ["pdfium", "pypdf", "too"], ["i", "ii", None], "not read: page 4") == (
        *(reading.status, texts(reading), [page.label for page in reading.pages], reading.detail),
    )


def test_a_page_of_pictures_is_not_read_twice(reader: Reader, tmp_path: Path) -> None:
    """A page on which pdfium sees only lines is not worth pypdf's time; one on which it sees nothing is."""
    objects = pages_of(text_page("Words"), b"<< /Length 19 >>\nstream\n0 0 m 100 100 l S  \nendstream", text_page())
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_of(*objects))
    assert [2] == gather(reader, "pdfium", path).doubtful


def test_a_file_that_claims_billions_of_pages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A page count is not believed beyond the limit; the pages that are there are kept."""
    monkeypatch.setattr(read, "MOST_PAGES", 1)
    gathered = Gathered({0: RawPage(0, None, ["text"])}, count=2_000_000_000)
    monkeypatch.setattr(read, "gather", lambda *_, **__: gathered)
    (tmp_path / "a.pdf").write_bytes(b"%%EOF")
    reading = read_file(Reader(), tmp_path / "a.pdf")
    assert (ReadStatus.PARTIAL, 2_000_000_000, 1) == (reading.status, reading.page_count, len(reading.pages))


def test_a_file_that_only_pypdf_finds_locked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file that pdfium refuses and pypdf finds encrypted is `encrypted`."""
    answers = {"pdfium": Gathered(problem="Data format error"), "pypdf": Gathered(problem="encrypted")}
    monkeypatch.setattr(read, "gather", given([], answers))
    assert "encrypted" == gather_pdf(Reader(), tmp_path / "a.pdf").problem


def test_a_page_that_hangs_costs_only_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The reader is ended when a page takes too long; the pages around it and the next file are read."""
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_of(*pages_of(text_page("Before"), endless_page(), text_page("After"))))
    make_pdf(tmp_path / "b.pdf", "Next")
    monkeypatch.setattr(readers, "MOST_SECONDS_OF_PAGE", 0.4)
    with ReaderPool(1) as pool:
        (gathered,) = pool.outcomes(lambda each, file: gather(each, "pypdf", file), [path])
        (following,) = pool.outcomes(read_file, [tmp_path / "b.pdf"])
    assert ["Before", "After"] == ["".join(page.lines) for page in gathered.pages.values()]
    assert ([1], "it took too long") == (gathered.missing(), gathered.problem)
    assert ["Next"] == texts(following)


def test_a_reader_that_crashes_is_replaced(reader: Reader, tmp_path: Path) -> None:
    """When its child dies, the file gives what came and the next one has a new child."""
    path = tmp_path / "a.pdf"
    path.write_bytes(slow_pdf(5))
    lines = reader.lines(request_for(path), 1e12)
    assert {"count": 5} == next(lines)
    kill_child_of(reader)
    with pytest.raises(ReaderLost, match="crashed"):
        list(lines)
    assert ["Next"] == texts(read_file(reader, make_pdf(tmp_path / "b.pdf", "Next")))


def test_a_reader_that_died_while_idle_is_replaced(reader: Reader, tmp_path: Path) -> None:
    """The end of a child that had nothing to do is no file's fault."""
    path = make_pdf(tmp_path / "a.pdf", "First")
    read_file(reader, path)
    kill_child_of(reader)
    assert ["First"] == texts(read_file(reader, path))


def test_an_answer_left_half_read_is_not_the_next_files(reader: Reader, tmp_path: Path) -> None:
    """Who stops in the middle of a file does not leave the rest of it in the pipe."""
    path = make_pdf(tmp_path / "a.pdf", "First", "Second")
    lines = reader.lines(request_for(path), 1e12)
    next(lines)
    lines.close()  # type: ignore[attr-defined]  # a generator, typed as what callers need
    assert ["Other"] == texts(read_file(reader, make_pdf(tmp_path / "b.pdf", "Other")))


def test_the_password_is_on_no_command_line(reader: Reader, tmp_path: Path) -> None:
    """`ps` shows the reader's module and nothing of the file or its password."""
    path = make_pdf(tmp_path / "a.pdf", "Secret", password=PASSWORD)
    read_file(reader, path, PASSWORD)
    assert reader._child is not None
    assert ["-P", "-m", "agentmem_cli.reading.pdf"] == list(reader._child.args)[1:]  # type: ignore[arg-type]  # a list


def test_a_page_that_raises_does_not_cost_the_others() -> None:
    """A page's failure is a line of its own."""

    def read_page(index: int) -> pdf_pages.Line:
        if index == 1:
            raise ValueError("bad page")
        return {"text": f"page {index}"}

    lines = list(pdf_pages.lines_of_pages(3, EVERY, read_page))
    assert [0, 1, 2] == [line["index"] for line in lines[1:]]
    assert "ValueError: bad page" == lines[2]["problem"]


def test_the_characters_of_a_file_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the limit no more pages are read, and the file says so."""
    monkeypatch.setattr(pdf_pages, "MOST_CHARACTERS", 10)
    lines = list(pdf_pages.lines_of_pages(5, EVERY, lambda _index: {"text": "sixsix"}))
    assert (2, "limit" in lines[-1]) == (len([line for line in lines if "text" in line]), True)


def test_a_large_program_does_not_wear_its_readers_out(reader: Reader, tmp_path: Path) -> None:
    """A reader is replaced for the memory that it holds, not for what its parent held when it began."""
    ballast = bytearray(b"x") * (SPENT_MEMORY + 50_000_000)
    path = make_pdf(tmp_path / "a.pdf", "A page")
    read_file(reader, path)
    first = reader._child
    read_file(reader, path)
    assert first is reader._child
    assert first is not None
    assert ballast
