"""What `/sources` and `/open` show of the passages behind an answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.office_files import excel_file
from harness.searching import search_knowledge

from agentmem_cli.agent.citations import citation
from agentmem_cli.agent.events import Evidence, TurnEnded, Usage
from agentmem_cli.errors import NotFound
from agentmem_cli.knowledge.documents import find_document, remove_documents
from agentmem_cli.knowledge.ingest import ingest_files
from agentmem_cli.records import FoundPassage, TurnStatus
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database
from agentmem_cli.terminal.sources import cited_lines, opened_lines, source_lines

PAGE = "\n".join(f"Line {number} tells of matter {number * 7} at some length, as lines do." for number in range(60))


@pytest.fixture
def database(home: Path, tmp_path: Path) -> Iterator[Database]:
    assert not home.exists()
    opened = open_database(load_settings())
    note = tmp_path / "long.txt"
    note.write_text(f"A first page.\f{PAGE}")
    list(ingest_files(opened, [note]))
    yield opened
    opened.close()


def answered(answer: str, passages: list[FoundPassage]) -> TurnEnded:
    return TurnEnded("r", "s", TurnStatus.DONE, answer, None, Evidence(passages=passages), Usage(), 0.0)


def found(database: Database, query: str) -> list[FoundPassage]:
    return search_knowledge(database, load_settings(), query)


@pytest.mark.parametrize(
    ("more", "shown"),
    [
        ({"last_page": 15}, "r.pdf, pp. 14–15"),
        (
            {"page_label": "xii", "last_page": 15, "last_page_label": "xiii"},
            "r.pdf, pp. xii–xiii (pages 14–15 of the file)",
        ),
        ({"is_scan": True}, "r.pdf, p. 14 (scan)"),
        ({"is_scan": True, "gone": "file gone"}, "r.pdf, p. 14 (scan, file gone)"),
    ],
)
def test_a_citation_that_says_more(more: dict[str, Any], shown: str) -> None:
    """Two pages, a scan, and a file that has gone."""
    assert shown == citation(FoundPassage("r.pdf", "d", 14, 13, "text", 1.0, 1, **more))


@pytest.mark.parametrize(
    ("label", "shown"), [(None, "r.pdf, p. 14"), ("14", "r.pdf, p. 14"), ("xii", "r.pdf, p. xii (page 14 of the file)")]
)
def test_a_citation(label: str | None, shown: str) -> None:
    """A page is named by what is printed on it, and by its place in the file where that is another number."""
    assert shown == citation(FoundPassage("r.pdf", "d", 14, 13, "text", 1.0, 1, page_label=label))


def test_the_sources(database: Database) -> None:
    """Every passage is listed, those that are cited as such, and marks with nothing behind them."""
    passages = found(database, "matter 70")[:2]
    ended = answered("So it is [2], and [9].", passages)
    first, second = (citation(each) for each in passages)
    mark = "[9] stands in the answer, with no passage behind it"
    assert [f"[1] {first}", f"[2] {second} · cited", mark] == source_lines(ended)
    assert [f"[2] {second}", "[9] has no passage behind it"] == cited_lines(ended)


def test_a_source_in_its_page(database: Database) -> None:
    """The whole page is shown, and exactly the passage's lines are marked."""
    passage = found(database, "matter 140")[0]
    lines = opened_lines(database, answered("[1]", [passage]), 1)
    assert (lines[0].partition(" · ")[0], len(PAGE.splitlines())) == ("long.txt, p. 2 of 2", len(lines) - 2)
    marked = [line.removeprefix("▌ ") for line in lines if line.startswith("▌")]
    assert passage.text.split() == " ".join(marked).split()


def test_a_source_whose_file_has_gone(database: Database, tmp_path: Path) -> None:
    """The page is shown as it was read, and marked: what counts is the disk when it is opened."""
    ended = answered("[1]", found(database, "matter 140"))
    (tmp_path / "long.txt").unlink()
    assert opened_lines(database, ended, 1)[0].startswith("long.txt, p. 2 (file gone) of 2 · ")
    again = answered("[1]", found(database, "matter 140"))
    assert source_lines(again)[0].startswith("[1] long.txt, p. 2 (file gone)")


def test_a_source_over_a_page_border(database: Database, tmp_path: Path) -> None:
    """Both pages are named and shown, and the passage is marked on each, whatever stands at the foot of the first."""
    first = "The charterer of a narrowboat shall at all times of the day and of the night"
    body = [f"Part {number * number}. It is so, and no other way than that." for number in range(1, 7)]
    pages = [*body, first, "keep its lamp lit. Nobody may swim."]
    note = tmp_path / "boats.txt"
    note.write_text("\f".join(f"Boats and Barges\n{page}\n{number}" for number, page in enumerate(pages, start=1)))
    list(ingest_files(database, [note]))
    passage = found(database, "charterer narrowboat lamp")[0]
    assert f"{first} keep its lamp lit." == passage.text
    assert "boats.txt, pp. 7–8" == citation(passage)
    lines = opened_lines(database, answered("[1]", [passage]), 1)
    assert lines[0].startswith("boats.txt, pp. 7–8 of 8 · ")
    assert [f"▌ {first}", "  7", "— page 8 —", "  Boats and Barges", "▌ keep its lamp lit. Nobody may swim."] == [
        line for line in lines[3:-1] if line.strip()
    ]


def test_a_source_in_its_row(database: Database, tmp_path: Path) -> None:
    """A file without pages is opened at its place, which is no count of pages."""
    prices = excel_file(tmp_path / "prices.xlsx")
    list(ingest_files(database, [prices]))
    ended = answered("[1]", found(database, "price of the Practice plan"))
    lines = opened_lines(database, ended, 1)
    assert f'prices.xlsx, sheet "Prices", row 5 · {prices}' == lines[0]
    assert any(line.startswith("▌ ") and "1,234.50 €" in line for line in lines)
    prices.unlink()
    assert opened_lines(database, ended, 1)[0].startswith('prices.xlsx, sheet "Prices", row 5 (file gone) · ')


def test_a_source_that_is_not_there(database: Database) -> None:
    """A number that no passage has, no answer at all, and a document that was removed since are each said."""
    passages = found(database, "matter 140")
    ended = answered("[1]", passages)
    for number in (0, len(passages) + 1):
        with pytest.raises(NotFound, match="no source"):
            opened_lines(database, ended, number)
    with pytest.raises(NotFound, match="no source"):
        opened_lines(database, None, 1)
    remove_documents(database, [find_document(database, "long").document_id])
    with pytest.raises(NotFound, match="no longer"):
        opened_lines(database, ended, 1)
