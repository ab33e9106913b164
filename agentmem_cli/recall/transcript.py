"""Everything that one person and their assistant said, as arrays in memory: who, when, after what, and its words.

Row by row in the order of the messages' numbers. Text is not among it: what ranks well is read from the store.
"""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentmem_cli.language.word_index import WordIndex, indexed
from agentmem_cli.sessions.index import indexed_messages, words_in
from agentmem_cli.storage.database import Database

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]

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


class LiveTranscript:
    """The transcript of one user, from any thread. Read once, and after that only what is new."""

    def __init__(self, database: Database, user_id: str) -> None:
        self._database = database
        self._user_id = user_id
        self._known: Transcript | None = None
        self._reading = threading.Lock()

    def read(self) -> Transcript:
        """The transcript as it is now: 10,000 messages are read in .1 s, and in a moment the next time."""
        with self._reading:
            known = self._known
            if known is None or self._has_lost(known):
                known = _extended(None, self._said())
            elif new := self._said(_last(known)):
                known = _extended(known, new)
            self._known = known
            return known

    def _said(self, after: int = 0) -> list[sqlite3.Row]:
        """The messages behind a number, without the answers of the offline look-up, which say nothing of their own."""
        rows = indexed_messages(self._database, self._user_id, after)
        return [row for row in rows if not row["looked_up"]]

    def _has_lost(self, known: Transcript) -> bool:
        """Whether messages were erased since it was read."""
        sql = "SELECT count(*) FROM messages WHERE user_id = ? AND message_id <= ? AND NOT looked_up"
        return bool(self._database.read(sql, (self._user_id, _last(known)))[0][0] != len(known.numbers))


def _last(known: Transcript) -> int:
    """The number of the last message."""
    return int(known.numbers[-1]) if len(known.numbers) else 0


def _extended(known: Transcript | None, rows: list[sqlite3.Row]) -> Transcript:
    import numpy as np

    codes = {session: code for code, session in enumerate(known.session_ids if known else ())}
    table = np.array(
        [
            (row["message_id"], codes.setdefault(row["session_id"], len(codes)), row["at"], row["name"] is not None)
            for row in rows
        ],
        np.int64,
    ).reshape(-1, 4)
    from_assistant = np.array([row["name"] is None and row["role"] == "assistant" for row in rows], np.bool_)
    packs = [words_in(row) for row in rows]
    words = known.words.extended(packs) if known else indexed(packs)
    if known:
        older = np.column_stack([known.numbers, known.sessions, known.at, known.is_named])
        table = np.concatenate([older, table])
        from_assistant = np.concatenate([known.from_assistant, from_assistant])
    numbers, sessions, at, is_named = table.T.copy()
    return Transcript(
        numbers, sessions, *_neighbours(sessions), at, is_named.astype(np.bool_), from_assistant, words, list(codes)
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
