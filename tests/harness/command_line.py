"""Drives the real command line: inside this process, which is quick, or as a process of its own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import pytest

from harness.environment import process_environment
from harness.starting import AGENTMEM, Child, start
from harness.waiting import PATIENCE

WITHOUT_ROOT = (sys.executable, str(Path(__file__).with_name("without_root.py")))


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended: its exit code and everything it wrote."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What `--json` printed."""
        return json.loads(self.out)

    def json_lines(self) -> list[Any]:
        """What a command that prints one JSON value a line printed."""
        return [json.loads(line) for line in self.out.splitlines()]


def run_here(*words: str, stdin: str | bytes = "") -> Result:
    """Run `agentmem WORDS` in this process, on text streams over bytes as Python makes them.

    So `stdin` may be invalid UTF-8. The umask is left as it is.
    """
    from agentmem_cli import main
    from agentmem_cli.terminal.streams import run_reporting

    out, err = BytesIO(), BytesIO()
    with TextIOWrapper(out, encoding="utf-8") as stdout, TextIOWrapper(err, encoding="utf-8") as stderr:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(_as_bytes(stdin)), encoding="utf-8"))
            patch.setattr(sys, "stdout", stdout)
            patch.setattr(sys, "stderr", stderr)
            code = run_reporting(lambda: main.run(list(words)))
        stdout.flush()
        stderr.flush()
        return Result(code, out.getvalue().decode(), err.getvalue().decode())


def run_process(
    *words: str,
    stdin: str | bytes = "",
    env: Mapping[str, str | None] | None = None,
    timeout: float = PATIENCE,
    without_root: bool = False,
) -> Result:
    """Run `agentmem WORDS` as a process; `timeout` is in seconds, a `None` in `env` takes a variable away.

    `without_root` makes file permissions count even when root runs the tests.
    """
    with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
        given.write(_as_bytes(stdin))
        given.seek(0)
        streams = (given.fileno(), out.fileno(), err.fileno())
        child = start([*(WITHOUT_ROOT if without_root else ()), AGENTMEM, *words], streams, process_environment(env))
        try:
            code = child.wait(timeout)
        finally:
            child.kill()
        out.seek(0)
        err.seek(0)
        return Result(code, out.read().decode(), err.read().decode())


class Running(Child):
    """A process with its three streams as pipes."""

    def __init__(self, child: Child, stdin: BinaryIO, stdout: BinaryIO, stderr: BinaryIO) -> None:
        super().__init__(child.pid)
        self.stdin, self.stdout, self.stderr = stdin, stdout, stderr


@contextmanager
def started_process(*words: str, env: Mapping[str, str | None] | None = None) -> Iterator[Running]:
    """`agentmem WORDS` while it runs, its three streams as pipes; killed at the end if it still does."""
    given, stdin = os.pipe()
    stdout, out = os.pipe()
    stderr, err = os.pipe()
    child = start([AGENTMEM, *words], (given, out, err), process_environment(env))
    for each in (given, out, err):
        os.close(each)
    with os.fdopen(stdin, "wb") as to, os.fdopen(stdout, "rb") as said, os.fdopen(stderr, "rb") as told:
        running = Running(child, to, said, told)
        try:
            yield running
        finally:
            running.kill()
            running.wait(PATIENCE)


def _as_bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
