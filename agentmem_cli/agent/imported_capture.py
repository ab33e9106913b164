"""What imported conversations say of the person, proposed and never saved: the person has not seen it written.

Each thing is proposed once, as it was said last; of what there is only one at a time, such as a home, only the latest.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from agentmem_cli.memories.rules import ONE_AT_A_TIME, capture_by_rules, is_about_the_user
from agentmem_cli.memories.store import text_key
from agentmem_cli.memories.writer import Operation, Source, apply_operations
from agentmem_cli.sessions.transfer import ImportedRun
from agentmem_cli.storage.database import Database

MOST_TYPED = 2_000
"""Characters of a message that a person typed; a longer one is mostly pasted, and somebody else's words."""

Said = tuple[Operation, Source, str]


class ImportedCapture:
    """Collects while conversations are imported, in whatever order they come, and proposes at the end."""

    def __init__(self) -> None:
        self._said: dict[str, Said] = {}

    def look_through(self, runs: Iterable[ImportedRun]) -> None:
        """Take up what the new messages of the user say by the rules."""
        for run in runs:
            source = Source(run.session_id, run.run_id, run.at, "rules")
            for line in run.new:
                if line.role == "user" and len(line.content) <= MOST_TYPED and is_about_the_user(line.content):
                    for operation in capture_by_rules(line.content, []):
                        self._keep_the_latest(operation, source, line.content)

    def propose(self, database: Database, user_id: str, progress: Callable[[int, int], None]) -> int:
        """Put what was taken up into `pending`, in the order of its dates; gives how many are new there."""
        now, proposed = int(time.time()), 0
        in_order = sorted(self._said.values(), key=lambda said: said[1].said_at)
        for number, (operation, source, typed) in enumerate(in_order, start=1):
            written = apply_operations(database, user_id, [operation], source, typed_text=typed, mode="review", now=now)
            proposed += len(written.proposed)
            progress(number, len(in_order))
        return proposed

    def _keep_the_latest(self, operation: Operation, source: Source, typed: str) -> None:
        topic = operation.topics[0] if operation.topics else ""
        key = topic if topic in ONE_AT_A_TIME else text_key(operation.text)
        known = self._said.get(key)
        if known is None or known[1].said_at <= source.said_at:
            self._said[key] = (replace(operation, action="add", replaces=None), source, typed)
