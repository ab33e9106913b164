"""What the program adds to a turn: before the request leaves, and after the answer ends.

Run by hand: `uv run --group dev python tests/bench/turn_overhead.py`. The model answers at once, so that all
that is left is recall, prompt, Agno, the two commits and the capture of memories. Prints p50 and p95 in
milliseconds for sessions of 10, 1,000 and 10,000 turns beside 10,000 memories; the target is p95 <= 60, flat.
The baseline is Agno alone: the same agent with its own SqliteDb, history and memories, on the same sessions.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentmem_cli.agent.quiet import quiet_agno
from agentmem_cli.settings import Settings, load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_database

quiet_agno()

from agno.agent import Agent  # noqa: E402 -- Agno is imported after it is kept quiet
from agno.db.sqlite import SqliteDb  # noqa: E402
from agno.models.base import Model  # noqa: E402
from agno.models.response import ModelResponse  # noqa: E402

from agentmem_cli.agent.agno_answer import AgnoAnswerer  # noqa: E402
from agentmem_cli.agent.capture import capture_offline  # noqa: E402
from agentmem_cli.agent.turn import run_turn  # noqa: E402
from agentmem_cli.agent.watch import AnswerWatch  # noqa: E402
from agentmem_cli.agent.worker import load_context  # noqa: E402
from agentmem_cli.memories.operations import PERSON, Operation, Source  # noqa: E402
from agentmem_cli.memories.writer import apply_operations  # noqa: E402
from agentmem_cli.sessions.transfer import import_lines, parse_lines  # noqa: E402
from agentmem_cli.sessions.turns import begin_turn  # noqa: E402
from agentmem_cli.storage.captures import waiting_capture  # noqa: E402

USER, SESSION = "sarah", "bench"
MEMORIES = 10_000
TURNS = (10, 1_000, 10_000)
MEASURED, WARM_UP = 60, 5
TARGET_MS = 60
SUBJECTS = "garden boiler invoice holiday recipe server contract lesson bicycle concert".split()  # noqa: SIM905 -- a row of words


@dataclass
class InstantModel(Model):
    """Answers at once, and notes when it was asked and when it was done."""

    id: str = "instant"
    asked_at: float = 0.0
    done_at: float = 0.0

    async def ainvoke_stream(self, *_: Any, **__: Any) -> AsyncIterator[ModelResponse]:
        """One short answer."""
        self.asked_at = time.perf_counter()
        yield ModelResponse(role="assistant", content="That is noted, and the rest stays as it was.")
        self.done_at = time.perf_counter()

    def ainvoke(self, *_: Any, **__: Any) -> Any:
        """Not used, as all below: the answers stream."""
        raise NotImplementedError

    invoke = invoke_stream = _parse_provider_response = ainvoke

    def _parse_provider_response_delta(self, response: Any) -> ModelResponse:
        parsed: ModelResponse = response
        return parsed


def main() -> None:
    """Measure and print."""
    print(f"{'turns':>7} {'what':<28} {'p50 ms':>8} {'p95 ms':>8}   target p95 <= {TARGET_MS}, flat")
    for turns in TURNS:
        with tempfile.TemporaryDirectory() as folder:
            settings = load_settings(user=USER, environ={"AGENTMEM_HOME": folder})
            database = open_database(settings)
            seed(database, turns)
            ours = asyncio.run(measure(settings, database))
            for what in ("turn", "capture", "both"):
                show(turns, f"agentmem, {what}", [sample[what] for sample in ours])
            show(turns, "Agno alone", asyncio.run(measure_agno(Path(folder) / "agentmem.db")))
            database.close()


def seed(database: Database, turns: int) -> None:
    """A session of so many turns, and the memories."""
    lines = []
    for number in range(turns):
        subject = SUBJECTS[number % len(SUBJECTS)]
        at = f"2026-01-{1 + number % 28:02}T10:00:00Z"
        said = f"Question {number} about the {subject}: what did we decide, and who pays for it?"
        answer = f"We decided in round {number} that the {subject} waits until spring, and that Tom pays."
        for role, content in (("user", said), ("assistant", answer)):
            lines.append(json.dumps({"session": SESSION, "role": role, "content": content, "at": at}))
    import_lines(database, USER, parse_lines(lines))
    operations = [
        Operation("add", f"Owns {SUBJECTS[number % len(SUBJECTS)]} number {number}", "fact")
        for number in range(MEMORIES)
    ]
    source = Source(SESSION, None, 1_767_225_600, PERSON)
    apply_operations(database, USER, operations, source, typed_text="", mode="auto", now=1_767_225_600)


async def measure(settings: Settings, database: Database) -> list[dict[str, float]]:
    """Milliseconds of each measured turn: `turn` without the model, `capture`, and `both`."""
    context = load_context(settings, database, model="offline", knowledge=True, warn=print)
    model = InstantModel()
    context.answerer = AgnoAnswerer(model, AnswerWatch(), marks_cache=False)
    samples = []
    for number in range(WARM_UP + MEASURED):
        question = f"I think the {SUBJECTS[number % len(SUBJECTS)]} should wait; what did Tom say about round {number}?"
        began = time.perf_counter()
        at = int(time.time())
        turn = begin_turn(database, user_id=USER, session_id=SESSION, question=question, at=at, memory="auto")
        await run_turn(context, turn, lambda _: None)
        settled = time.perf_counter()
        if waiting := waiting_capture(database, turn.run_id):
            capture_offline(database, waiting)
        captured = time.perf_counter()
        added = settled - began - (model.done_at - model.asked_at)
        samples.append({"turn": added, "capture": captured - settled, "both": added + captured - settled})
    return samples[WARM_UP:]


async def measure_agno(path: Path) -> list[float]:
    """The same with what Agno does by itself: history of ten runs, and every memory in the prompt."""
    model = InstantModel()
    agent = Agent(
        model=model,
        id="agentmem",
        db=SqliteDb(db_file=str(path)),
        add_history_to_context=True,
        num_history_runs=10,
        add_memories_to_context=True,
        telemetry=False,
    )
    samples = []
    for number in range(2 + 10):
        began = time.perf_counter()
        async for _ in agent.arun(f"What about round {number}?", stream=True, session_id=SESSION, user_id=USER):
            pass
        samples.append(time.perf_counter() - began - (model.done_at - model.asked_at))
    return samples[2:]


def show(turns: int, what: str, seconds: list[float]) -> None:
    """One row."""
    cuts = statistics.quantiles(seconds, n=20)
    print(f"{turns:>7} {what:<28} {statistics.median(seconds) * 1000:>8.1f} {cuts[-1] * 1000:>8.1f}")


if __name__ == "__main__":
    main()
