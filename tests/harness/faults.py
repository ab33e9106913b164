"""Runs a command in which one call to the system fails, as a failing or full disk makes it fail. Needs strace."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.command_line import Result
from harness.environment import process_environment
from harness.starting import AGENTMEM

STRACE = shutil.which("strace") or ""
CAN_TRACE = (
    bool(STRACE)
    and subprocess.run([STRACE, "-f", "--seccomp-bpf", "true"], capture_output=True, check=False).returncode == 0
)
FAULTS = {
    "a full disk from then on": ("pwrite64", "ENOSPC", "+"),
    "a write": ("pwrite64", "EIO", ""),
    "a sync": ("fsync,fdatasync", "EIO", ""),
    "a rename": ("rename,renameat,renameat2", "EIO", ""),
    "a removal": ("unlink,unlinkat", "EIO", ""),
    "a change of size": ("ftruncate,fallocate", "ENOSPC", ""),
    "a write of a plain file": ("write", "EIO", ""),
}
"""What fails: the calls, their error, and `+` where all later ones fail too."""
PATIENCE = 60.0
"""Seconds that a command may take under strace, 20 times what it takes."""


@dataclass(frozen=True, slots=True)
class Faulty:
    """How a command ended; `hit` are the calls that failed, empty when there were not so many."""

    result: Result
    hit: list[str]


def with_fault(fault: str, number: int, trace: Path, *words: str, stdin: str = "") -> Faulty:
    """Run `agentmem WORDS` with the `number`-th call of a kind failing, counted from 1 in each thread."""
    calls, error, more = FAULTS[fault]
    inject = f"inject={calls}:error={error}:when={number}{more}"
    options = ["-f", "--seccomp-bpf", "-y", "-o", str(trace), "-e", f"trace={calls}", "-e", inject]
    without_coverage = {name: None for name in os.environ if name.startswith("COV")}  # it would be hit as well
    with subprocess.Popen(
        [STRACE, *options, AGENTMEM, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=process_environment(without_coverage),
        start_new_session=True,
    ) as traced:
        out, err = _said(traced, stdin.encode())
    result = Result(traced.returncode, out.decode(), err.decode())
    return Faulty(result, list(_hit(trace.read_text(errors="replace").splitlines())))


def _hit(lines: Iterable[str]) -> Iterator[str]:
    """The calls that failed; strace writes one in two lines where another process calls meanwhile."""
    begun: dict[str, str] = {}
    for line in lines:
        process, _, call = line.partition(" ")
        if line.endswith("<unfinished ...>"):
            begun[process] = call.strip()
        if line.endswith("(INJECTED)"):
            yield f"{begun.get(process, '')} {call}".strip() if " resumed>" in call else call.strip()


def _said(traced: subprocess.Popen[bytes], stdin: bytes) -> tuple[bytes, bytes]:
    """What the command printed; one that hangs is killed with all that it started."""
    try:
        return traced.communicate(stdin, PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(traced.pid, signal.SIGKILL)
        return traced.communicate()
