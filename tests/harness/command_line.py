"""Drives the real command line: inside this process, which is quick, or as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from harness.environment import process_environment
from harness.waiting import PATIENCE

AGENTMEM = str(Path(sys.executable).with_name("agentmem"))
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
    ended = subprocess.run(
        [*(WITHOUT_ROOT if without_root else ()), AGENTMEM, *words],
        input=_as_bytes(stdin),
        capture_output=True,
        env=process_environment(env),
        timeout=timeout,
        check=False,
    )
    return Result(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


@contextmanager
def started_process(*words: str, env: Mapping[str, str | None] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """`agentmem WORDS` while it runs, its three streams as pipes; killed at the end if it still does."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [AGENTMEM, *words], stdin=pipe, stdout=pipe, stderr=pipe, env=process_environment(env)
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def _as_bytes(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
