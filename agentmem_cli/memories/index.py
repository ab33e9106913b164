"""Which memories hold the words of a question, or mean the like. Reads what stands beside each memory's text.

A memory of every status has its words stored; searches ask for the active ones of one user, and score over these alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from weakref import WeakKeyDictionary

from agentmem_cli.language.classifier import judge
from agentmem_cli.language.word_index import WordIndex, bm25, indexed, packed, words_of
from agentmem_cli.storage.database import Connection, Database

MEANING = 0.4
"""What the cosine of a memory weighs beside its BM25, each 1 for the best."""
MOST_BY_WORDS = 200
"""How many memories that hold a word of a question are ranked, those that fit best by their words."""
NEAREST, NEAR = 10, 0.35
"""How many memories that share no word with the question are looked at, and the cosine that they need."""

_ACTIVE = """
SELECT memory_number, memory_id, said_at, words, CASE WHEN words IS NULL THEN text END AS text
FROM memory_details WHERE user_id = ? AND status = 'active' ORDER BY memory_number
"""


# What was changed last; every change of a memory is in the ledger, and a batch has a random id.
_LATEST = "SELECT entry_id, batch_id FROM memory_ledger WHERE user_id = ? ORDER BY entry_id DESC LIMIT 1"


class _Said(NamedTuple):
    memory_id: str
    at: int


@dataclass(frozen=True, slots=True)
class _Active:
    """A user's active memories by number, and their words in the same order, as of an entry of the ledger."""

    latest: tuple[object, ...]
    said: dict[int, _Said]
    words: WordIndex


_known: WeakKeyDictionary[Database, dict[str, _Active]] = WeakKeyDictionary()


class Nearness(Protocol):
    """How near memories are to a question, by memory number: `recall/vectors.py` knows."""

    def of(self, wanted: Iterable[int]) -> dict[int, float]:
        """The cosines of these memories, of those that have a vector."""

    def nearest(self, count: int, least: float) -> dict[int, float]:
        """The nearest so many whose cosine is `least` or more."""


def index_text(connection: Connection, memory_id: str, text: str) -> None:
    """Store the words of a memory's text, and how essential it is, in the place of what was there."""
    (judged,) = judge([text])
    connection.execute(
        "UPDATE memory_details SET words = ?, essential = ? WHERE memory_id = ?",
        (packed(text), judged.essential, memory_id),
    )


def fitting(
    database: Database, user_id: str, question: str, limit: int, cosines: Nearness | None = None
) -> dict[str, float]:
    """The ids of the user's active memories that fit a question best, with their scores, the best first.

    The score is BM25. With `cosines` what means the like is found too, and the score is a sum of both, each 1 for the
    best.
    """
    active = _active(database, user_id)
    scores = _by_words(active, question, max(limit, MOST_BY_WORDS))
    if cosines is not None:
        scores = _with_meaning(scores, cosines)
    found = [(score, active.said[number], number) for number, score in scores.items() if number in active.said]
    ranked = sorted(found, key=lambda each: (-each[0], -each[1].at, -each[2]))
    return {said.memory_id: score for score, said, _ in ranked[:limit]}


def _active(database: Database, user_id: str) -> _Active:
    """The active memories as they are now: reading 10,000 takes 25 ms, so they are read when the ledger has grown."""
    latest = latest_change(database, user_id)
    of_users = _known.setdefault(database, {})
    if user_id not in of_users or of_users[user_id].latest != latest:
        rows = database.read(_ACTIVE, (user_id,))
        words = [packed(row["text"]) if row["words"] is None else row["words"] for row in rows]
        said = {row["memory_number"]: _Said(row["memory_id"], row["said_at"]) for row in rows}
        of_users[user_id] = _Active(latest, said, indexed(words))
    return of_users[user_id]


def latest_change(database: Database, user_id: str) -> tuple[object, ...]:
    """What tells whether a user's memories are those of an earlier call."""
    return next((tuple(row) for row in database.read(_LATEST, (user_id,))), ())


def _by_words(active: _Active, question: str, most: int) -> dict[int, float]:
    words = words_of(question)
    if not active.said or not words:
        return {}
    scores = bm25(active.words.counts(words), active.words.lengths)
    best = scores.argsort(kind="stable")[-most:]
    best = best[scores[best] > 0]
    numbers = list(active.said)
    return {numbers[place]: float(scores[place]) for place in best.tolist()}


def _with_meaning(words: dict[int, float], cosines: Nearness) -> dict[int, float]:
    near = cosines.nearest(NEAREST, NEAR) | cosines.of(words)
    best_words, best_near = (max(part.values(), default=0.0) or 1.0 for part in (words, near))
    return {
        number: words.get(number, 0.0) / best_words + MEANING * max(0.0, near.get(number, 0.0)) / best_near
        for number in words.keys() | near
    }
