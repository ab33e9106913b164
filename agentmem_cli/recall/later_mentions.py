"""What a person says later about what was found. Reads the text index; writes nothing.

A fact that changed is seldom told in the words of the old one, nor of a question about it: after "guitar lessons, I
pay Rhys 28 an hour" comes "Rhys put lessons up to 34". What the two share are rare words, mostly names. So the best
messages are followed: each one's rarest words are looked for in what the same person says later in other sessions.

Of 60 updates told by somebody who did not know the ranking .72 of the newest are among the ten best without this and
.82 with it; of the 62 of `tests/bench/recall_updates.txt` .95 and .97. Only what a person says to an assistant is
followed: in talk between people the two places are better left to what ranks next (of LoCoMo's evidence .82 is in the
top ten, .80 would be).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agentmem_cli.language.word_index import Word, bm25, words_of
from agentmem_cli.recall.asking import teller_of
from agentmem_cli.recall.ranking import Asked, described
from agentmem_cli.recall.transcript import Transcript
from agentmem_cli.records import RecalledTurn
from agentmem_cli.storage.database import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLLOWED, MENTIONS = 2, 2
"""How many of the best messages are followed, and how many later ones are taken: two to five, and one to three, are
about as good."""
TELLING = 4
"""How many rare words of a message are looked for, and how many of the question: three to ten are about as good."""
RARE = 40
"""The most messages that hold a rare word: 30 to 200 are about as good, and more take longer to score."""
_LOOKED_AT = 400
"""Characters of a message whose words are counted: a word takes .05 ms."""


def with_later_mentions(
    database: Database,
    transcript: Transcript,
    asked: Asked,
    ranked: list[RecalledTurn],
    limit: int,
) -> list[RecalledTurn]:
    """The ranked messages with up to MENTIONS more behind the FOLLOWED best, which the first `limit` would not hold.

    Each has the score of the message before it. What the assistant said itself is found where it was said.
    """
    if teller_of(asked.text) == "assistant":
        return ranked
    best, known = ranked[:FOLLOWED], ranked[: max(FOLLOWED, limit - MENTIONS)]
    said_to_assistant = [turn for turn in ranked[:limit] if turn.role == "user" and not turn.name]
    likeness = _later_mentions(transcript, asked.words, said_to_assistant[:FOLLOWED])
    for turn in known:
        likeness.pop(turn.message_id, None)
    order = sorted(likeness, key=lambda message: (-likeness[message], message))[: 2 * MENTIONS]
    scores = dict.fromkeys(order, best[-1].score if best else 0.0)
    said = {turn.text for turn in known}
    mentions = [turn for turn in described(database, order, scores) if turn.text not in said][:MENTIONS]
    taken = {turn.message_id for turn in mentions}
    others = [turn for turn in ranked[FOLLOWED:] if turn.message_id not in taken]
    return (best + mentions + others)[: max(limit, len(ranked))]


def _later_mentions(
    transcript: Transcript, asked: Sequence[Word], followed: Sequence[RecalledTurn]
) -> dict[int, float]:
    """How like these messages those are that the person said after them; what is like a better one counts more."""
    likeness: dict[int, float] = {}
    for turn in followed:
        telling = [word for word in words_of(turn.text[:_LOOKED_AT]) if word not in asked]
        if rare := _rare(transcript, telling):
            scores = bm25(transcript.words.counts(_rare(transcript, asked) + rare), transcript.words.lengths)
            later = (scores * _said_later(transcript, turn)).nonzero()[0]
            for row in later[(-scores[later]).argsort(kind="stable")][: 4 * MENTIONS].tolist():
                number, like = int(transcript.numbers[row]), float(scores[row]) * turn.score
                likeness[number] = max(like, likeness.get(number, 0.0))
    return likeness


def _said_later(transcript: Transcript, turn: RecalledTurn) -> NDArray[np.bool_]:
    """Which messages the person typed after this one in other sessions."""
    typed = ~(transcript.from_assistant | transcript.is_named)
    session = transcript.session_ids.index(turn.session)
    later: NDArray[np.bool_] = typed & (transcript.at > turn.at) & (transcript.sessions != session)
    return later


def _rare(transcript: Transcript, words: Sequence[Word]) -> list[Word]:
    """The TELLING rarest of the words that some but few messages hold."""
    held = {word: transcript.words.texts_with(word) for word in words}
    return sorted((word for word in words if 1 < held[word] <= RARE), key=lambda word: held[word])[:TELLING]
