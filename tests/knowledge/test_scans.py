"""Pages that are pictures: read by OCR, page by page, and cited as scans."""

from __future__ import annotations

import os
import re
import signal
from collections import Counter
from contextlib import closing
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

import pytest
from harness.command_line import run_here
from harness.environment import process_environment
from harness.scans import scanned_copy
from harness.starting import AGENTMEM
from harness.waiting import wait_until
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from agentmem_cli.knowledge import ocr_queue
from agentmem_cli.knowledge.storing import store_document
from agentmem_cli.reading import read
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

pytestmark = pytest.mark.usefixtures("without_index")

SAMPLES = Path(__file__).parent.parent.parent / "knowledge"


@pytest.fixture(autouse=True)
def _at_home(home: Path) -> None:
    """Every test here has a data folder of its own."""


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    """The sample of four pages, scanned."""
    return scanned_copy(SAMPLES / "handbook.pdf", tmp_path / "handbook.pdf")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """In the place of OCR: the indexes of the pages that it was asked for; a page's text names the page."""
    pages: list[int] = []

    def ask(_reader: object, _path: Path, index: int, _password: str | None = None) -> dict[str, Any]:
        pages.append(index)
        return {"index": index, "text": f"What stands on leaf {index}.", "fonts": [(12.0, False)]}

    monkeypatch.setattr(ocr_queue, "ask_for_scan", ask)
    for module in (read, ocr_queue):
        monkeypatch.setattr(module, "ocr_is_installed", lambda: True)
    return pages


def ingested(*words: str | Path) -> dict[str, Any]:
    lines = run_here("ingest", "--json", *map(str, words)).json_lines()
    (found,) = lines[:-1]
    return found


def texts(document: str) -> list[str]:
    return [each["text"] for each in run_here("knowledge", "show", document, "--json").json()["text"]]


def notice(path: Path, pages: int = 1) -> Path:
    """A PDF with a few lines on each page, a strip: OCR takes its time for each line and each dot.

    A flatter one is no quicker: it is made larger.
    """
    canvas = Canvas(str(path), pagesize=(600, 222))
    for _ in range(pages):
        canvas.setFont("Helvetica", 16)
        for line, text in enumerate(("To all who visit us", "Lunch is served at noon in the garden.")):
            canvas.drawString(72, 150 - 40 * line, text)
        canvas.showPage()
    canvas.save()
    return path


def words_in(texts: list[str]) -> Counter[str]:
    return Counter(re.findall(r"\w+", " ".join(texts).lower()))


def test_scanned_copies_answer_alike(tmp_path: Path) -> None:
    """The questions that text answers are answered by its scan, named as one, tables too."""
    (tmp_path / "scans").mkdir()
    scanned_copy(SAMPLES / "handbook.pdf", tmp_path / "scans" / "handbook.pdf", [2])
    scanned_copy(SAMPLES / "price-list.pdf", tmp_path / "scans" / "price-list.pdf")
    ended = run_here("ingest", str(tmp_path / "scans"))
    assert (0, "2 indexed") == (ended.code, ended.out.splitlines()[-1])
    assert "handbook.pdf  1 page, 1 passage  (1 page read by OCR)" in ended.out
    answer = run_here("chat", "-p", "How long do we keep patient records?").out
    assert "From handbook.pdf, p. 1 (scan) [1]:" in answer
    assert "for as long as the contract runs and for 90 days after" in answer
    for question, document in (
        ("How long are access logs kept?", "handbook.pdf"),
        ("What does the Practice plan cost?", "price-list.pdf"),
    ):
        first = run_here("knowledge", "search", question, "--json").json()["passages"][0]
        assert (document, 1, True) == (first["document"], first["page"], first["is_scan"])
    assert "Practice up to 5 149 100 GB E-mail and telephone" in "\n".join(texts("price-list"))
    scanned = words_in(texts("handbook"))
    run_here("ingest", str(SAMPLES / "handbook.pdf"))
    original = words_in(texts(str(SAMPLES / "handbook.pdf"))[2:3])
    assert (scanned & original).total() >= 0.98 * original.total()


def test_a_page_laid_upside_down(tmp_path: Path) -> None:
    """It is read as one that lies straight."""
    ingested(scanned_copy(notice(tmp_path / "notice.pdf"), tmp_path / "turned.pdf", turned=180))
    assert "Lunch is served at noon in the garden" in texts("turned")[0]


def test_a_kill_loses_no_page(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """What was read before is kept, and the next ingest reads the other pages only."""
    scan = scanned_copy(notice(tmp_path / "notice.pdf", pages=2), tmp_path / "scan.pdf")
    command = [AGENTMEM, "ingest", scan]
    running = Popen(command, env=process_environment(), stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL)
    with closing(open_database(load_settings())) as database:
        done = "SELECT COUNT(*) FROM scanned_pages WHERE answer IS NOT NULL"
        wait_until(lambda: database.read(done)[0][0] > 0)
        os.kill(running.pid, signal.SIGKILL)
        running.wait()
        rows = database.read("SELECT page_index FROM scanned_pages WHERE answer IS NULL")
    left = [row["page_index"] for row in rows]
    assert "waiting" == run_here("knowledge", "list", "--json").json()[0]["status"]
    asked = request.getfixturevalue("asked")
    assert "1 page to read by OCR." in run_here("ingest", str(scan)).err
    assert ([1], left) == (left, asked)
    assert 2 == len(texts("scan"))


def test_a_stop_keeps_what_is_read(handbook: Path, asked: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """After Ctrl-C the pages read until then are found; the next ingest goes on, and then nothing is left to read."""
    ask = ocr_queue.ask_for_scan

    def stopped(reader: Any, path: Path, index: int, password: str | None = None) -> dict[str, Any]:
        if index >= 2:  # two pages are handed out at a time
            raise KeyboardInterrupt
        return ask(reader, path, index, password)

    monkeypatch.setattr(ocr_queue, "ask_for_scan", stopped)
    assert 130 == run_here("ingest", str(handbook)).code
    (document,) = run_here("knowledge", "list", "--json").json()
    assert ("indexed", "2 pages read by OCR; pages 3, 4 wait for OCR") == (document["status"], document["detail"])
    assert ["What stands on leaf 0.", "What stands on leaf 1."] == texts("handbook")
    monkeypatch.setattr(ocr_queue, "ask_for_scan", ask)
    result = ingested(handbook)
    assert ("indexed", 4, 4, "4 pages read by OCR") == (
        *(result[key] for key in ("status", "pages", "passages", "detail")),
    )
    assert [0, 1, 2, 3] == asked
    assert document["document_id"] == run_here("knowledge", "list", "--json").json()[0]["document_id"]
    assert "unchanged" == ingested(handbook)["status"]
    assert [0, 1, 2, 3] == asked


def test_a_scan_among_pages_of_text(tmp_path: Path, asked: list[int]) -> None:
    """Only the scan is read by OCR, and only what is read off it is cited as one."""
    writer = PdfWriter()
    scan = scanned_copy(SAMPLES / "handbook.pdf", tmp_path / "scan.pdf", [1])
    for page in (*PdfReader(SAMPLES / "handbook.pdf").pages[:1], *PdfReader(scan).pages):
        writer.add_page(page)
    writer.write(tmp_path / "mixed.pdf")
    assert "1 page read by OCR" == ingested(tmp_path / "mixed.pdf")["detail"]
    assert [1] == asked
    marks = {
        each["page"]: each["is_scan"]
        for query in ("office hours", "leaf")
        for each in run_here("knowledge", "search", query, "--json").json()["passages"]
    }
    assert {1: False, 2: True} == marks
    assert "mixed.pdf, p. 2 (scan)" in run_here("knowledge", "search", "leaf").out


def test_a_page_on_which_ocr_fails(handbook: Path, monkeypatch: pytest.MonkeyPatch, asked: list[int]) -> None:
    """It is named, not tried again, and costs the others nothing."""
    ask = ocr_queue.ask_for_scan

    def failing(reader: Any, path: Path, index: int, password: str | None = None) -> dict[str, Any]:
        return {"index": 1, "problem": "it took too long"} if index == 1 else ask(reader, path, index, password)

    monkeypatch.setattr(ocr_queue, "ask_for_scan", failing)
    assert "3 pages read by OCR; OCR failed on page 2" == ingested(handbook)["detail"]
    assert "unchanged" == ingested(handbook)["status"]
    assert [0, 2, 3] == asked


def test_without_the_extra(handbook: Path, asked: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """The status names it and how to install it; once it is there, the next ingest reads the pages."""
    with monkeypatch.context() as without:
        for module in (read, ocr_queue):
            without.setattr(module, "ocr_is_installed", lambda: False)
        ended = run_here("ingest", str(handbook))
        assert (1, True) == (ended.code, ended.out.startswith("no text     "))
        assert "pages 1, 2, 3, 4 need OCR: the extra `ocr` is missing; `uv run --extra ocr agentmem`" in ended.out
        assert "no text" == ingested(handbook)["status"]
    assert ("indexed", 4) == (ingested(handbook)["status"], len(asked))


def test_removing_a_scan_removes_what_was_read(handbook: Path, asked: list[int]) -> None:
    """Nothing of it stays in the queue."""
    ingested(handbook)
    assert asked
    run_here("knowledge", "remove", "handbook")
    with closing(open_database(load_settings())) as database:
        assert [] == database.read("SELECT * FROM scanned_pages")


@pytest.mark.usefixtures("asked")
def test_a_scan_on_which_a_stage_fails(handbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It costs no other file; its pages wait, and are read the next time."""
    other = handbook.with_name("other.pdf")
    scanned_copy(SAMPLES / "price-list.pdf", other)

    def fail(database: Any, new: Any) -> None:
        if new.path == str(handbook) and new.document_id:
            raise IndexError("list index")
        store_document(database, new)

    with monkeypatch.context() as patch:
        patch.setattr(ocr_queue, "store_document", fail)
        ended = run_here("ingest", "--json", str(handbook.parent))
    statuses = {Path(each["path"]).name: each["status"] for each in ended.json_lines()[:-1]}
    assert {"handbook.pdf": "unreadable", "other.pdf": "indexed"} == statuses
    assert "indexed" == ingested(handbook)["status"]
