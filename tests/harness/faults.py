"""Runs a command in which one call to the system fails, as a failing or full disk makes it fail. Needs strace."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness.command_line import AGENTMEM, Result
from harness.environment import process_environment

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
    ended = subprocess.run(
        [STRACE, *options, AGENTMEM, *words],
        input=stdin.encode(),
        capture_output=True,
        env=process_environment(without_coverage),
        check=False,
    )
    hit = [line for line in trace.read_text(errors="replace").splitlines() if line.endswith("(INJECTED)")]
    result = Result(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
    return Faulty(result, [re.sub(r"^\d+ +", "", line) for line in hit])
