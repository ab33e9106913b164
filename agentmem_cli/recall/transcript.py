"""Everything that one person and their assistant said, as arrays in memory: who, when, after what, and its words.

Row by row in the order of the messages' numbers. Text is not among it: what ranks well is read from the store. The
answers of the offline look-up are left out, since they say nothing of their own.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentmem_cli.language.word_index import WordIndex, indexed
from agentmem_cli.sessions.index import pack_missing
from agentmem_cli.storage.database import Database, Row

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_COLUMNS = (
    "message_id",
    "session_id",
    "at",
    "CASE WHEN name IS NOT NULL THEN 'named' ELSE role END",
    "length(words) / 4",
)
_SAID = """
FROM (
    SELECT message_id, session_id, at, name, role, words FROM messages
    WHERE user_id = ? AND looked_up = 0 AND message_id > ? ORDER BY message_id
) AS said
"""
_COUNT = "SELECT count(*) FROM messages WHERE user_id = ? AND looked_up = 0 AND message_id <= ?"
NOBODY = -1
"""In the place of a row: there is no such message."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """One person's messages. Each array has the shape (messages,)."""

    numbers: Rows
    sessions: Rows
    """Sessions by number, in the order of their first messages."""
    before: Rows
    """The row of the message before it in its session, or NOBODY."""
    after: Rows
    at: Rows
    is_named: Flags
    """Said by somebody with a name, as people are who talk with each other."""
    from_assistant: Flags
    """Said by an assistant in a chat."""
    words: WordIndex
    session_ids: list[str]

    def without(self, numbers: Collection[int]) -> Transcript:
        """What was said but for the messages of these numbers."""
        import numpy as np

        kept = ~np.isin(self.numbers, list(numbers))
        if kept.all():
            return self
        sessions = self.sessions[kept]
        return Transcript(
            self.numbers[kept],
            sessions,
            *_neighbours(sessions),
            self.at[kept],
            self.is_named[kept],
            self.from_assistant[kept],
            self.words.only(kept),
            self.session_ids,
        )


def transcript_of(database: Database, user_id: str, known: Transcript | None = None) -> Transcript:
    """The transcript of a user as it is now, which only adds to what is `known` of it where that still stands."""
    if known is None or _has_lost(database, user_id, known):
        known = _nothing_said()
    # Joined by the store: 50,000 messages row by row take .1 s longer.
    columns = ", ".join([*map(database.listed, _COLUMNS), database.joined("words")])
    row = database.read(f"SELECT {columns} {_SAID}", (user_id, _last(known)))[0]
    counts = json.loads(row[4])
    if None in counts:  # stored before words were
        pack_missing(database)
        return transcript_of(database, user_id, known)
    return _extended(known, row, counts) if counts else known


def _has_lost(database: Database, user_id: str, known: Transcript) -> bool:
    """Whether messages were erased since it was read."""
    return bool(database.read(_COUNT, (user_id, _last(known)))[0][0] != len(known.numbers))


def _last(known: Transcript) -> int:
    """The number of the last message."""
    return int(known.numbers[-1]) if len(known.numbers) else 0


def _nothing_said() -> Transcript:
    import numpy as np

    none, no = np.zeros(0, np.int64), np.zeros(0, np.bool_)
    return Transcript(none, none, none, none, none, no, no, indexed([]), [])


def _extended(known: Transcript, said: Row, counts: list[int]) -> Transcript:
    """With what `_SAID` gives of more messages, whose numbers of words are decoded already."""
    import numpy as np

    numbers, session_ids, at, by = (json.loads(said[place]) for place in range(4))
    codes = {session: code for code, session in enumerate(known.session_ids)}
    new_sessions = [codes.setdefault(session, len(codes)) for session in session_ids]
    sessions = np.concatenate([known.sessions, np.array(new_sessions)])
    by = np.array(by)
    return Transcript(
        np.concatenate([known.numbers, numbers]),
        sessions,
        *_neighbours(sessions),
        np.concatenate([known.at, at]),
        np.concatenate([known.is_named, by == "named"]),
        np.concatenate([known.from_assistant, by == "assistant"]),
        known.words.extended(said[5], np.array(counts)),
        list(codes),
    )


def _neighbours(sessions: Rows) -> tuple[Rows, Rows]:
    """The rows of the messages before and after each in its session."""
    import numpy as np

    order = np.argsort(sessions, kind="stable")
    is_same = sessions[order][1:] == sessions[order][:-1]
    before, after = np.full(len(sessions), NOBODY), np.full(len(sessions), NOBODY)
    before[order[1:][is_same]] = order[:-1][is_same]
    after[order[:-1][is_same]] = order[1:][is_same]
    return before, after
