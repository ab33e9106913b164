"""Many terminals at once: every turn is kept in its order, nobody is locked out, and `doctor` raises no alarm."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from subprocess import run

import pytest
from harness.command_line import Result, run_here, run_process
from harness.environment import process_environment

from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

Times = Callable[[int, int], int]
TERMINALS = 8
TURNS = """
import sys
from agentmem_cli.records import TurnStatus
from agentmem_cli.sessions.turns import begin_turn, settle_turn
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database

database = open_database(load_settings())
for number in range(int(sys.argv[2])):
    question = f"{sys.argv[1]} asks {number}"
    turn = begin_turn(database, user_id="sarah", session_id="s1", question=question, at=number)
    settle_turn(database, turn, TurnStatus.DONE, f"answer to {question}", at=number)
database.close()
"""


@pytest.mark.usefixtures("home")
def test_all_on_one_session(times: Times, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each turn of eight processes has a place of its own, and those of one process stand in their order."""
    monkeypatch.setenv("AGENTMEM_LOCK_TIMEOUT", "120")
    run_here("sessions", "list")
    count = times(10, 100)
    with ThreadPoolExecutor(TERMINALS) as pool:
        ended = list(pool.map(lambda name: turns(name, count), "abcdefgh"))
    assert [(0, "")] * TERMINALS == ended
    shown = [each["text"] for each in run_here("sessions", "show", "s1", "--json").json()["messages"]]
    for name in "abcdefgh":
        assert [f"{name} asks {n}" for n in range(count)] == [text for text in shown if text.startswith(f"{name} asks")]
    assert 2 * TERMINALS * count == len(shown)
    with closing(open_database(load_settings())) as database:
        places = database.read("SELECT count(DISTINCT run_index), count(*) FROM agno_runs")[0]
    assert [TERMINALS * count] * 2 == list(places)


def test_first_starts(
    tmp_path: Path, times: Times, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, kept_in: str
) -> None:
    """Eight processes make one store, and `doctor` among them finds nothing wrong."""
    lines = [*(("memories", "add", f"Note {n}") for n in range(TERMINALS - 2)), *[("doctor", "--json")] * 2]
    for time in range(times(1, 20)):
        monkeypatch.setenv("AGENTMEM_HOME", str(tmp_path / f"home{time}"))
        with ExitStack() as until_then:
            if kept_in == "postgres":
                server = request.getfixturevalue("postgres")
                monkeypatch.setenv("AGENTMEM_DB", until_then.enter_context(server.database(is_made=False)))
            pool = until_then.enter_context(ThreadPoolExecutor(TERMINALS))
            ended = list(pool.map(lambda words: run_process(*words), lines))
            assert [0] * TERMINALS == [result.code for result in ended], [result.err for result in ended]
            assert [] == [check for result in ended[-2:] for check in failed(result)]
            assert TERMINALS - 2 == len(run_here("memories", "list", "--json").json())


def failed(result: Result) -> list[object]:
    """The checks of `doctor` that found something broken."""
    return [check for check in json.loads(result.out) if check["verdict"] == "failed"]


def turns(name: str, count: int) -> tuple[int, str]:
    """Exit code and stderr of a process that begins and settles so many turns."""
    command = [sys.executable, "-c", TURNS, name, str(count)]
    ended = run(command, capture_output=True, text=True, check=False, env=process_environment())
    return ended.returncode, ended.stderr
