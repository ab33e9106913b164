"""Which of the recalled messages a later one makes untrue, where no memory was written of it. Looks at text only.

Only what the rules of `memories/conflict.py` are sure of is marked: of the 62 made-up updates of
`tests/bench/recall_updates.txt` 5, of the 3,782 pairs of unlike messages none. What is not marked stands in date order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agentmem_cli.memories.claims import claim_of
from agentmem_cli.memories.clauses import clauses, sentences
from agentmem_cli.memories.conflict import strength
from agentmem_cli.records import RecalledTurn

SURE = 0.65
LOOKED_AT = 2_000
"""Characters of a message that are looked through for statements."""


def untrue_since(turns: Sequence[RecalledTurn]) -> dict[int, str]:
    """For each message id of the person that a later message of theirs ends: what that says, the newest of it."""
    said = sorted((turn for turn in turns if turn.role == "user"), key=lambda turn: (turn.at, turn.message_id))
    statements = [list(_statements(turn.text[:LOOKED_AT])) for turn in said]
    ended = {}
    for place, older in enumerate(said):
        for newer, new in zip(said[place + 1 :], statements[place + 1 :], strict=True):
            now = _ending(statements[place], new)
            if now and newer.name == older.name and newer.at > older.at:
                ended[older.message_id] = now
    return ended


def _ending(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> str:
    """The statement among the new that surely ends one of the old, or ""."""
    for clause, sentence in new:
        ends = claim_of(clause, sentence)
        if any(strength(claim_of(before), ends) >= SURE for before, _ in old):
            return clause
    return ""


def _statements(text: str) -> Iterator[tuple[str, str]]:
    """Each clause that states something, and the sentence that it stands in."""
    for sentence in sentences(text):
        for clause, _ in clauses(sentence):
            yield clause, sentence
