"""The child process that reads files: `python -m agentmem_cli.reading.pdf`, one request a line on stdin.

A file is hostile until read: a PDF can crash a C library, loop for hours or ask for 4 GB. So it is read here,
under limits, and what comes out is one JSON line for each page as it is read; whatever then happens, the parent
(`readers.py`) keeps the pages that came. Never opens the database. Ends when its parent does: stdin is closed then.

A request: `{"reader": "pdfium", "path": "…", "from": 0, "only": [3] or null, "password": null}`. The password
comes this way since the command line of a process is there for all to see.
Its answer: `{"count": 12}` first, then `{"index": 0, "text": "…", …}` or `{"index": 3, "problem": "…"}`; or, when
the file cannot be opened at all, `{"refused": "encrypted"}` or `{"refused": "…"}`; and last `{"end": true}`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Container, Iterator
from importlib import import_module
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from agentmem_cli.reading.pdf_pages import MOST_PAGES, Line

MOST_MEMORY = 1_500_000_000
"""Bytes of address space. An annual report of 500 pages takes 300 MB, a page of 8 MB of text 1,000."""
SPENT_MEMORY = 250_000_000
"""Bytes that a child has once held, after which it is replaced: what pypdf takes it does not give back."""
MOST_MEMORY_OF_OCR, SPENT_MEMORY_OF_OCR = 3_500_000_000, 2_000_000_000
"""The same for a child that does OCR: it takes 2,200 MB of address space and holds 1,200, with its weights."""
MOST_CPU_SECONDS = 150
"""For one file. The parent stops a child sooner; this is for one whose parent is gone while C code loops."""

_READERS = {
    "pdfium": "pdf_pages:read_with_pdfium",
    "pypdf": "pdf_pages:read_with_pypdf",
    "ocr": "ocr:read_with_ocr",
    "text": "text_files:read_plain",
    "markdown": "text_files:read_markdown",
    "html": "text_files:read_html",
    "docx": "word:read_docx",
    "pptx": "slides:read_pptx",
    "xlsx": "sheets:read_xlsx",
    "csv": "sheets:read_csv",
    "epub": "epub:read_epub",
    "eml": "mail:read_eml",
}
"""Where each is, to be loaded when the first file of its kind comes: all of them take as long as all else at start."""


def _reader(kind: str) -> Callable[[str, Container[int], str | None], Iterator[Line]]:
    module, _, name = _READERS[kind].partition(":")
    found: Callable[[str, Container[int], str | None], Iterator[Line]]
    found = getattr(import_module(f"{__package__}.{module}"), name)
    return found


def lines_for(request: dict[str, Any]) -> Iterator[Line]:
    """The answer to one request, without its last line."""
    wanted: Container[int] = range(request["from"], MOST_PAGES)
    if request["only"] is not None:
        wanted = frozenset(request["only"])
    try:
        yield from _reader(request["reader"])(request["path"], wanted, request["password"])
    except Exception as error:  # noqa: BLE001 -- whatever a file does, the next one is read
        yield {"refused": f"{type(error).__name__}: {error}"}


def _limit_memory(most: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def _limit_time() -> None:
    """Allow this process so much more CPU time, from now on."""
    try:
        import resource
    except ImportError:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    until = int(usage.ru_utime + usage.ru_stime) + MOST_CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _is_spent(most: int) -> bool:
    """Whether this process holds so much memory by now that a fresh one should go on."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:  # no Linux
        return _peak_memory() > most
    return pages * os.sysconf("SC_PAGE_SIZE") > most


def _peak_memory() -> int:
    """Bytes. Linux counts in this what the parent held when it started this process, so it is asked elsewhere only."""
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _requests() -> Iterator[dict[str, Any]]:
    """The requests as they come. A thread waits for them, so that the end of the parent ends a busy child too."""
    waiting: SimpleQueue[str] = SimpleQueue()

    def wait() -> None:
        for line in sys.stdin:
            waiting.put(line)
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()
    while True:
        yield json.loads(waiting.get())


def _answers() -> Any:
    """Where answers go. No longer stdout itself: what a library prints there must not come between them."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return answers


def serve(*, for_ocr: bool) -> None:
    """Answer requests until stdin is closed. Ctrl-C is the parent's to act on."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = _answers()
    most, spent = (MOST_MEMORY_OF_OCR, SPENT_MEMORY_OF_OCR) if for_ocr else (MOST_MEMORY, SPENT_MEMORY)
    _limit_memory(most)
    for request in _requests():
        _limit_time()
        for line in lines_for(request):
            answers.write(json.dumps(line) + "\n")
            answers.flush()
        answers.write(json.dumps({"end": True, "spent": _is_spent(spent)}) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve(for_ocr="--ocr" in sys.argv)
