"""What fills the rest of a block once the best messages stand in it. Reads the transcript; writes nothing.

First the replies to those of the best that ask, since an answer seldom repeats the words of its question, then the
messages that rank next. On LoCoMo ten messages leave 120 of a turn's 650 tokens, and .816 of the evidence is among
them; the next ten make that .832, the replies before them .841 (`tests/bench/recall.py`). The message before an
answer, or whatever follows a message, finds less than what ranks next.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from agentmem_cli.recall.asking import asking
from agentmem_cli.recall.ranking import described
from agentmem_cli.recall.transcript import NOBODY, Transcript
from agentmem_cli.records import RecalledTurn
from agentmem_cli.storage.database import Database

NEXT_RANKED = 30
"""How many messages beyond the best may fill a block."""
ASKS = 0.05
"""The share of a message that asks from which on its reply is looked at."""


def replies_to(database: Database, transcript: Transcript, turns: list[RecalledTurn]) -> list[RecalledTurn]:
    """The messages said right after those that ask, in their order, where they are not among them.

    Each has the score of the message that it replies to, and its number in `reply_to`.
    """
    scores = {turn.message_id: turn.score for turn in turns if asking(turn.text, turn.name) > ASKS}
    asked = _asked_before(transcript, scores)
    said = {(turn.role, turn.text) for turn in turns}
    replies = described(database, list(asked), {reply: scores[of] for reply, of in asked.items()})
    return [replace(turn, reply_to=asked[turn.message_id]) for turn in replies if (turn.role, turn.text) not in said]


def _asked_before(transcript: Transcript, numbers: Collection[int]) -> dict[int, int]:
    """The number of each message that follows one of these in its session, and which it follows."""
    import numpy as np

    rows = np.searchsorted(transcript.numbers, list(numbers))
    pairs = zip(transcript.after[rows].tolist(), numbers, strict=True)
    return {int(transcript.numbers[after]): number for after, number in pairs if after != NOBODY}
