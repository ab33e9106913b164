"""Starts processes, `agentmem` from one that has its imports (`warm.py`); what a test needs of each."""

from __future__ import annotations

import atexit
import ctypes
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.environment import process_environment
from harness.no_network.sitecustomize import WITHOUT
from harness.waiting import PATIENCE

AGENTMEM = str(Path(sys.executable).with_name("agentmem"))
_WARM = str(Path(__file__).with_name("warm.py"))
_PR_SET_CHILD_SUBREAPER = 36
_AT_START = ("PYTHON", "LC_", "LANG", WITHOUT)
"""How the names of the variables begin that change how Python starts."""


class Child:
    """A process that was started: its number, and its exit code once it has one; a signal counts as negative."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code; None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float = PATIENCE) -> int:
        """The exit code at the end; TimeoutExpired when it goes on for so many seconds."""
        ends = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > ends:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
            time.sleep(0.003)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def start(
    words: Sequence[str], streams: tuple[int, int, int], env: Mapping[str, str], *, on_terminal: bool = False
) -> Child:
    """Start a program with these three streams; `on_terminal` says that they are one, and makes it the child's own."""
    warm = _warm()
    anew = words[0] != AGENTMEM or _at_start(env) != warm.began_with
    about = {
        "words": list(words),
        "env": dict(env),
        "folder": str(Path.cwd()),
        "anew": anew,
        "on_terminal": on_terminal,
    }
    with warm.lock:
        socket.send_fds(warm.asked, [json.dumps(about).encode()], streams)
        return Child(int(warm.asked.recv(100)))


@dataclass(frozen=True, slots=True)
class _Warm:
    """The process that starts others: where it is asked, by one at a time, and what of its environment counts."""

    asked: socket.socket
    began_with: Mapping[str, str]
    lock: threading.Lock = field(default_factory=threading.Lock)


@functools.cache
def _warm() -> _Warm:
    """One for each worker."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER) failed")
    environment = process_environment({WITHOUT: None})
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with there:
        command = [sys.executable, _WARM, str(there.fileno())]
        running = subprocess.Popen(command, pass_fds=[there.fileno()], stdin=subprocess.DEVNULL, env=environment)
    atexit.register(_stop, running, here)
    return _Warm(here, _at_start(environment))


def _stop(running: subprocess.Popen[bytes], asked: socket.socket) -> None:
    asked.close()
    running.wait()


def _at_start(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name.startswith(_AT_START)}
