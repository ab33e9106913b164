"""Earlier messages ranked for a question. Reads the transcript; writes nothing.

All scores are over one person's messages. A first score of every message, by its words and those of its neighbours, by
its session's and by what it means, leaves FIRST of them. Their texts are read, and a sum of what each shows orders
them: how close its words come to those of the question one by one, whether it tells or asks or replies to what asks,
who said it and when. A second step lifts what means the same as the best of other sessions: the parts of an answer
that was given over months ("what does she do with her children?") share few words with the question.

WEIGHTS were fitted on the five public LoCoMo conversations by `tests/bench/recall_weights.py FILE`, a softmax over the
messages of each question, which also prints what four of them bring on the fifth, with each weight and without: .754 of
the evidence in the top 5 and .831 in the top 10 (.719 and .8145 before), and none of the weights brings more than .025.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from agentmem_cli.embedding.closeness import closeness
from agentmem_cli.language.dates import dates_and_rest
from agentmem_cli.language.word_index import Word, bm25, rarity, words_of
from agentmem_cli.recall.asking import asking, teller_of
from agentmem_cli.recall.transcript import NOBODY, Transcript
from agentmem_cli.recall.vectors import Cosines
from agentmem_cli.records import RecalledTurn
from agentmem_cli.storage.database import Database, Row
from agentmem_cli.storage.fulltext import CJK

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.float32]
    Rows = NDArray[np.int64]
    Flags = NDArray[np.bool_]

FEATURES = (
    *("words", "session", "meaning", "covers"),
    *("close", "by_whom", "long", "asks", "replies", "in_time"),
)
"""What is told of each message, each 1 for the best of all messages or at the most: the first row over all messages,
the second once their texts are read."""
WEIGHTS = (1.7, 2.95, 1.35, 1.7, 2.0, 1.35, 0.95, -2.65, 1.45, 3.75)
FIRST = 200
"""How many messages are read: .94 of LoCoMo's evidence is among them, and twice as many hold .002 more."""
SESSION_OF_CHAT, RECENCY = 0.35, 0.45
"""Of what is said to and by an assistant, whose long answers repeat a question's words: the share of its session's
scores that counts. And for what was said to it last of all: of two that fit as well, the newer holds."""
ECHOES, ECHOED = 1.75, 20
"""What it counts to mean the same as the best of other sessions, and how many those are. Of what a question of several
hops needs .523 is in LoCoMo's top 10 with it, .493 without, and .835 of all evidence, .829 without; 10 to 50 of the
best are about as good, and more than 2 costs more of what one message answers than it brings."""
ANSWERS = 0.3
"""What an assistant's words count in the score of a session."""
FULL_LENGTH = 200
"""Characters from which on a message is no longer better for being longer."""
NEAR = 0.2
"""The cosine that a message needs which shares no word with the question, and has no neighbour that does."""
FEW_DAYS = timedelta(days=7)
BEST_POSSIBLE = sum(weight for weight in WEIGHTS if weight > 0)

_WITHOUT_SPACES = re.compile(f"[{CJK}\u0e00-\u0e7f]")
_IN_LIST = "message_id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"
"""One value: psycopg takes 4 ms for 400 of them."""
_READ = f"SELECT message_id, run_id, role, name, at, text FROM messages WHERE {_IN_LIST}"  # noqa: S608 -- from above
_MESSAGES = f"""
SELECT message_id, messages.session_id, run_id, role, name, at, text, imported_id,
    coalesce(json_extract(session_data, '$.session_name'), '') AS title,
    coalesce((SELECT origin FROM forked_runs WHERE forked_runs.run_id = messages.run_id), messages.run_id) AS origin
FROM messages JOIN agno_sessions ON agno_sessions.session_id = messages.session_id
WHERE {_IN_LIST}
"""  # noqa: S608 -- from above


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its words, and how near the messages are to it, where there are vectors.

    `in_time` says which messages were said on the days that it speaks of, shape (messages,); None for no day, or where
    none was. What is looked for then is `undated`, without the words for the days: other days have the same.
    `names_day` tells whether these are a few past days.
    """

    text: str
    words: list[Word]
    cosines: Cosines | None = None
    in_time: Flags | None = None
    undated: str | None = None
    names_day: bool = False


def rank_messages(database: Database, transcript: Transcript, asked: Asked, limit: int) -> list[RecalledTurn]:
    """The messages that fit a question, the best first. `score` is between 0 and 1."""
    import numpy as np

    rows, overall = first_features(transcript, asked)
    if not len(rows):
        return []
    read = read_messages(database, transcript, rows)
    kept = [place for place, row in enumerate(rows) if row in read]
    rows, overall = rows[kept], overall[kept]
    features = np.column_stack([overall, read_features(transcript, asked, rows, read)])
    scores = features @ np.array(WEIGHTS, np.float32)
    scores += ECHOES * echoes(transcript, asked, rows, scores) + RECENCY * _later(transcript, rows)
    order = sorted(range(len(rows)), key=lambda place: (-scores[place], rows[place]))
    numbers = transcript.numbers[rows].tolist()
    shares = (scores / BEST_POSSIBLE).clip(0, 1).tolist()
    return described(database, [numbers[place] for place in order], dict(zip(numbers, shares, strict=True)), limit)


def in_its_time(transcript: Transcript, asked: Asked) -> Asked:
    """The question with what was said on the days that it speaks of, if anything was."""
    import numpy as np

    today = date.today()  # noqa: DTZ011 -- local dates, as people mean them
    spans, rest = dates_and_rest(asked.text, today)
    in_time = np.zeros(len(transcript.at), np.bool_)
    for first, last in spans:
        begin, end = seconds_of(first, last)
        in_time |= (transcript.at >= begin) & (transcript.at < end)
    if not in_time.any():
        return asked
    names_day = all(last < today and last - first <= FEW_DAYS for first, last in spans)
    return replace(asked, words=words_of(rest), in_time=in_time, undated=rest, names_day=names_day)


def seconds_of(first: date, last: date) -> tuple[float, float]:
    """The Unix seconds at which the first day begins here, and at which the last one ends."""
    begin, end = (datetime.combine(day, time.min) for day in (first, last + timedelta(days=1)))
    return begin.astimezone().timestamp(), end.astimezone().timestamp()


def first_features(transcript: Transcript, asked: Asked) -> tuple[Rows, Scores]:
    """The rows of the messages that may fit, and what is told of them without their texts, shape (rows, 4)."""
    import numpy as np

    counts = transcript.words.counts(asked.words)
    lengths = transcript.words.lengths
    window, reach = with_neighbours(transcript, counts), with_neighbours(transcript, lengths[np.newaxis])[0]
    weights = rarity(counts)
    meaning = meanings(transcript, asked.cosines)
    shares = np.where(transcript.is_named, 1.0, SESSION_OF_CHAT)
    overall = np.column_stack(
        [
            _of_best(bm25(window, reach)),
            _of_best(_sessions_score(transcript, counts)) * shares,
            _of_best(meaning),
            weights @ (window > 0) / (weights.sum() or 1.0),
        ]
    ).astype(np.float32)
    in_time = _in_time(transcript, asked)
    may_fit = (window > 0).any(axis=0) | (meaning >= NEAR) | in_time
    first = np.where(may_fit, overall @ np.array(WEIGHTS[:4], np.float32) + WEIGHTS[-1] * in_time, 0)
    best = np.argsort(-first, kind="stable")[:FIRST]
    rows = np.sort(best[first[best] > 0])
    return rows, overall[rows]


def read_features(transcript: Transcript, asked: Asked, rows: Rows, read: dict[int, Row]) -> Scores:
    """What is told of messages by their texts, shape (rows, 6). `read` has those and the ones before them, by row."""
    import numpy as np

    texts = [read[row] for row in rows.tolist()]
    before = [read.get(row) for row in transcript.before[rows].tolist()]
    looked_for = asked.text if asked.undated is None else asked.undated
    close, _ = closeness(looked_for, [row["text"] for row in texts], range(len(texts)))
    by_whom = _by_whom(asked.text)
    told = [
        (
            by_whom(row),
            _long(row),
            asking(row["text"], row["name"]),
            asking(previous["text"], previous["name"]) if previous else 0.0,
        )
        for row, previous in zip(texts, before, strict=True)
    ]
    columns = np.array(told, np.float32).reshape(-1, 4)
    return np.column_stack([_of_best(close), columns, _in_time(transcript, asked)[rows]])


def echoes(transcript: Transcript, asked: Asked, rows: Rows, scores: Scores) -> Scores:
    """How like each message is to the best of other sessions, the better counting more, shape (rows,).

    Of no more messages than ECHOED it tells nothing.
    """
    import numpy as np

    if asked.cosines is None or len(rows) <= ECHOED:
        return np.zeros(len(rows), np.float32)
    vectors = asked.cosines.vectors_of(transcript.numbers[rows])
    vectors -= vectors.mean(axis=0)  # what all of them mean tells none from another
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    best = np.argsort(-scores, kind="stable")[:ECHOED]
    like = np.vecdot(vectors[:, np.newaxis], vectors[best]).clip(min=0)
    sessions = transcript.sessions[rows]
    shares = np.exp(scores[best] - scores[best[0]]) * (sessions[:, np.newaxis] != sessions[best])
    return _of_best(np.vecdot(like, shares) / np.maximum(shares.sum(axis=1), 1e-6))


def read_messages(database: Database, transcript: Transcript, rows: Rows) -> dict[int, Row]:
    """The messages in these rows and the ones before them, by row; none that was erased meanwhile."""
    wanted = {*rows.tolist(), *transcript.before[rows].tolist()} - {NOBODY}
    row_of = {int(transcript.numbers[row]): row for row in wanted}
    found = database.read(_READ, (json.dumps(list(row_of)),))
    return {row_of[row["message_id"]]: row for row in found}


def with_neighbours(transcript: Transcript, values: NDArray[np.floating | np.integer]) -> Scores:
    """The sums over each message, the one before it and the one after it; values have the shape (any, messages)."""
    import numpy as np

    none = np.zeros((len(values), 1), values.dtype)
    padded = np.concatenate([values, none], axis=1)  # the last column, -1, is NOBODY's
    sums: Scores = values.astype(np.float32)
    for neighbours in (transcript.before, transcript.after):
        sums += padded.take(neighbours, axis=1)
    return sums


def _sessions_score(transcript: Transcript, counts: Scores) -> Scores:
    """For each message BM25 of its session as one text."""
    import numpy as np

    share = np.where(transcript.from_assistant, ANSWERS, 1.0)
    total = len(transcript.session_ids)
    of_session = np.array([np.bincount(transcript.sessions, count * share, total) for count in counts], np.float32)
    lengths = np.bincount(transcript.sessions, transcript.words.lengths * share, total)
    return bm25(of_session.reshape(len(counts), total), lengths)[transcript.sessions]


def meanings(transcript: Transcript, cosines: Cosines | None) -> Scores:
    """The cosine of each message, 0 where it has no vector."""
    import numpy as np

    meaning = np.zeros(len(transcript.numbers), np.float32)
    if cosines is not None and len(cosines.numbers):
        places = np.searchsorted(cosines.numbers, transcript.numbers).clip(max=len(cosines.numbers) - 1)
        known = cosines.numbers[places] == transcript.numbers
        meaning[known] = cosines.values[places[known]].clip(min=0)
    return meaning


def _of_best(values: Scores) -> Scores:
    """The values as shares of the highest."""
    best = float(values.max(initial=0.0))
    return values / best if best else values


def _later(transcript: Transcript, rows: Rows) -> Scores:
    """How late each of these was said to or by an assistant, 0 to 1; 0 for talk among people."""
    import numpy as np

    later: Scores = (rows.argsort().argsort() / len(rows)).astype(np.float32)
    return later * ~transcript.is_named[rows]


def _long(row: Row) -> float:
    """How long a message is, 0 to 1; an assistant's answer, which always is, 0."""
    return min(1.0, len(row["text"]) / FULL_LENGTH) if row["name"] or row["role"] == "user" else 0.0


def _by_whom(question: str) -> Callable[[Row], bool]:
    """Whether a message was said by whom the question is about."""
    teller = teller_of(question)
    is_named = functools.cache(functools.partial(_names, question.lower()))
    return lambda row: is_named(row["name"].lower()) if row["name"] else row["role"] == teller


def _names(text: str, name: str) -> bool:
    """Whether a text names somebody: "Ed" is not named in "planned". Where no space divides words, any place does."""
    is_apart = not _WITHOUT_SPACES.search(name)
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)" if is_apart else re.escape(name), text) is not None


def _in_time(transcript: Transcript, asked: Asked) -> Flags:
    import numpy as np

    return np.zeros(len(transcript.at), np.bool_) if asked.in_time is None else asked.in_time


def described(
    database: Database, ranked: Sequence[int], scores: dict[int, float], limit: int = FIRST
) -> list[RecalledTurn]:
    """The first `limit` of the ranked messages, with everything shown of them.

    What stands in a session and in its forks is one message.
    """
    shown: dict[tuple[str, str, str], RecalledTurn] = {}
    for start in range(0, len(ranked), 2 * limit):
        page = ranked[start : start + 2 * limit]
        rows = database.read(_MESSAGES, (json.dumps(list(page)),))
        by_id = {row["message_id"]: row for row in rows}
        for message, row in ((each, by_id[each]) for each in page if each in by_id):
            shown.setdefault((row["origin"], row["role"], row["text"]), _recalled(row, scores[message]))
        if len(shown) >= limit:
            break
    return list(shown.values())[:limit]


def _recalled(row: Row, score: float) -> RecalledTurn:
    return RecalledTurn(
        session=row["session_id"],
        title=row["title"],
        run_id=row["run_id"],
        role=row["role"],
        name=row["name"],
        at=row["at"],
        text=row["text"],
        score=round(score, 4),
        id=row["imported_id"],
        message_id=row["message_id"],
    )
