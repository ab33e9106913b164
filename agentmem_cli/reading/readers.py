"""The reader processes: a few children (`pdf.py`) that read many files each, and are ended when one hangs or crashes.

Starting one takes 0.2 s, as long as reading 60 pages, so they are kept; each file still has its own limits.
Knows nothing of documents and never opens a file itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from itertools import islice
from queue import SimpleQueue
from typing import Any, Self, TypeVar

MOST_READERS = 4
MOST_SECONDS_OF_PAGE = 30.0
MOST_SECONDS_OF_OPENING = 30.0
"""A file that hangs there holds a reader for so long, and for so long again when pypdf tries it."""
CRASHED = "the reader crashed on it or ran out of its memory"
"""Why a file was lost, which may be the machine's fault as well as the file's."""
_WATCH_SECONDS = 0.2

Task = TypeVar("Task")
Outcome = TypeVar("Outcome")


class ReaderLost(Exception):
    """A child ended, or was ended, before it had answered; its text says why."""


class Reader:
    """One child. Started when it is first needed, and again after it was lost; used by one thread at a time."""

    def __init__(self, *, for_ocr: bool = False) -> None:
        self._arguments = ["--ocr"] if for_ocr else []
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._overdue = False
        self._deadline: float | None = None
        self._changing = threading.Lock()

    def lines(
        self, request: dict[str, Any], until: float, seconds_of_page: float | None = None
    ) -> Iterator[dict[str, Any]]:
        """The answer's lines as they come; `until` is a time of the monotonic clock. Raises ReaderLost."""
        child = self._running()
        self._overdue = False
        keeps_its_child = False
        try:
            self._deadline = min(until, time.monotonic() + MOST_SECONDS_OF_OPENING)
            _send(child, request)
            while "end" not in (line := _line(child)):
                yield line
                self._deadline = min(until, time.monotonic() + (seconds_of_page or MOST_SECONDS_OF_PAGE))
            keeps_its_child = not line["spent"]
        except (OSError, ValueError):  # its pipes are broken, or closed since reading was stopped
            reason = "it took too long" if self._overdue else CRASHED
            raise ReaderLost(reason) from None
        finally:
            self._deadline = None
            if not keeps_its_child:
                self.stop()

    def _running(self) -> subprocess.Popen[bytes]:
        with self._changing:
            if self._closed:
                raise ReaderLost("reading was stopped")
            if self._child is not None and self._child.poll() is not None:  # it died while it had nothing to do
                _end(self._child)
                self._child = None
            if self._child is None:
                self._child = subprocess.Popen(  # noqa: S603 -- ourselves
                    [sys.executable, "-P", "-m", "agentmem_cli.reading.pdf", *self._arguments],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            return self._child

    def stop_if_overdue(self) -> None:
        """End the child when its file has had its time; whoever reads from it then raises ReaderLost."""
        child, deadline = self._child, self._deadline
        if child is not None and deadline is not None and time.monotonic() > deadline:
            self._overdue = True
            child.kill()

    def stop(self, *, for_good: bool = False) -> None:
        """End the child, whatever it does; for good, and none is started again."""
        with self._changing:
            self._closed |= for_good
            child, self._child = self._child, None
        if child is not None:
            _end(child)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    with suppress(OSError), child:  # closes its pipes and waits for its end
        pass


def _line(child: subprocess.Popen[bytes]) -> dict[str, Any]:
    """The next line. Raises ValueError at the end of the child, which may come in the middle of a line."""
    line: dict[str, Any] = json.loads(child.stdout.readline() if child.stdout else b"")
    return line


def _send(child: subprocess.Popen[bytes], request: dict[str, Any]) -> None:
    if child.stdin:
        child.stdin.write(json.dumps(request).encode() + b"\n")
        child.stdin.flush()


class ReaderPool:
    """Up to MOST_READERS children, one a core, each with a thread of this process that waits for it."""

    def __init__(self, tasks: int, *, for_ocr: bool = False) -> None:
        self._count = max(1, min(MOST_READERS, os.cpu_count() or 1, tasks))
        self._readers = [Reader(for_ocr=for_ocr) for _ in range(self._count)]
        self._idle: SimpleQueue[Reader] = SimpleQueue()
        for reader in self._readers:
            self._idle.put(reader)
        self._threads = ThreadPoolExecutor(self._count)
        self._closing = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_failure: object) -> None:
        """End the children at once, also in the middle of a file."""
        self._closing.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        for reader in self._readers:
            reader.stop(for_good=True)
        self._threads.shutdown(wait=True)

    def outcomes(self, work: Callable[[Reader, Task], Outcome], tasks: Iterable[Task]) -> Iterator[Outcome]:
        """What `work` makes of each task, as they end. At most one task more than there are readers is held ready."""
        remaining = iter(tasks)
        running: set[Future[Outcome]] = set()
        while True:
            for task in islice(remaining, self._count + 1 - len(running)):
                running.add(self._threads.submit(self._with_reader, work, task))
            if not running:
                return
            # With a time: a Ctrl-C that comes as Python begins to wait is seen only after the wait, once after 54 s.
            done, running = wait(running, timeout=_WATCH_SECONDS, return_when=FIRST_COMPLETED)
            for each in done:
                yield each.result()

    def _with_reader(self, work: Callable[[Reader, Task], Outcome], task: Task) -> Outcome:
        reader = self._idle.get()
        try:
            return work(reader, task)
        finally:
            self._idle.put(reader)

    def _watch(self) -> None:
        while not self._closing.wait(_WATCH_SECONDS):
            for reader in self._readers:
                reader.stop_if_overdue()
