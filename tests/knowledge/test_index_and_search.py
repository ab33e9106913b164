"""The search index is disposable, in step or not used; search finds the right passage either way."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from harness.command_line import run_here, run_process
from harness.searching import search_knowledge

from agentmem_cli.embedding.bundled import embed
from agentmem_cli.embedding.configured import BUNDLED
from agentmem_cli.errors import StorageProblem
from agentmem_cli.knowledge import index, search, words
from agentmem_cli.knowledge.checks import check_knowledge
from agentmem_cli.knowledge.documents import count_up, find_document, remove_documents
from agentmem_cli.knowledge.index import PassageIndex, bring_index_in_step
from agentmem_cli.knowledge.ingest import ingest_files
from agentmem_cli.knowledge.search import Searcher
from agentmem_cli.knowledge.walk import FileResult, find_files
from agentmem_cli.settings import Settings
from agentmem_cli.storage.checks import Verdict
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.lock import file_lock

Ingest = Callable[..., list[FileResult]]


@pytest.fixture
def searcher(database: Database, settings: Settings) -> Iterator[Searcher]:
    made = Searcher(database, settings)
    yield made
    made.close()


@pytest.fixture
def chroma_answers(monkeypatch: pytest.MonkeyPatch) -> list[list[int] | None]:
    """Send every search through Chroma, and note what it answered."""
    answers: list[list[int] | None] = []
    nearest = PassageIndex.nearest

    def noted(*given: object) -> list[int] | None:
        answers.append(nearest(*given))  # type: ignore[arg-type]  # passed on as they came
        return answers[-1]

    monkeypatch.setattr(PassageIndex, "nearest", noted)
    monkeypatch.setattr(search, "MOST_SCANNED", 0)
    return answers


def names(searcher: Searcher, query: str, **options: object) -> list[str]:
    return [each.document for each in searcher.search(query, **options)]  # type: ignore[arg-type]  # limit and document


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Three hundred short documents about different numbers of different things."""
    folder = tmp_path / "many"
    folder.mkdir()
    things = ("apples", "clinics", "refunds", "rivers", "queens", "invoices")
    for number in range(300):
        (folder / f"{number}.txt").write_text(f"Note {number} is about {things[number % 6]} and item {number * 7}.")
    return folder


def test_the_right_document_comes_first(ingest: Ingest, searcher: Searcher, notes: Path) -> None:
    """Words and meaning find the passage, with its page from 1 and its index from 0, scores descending."""
    ingest(notes, indexed=False)
    found = searcher.search("which way may a queen move")
    assert ("chess.txt", 2, 1) == (found[0].document, found[0].page, found[0].page_index)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_a_search_can_keep_to_one_document(
    ingest: Ingest, searcher: Searcher, notes: Path, chroma_answers: list[list[int] | None]
) -> None:
    """With a document given nothing of another is found, however many passages there are: its own are compared."""
    ingest(notes)
    assert ["bread.txt"] == names(searcher, "salt", document="bread")
    assert [] == chroma_answers
    search.MOST_SCANNED = 20_000
    assert ["bread.txt"] == names(searcher, "salt", document="bread")


def test_files_with_one_name_are_cited_apart(ingest: Ingest, searcher: Searcher, notes: Path) -> None:
    """Two files named alike carry as much of their folders as tells them apart, and can be searched by that."""
    (notes / "old").mkdir()
    (notes / "old" / "bread.txt").write_text("Bread once needed no salt at all.")
    ingest(notes, indexed=False)
    assert {"notes/bread.txt", "old/bread.txt"} == set(names(searcher, "salt in bread", limit=2))
    assert ["old/bread.txt"] == names(searcher, "salt", document="old/bread.txt")


def test_chroma_and_the_scan_agree(
    ingest: Ingest, searcher: Searcher, many: Path, chroma_answers: list[list[int] | None]
) -> None:
    """Both ways give the same ten passages with the same scores."""
    ingest(many)
    queries = ("refunds of item 700", "rivers", "what about clinics", "note 44", "fruit")
    through_chroma = [searcher.search(query) for query in queries]
    assert len(queries) == len(chroma_answers)
    assert None not in chroma_answers
    search.MOST_SCANNED = 20_000
    assert [searcher.search(query) for query in queries] == through_chroma


def test_a_search_that_is_open_finds_what_another_process_ingests(
    ingest: Ingest, searcher: Searcher, notes: Path, chroma_answers: list[list[int] | None]
) -> None:
    """Neither the scan's vectors nor Chroma's are stale after another process added, changed or removed."""
    ingest(notes / "sea.md")
    assert ["sea.md"] == names(searcher, "bread")
    assert 0 == run_process("ingest", str(notes)).code
    assert "bread.txt" == names(searcher, "bread")[0]
    assert 0 == run_process("knowledge", "remove", "bread").code
    assert "bread.txt" not in names(searcher, "bread")
    assert [1, 5, 4] == [len(each or []) for each in chroma_answers]


def test_a_broken_index_is_done_without_and_healed(
    database: Database,
    settings: Settings,
    ingest: Ingest,
    notes: Path,
    chroma_answers: list[list[int] | None],
    bring_in_step: Callable[[], None],
) -> None:
    """Whatever happens to Chroma's files, search answers from SQLite, and the next ingest rebuilds them."""
    ingest(notes)
    marker = settings.chroma_dir / "current.json"
    for harm in (
        lambda: [file.write_bytes(b"junk" * 1000) for file in settings.chroma_dir.rglob("chroma.sqlite3")],
        lambda: shutil.rmtree(settings.chroma_dir),
        marker.unlink,
        lambda: marker.write_text(marker.read_text()[:20]),
        lambda: marker.write_text(marker.read_text().replace("wordllama", "another")),
    ):
        harm()
        assert "bread.txt" == search_knowledge(database, settings, "bread")[0].document
        assert None is chroma_answers[-1]
        bring_in_step()
        assert PassageIndex(database, settings).is_in_step()
        assert "bread.txt" == search_knowledge(database, settings, "bread")[0].document
        assert 5 == len(chroma_answers[-1] or [])


def test_a_change_that_cannot_be_added_is_a_rebuild(
    database: Database, settings: Settings, ingest: Ingest, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When adding the difference fails, the collection is made anew in the same call."""
    ingest(notes / "sea.md")
    monkeypatch.setattr(PassageIndex, "_update", lambda *_given: 1 / 0)
    list(ingest_files(database, find_files([notes]).files))
    index_here = PassageIndex(database, settings)
    index_here.bring_in_step()
    index_here.close()
    assert PassageIndex(database, settings).is_in_step()


def test_an_index_that_cannot_be_written(database: Database, settings: Settings, ingest: Ingest, notes: Path) -> None:
    """When the index cannot be made the error says so, and search still answers from SQLite."""
    settings.chroma_dir.write_text("a file where the folder belongs")
    ingest(notes, indexed=False)
    with pytest.raises(StorageProblem, match="could not be brought in step"):
        bring_index_in_step(database, settings)
    assert "bread.txt" == search_knowledge(database, settings, "bread")[0].document


def test_a_removed_document_leaves_no_vector(
    database: Database, settings: Settings, ingest: Ingest, notes: Path
) -> None:
    """After an erasure the collection is in a new folder, the old one is gone, and no vector of it is in any file."""
    ingest(notes)
    vector = embed(["Bread is baked from flour, water and salt."])[0].tobytes()
    (old,) = [each for each in settings.chroma_dir.iterdir() if each.is_dir()]
    remove_documents(database, [find_document(database, "bread").document_id])
    bring_index_in_step(database, settings)
    (new,) = [each for each in settings.chroma_dir.iterdir() if each.is_dir()]
    assert old != new
    assert not [each for each in new.rglob("*") if each.is_file() and vector in each.read_bytes()]


def test_an_empty_store_has_an_index_too(
    database: Database, settings: Settings, ingest: Ingest, notes: Path, bring_in_step: Callable[[], None]
) -> None:
    """When the last document goes, the collection goes with it."""
    ingest(notes / "sea.md")
    remove_documents(database, [find_document(database, "sea").document_id])
    bring_in_step()
    assert ["current.json"] == [each.name for each in settings.chroma_dir.iterdir()]


def test_a_search_does_not_wait_for_a_rebuild(
    ingest: Ingest,
    searcher: Searcher,
    settings: Settings,
    notes: Path,
    chroma_answers: list[list[int] | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While another process holds the index, the exact scan answers."""
    monkeypatch.setattr(index, "_PATIENCE", 0.01)
    ingest(notes)
    with file_lock(settings.chroma_dir.with_suffix(".lock"), 1):
        assert "bread.txt" == names(searcher, "bread")[0]
    assert chroma_answers == [None]


def test_many_threads_search_at_once(ingest: Ingest, searcher: Searcher, notes: Path) -> None:
    """A searcher is shared by threads."""
    ingest(notes, indexed=False)
    with ThreadPoolExecutor(4) as pool:
        firsts = pool.map(lambda query: names(searcher, query)[0], ["bread", "refund", "queen", "deep sea"] * 5)
    assert ["bread.txt", "refunds.txt", "chess.txt", "sea.md"] * 5 == list(firsts)


def test_warming_heals_a_large_index(
    ingest: Ingest,
    searcher: Searcher,
    settings: Settings,
    notes: Path,
    chroma_answers: list[list[int] | None],
) -> None:
    """A chat that starts brings the index in step that a killed ingest left; with nothing ingested it does nothing."""
    searcher.warm()
    assert not settings.chroma_dir.exists()
    ingest(notes)
    (settings.chroma_dir / "current.json").unlink()
    searcher.warm()
    assert "bread.txt" == names(searcher, "bread")[0]
    assert chroma_answers[-1] is not None


def test_repeated_passages_are_shown_once(ingest: Ingest, searcher: Searcher, notes: Path) -> None:
    """Two copies of a file give one passage, and `limit` counts what is shown."""
    for name in ("copy.txt", "again.txt"):
        (notes / name).write_text((notes / "refunds.txt").read_text())
    ingest(notes, indexed=False)
    texts = [each.text for each in searcher.search("refund", limit=3)]
    assert (3, 3) == (len(texts), len(set(texts)))


@pytest.mark.parametrize(
    "query", ["", "  ", "?!", "the", '"', "NEAR(", "a AND", "x" * 200_000, "word " * 50_000, "退款"]
)
def test_any_query_is_answered(ingest: Ingest, searcher: Searcher, notes: Path, query: str) -> None:
    """No query raises: not an empty one, not FTS5's own syntax, not a megabyte."""
    ingest(notes, indexed=False)
    assert len(searcher.search(query, limit=2)) <= 2


def test_chinese_is_found(ingest: Ingest, searcher: Searcher, notes: Path) -> None:
    """A question in Chinese finds the passage by its pairs of characters."""
    (notes / "zh.txt").write_text("客户可以在购买后三十天内要求全额退款。")
    (notes / "zh2.txt").write_text("病人的数据保存七年,然后删除。")
    ingest(notes, indexed=False)
    assert "zh.txt" == names(searcher, "怎样退款?")[0]


@pytest.mark.usefixtures("settings")
def test_nothing_ingested_costs_nothing() -> None:
    """With no document a search imports neither numpy nor Chroma nor the embedder."""
    program = (
        "import sys; from agentmem_cli.main import run; run(['knowledge', 'search', 'refund']);"
        "sys.exit(bool({'numpy', 'chromadb', 'wordllama'} & sys.modules.keys()))"
    )
    assert 0 == subprocess.run([sys.executable, "-c", program], check=False, capture_output=True).returncode


def test_the_vectors_are_scanned_exactly(ingest: Ingest, searcher: Searcher, notes: Path) -> None:
    """The scan orders passages by their cosine with the query."""
    ingest(notes, indexed=False)
    query = embed(["baking bread"])[0]
    scan = searcher._scan
    ids, vectors = scan._loaded(BUNDLED)
    assert [int(ids[each]) for each in np.argsort(-(vectors @ query))] == scan.nearest(BUNDLED, query, 200, None)


def test_the_document_that_a_question_names_comes_first(ingest: Ingest, searcher: Searcher, tmp_path: Path) -> None:
    """The same words stand in every report; the firm, year and form of the question tell which is meant."""
    folder = tmp_path / "reports"
    folder.mkdir()
    for name in ("BESTBUY_2022_10K", "BESTBUY_2023_10K", "BESTBUY_2023Q2_10Q", "AMCOR_2022_10K", "AMCOR_2023_10K"):
        (folder / f"{name}.txt").write_text(
            "Capital expenditure, in millions, is shown in the statement of cash flows."
        )
    ingest(folder, indexed=False)
    for question, title in (
        ("What is Best Buy's FY2022 capital expenditure?", "BESTBUY_2022_10K.txt"),
        ("capital expenditure of Best Buy in FY23, by its 10-K", "BESTBUY_2023_10K.txt"),
        ("Best Buy: capital expenditure in Q2 of FY2023?", "BESTBUY_2023Q2_10Q.txt"),
        ("capital expenditure of AMCOR in 2023", "AMCOR_2023_10K.txt"),
    ):
        assert title == names(searcher, question)[0], question


def test_headings_tell_passages_apart(ingest: Ingest, searcher: Searcher, tmp_path: Path) -> None:
    """A passage is found by the heading above it, and shown with it."""
    folder = tmp_path / "rules"
    folder.mkdir()
    for number, heading in enumerate(("Refunds", "Repairs", "Deliveries")):
        (folder / f"{number}.md").write_text(f"# {heading}\n\n{'It is done within thirty days. ' * 100}")
    ingest(folder, indexed=False)
    for heading in ("Repairs", "Deliveries", "Refunds"):
        assert heading == searcher.search(f"how long do {heading.lower()} take")[0].heading
    shown = run_here("knowledge", "search", "how long do repairs take", "-k", "1").out
    assert 1 == shown.count("Repairs")


def test_common_words_do_not_hide_rare_ones(
    ingest: Ingest, searcher: Searcher, many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words that too many passages hold are left out of the query, the telling ones never."""
    ingest(many, indexed=False)
    monkeypatch.setattr(words, "MOST_MATCHES", 20)
    assert ["1400"] == searcher._words._telling(["note", "item", "1400"])
    assert ["item"] == searcher._words._telling(["item"])
    assert "200.txt" == names(searcher, "the note about item 1400")[0]


def test_within_a_document_every_word_counts(
    ingest: Ingest, searcher: Searcher, many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word that too many passages hold still tells the passages of a document that the question names apart."""
    folder = tmp_path / "minutes"
    folder.mkdir()
    filler = " ".join(f"talk{number}" for number in range(120))
    pages = [f"{'apples ' * (number == 70)}{filler} {number}" for number in range(140)]
    (folder / "zebra.txt").write_text("\f".join(pages))
    ingest(many, folder, indexed=False)
    monkeypatch.setattr(words, "MOST_MATCHES", 20)
    assert "apples" not in searcher._words._telling(["1400", "apples"])
    assert 71 == searcher.search("apples in zebra 1400")[0].page
    assert 71 == searcher.search("1400 apples", document="zebra")[0].page


def test_the_doctor_asks_the_collection(database: Database, settings: Settings, ingest: Ingest, notes: Path) -> None:
    """A collection that lost vectors is told of, though its marker says that nothing is missing."""
    ingest(notes)
    assert Verdict.OK is check_knowledge(database, settings).verdict
    broken = PassageIndex(database, settings)
    marker = broken._marker.read()
    assert marker is not None
    collection = broken._collection(marker)
    collection.delete(ids=collection.get(include=[])["ids"])
    broken.close()
    finding = check_knowledge(database, settings)
    assert Verdict.WARNING is finding.verdict
    assert "not found by its own vector" in finding.found


def test_the_doctor_takes_no_repeated_page_for_damage(
    ingest: Ingest, database: Database, settings: Settings, tmp_path: Path, bring_in_step: Callable[[], None]
) -> None:
    """Of sixty files with the same words a passage's own vector may find fifty others: that is no damage."""
    for number in range(60):
        (tmp_path / "same").mkdir(exist_ok=True)
        (tmp_path / "same" / f"{number:02}.txt").write_text("This page is intentionally left blank.")
    ingest(tmp_path / "same", indexed=False)
    with database.write() as connection:  # the names differ, and with them the vectors
        connection.execute("UPDATE passages SET vector = (SELECT vector FROM passages LIMIT 1)")
        count_up(connection, "erasures")
    bring_in_step()
    assert Verdict.OK is check_knowledge(database, settings).verdict
