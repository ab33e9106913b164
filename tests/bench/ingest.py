"""What ingesting costs, beside its two unavoidable parts, pypdf and Agno's own; and what is kept of awkward PDFs.

Run by hand: `uv run --group dev python tests/bench/ingest.py FOLDER [--copies N] [--quick]` for a folder of
PDFs: seconds of CPU of all processes for 100 pages, the same folder again, and the most memory of all processes
together (proportional set size). `--copies N` reads N copies of each, told apart by a comment at their end.
`… --awkward FOLDER`: pages with text in damaged files, by agentmem and by each library alone.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

AGENTMEM = str(Path(sys.executable).with_name("agentmem"))
NO_OCR = {"PYTHONPATH": str(Path(__file__).parents[1] / "harness" / "no_network"), "TESTS_WITHOUT": "rapidocr"}
"""Pages that are pictures stay unread, as by the other ways."""
PARTS = """
import sys
from pathlib import Path
import pypdfium2
from agentmem_cli.embedding.bundled import embed
for path in sorted(Path(sys.argv[1]).glob("*.pdf")):
    document = pypdfium2.PdfDocument(path)
    texts = [page.get_textpage().get_text_range() for page in document]
    passages = [text[start : start + 900] for text in texts for start in range(0, len(text), 900)]
    embed(passages)
    document.close()
"""
PYPDF = """
import sys
from pathlib import Path
import pypdf
for path in sorted(Path(sys.argv[1]).glob("*.pdf")):
    for page in pypdf.PdfReader(path).pages:
        page.extract_text()
"""
AGNO = """
import sys, tempfile
from dataclasses import dataclass
from agno.knowledge.embedder.base import Embedder
from agno.knowledge.knowledge import Knowledge
from agno.vectordb.chroma import ChromaDb
from agentmem_cli.embedding.bundled import embed

@dataclass
class Bundled(Embedder):
    dimensions: int = 256
    def get_embedding(self, text):
        return embed([text])[0].tolist()
    def get_embedding_and_usage(self, text):
        return self.get_embedding(text), None
    async def async_get_embedding(self, text):
        return self.get_embedding(text)
    async def async_get_embedding_and_usage(self, text):
        return self.get_embedding(text), None

store = ChromaDb(collection="bench", path=tempfile.mkdtemp(), persistent_client=True, embedder=Bundled())
Knowledge(vector_db=store).insert(path=sys.argv[1])
assert store.get_count() > 0
"""
PAGES = """
import json, sys
from pathlib import Path
from agentmem_cli.reading.read import gather, gather_pdf
from agentmem_cli.reading.readers import Reader
reader = Reader()
for name in sys.argv[1:]:
    path = Path(name)
    for way, pages in (
        ("agentmem", gather_pdf(reader, path).pages),
        ("pdfium", gather(reader, "pdfium", path).pages),
        ("pypdf", gather(reader, "pypdf", path).pages),
    ):
        kept = [index for index, page in pages.items() if "".join(page.lines).strip()]
        print(json.dumps([path.name, way, kept]), flush=True)
reader.stop(for_good=True)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process and all its children took: CPU and wall time in seconds, the most memory in megabytes."""

    cpu: float
    wall: float
    memory: float
    out: str


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--copies", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="leave out pypdf and Agno, which take minutes")
    parser.add_argument("--awkward", type=Path)
    given = parser.parse_args()
    if given.folder:
        with tempfile.TemporaryDirectory() as scratch:
            measure_costs(copied(given.folder, Path(scratch, "pdfs"), given.copies), given.quick)
    if given.awkward:
        measure_awkward(given.awkward)


def copied(folder: Path, into: Path, copies: int) -> Path:
    """The PDFs of the folder, so many times, no two with the same bytes."""
    into.mkdir()
    for path in sorted(folder.rglob("*.pdf")):
        for number in range(copies):
            content = path.read_bytes() + (b"\n%% copy %d\n" % number if number else b"")
            (into / f"{path.stem}-{number}.pdf").write_bytes(content)
    return into


def measure_costs(folder: Path, quick: bool) -> None:
    """CPU for 100 pages of each way, with its ratio to agentmem's; the second run; memory."""
    home = folder.parent / "home"
    environment = {"AGENTMEM_HOME": str(home), **NO_OCR}
    ours = run([AGENTMEM, "ingest", "--json", str(folder)], environment)
    summary = json.loads(ours.out.splitlines()[-1])
    again = run([AGENTMEM, "ingest", "--json", str(folder)], environment)
    shutil.rmtree(home)
    (folder.parent / "one.txt").write_text("One line.")
    start = run([AGENTMEM, "ingest", "--json", str(folder.parent / "one.txt")], environment)
    ways = {"agentmem ingest": ours, "extraction + embedding alone": python(PARTS, folder)}
    if not quick:
        ways["pypdf extraction alone"] = python(PYPDF, folder)
        ways["Agno's Knowledge.insert"] = python(AGNO, folder)
    pages = summary["pages"]
    print(f"{summary['files']} files, {pages} pages, {summary['passages']} passages, {os.cpu_count()} cores\n")
    print(f"{'':<30} {'CPU s / 100 pages':>18} {'x agentmem':>11} {'wall s':>8} {'peak MB':>8}")
    for way, cost in ways.items():
        print(
            f"{way:<30} {cost.cpu / pages * 100:>18.2f} {cost.cpu / ours.cpu:>11.2f} {cost.wall:>8.1f}"
            f" {cost.memory:>8.0f}"
        )
    print(f"\nthe same folder again: {again.wall:.2f} s, {again.cpu:.2f} s of CPU")
    print(f"one line of text, which is what starting takes: {start.wall:.2f} s, {start.cpu:.2f} s of CPU")


def python(program: str, folder: Path) -> Cost:
    """What a program takes that is given the folder."""
    return run([sys.executable, "-W", "ignore", "-c", program, str(folder)], {"AGNO_TELEMETRY": "false"})


def run(command: list[str], environment: dict[str, str]) -> Cost:
    """Run a command to its end; its failure ends the benchmark."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}
    )
    peak = [0.0]
    watch = threading.Thread(target=watch_memory, args=(child, peak))
    watch.start()
    out, err = child.communicate()
    watch.join()
    if child.returncode:
        sys.exit(f"{command[0]} ended with {child.returncode}: {err[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, time.monotonic() - started, peak[0], out)


def watch_memory(child: subprocess.Popen[str], peak: list[float]) -> None:
    """Keep the most megabytes that the process and its descendants hold together. Linux only; else 0."""
    while child.poll() is None:
        peak[0] = max(peak[0], sum(map(memory_of, family_of(child.pid))) / 1024)
        time.sleep(0.1)


def family_of(pid: int) -> Iterator[int]:
    """A process and its descendants."""
    yield pid
    try:
        listed = "".join(each.read_text() for each in Path(f"/proc/{pid}/task").glob("*/children"))
    except OSError:
        return
    for each in map(int, listed.split()):
        yield from family_of(each)


def memory_of(pid: int) -> int:
    """The proportional set size of a process in kilobytes; 0 for one that has gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def measure_awkward(folder: Path) -> None:
    """Every file's status, and whether a page that a library reads is lost."""
    paths = sorted(path for path in folder.rglob("*.pdf") if path.is_file())
    with tempfile.TemporaryDirectory() as home:
        ended = subprocess.run(
            [AGENTMEM, "ingest", "--json", str(folder)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "AGENTMEM_HOME": home},
        )
    *lines, summary = map(json.loads, ended.stdout.splitlines())
    statuses = {Path(line["path"]).name: line["status"] for line in lines}
    kept: dict[str, dict[str, set[int]]] = {}
    read = subprocess.run([sys.executable, "-c", PAGES, *map(str, paths)], capture_output=True, text=True, check=True)
    for line in read.stdout.splitlines():
        name, way, pages = json.loads(line)
        kept.setdefault(name, {})[way] = set(pages)
    print(f"{len(paths)} files, {summary['seconds']:.0f} s, exit {ended.returncode}, statuses {summary['statuses']}")
    print(f"without a status: {[path.name for path in paths if path.name not in statuses]}")
    print(f"said on stderr: {ended.stderr.strip()!r}")
    for way in ("agentmem", "pdfium", "pypdf"):
        total = sum(len(each[way]) for each in kept.values())
        print(f"pages with text, {way:<10} {total:>6} in {sum(bool(each[way]) for each in kept.values())} files")
    lost = {name: sorted((each["pdfium"] | each["pypdf"]) - each["agentmem"]) for name, each in kept.items()}
    print(f"pages that a library reads and agentmem does not: { {name: each for name, each in lost.items() if each} }")


if __name__ == "__main__":
    main()
