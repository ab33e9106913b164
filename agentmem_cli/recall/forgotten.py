"""Leaves out of recalled messages what the person made the program forget. Reads the store; the transcript stays whole.

A sentence is left out where a forgotten or rejected memory stands on it, where it is the wish to forget that memory,
and where the assistant repeats the memory in reply to either.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agentmem_cli.language.classifier import judge
from agentmem_cli.language.sentences import sentences
from agentmem_cli.language.stems import stems
from agentmem_cli.memories.erased import ERASED_TEXT
from agentmem_cli.memories.statements import asks_to_forget
from agentmem_cli.memories.store import text_key
from agentmem_cli.records import RecalledTurn
from agentmem_cli.storage.database import Database

_LATEST = 200
"""So many of the memories forgotten last are looked for in all messages; others where they were said or forgotten."""
_WISH_LENGTH = 200
"""Characters of a sentence up to which it may be no more than a wish to forget."""
_FORGOTTEN = f"""
WITH said AS (
    SELECT DISTINCT coalesce(origin, value) AS run_id FROM json_each(:runs) LEFT JOIN forked_runs ON run_id = value
), gone AS (
    SELECT memory_id, text, quote, run_id, updated_at, memory_number FROM memory_details AS old
    WHERE user_id = :user AND status IN ('forgotten', 'rejected') AND text <> '{ERASED_TEXT}' AND NOT EXISTS (
        SELECT 1 FROM memory_details AS known
        WHERE known.user_id = :user AND known.same_hash = old.same_hash AND known.status = 'active'
    )
), asked AS (
    SELECT memory_id, run_id FROM memory_ledger WHERE user_id = :user AND action = 'forget'
    AND run_id IN (SELECT run_id FROM said)
)
SELECT coalesce(quote, text) AS said, gone.run_id AS source, asked.run_id AS asked
FROM gone LEFT JOIN asked ON asked.memory_id = gone.memory_id
WHERE gone.run_id IN (SELECT run_id FROM said) OR asked.run_id IS NOT NULL
    OR gone.memory_id IN (SELECT memory_id FROM gone ORDER BY updated_at DESC, memory_number DESC LIMIT {_LATEST})
"""  # noqa: S608 -- only names of this file
_ORIGINS = "SELECT run_id, origin FROM forked_runs WHERE run_id IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class _Forgotten:
    """A memory by its words: their key and those of their sentences, their stems, and the runs that it came by."""

    key: str
    parts: frozenset[str]
    stems: frozenset[str]
    source: str | None
    asked: str | None
    """The run of the message that asked to forget it, of those that are looked at."""

    def is_in(self, sentence: _Sentence, run: str, *, is_answer: bool) -> bool:
        """Whether a sentence of a message says it, or asks to forget it."""
        if sentence.key == self.key:
            return True
        if run == self.source and not is_answer:
            return self.key in sentence.key or sentence.key in self.parts
        shared = self.stems & sentence.stems
        if run in (self.source, self.asked):
            return bool(shared)
        says_half = shared and 2 * len(shared) >= len(self.stems)
        return bool(says_half) and not is_answer and _is_wish(sentence.text)


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    key: str
    stems: frozenset[str]


def without_forgotten(database: Database, user_id: str, turns: list[RecalledTurn]) -> list[RecalledTurn]:
    """The messages without the sentences of what was forgotten; none of which nothing is left."""
    runs = json.dumps([turn.run_id for turn in turns])
    rows = database.read(_FORGOTTEN, {"runs": runs, "user": user_id}) if turns else []
    if not rows:
        return turns
    forgotten = [_forgotten(row["said"], row["source"], row["asked"]) for row in rows]
    origins = {row["run_id"]: row["origin"] for row in database.read(_ORIGINS, (runs,))}
    left = [replace(turn, text=_left_of(turn, origins.get(turn.run_id, turn.run_id), forgotten)) for turn in turns]
    return [turn for turn in left if turn.text]


def _forgotten(said: str, source: str | None, asked: str | None) -> _Forgotten:
    parts = frozenset(text_key(part) for part in sentences(said))
    return _Forgotten(text_key(said), parts, frozenset(stems(said)), source, asked)


def _left_of(turn: RecalledTurn, run: str, forgotten: Sequence[_Forgotten]) -> str:
    is_answer = turn.role == "assistant" and not turn.name
    said = [_Sentence(each, text_key(each), frozenset(stems(each))) for each in sentences(turn.text)]
    kept = [each.text for each in said if not any(some.is_in(each, run, is_answer=is_answer) for some in forgotten)]
    return turn.text if len(kept) == len(said) else " ".join(kept)


def _is_wish(sentence: str) -> bool:
    return len(sentence) <= _WISH_LENGTH and asks_to_forget(judge([sentence])[0])
