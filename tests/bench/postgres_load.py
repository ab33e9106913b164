"""Many users at once on one PostgreSQL database: whether a turn is lost, and what the store adds to each.

    uv run --group dev python tests/bench/postgres_load.py [--users 50] [--seconds 120] [--pause 2] [--url URL]

Each user is a process that has offline turns: the question is committed, recall looks for what fits it, the answer is
settled, what the person said of themselves is captured. Between two turns a user waits `--pause` seconds at the mean
and makes the vectors of what was said; 0 asks without a pause. Without `--url` a server is started for it that has
every commit on disk (fsync), with PostgreSQL's own defaults otherwise.

Printed: turns that were acknowledged and are not stored, whole and in their order; milliseconds that the database's
calls take of a turn, beside SQLite's with one user; and how many transactions of a turn wait for everybody's.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.postgres import postgres_served

from agentmem_cli.agent.capture import capture_offline
from agentmem_cli.embedding.bundled import embed
from agentmem_cli.memories.ledger import note_used
from agentmem_cli.recall.block import recall_block
from agentmem_cli.recall.recall import recall_for
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.records import TurnStatus
from agentmem_cli.sessions.turns import begin_turn, settle_turn
from agentmem_cli.settings import Settings, load_settings
from agentmem_cli.storage.captures import waiting_capture
from agentmem_cli.storage.database import EVERYBODY, Connection, Database
from agentmem_cli.storage.opening import open_database

SUBJECTS = "garden boiler invoice holiday recipe server contract lesson bicycle concert".split()  # noqa: SIM905 -- a row of words
ASKED = (
    "I moved the {0} to shelf {1}. What did I say about the {2}?",
    "My {0} costs {1} euros. When was the {2} due?",
    "What did we decide about {0} number {1}?",
    "I think the {0} should wait until week {1}; who pays for the {2}?",
)
TURNS_OF_A_SESSION = 20
TARGET_MS = 100


class TimedCursor:
    """A cursor whose reading counts as time of the store."""

    def __init__(self, cursor: Any, clock: Clock) -> None:
        self._cursor, self._clock = cursor, clock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetchall())

    def fetchall(self) -> list[Any]:
        """The rows that are left."""
        with self._clock.running():
            rows: list[Any] = self._cursor.fetchall()
            return rows

    def fetchone(self) -> Any:
        """The next row."""
        with self._clock.running():
            return self._cursor.fetchone()


class TimedConnection:
    """A connection whose statements count as time of the store."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection, self._clock = connection, clock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, *given: Any) -> TimedCursor:
        """Run one statement."""
        with self._clock.running():
            return TimedCursor(self._connection.execute(*given), self._clock)

    def executemany(self, *given: Any) -> None:
        """Run one statement for each of these."""
        with self._clock.running():
            self._connection.executemany(*given)


@dataclass(slots=True)
class Clock:
    """Seconds inside the database's calls, how many calls, and transactions that waited for everybody's."""

    seconds: float = 0.0
    calls: int = 0
    everybodys: int = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time of one call."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - began
            self.calls += 1


@dataclass(slots=True)
class Had:
    """The turns of one user: (session, question, answer) as they were acknowledged, and what each took."""

    user: str
    turns: list[tuple[str, str, str]] = field(default_factory=list)
    store_ms: list[float] = field(default_factory=list)
    whole_ms: list[float] = field(default_factory=list)
    calls: int = 0
    everybodys: int = 0
    problem: str = ""


def timed(database: Database) -> Clock:
    """A clock that runs whenever this database is asked."""
    clock, connect, begin = Clock(), database.connect, database._begin

    def begin_counted(connection: Connection, user_id: str, patience: float | None) -> None:
        clock.everybodys += user_id == EVERYBODY
        begin(connection, user_id, patience)

    database.connect = lambda: TimedConnection(connect(), clock)  # type: ignore[method-assign,assignment]  # stands before it
    database._begin = begin_counted  # type: ignore[method-assign]  # the same
    database.close()  # what is open already is not timed
    return clock


def have_turns(settings: Settings, seconds: float, pause: float) -> Had:
    """One user's turns for so long."""
    chance = random.Random(settings.user)  # noqa: S311 -- not for secrets
    database = open_database(settings)
    clock, index, had = timed(database), UserIndex(database, settings.user), Had(settings.user)
    until = time.monotonic() + seconds
    time.sleep(chance.random() * pause)
    try:
        while time.monotonic() < until:
            have_turn(database, index, clock, had)
            index.refresh()
            time.sleep(chance.expovariate(1 / pause) if pause else 0)
    except Exception as error:  # noqa: BLE001 -- whatever fails is told with the figures
        had.problem = f"{type(error).__name__}: {error}"
    database.close()
    return had


def have_turn(database: Database, index: UserIndex, clock: Clock, had: Had) -> None:
    """One turn, noted once it is acknowledged."""
    number = len(had.turns)
    words = [SUBJECTS[(number + step * 3) % len(SUBJECTS)] for step in range(2)]
    question = ASKED[number % len(ASKED)].format(words[0], number, words[1])
    session, at = f"{had.user}-{number // TURNS_OF_A_SESSION}", int(time.time())
    clock.seconds, clock.calls, clock.everybodys, began = 0.0, 0, 0, time.perf_counter()
    turn = begin_turn(
        database, user_id=had.user, session_id=session, question=question, at=at, typed=question, memory="auto"
    )
    found = recall_for(database, had.user, question, index=index, without_runs=[turn.run_id])
    answer = recall_block(found, "0a1b2c3d") or "Nothing is known of that."
    settle_turn(database, turn, TurnStatus.DONE, answer, at=at)
    note_used(database, had.user, [memory.memory_id for memory in found.memories], at)
    had.turns.append((session, question, answer))
    if waiting := waiting_capture(database, turn.run_id):
        capture_offline(database, waiting)
    had.store_ms.append(clock.seconds * 1000)
    had.whole_ms.append((time.perf_counter() - began) * 1000)
    had.calls += clock.calls
    had.everybodys += clock.everybodys


def lost(database: Database, had: Had) -> int:
    """How many of a user's acknowledged turns are not stored whole, in their order, and captured."""
    rows = database.read(
        "SELECT run.session_id, role, text, queue.run_id AS waits FROM agno_runs AS run JOIN messages"
        " ON messages.run_id = run.run_id LEFT JOIN capture_queue AS queue ON queue.run_id = run.run_id"
        " WHERE run.user_id = ? ORDER BY run.created_at, run.session_id, run.run_index, message_id",
        (had.user,),
    )
    stored: dict[str, list[str]] = {}
    for row in rows:
        stored.setdefault(row["session_id"], []).append(row["text"])
    missing = sum(row["waits"] is not None for row in rows)
    for session, said in stored.items():
        acknowledged = [text for at, question, answer in had.turns if at == session for text in (question, answer)]
        missing += sum(text != kept for text, kept in zip(acknowledged, said, strict=False))
        missing += max(0, len(acknowledged) - len(said))
    return missing + sum(session not in stored for session, _, _ in had.turns)


def fleet(url: str, folder: str, users: int, seconds: float, pause: float) -> list[Had]:
    """What each of the users had, each in a process of its own."""
    processes = multiprocessing.get_context("fork")  # what is loaded here is shared
    ends: list[Pipe] = []
    for number in range(users):
        settings = settings_of(f"user{number}of{users}", folder, url)
        here, there = processes.Pipe(duplex=False)
        processes.Process(target=tell, args=(there, settings, seconds, pause)).start()
        there.close()
        ends.append(here)
    return [end.recv() for end in ends]


def tell(end: Pipe, settings: Settings, seconds: float, pause: float) -> None:
    """Have turns, and tell of them."""
    end.send(have_turns(settings, seconds, pause))


def settings_of(user: str, folder: str, url: str = "") -> Settings:
    """Settings of a user with the store at the URL, or in a file."""
    return load_settings(user=user, environ={"AGENTMEM_HOME": folder, **({"AGENTMEM_DB": url} if url else {})})


def show(name: str, everybody: list[Had], missing: int, seconds: float) -> None:
    """One row of the table."""
    store = [each for had in everybody for each in had.store_ms]
    whole = [each for had in everybody for each in had.whole_ms]
    figures = [figure for taken in (store, whole) for figure in (statistics.median(taken), p95(taken))]
    turns = len(store)
    of_each = [sum(had.calls for had in everybody) / turns, sum(had.everybodys for had in everybody) / turns]
    print(
        f"{name:<24}{turns:>8}{turns / seconds:>9.1f}{missing:>6}"
        + "".join(f"{figure:>9.1f}" for figure in (*figures, *of_each)),
        flush=True,
    )
    for problem in {had.problem for had in everybody if had.problem}:
        print(f"  {problem}")


def p95(values: list[float]) -> float:
    """The 95th percentile."""
    return sorted(values)[int(0.95 * (len(values) - 1))]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--pause", type=float, default=2, help="seconds between a user's turns, at the mean")
    parser.add_argument("--url", help="a database that may be filled, in the place of a server of its own")
    given = parser.parse_args()
    os.environ["TOKENIZERS_PARALLELISM"] = "false"  # or the tokenizer waits after a fork
    embed(["ready"])
    print(f"{'':<24}{'':>8}{'turns':>9}{'':>6}{'store, ms':>18}{'all, ms':>18}{'of a turn':>18}")
    print(
        f"{'':<24}{'turns':>8}{'a second':>9}{'lost':>6}{'p50':>9}{'p95':>9}{'p50':>9}{'p95':>9}{'calls':>9}{'all wait':>9}"
    )
    with TemporaryDirectory() as folder:
        alone = have_turns(settings_of("alone", folder), given.seconds / 4, given.pause / 4)
        show("SQLite, 1 user", [alone], lost(open_database(settings_of("alone", folder)), alone), given.seconds / 4)
        if given.url:
            measure(given.url, folder, given)
            return
        with postgres_served(is_durable=True) as server, server.database() as url:
            measure(url, folder, given)


def measure(url: str, folder: str, given: argparse.Namespace) -> None:
    """One user, then all of them, on PostgreSQL; target: p95 of the store at most TARGET_MS, and none lost."""
    for users, seconds in ((1, given.seconds / 4), (given.users, given.seconds)):
        everybody = fleet(url, f"{folder}/{users}", users, seconds, given.pause)
        database = open_database(settings_of("nobody", folder, url))
        missing = sum(lost(database, had) for had in everybody)
        database.close()
        show(f"PostgreSQL, {users} user{'s' if users > 1 else ''}", everybody, missing, seconds)


if __name__ == "__main__":
    main()
