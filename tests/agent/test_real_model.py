"""A real model, through the whole program: its words stream, are kept, and stop when a person stops them."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.command_line import Result, started_process
from harness.waiting import PATIENCE


@pytest.mark.usefixtures("real_model")
def test_a_real_answer_streams_and_is_kept(cli: Callable[..., Result], home: Path) -> None:
    """A small model writes what it likes: whatever it is, what was printed is kept, also when it is stopped.

    It rambles to its limit and beyond anybody's patience, so it is stopped as a person would: by SIGINT, which
    finds it in the middle of its answer, or already done.
    """
    words = ("chat", "-p", "--no-knowledge", "--memory", "off", "--session", "s1", "Count to ten.")
    with started_process(*words, env={"AGENTMEM_HOME": str(home)}) as child:
        child.stdin.close()
        begins = child.stdout.read(12)
        child.send_signal(signal.SIGINT)
        printed = (begins + child.stdout.read()).decode()
        code = child.wait(PATIENCE)
    question, answer = cli("sessions", "show", "s1", "--json").json()["messages"]
    assert ("user", "Count to ten.") == (question["role"], question["text"])
    assert (code, answer["status"]) in [(130, "interrupted"), (0, "done")]
    shown = printed.removesuffix("\n")
    if answer["status"] == "done":
        assert answer["text"] == shown
    assert answer["text"].startswith(shown)  # what waits to be shown when it is stopped is kept alone
