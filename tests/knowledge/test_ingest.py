"""`agentmem ingest` and `agentmem knowledge`, driven as a person does."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from harness.command_line import run_here, run_process
from harness.starting import AGENTMEM
from harness.terminal import on_terminal

from agentmem_cli.knowledge import ingest as ingest_module
from agentmem_cli.reading.readers import CRASHED, Reader, ReaderLost

SAMPLES = Path(__file__).parent.parent.parent / "knowledge"


@pytest.fixture(autouse=True)
def _at_home(home: Path) -> None:
    """Every test here has a data folder of its own."""


def statuses(*words: str | Path) -> dict[str, str]:
    lines = run_here("ingest", "--json", *map(str, words)).json_lines()
    assert "summary" == lines[-1]["event"]
    return {Path(each["path"]).name: each["status"] for each in lines[:-1]}


def test_the_samples_are_read_and_found() -> None:
    """The walk-through: ingest the samples, ask for the refund policy, get the right page."""
    ended = run_here("ingest", str(SAMPLES))
    assert (0, "3 indexed") == (ended.code, ended.out.splitlines()[-1])
    found = run_here("knowledge", "search", "refund", "policy", "--json").json()["passages"]
    assert ("refund-policy.pdf", 1, 0) == (found[0]["document"], found[0]["page"], found[0]["page_index"])
    assert "within 30 days of purchase" in found[0]["text"]
    for question, document, page in (
        ("How long are access logs kept?", "handbook.pdf", 3),
        ("Who approves access to patient data?", "handbook.pdf", 2),
        ("What does the Practice plan cost?", "price-list.pdf", 1),
    ):
        first = run_here("knowledge", "search", question, "--json").json()["passages"][0]
        assert (document, page) == (first["document"], first["page"])


@pytest.mark.usefixtures("without_index")
def test_a_file_whose_reader_was_lost_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without memory left ends a reader as a bad file does: the next run reads the unchanged file."""
    refunds = SAMPLES / "refund-policy.pdf"
    with monkeypatch.context() as without_memory:
        without_memory.setattr(Reader, "lines", _lost)
        lines = run_here("ingest", "--json", str(refunds)).json_lines()
    assert ("unreadable", CRASHED) == (lines[0]["status"], lines[0]["detail"])
    assert {"refund-policy.pdf": "indexed"} == statuses(refunds)


def _lost(*_: object) -> object:
    raise ReaderLost(CRASHED)


@pytest.mark.usefixtures("without_index")
def test_unchanged_changed_and_vanished(notes: Path) -> None:
    """The second time all is unchanged; a changed file is replaced; --prune removes what has gone, and only that."""
    assert {"indexed"} == set(statuses(notes).values())
    assert {"unchanged"} == set(statuses(notes).values())
    (notes / "sea.md").write_text("The sea is now sweet.")
    os.utime(notes / "chess.txt", ns=(1, 1))
    (notes / "bread.txt").unlink()
    assert {"sea.md": "indexed", "chess.txt": "unchanged", "refunds.txt": "unchanged"} == statuses(notes)
    assert 4 == len(run_here("knowledge", "list", "--json").json())
    assert {"bread.txt": "removed"} == {
        name: status for name, status in statuses(notes, "--prune").items() if status != "unchanged"
    }
    assert ["chess.txt", "refunds.txt", "sea.md"] == [
        each["title"] for each in run_here("knowledge", "list", "--json").json()
    ]
    assert "sweet" in run_here("knowledge", "search", "sea").out
    assert "salt" not in run_here("knowledge", "search", "sea").out


@pytest.mark.usefixtures("without_index")
def test_a_touched_file_is_not_read_twice(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new mtime over the same bytes is looked at once and remembered."""
    statuses(notes)
    os.utime(notes / "sea.md", ns=(1, 1))
    statuses(notes)
    monkeypatch.setattr(Path, "read_bytes", lambda _path: pytest.fail("it was read again"))
    assert {"unchanged"} == set(statuses(notes).values())


@pytest.mark.usefixtures("without_index")
def test_prune_spares_what_it_may_not_see(notes: Path, tmp_path: Path) -> None:
    """A document whose folder cannot be entered now has not gone; nor has one below another path."""
    statuses(notes)
    elsewhere = tmp_path / "notes-too"
    elsewhere.mkdir()
    assert {} == statuses("--prune", elsewhere)
    notes.chmod(0)
    try:
        ended = run_process("ingest", "--prune", str(notes), without_root=True)
    finally:
        notes.chmod(0o700)
    assert 1 == ended.code
    assert 4 == len(run_here("knowledge", "list", "--json").json())


@pytest.mark.usefixtures("without_index")
def test_every_bad_file_has_a_status(notes: Path) -> None:
    """Broken and empty files are named with what is wrong, the good ones are kept, and the exit code is 1."""
    (notes / "broken.pdf").write_bytes(b"%PDF-1.7 nothing else")
    (notes / "empty.txt").write_text("")
    os.mkfifo(notes / "pipe.txt")
    (notes / "dangling.md").symlink_to(notes / "nowhere")
    found = statuses(notes)
    assert ("unreadable", "no text", "unreadable", "unreadable", "indexed") == (
        *(found[name] for name in ("broken.pdf", "empty.txt", "pipe.txt", "dangling.md", "sea.md")),
    )
    ended = run_here("ingest", str(notes))
    assert 1 == ended.code
    assert "it is damaged, or not a PDF" in ended.out
    assert "" == ended.err


@pytest.mark.usefixtures("without_index")
def test_a_file_that_breaks_keeps_its_earlier_text(notes: Path) -> None:
    """A document that cannot be read any more stays as it was read before, and the line says so."""
    statuses(notes)
    (notes / "refunds.txt").write_text("")
    lines = run_here("ingest", "--json", str(notes)).json_lines()
    line = next(each for each in lines if "refunds" in each.get("path", ""))
    assert "no text" == line["status"]
    assert "kept" in line["detail"]
    assert "thirty days" in run_here("knowledge", "search", "refund").out


@pytest.mark.usefixtures("without_index")
def test_only_what_can_be_read_is_walked(notes: Path) -> None:
    """Hidden files and folders and other kinds of file are passed over; a file named outright is refused."""
    (notes / ".hidden.txt").write_text("hidden")
    (notes / ".git").mkdir()
    (notes / ".git" / "in.txt").write_text("hidden")
    (notes / "picture.png").write_bytes(b"png")
    assert {"bread.txt", "chess.txt", "refunds.txt", "sea.md"} == set(statuses(notes))
    assert {"picture.png": "unreadable"} == statuses(notes / "picture.png")


@pytest.mark.usefixtures("without_index")
def test_a_name_that_is_not_utf8(notes: Path) -> None:
    """A file whose name is not UTF-8 is ingested, unchanged the next time, and not pruned."""
    Path(os.fsdecode(os.fsencode(notes) + b"/caf\xe9.txt")).write_text("Coffee is roasted.")
    assert "indexed" == statuses(notes)["caf\\xe9.txt"]
    assert {"unchanged"} == set(statuses(notes, "--prune").values())


@pytest.mark.usefixtures("without_index")
def test_a_huge_file_is_refused(notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file over the limit is not read into memory."""
    monkeypatch.setattr(ingest_module, "MOST_BYTES", 20)
    assert {"unreadable"} == set(statuses(notes).values())


@pytest.mark.usefixtures("without_index")
def test_a_path_that_is_not_there(notes: Path) -> None:
    """A missing PATH alone is one line and exit 3; among others it is a line of its own, exit 1, and they are read."""
    ended = run_here("ingest", "/nowhere/at/all")
    assert (3, "") == (ended.code, ended.out)
    assert "There is no file or folder /nowhere/at/all." in ended.err
    ended = run_here("ingest", str(notes), "/nowhere/at/all")
    assert 1 == ended.code
    assert "missing     /nowhere/at/all  (there is no such file or folder)" in ended.out
    assert 4 == len(run_here("knowledge", "list", "--json").json())


def test_an_empty_folder(tmp_path: Path) -> None:
    """An empty folder says that there is nothing to ingest."""
    (tmp_path / "void").mkdir()
    ended = run_here("ingest", str(tmp_path / "void"))
    assert (0, "") == (ended.code, ended.out)
    assert "nothing to ingest" in ended.err


@pytest.mark.usefixtures("without_index")
def test_a_list_of_paths_on_stdin(notes: Path) -> None:
    """`-` reads the paths from stdin, one a line, or ended by NUL with --null: a name may hold a newline."""
    (notes / "two\nlines.txt").write_text("A name of two lines.")
    listed = f"{notes / 'sea.md'}\n{notes / 'bread.txt'}\n"
    ended = run_here("ingest", "-", "--json", stdin=listed)
    assert {"sea.md", "bread.txt"} == {Path(each["path"]).name for each in ended.json_lines()[:-1]}
    ended = run_here("ingest", "-", "-0", stdin=f"{notes / 'two'}\nlines.txt\0")
    assert (0, "1 indexed") == (ended.code, ended.out.splitlines()[-1])


@pytest.mark.usefixtures("without_index")
def test_the_summary_for_scripts(notes: Path) -> None:
    """The last line of --json counts everything; files of other kinds are counted too."""
    (notes / "picture.png").write_bytes(b"png")
    summary = run_here("ingest", "--json", str(notes)).json_lines()[-1]
    assert summary.pop("seconds") >= 0
    counts = {"files": 4, "statuses": {"indexed": 4}, "new_failures": 0, "pages": 5, "passages": 5, "passed_over": 1}
    assert {"event": "summary", **counts, "passed_over_paths": [str(notes / "picture.png")]} == summary


@pytest.mark.usefixtures("without_index")
def test_what_is_passed_over_is_named(notes: Path) -> None:
    """Files of other kinds are named on the screen, the first ten of many; --json names them all."""
    (notes / "picture.png").write_bytes(b"png")
    assert f"1 file of other kinds passed over: {notes / 'picture.png'}\n" == run_here("ingest", str(notes)).err
    for number in range(11):
        (notes / f"z{number:02}.zip").write_bytes(b"zip")
    said = run_here("ingest", str(notes)).err
    assert "12 files of other kinds passed over: " in said
    assert "z08.zip and 2 more; --json names them all" in said
    assert 12 == len(run_here("ingest", "--json", str(notes)).json_lines()[-1]["passed_over_paths"])


@pytest.mark.usefixtures("without_index")
def test_only_new_failures_are_failures(notes: Path) -> None:
    """A file that failed before and is the same is told of again, with exit 0; a new or changed one that fails is 1."""
    broken = notes / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing else")
    assert 1 == run_here("ingest", str(notes)).code
    ended = run_here("ingest", str(notes))
    assert 0 == ended.code
    assert "(it is damaged, or not a PDF; as before)" in ended.out
    os.utime(broken, ns=(1, 1))
    lines = run_here("ingest", "--json", str(notes)).json_lines()
    assert [("unreadable", True)] == [
        (each["status"], each["as_before"]) for each in lines if "broken" in each.get("path", "")
    ]
    assert 0 == lines[-1]["new_failures"]
    (notes / "empty.txt").write_text("")
    assert 1 == run_here("ingest", str(notes)).code
    broken.write_bytes(b"%PDF-1.7 something else")
    assert (1, 0) == (run_here("ingest", str(notes)).code, run_here("ingest", str(notes)).code)


@pytest.mark.usefixtures("without_index")
def test_a_file_that_broke_keeps_its_text(notes: Path) -> None:
    """It fails once; then it is as before, and what is found of it is marked as older text."""
    gate = notes / "gate.txt"
    gate.write_text("The gate is painted green.\n")
    run_here("ingest", str(gate))
    gate.write_bytes(b"\xd3\x00\xf7" * 200)
    assert [1, 0] == [run_here("ingest", str(gate)).code for _ in range(2)]
    (listed,) = run_here("knowledge", "list", "--json").json()
    assert ("unreadable", 1) == (listed["status"], listed["passages"])
    (passage,) = run_here("knowledge", "search", "gate", "--json").json()["passages"]
    assert ("The gate is painted green.", "older text") == (passage["text"], passage["gone"])
    gate.write_text("The gate is painted red.\n")
    assert 0 == run_here("ingest", str(gate)).code
    (passage,) = run_here("knowledge", "search", "gate", "--json").json()["passages"]
    assert ("The gate is painted red.", "") == (passage["text"], passage["gone"])


@pytest.mark.usefixtures("without_index")
def test_a_password(notes: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked PDF is opened by --password or the environment, though it is unchanged; no file keeps the password."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(notes / "locked.pdf"), encrypt="zyxpassword")
    canvas.drawString(72, 700, "The vault opens at noon.")
    canvas.save()
    assert "encrypted" == statuses(notes)["locked.pdf"]
    assert "encrypted" == statuses("--password", "wrong", notes)["locked.pdf"]
    monkeypatch.setenv("AGENTMEM_PDF_PASSWORD", "zyxpassword")
    assert "indexed" == statuses(notes)["locked.pdf"]
    assert "noon" in run_here("knowledge", "search", "vault").out
    assert [] == [each for each in home.rglob("*") if each.is_file() and b"zyxpassword" in each.read_bytes()]


@pytest.mark.usefixtures("without_index")
def test_prune_does_not_believe_an_empty_folder(notes: Path) -> None:
    """A folder without any file is more likely a disk that is not mounted: pruning all of it needs --yes."""
    statuses(notes)
    notes.rename(notes.with_name("away"))
    notes.mkdir()
    ended = run_here("ingest", "--prune", str(notes))
    assert (1, "") == (ended.code, ended.out)
    assert "4 documents came from there: nothing was removed." in ended.err
    notes.rmdir()
    assert 1 == run_here("ingest", "--prune", str(notes)).code
    assert 4 == len(run_here("knowledge", "list", "--json").json())
    assert {"removed"} == set(statuses("--prune", "--yes", notes).values())
    assert [] == run_here("knowledge", "list", "--json").json()


@pytest.mark.usefixtures("without_index")
def test_list_show_and_remove(notes: Path) -> None:
    """A document is listed, shown with its passages, and gone once removed; unknown ids are exit 3."""
    assert "No documents yet." in run_here("knowledge", "list").err
    statuses(notes)
    assert "chess.txt" in run_here("knowledge", "list").out
    assert "[page 2]\nThe queen moves" in run_here("knowledge", "show", "chess").out
    shown = run_here("knowledge", "show", "chess", "--json").json()
    assert ([1, 2], 2) == ([each["page"] for each in shown["text"]], shown["passages"])
    assert "chess.txt" == run_here("knowledge", "remove", "chess", "--json").json()["title"]
    assert "Removed" in run_here("knowledge", "remove", "bread").out
    assert 3 == run_here("knowledge", "show", "chess").code


def test_removed_text_is_in_no_file(notes: Path, home: Path) -> None:
    """After `knowledge remove` no file of the data folder holds the text."""
    (notes / "secret.txt").write_text("The zyxmarker is under the stone.")
    statuses(notes)
    assert 0 == run_here("knowledge", "remove", "secret").code
    assert [] == [each for each in home.rglob("*") if each.is_file() and b"zyxmarker" in each.read_bytes()]


@pytest.mark.usefixtures("without_index")
def test_queries_from_stdin(notes: Path) -> None:
    """With `-` each line of stdin gives one JSON line, an empty one and invalid UTF-8 too."""
    statuses(notes)
    lines = run_here("knowledge", "search", "-", "-k", "2", stdin=b"bread\n\nqueen \xff\n").json_lines()
    assert ["bread", "", "queen \ufffd"] == [each["query"] for each in lines]
    assert ["bread.txt", None, "chess.txt"] == [
        each["passages"][0]["document"] if each["passages"] else None for each in lines
    ]
    assert {"document", "page", "page_index", "text", "score"} <= lines[0]["passages"][0].keys()


@pytest.mark.usefixtures("without_index")
def test_searching_for_nothing(notes: Path) -> None:
    """No words are a usage error; words that nothing fits are said to have found nothing."""
    assert 2 == run_here("knowledge", "search", " ").code
    assert "Nothing found." in run_here("knowledge", "search", "bread").err
    statuses(notes)
    assert "bread.txt, p. 1" in run_here("knowledge", "search", "bread", "--document", "bread").out
    assert 3 == run_here("knowledge", "search", "bread", "--document", "nowhere").code


@pytest.mark.usefixtures("without_index")
def test_hostile_text_does_not_reach_the_terminal(notes: Path) -> None:
    """Escape sequences in a document and in a file's name are shown without their teeth."""
    (notes / "evil\x1b[31m.txt").write_text("red\x1b[31m alert \x9b2J")
    ended = run_here("ingest", str(notes))
    assert "\x1b" not in ended.out + run_here("knowledge", "search", "red alert").out
    assert "\x1b" not in json.dumps(run_here("knowledge", "show", "evil\x1b[31m").out)


def test_a_progress_bar_on_a_terminal(home: Path) -> None:
    """On a terminal a bar counts the files and goes away; the lines and the total stay."""
    with on_terminal(AGENTMEM, "ingest", str(SAMPLES), columns=160, env={"AGENTMEM_HOME": str(home)}) as terminal:
        assert "3 indexed" in terminal.wait_for("3 indexed")
        assert 0 == terminal.wait_for_exit()
        assert b"3/3" in terminal.raw
        assert "3/3" not in terminal.text()
        assert "refund-policy.pdf  2 pages, 2 passages" in terminal.text()
