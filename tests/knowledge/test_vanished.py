"""Documents whose file was renamed, moved or removed, driven as a person does."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from harness.command_line import run_here

from agentmem_cli.knowledge import presence
from agentmem_cli.knowledge.presence import absences

pytestmark = pytest.mark.usefixtures("without_index")


@pytest.fixture(autouse=True)
def _at_home(home: Path) -> None:
    """Every test here has a data folder of its own."""


def ingested(*words: str | Path) -> dict[str, str]:
    lines = run_here("ingest", "--json", *map(str, words)).json_lines()
    return {Path(each["path"]).name: each["status"] for each in lines[:-1]}


def documents() -> dict[str, dict[str, str]]:
    return {each["title"]: each for each in run_here("knowledge", "list", "--json").json()}


def found(query: str) -> list[dict[str, str]]:
    passages: list[dict[str, str]] = run_here("knowledge", "search", query, "--json").json()["passages"]
    return passages


class TestRenamed:
    """The same bytes under a new name, where the old path has gone, are the renamed file."""

    def test_it_stays_the_same_document(self, notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It keeps its id and its vectors, and is found under its new name and no longer under the old one."""
        ingested(notes)
        before = documents()["sea.md"]
        (notes / "sea.md").rename(notes / "ocean.md")
        monkeypatch.setattr("agentmem_cli.knowledge.storing.store_document", lambda *_: pytest.fail("it was embedded"))
        ended = run_here("ingest", str(notes))
        assert "renamed     " in ended.out
        assert f"(it was {notes / 'sea.md'})" in ended.out
        after = documents()
        assert (before["document_id"], "") == (after["ocean.md"]["document_id"], after["ocean.md"]["gone"])
        assert "sea.md" not in after
        assert "ocean.md" == found("ocean")[0]["document"]
        assert {"unchanged"} == set(ingested(notes).values())

    def test_that_could_not_be_read(self, notes: Path) -> None:
        """What failed under the old name is told of again as before, and is no new failure."""
        (notes / "empty.md").write_text("")
        assert run_here("ingest", str(notes)).code == 1
        (notes / "empty.md").rename(notes / "blank.md")
        ended = run_here("ingest", str(notes))
        assert (0, True) == (ended.code, "blank.md  (the file is empty; as before)" in ended.out)

    def test_over_another_document(self, notes: Path) -> None:
        """A file moved over another one takes its place; what was read of that one is gone."""
        ingested(notes)
        before = documents()["sea.md"]
        (notes / "sea.md").rename(notes / "other.md")
        ingested(notes)
        (notes / "bread.txt").write_text("Cake.")
        ingested(notes)
        (notes / "other.md").rename(notes / "sea.md")
        (notes / "chess.txt").rename(notes / "bread.txt")
        assert {"renamed", "unchanged"} == set(ingested(notes).values())
        assert {"bread.txt", "refunds.txt", "sea.md"} == set(documents())
        assert before["document_id"] == documents()["sea.md"]["document_id"]
        assert "The queen moves" in run_here("knowledge", "show", "bread").out

    def test_a_copy_is_another_document(self, notes: Path) -> None:
        """Where the old path still exists there are two; where it has gone, one of two copies is the renamed file."""
        ingested(notes)
        shutil.copy(notes / "sea.md", notes / "copy.md")
        assert "indexed" == ingested(notes)["copy.md"]
        for name in ("one.txt", "two.txt"):
            shutil.copy(notes / "bread.txt", notes / name)
        (notes / "bread.txt").unlink()
        statuses = ingested(notes)
        assert ["indexed", "renamed"] == sorted([statuses["one.txt"], statuses["two.txt"]])
        assert {"one.txt", "two.txt"} <= set(documents())

    def test_another_kind_is_read_anew(self, notes: Path) -> None:
        """The same bytes are other text where the new name means another format."""
        ingested(notes)
        (notes / "sea.md").rename(notes / "sea.txt")
        assert "indexed" == ingested(notes)["sea.txt"]
        assert "# The sea" in run_here("knowledge", "show", "sea.txt").out


class TestGone:
    """A document whose file has gone is marked wherever it is shown."""

    def test_lists_and_searches(self, notes: Path) -> None:
        """`list`, `show` and `search` say so, in JSON too; a file that is there is not marked."""
        ingested(notes)
        (notes / "sea.md").unlink()
        assert {"sea.md": "file gone", "bread.txt": "", "chess.txt": "", "refunds.txt": ""} == {
            title: each["gone"] for title, each in documents().items()
        }
        assert "indexed, file gone" in run_here("knowledge", "list").out
        assert "file gone" in run_here("knowledge", "show", "sea").out
        marks = {each["document"]: each["gone"] for each in found("sea salt")}
        assert ("file gone", "") == (marks["sea.md"], marks["bread.txt"])
        assert "sea.md, p. 1 (file gone)" in run_here("knowledge", "search", "sea").out

    def test_an_answer(self, notes: Path) -> None:
        """It names the source as gone."""
        ingested(notes)
        (notes / "refunds.txt").unlink()
        answer = run_here("chat", "-p", "When may customers ask for a refund?").out
        assert "refunds.txt, p. 1 (file gone)" in answer

    def test_a_folder_that_has_gone(self, notes: Path) -> None:
        """It may be on a disk that is not mounted, which is said in other words."""
        ingested(notes)
        notes.rename(notes.with_name("away"))
        assert {"folder not there"} == {each["gone"] for each in documents().values()}

    def test_a_name_that_is_not_utf8(self, notes: Path) -> None:
        """A file with a name that is stored in another form is there all the same."""
        path = Path(os.fsdecode(os.fsencode(notes) + b"/caf\xe9.txt"))
        path.write_text("Coffee is roasted.")
        ingested(notes)
        assert "" == documents()["caf\\xe9.txt"]["gone"]
        path.unlink()
        assert "file gone" == documents()["caf\\xe9.txt"]["gone"]

    def test_a_disk_that_does_not_answer(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing waits for it longer than a moment, and what is not known is not said."""
        from threading import Event

        waiting = Event()
        monkeypatch.setattr(presence, "_PATIENCE", 0.05)
        monkeypatch.setattr(presence, "has_gone", lambda path: path in {"/", "/a"} or waiting.wait(30))
        assert {"/a": "folder not there"} == absences(["/a", "/b"])
        waiting.set()


class TestPrune:
    """`--prune` on what has vanished says what to do."""

    def test_a_vanished_folder(self, notes: Path) -> None:
        """Alone or beside another path, it is one line that names the command; with --yes its documents go."""
        ingested(notes)
        (notes.with_name("other")).mkdir()
        shutil.rmtree(notes)
        for more in ([], [str(notes.with_name("other"))]):
            ended = run_here("ingest", "--prune", str(notes), *more)
            assert (1, "") == (ended.code, ended.out)
            assert f"{notes} is not there, and 4 documents came from there: nothing was removed." in ended.err
            assert f"`agentmem ingest --prune --yes {notes}` removes" in ended.err
        assert {"removed"} == set(ingested("--prune", "--yes", notes).values())
        assert {} == documents()

    def test_a_vanished_file(self, notes: Path) -> None:
        """A file is as good a PATH as a folder."""
        ingested(notes)
        (notes / "sea.md").unlink()
        assert "1 document came from there" in run_here("ingest", "--prune", str(notes / "sea.md")).err
        assert {"sea.md": "removed"} == ingested("--prune", "--yes", notes / "sea.md")
        assert "sea.md" not in documents()

    def test_a_path_from_which_nothing_came(self, notes: Path) -> None:
        """A slip of the pen is told as without --prune, also beside a folder that has vanished."""
        ingested(notes)
        for path in ("/nowhere/at/all", "https://example.com/report.pdf"):
            ended = run_here("ingest", "--prune", path)
            assert (3, True) == (ended.code, "There is no file or folder" in ended.err)
        assert "missing" == ingested("--prune", notes, "/nowhere/at/all")["all"]
