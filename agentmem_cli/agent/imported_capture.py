"""What imported conversations say of the person, proposed and never saved: the person has not seen it written.

Each thing is proposed once, as it was said last, and of a home, a job, a name or an age only the last.
What was imported and not looked through, since that was stopped or killed, is looked through with the next import.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from uuid import uuid4

from agentmem_cli.memories.operations import Operation, Source
from agentmem_cli.memories.revising import SINGLE_VALUED, are_two_values
from agentmem_cli.memories.statements import statements_of
from agentmem_cli.memories.store import text_key
from agentmem_cli.memories.wording import own_words
from agentmem_cli.memories.writer import propose_statements
from agentmem_cli.records import OFFLINE
from agentmem_cli.sessions.account_import import UnminedRun, count_unmined, note_mined, unmined_runs
from agentmem_cli.storage.database import Database

MOST_TYPED = 2_000
"""Characters of a message that a person typed; a longer one is mostly pasted, and somebody else's words."""
_MARK = re.compile(r"^\[[^\[\]\n]+\]$", re.MULTILINE)
"""What stands for a file or a picture: its name is not what the person says."""

_TOGETHER = 200
"""Statements in one transaction: one each waits for the disk, and all of them would keep others waiting."""

_Said = tuple[Operation, UnminedRun]


def propose_from_imports(database: Database, user_id: str, progress: Callable[[int, int], None]) -> int:
    """Put what a user's imported messages state into `pending`; gives how many are new there.

    Proposing the same again changes nothing, so what was killed in the middle is done anew from its beginning.
    """
    said, last, messages = _look_through(database, user_id, progress)
    statements = [
        (operation, Source(run.session_id, run.run_id, run.at, OFFLINE), run.question)
        for operation, run in _still_true(said)
    ]
    now, proposed, batch_id = int(time.time()), 0, uuid4().hex
    for start in range(0, len(statements), _TOGETHER):
        together = statements[start : start + _TOGETHER]
        written = propose_statements(database, user_id, together, now=now, batch_id=batch_id)
        proposed += len(written.proposed)
    note_mined(database, user_id, last)
    progress(messages, messages)
    return proposed


def _look_through(
    database: Database, user_id: str, progress: Callable[[int, int], None]
) -> tuple[list[_Said], int, int]:
    """What the messages say, the number of the last, and how many they are."""
    latest: dict[str, _Said] = {}
    last, messages = 0, count_unmined(database, user_id)
    for place, run in enumerate(unmined_runs(database, user_id), start=1):
        last = run.number
        typed = _MARK.sub("", own_words(run.question))
        if len(typed) <= MOST_TYPED:
            for operation in statements_of(typed, [], run.at):
                _keep_the_latest(latest, operation, run)
        if place % 100 == 0:
            progress(place, messages)
    return list(latest.values()), last, messages


def _still_true(said: list[_Said]) -> list[_Said]:
    """What is said, in its order, without what says an older value of the same: where somebody lived before."""
    kept: list[_Said] = []
    latest: list[tuple[str, list[str]]] = []
    for operation, run in sorted(said, key=lambda each: each[1].at, reverse=True):
        value = operation.text, operation.topics
        if not any(are_two_values(value, each) for each in latest):
            kept.append((operation, run))
            latest += [value] if operation.topics[:1] and operation.topics[0] in SINGLE_VALUED else []
    return kept[::-1]


def _keep_the_latest(latest: dict[str, _Said], operation: Operation, run: UnminedRun) -> None:
    key = text_key(operation.text)
    if key not in latest or latest[key][1].at <= run.at:
        latest[key] = (operation, run)
