"""What the system is asked for: a sync before each acknowledgement, and no connection but to the model's host."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.anthropic_server import AnthropicServer
from harness.environment import process_environment
from harness.faults import CAN_TRACE, STRACE
from harness.starting import AGENTMEM

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.skipif(not CAN_TRACE, reason="strace is missing, or may not trace")
STREAM = ("chat", "-p", "--no-knowledge", "--memory", "off", "--input-format", "stream-json", "--format", "stream-json")


def calls(tmp_path: Path, names: str, *words: str, stdin: str = "") -> list[str]:
    """The calls of these names that `agentmem WORDS` and its children make; nothing but the system bars the network."""
    trace = tmp_path / "trace"
    subprocess.run(
        [STRACE, "-f", "--seccomp-bpf", "-y", "-e", f"trace={names}", "-o", str(trace), AGENTMEM, *words],
        input=stdin.encode(),
        capture_output=True,
        env=process_environment({"PYTHONPATH": os.environ.get("PYTHONPATH")}),
        check=True,
    )
    return trace.read_text(errors="replace").splitlines()


def addresses(lines: list[str]) -> set[str]:
    """The ports of the Internet addresses that were connected to; a Unix socket is none."""
    return {match[1] for line in lines if "AF_INET" in line and (match := re.search(r"port=htons\((\d+)\)", line))}


@pytest.mark.usefixtures("home")
def test_acknowledged_means_on_disk(tmp_path: Path) -> None:
    """Whatever was written to the database before a turn's last line is synced before that line is written."""
    lines = "".join(json.dumps({"content": f"Hello {number}."}) + "\n" for number in range(3))
    acknowledged, is_synced = 0, False
    for call in calls(tmp_path, "pwrite64,fdatasync,fsync,write", *STREAM, "--model", "offline", stdin=lines):
        if "pwrite64(" in call and "agentmem.db" in call:
            is_synced = False
        elif "sync(" in call and "agentmem.db" in call:
            is_synced = True
        elif "write(1" in call and r"{\"type\": \"end\"" in call:
            acknowledged += 1
            assert is_synced, call
    assert 3 == acknowledged


@pytest.mark.usefixtures("home")
def test_nothing_leaves(tmp_path: Path, anthropic: AnthropicServer, times: Callable[[int, int], int]) -> None:
    """An offline answer, an ingest, a search and a recall connect to nothing, a model's answer to its host alone."""
    asked = ("chat", "-p", "--memory", "off", "Where is my boiler?")
    offline = [
        (*asked, "--model", "offline"),
        ("ingest", str(ROOT / "knowledge" / "price-list.pdf")),
        ("knowledge", "search", "price"),
        ("recall", "price"),
    ]
    for words in offline[: times(1, len(offline))]:
        assert set() == addresses(calls(tmp_path, "connect", *words)), words
    anthropic.reply("In the cellar.")
    assert {anthropic.url.rpartition(":")[2]} == addresses(calls(tmp_path, "connect", *asked))
