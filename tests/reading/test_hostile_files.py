"""No file can hang, crash or fill the machine: each gets a status, and the good ones beside it are read."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
from pathlib import Path
from types import ModuleType

import pytest
from harness.command_line import Result, run_here, started_process
from harness.pdf_files import HOSTILE, pages_of, pdf_of, slow_pdf, text_page, write_hostile
from harness.waiting import PATIENCE, wait_until

from agentmem_cli.errors import StorageProblem, StoreLocked
from agentmem_cli.knowledge import ingest, storing
from agentmem_cli.knowledge.walk import find_files
from agentmem_cli.reading import read
from agentmem_cli.reading.read import ReadStatus
from agentmem_cli.reading.readers import Reader, ReaderPool
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

GOOD = pdf_of(*pages_of(text_page("A good page.")))


pytestmark = pytest.mark.usefixtures("home", "without_index")


def files_of(ended: Result) -> dict[str, str]:
    """File name -> status."""
    return {Path(each["path"]).name: each["status"] for each in ended.json_lines() if each["event"] == "file"}


def test_hostile_pdfs_each_have_a_status(tmp_path: Path) -> None:
    """Bombs, loops, claims and noise are named, none is a traceback, and the good file after them is read."""
    folder = write_hostile(tmp_path / "hostile")
    (folder / "zz-good.pdf").write_bytes(GOOD)
    ended = run_here("ingest", "--json", str(folder))
    found = files_of(ended)
    assert (1, "", len(HOSTILE) + 1) == (ended.code, ended.err, len(found))
    assert "indexed" == found["zz-good.pdf"]
    assert {"indexed", "partial"} >= {found["xref-loop.pdf"], found["claims-a-billion-pages.pdf"]}
    assert "unreadable" == found["not-a-pdf.pdf"] == found["nul.pdf"] == found["nothing.pdf"]
    assert set(found.values()) <= set(ReadStatus)
    assert "Traceback" not in ended.out


def test_text_files_that_are_none(tmp_path: Path) -> None:
    """A file of NULs is refused as binary, an empty one has no text; neither is silently done."""
    (tmp_path / "nul.txt").write_bytes(b"\0" * 1_000_000)
    (tmp_path / "empty.md").write_bytes(b"")
    (tmp_path / "script.html").write_text("<script>var a = 1</script>")
    ended = run_here("ingest", "--json", str(tmp_path))
    assert {"nul.txt": "unreadable", "empty.md": "no text", "script.html": "no text"} == files_of(ended)
    assert "it is binary, not text" in ended.out


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read may be half old, half new: it is not stored, the line says so, and the next run reads it."""
    path = tmp_path / "log.txt"
    path.write_text("First.")
    read_file = ingest.read_file

    def change_and_read(*given: object) -> object:
        path.write_text("Second, and longer.")
        return read_file(*given)  # type: ignore[arg-type]  # passed on as it came

    with monkeypatch.context() as patch:
        patch.setattr(ingest, "read_file", change_and_read)
        assert "it changed while it was read" in run_here("ingest", str(path)).out
    assert [] == run_here("knowledge", "list", "--json").json()
    assert {"log.txt": "indexed"} == files_of(run_here("ingest", "--json", str(path)))


def test_a_file_that_vanishes_between_walk_and_read(tmp_path: Path) -> None:
    """A file that is gone when its turn comes is unreadable, and the others are read."""
    for name in ("gone.txt", "here.txt"):
        (tmp_path / name).write_text("Some text.")
    found = find_files([tmp_path])
    (tmp_path / "gone.txt").unlink()
    database = open_database(load_settings())
    assert {"gone.txt": "unreadable", "here.txt": "indexed"} == {
        Path(each.path).name: each.status for each in ingest.ingest_files(database, found.files)
    }
    database.close()


STAGES = [
    (ingest, "known_file"),
    (ingest, "read_file"),
    (read, "laid_out"),
    (ingest, "passages_of"),
    (ingest, "store_document"),
    (storing, "title_words"),
]


@pytest.mark.parametrize(("module", "stage"), STAGES, ids=[stage for _, stage in STAGES])
@pytest.mark.parametrize("failure", [IndexError("list index"), RecursionError(), MemoryError(), UnicodeError("\ud800")])
def test_a_stage_that_fails_costs_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType, stage: str, failure: Exception
) -> None:
    """Whatever fails on one file is that file's status; the others are read, and it is tried again the next time."""
    for name in ("a.txt", "bad.txt", "c.txt"):
        (tmp_path / name).write_text(f"The text of {name}.")
    real = getattr(module, stage)

    def fail_on_one(*given: object, **named: object) -> object:
        if "bad.txt" in repr(given):
            raise failure
        return real(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(module, stage, fail_on_one)
        ended = run_here("ingest", "--json", str(tmp_path))
    assert {"a.txt": "indexed", "bad.txt": "unreadable", "c.txt": "indexed"} == files_of(ended)
    assert f"agentmem failed on it ({type(failure).__name__}: " in ended.out
    assert (1, "") == (ended.code, ended.err)
    assert "indexed" == files_of(run_here("ingest", "--json", str(tmp_path)))["bad.txt"]


@pytest.mark.parametrize("stage", ["has_gone", "rename_document"])
def test_a_renamed_file_on_which_a_stage_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str) -> None:
    """It costs no other file, and the renamed one is read, now or the next time."""
    (tmp_path / "a.txt").write_text("The text of a.")
    run_here("ingest", str(tmp_path))
    (tmp_path / "a.txt").rename(tmp_path / "b.txt")
    (tmp_path / "c.txt").write_text("The text of c.")

    def fail(*_given: object) -> None:
        raise IndexError("list index")

    with monkeypatch.context() as patch:
        patch.setattr(ingest, stage, fail)
        first = files_of(run_here("ingest", "--json", str(tmp_path)))
    again = files_of(run_here("ingest", "--json", str(tmp_path)))
    b, b_again = ("indexed", "unchanged") if stage == "has_gone" else ("unreadable", "renamed")
    assert {"b.txt": b, "c.txt": "indexed"} == first
    assert {"b.txt": b_again, "c.txt": "unchanged"} == again


@pytest.mark.parametrize("failure", [StorageProblem("The disk is full.", "Make room."), StoreLocked("It is locked.")])
def test_what_concerns_every_file_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: StorageProblem
) -> None:
    """A full disk or a locked database is one line of its own, not a status of each file."""
    (tmp_path / "a.txt").write_text("Some text.")

    def fail(*_given: object) -> None:
        raise failure

    monkeypatch.setattr(ingest, "store_document", fail)
    ended = run_here("ingest", str(tmp_path))
    assert (1, "") == (ended.code, ended.out)
    assert failure.problem in ended.err


def test_names_that_are_made_to_hurt(tmp_path: Path) -> None:
    """A newline, an escape or a byte that is not UTF-8 in a name neither steers the terminal nor starts a line."""
    for name in (b"two\nlines.txt", b"esc\x1b[31m.txt", b"caf\xe9.txt"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("Some text.")
    ended = run_here("ingest", str(tmp_path))
    assert (0, 4) == (ended.code, len(ended.out.splitlines()))
    assert "\x1b" not in ended.out
    assert 3 == len(files_of(run_here("ingest", "--json", str(tmp_path))))


def test_links_and_special_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link out of the folder is not followed, nor one in a circle; sockets and pipes have a status too."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text("A secret.")
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "in.txt").write_text("Inside.")
    (folder / "out.txt").symlink_to(tmp_path / "outside" / "secret.txt")
    (folder / "out-folder").symlink_to(tmp_path / "outside")
    (folder / "again").symlink_to(folder)
    (folder / "circle.txt").symlink_to(folder / "circle.txt")
    (folder / "link.txt").symlink_to(folder / "sub" / "in.txt")
    os.mkfifo(folder / "pipe")
    os.mkfifo(folder / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as bound, monkeypatch.context() as there:
        there.chdir(folder)  # a socket's path has at most 107 bytes
        bound.bind("agent.sock")
    ended = run_here("ingest", "--json", str(folder))
    assert {
        "in.txt": "indexed",
        "link.txt": "indexed",
        "out.txt": "skipped",
        "out-folder": "skipped",
        "again": "skipped",
        "circle.txt": "unreadable",
        "pipe": "skipped",
        "pipe.txt": "unreadable",
        "agent.sock": "skipped",
    } == files_of(ended)
    assert "secret" not in run_here("knowledge", "search", "secret").out


def children_of(pid: int) -> list[int]:
    """The processes that a process has started, and theirs."""
    listed = "".join(each.read_text() for each in Path(f"/proc/{pid}/task").glob("*/children"))
    return [each for child in map(int, listed.split()) for each in (child, *children_of(child))]


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_ingest_that_is_stopped(tmp_path: Path, home: Path, number: signal.Signals) -> None:
    """Stopped by Ctrl-C, TERM or KILL: no child survives, what was done is kept, and the next run goes on."""
    (tmp_path / "a-good.txt").write_text("A good file.")
    slow = tmp_path / "b-slow.pdf"
    slow.write_bytes(slow_pdf(60))
    with started_process("ingest", "--json", str(tmp_path), env={"AGENTMEM_HOME": str(home)}) as child:
        assert "indexed" == json.loads(child.stdout.readline())["status"]
        children = children_of(child.pid)
        child.send_signal(number)
        code, said = child.wait(PATIENCE), child.stderr.read().decode()
    assert children
    wait_until(lambda: not any(map(_runs, children)))
    if number != signal.SIGKILL:
        assert (130, 1) == (code, len(said.splitlines()))
        assert "goes on from there" in said
    slow.write_bytes(GOOD)
    ended = run_here("ingest", "--json", str(tmp_path))
    assert {"a-good.txt": "unchanged", "b-slow.pdf": "indexed"} == files_of(ended)


def test_ctrl_c_that_does_not_end_the_wait_for_a_reader() -> None:
    """It stops the reading all the same: as Python begins to wait there is a moment when a signal wakes nobody."""
    released, ended = threading.Event(), threading.Event()

    def read(_reader: Reader, _task: int) -> None:
        released.wait(0.2)  # until the other thread waits
        os.kill(os.getpid(), signal.SIGINT)
        released.wait(30)
        ended.set()

    with ReaderPool(1) as pool:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # another thread takes it, and this one sleeps on
        try:
            with pytest.raises(KeyboardInterrupt):
                list(pool.outcomes(read, [1]))
            assert not ended.is_set()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
            released.set()
