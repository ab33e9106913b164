"""Earlier messages ranked for a question. Reads the text index; writes nothing.

One FTS5 query scores each message by its own words and, at a lower weight, by those of its neighbours in the
session. To that comes a share of its session's score, since an answer lies where the subject was talked about,
and what the message is: said by whom the question is about, at the time it speaks of, with the phrase it quotes;
telling rather than asking, a long one rather than a short one.

The weights come from the five public LoCoMo conversations: the sum's, fitted on four and measured on the fifth in
turn, bring .815 of the evidence into the top 10 and .719 into the top 5 there, where BM25 over single messages finds
.62 and .54. The values below are the middle of the five fits, rounded, and give .817 and .725 over all five
(`tests/bench/recall.py`). COLUMN_WEIGHTS, SESSION_DEPTH, FULL_LENGTH and NEAR were chosen on all five, and PHRASE
makes no difference there. Of that the bundled embedder's cosine brings .012 in the top 10 and .004 in the top 5; it
also finds what shares no word with the question. Fusing ranks instead of adding scores lowers both.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime

from agentmem_cli.recall.asking import asking, asks_assistant
from agentmem_cli.recall.small_talk import asks
from agentmem_cli.recall.time_expressions import spoken_of
from agentmem_cli.recall.vectors import Cosines
from agentmem_cli.records import RecalledTurn
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.fulltext import match_any

COLUMN_WEIGHTS = (1.0, 0.7, 0.4)
"""Of a message's own words, the message before and the one after, in BM25."""
WORDS, SESSION, SPEAKER, LENGTH, MEANING = 1.4, 0.6, 0.4, 0.4, 0.4
ASKING, TIME, PHRASE, RECENCY = -0.9, 0.6, 0.5, 0.1
SESSION_OF_CHAT, OWN_WORDS = 0.2, 0.2
"""Of what is said to and by an assistant, whose long answers repeat a question's words and so make its neighbours and
its session seem to fit: less of the session's score, and something for the message's own words. Of 122 updates told
among 3,600 messages with such answers, .72 of the newest were in the top ten before this and NEAR, .78 with both;
people who talk with each other need the whole of SESSION (LoCoMo, .01 less with 0.2)."""
BEST_POSSIBLE = WORDS + SESSION + SPEAKER + LENGTH + MEANING
SESSION_DEPTH = 5
"""How many of a session's best messages make up its score."""
FULL_LENGTH = 200
"""Characters from which on a message is no longer better for being longer."""
CANDIDATES = 400
NEAREST, NEAR, NEAR_ALONE = 40, 0.2, 0.35
"""How many messages that share no word with the question are looked at, and the cosine that they need; the second
where no message shares one and nobody asks about themselves, lest small talk that is not known as such recalls
something."""
MOST_MATCHES = 4_000
"""How many messages the words of one query may match together, but for the rarest word. Scoring 20,000 takes
30 ms; a word that so many messages hold tells them apart hardly at all."""

_CANDIDATES = """
SELECT message_id, -badness AS words, own, session_id, role, name, at, text FROM (
    SELECT messages_fts.rowid AS found, bm25(messages_fts, ?, ?, ?) AS badness,
        -bm25(messages_fts, 1, 0, 0) AS own FROM messages_fts
    JOIN messages ON messages.message_id = messages_fts.rowid
    WHERE messages_fts MATCH ? AND messages.user_id = ? ORDER BY badness LIMIT ?
) JOIN messages ON message_id = found ORDER BY badness
"""
_NEAR = """
SELECT message_id, 0.0 AS words, 0.0 AS own, session_id, role, name, at, text FROM messages
WHERE user_id = ? AND message_id IN ({marks})
"""
_MATCHES = """
SELECT count(*) AS matches FROM (SELECT 1 FROM messages_fts WHERE messages_fts MATCH ? LIMIT ?)
"""
_MESSAGES = """
SELECT message_id, messages.session_id, run_id, role, name, at, text, imported_id,
    coalesce(json_extract(session_data, '$.session_name'), '') AS title,
    coalesce((SELECT origin FROM forked_runs WHERE forked_runs.run_id = messages.run_id), messages.run_id) AS origin
FROM messages JOIN agno_sessions ON agno_sessions.session_id = messages.session_id
WHERE message_id IN ({marks})
"""
FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|i'd|me|my|mine|myself)\b", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“”]([^\"“”]{3,})[\"“”]")


def rank_messages(
    database: Database,
    user_id: str,
    question: str,
    words: list[str],
    limit: int,
    without_runs: Collection[str] = (),
    cosines: Cosines | None = None,
) -> list[RecalledTurn]:
    """The user's messages that fit the question's words, the best first. `score` is between 0 and 1.

    `without_runs` are the runs that the request carries already; `cosines` add the messages that mean the like.
    """
    query = match_any(_telling_words(database, words)) if words else ""
    rows = database.read(_CANDIDATES, (*COLUMN_WEIGHTS, query, user_id, CANDIDATES)) if query else []
    least = NEAR if rows or (FIRST_PERSON.search(question) and asks(question)) else NEAR_ALONE
    meanings = _meanings(rows, cosines, least) if cosines else {}
    rows += _only_near(database, user_id, meanings.keys() - {row["message_id"] for row in rows})
    if not rows:
        return []
    suits = _suits(question)
    best, best_own = rows[0]["words"] or 1.0, max(row["own"] for row in rows) or 1.0
    nearest = max(meanings.values(), default=0.0) or 1.0
    sessions = _session_scores(rows)
    later = _later(rows)
    scores = {
        row["message_id"]: WORDS * row["words"] / best
        + MEANING * max(0.0, meanings.get(row["message_id"], 0.0)) / nearest
        + (SESSION if row["name"] else SESSION_OF_CHAT) * sessions[row["session_id"]]
        + (0.0 if row["name"] else OWN_WORDS * row["own"] / best_own)
        + LENGTH * _long(row)
        + ASKING * asking(row["text"], row["name"])
        + RECENCY * later[row["message_id"]]
        + suits(row)
        for row in rows
    }
    ranked = sorted(scores, key=lambda message: (-scores[message], message))
    shares = {message: min(1.0, max(0.0, score / BEST_POSSIBLE)) for message, score in scores.items()}
    return described(database, ranked, shares, without_runs, limit)


def _meanings(rows: Sequence[sqlite3.Row], cosines: Cosines, least: float) -> dict[int, float]:
    """The cosines of the messages found by their words, and of the nearest that are near enough without them."""
    return cosines.nearest(NEAREST, least) | cosines.of(row["message_id"] for row in rows)


def _only_near(database: Database, user_id: str, messages: Collection[int]) -> list[sqlite3.Row]:
    return database.read(_NEAR.format(marks=", ".join("?" * len(messages))), (user_id, *messages)) if messages else []


def _long(row: sqlite3.Row) -> float:
    """How long a message is, 0 to 1; an assistant's answer, which always is, 0."""
    return min(1.0, len(row["text"]) / FULL_LENGTH) if row["name"] or row["role"] == "user" else 0.0


def _session_scores(rows: Sequence[sqlite3.Row]) -> dict[str, float]:
    """For each session the sum of its best messages' scores, 1 for the best session."""
    of_session: dict[str, list[float]] = defaultdict(list)
    for row in rows:  # best first, so the first few of a session are its best
        of_session[row["session_id"]].append(row["words"])
    sums = {session: sum(scores[:SESSION_DEPTH]) for session, scores in of_session.items()}
    best = max(sums.values()) or 1.0
    return {session: score / best for session, score in sums.items()}


def _later(rows: Sequence[sqlite3.Row]) -> dict[int, float]:
    """For each message how late it was said among these, 0 to 1: of two that fit as well, the newer holds."""
    ordered = sorted((row["at"], row["message_id"]) for row in rows)
    return {message: place / len(ordered) for place, (_, message) in enumerate(ordered)}


def _suits(question: str) -> Callable[[sqlite3.Row], float]:
    """What a message gains by who said it, when, and the phrase it holds."""
    asked = question.lower()
    teller = "assistant" if asks_assistant(question) else "user" if FIRST_PERSON.search(question) else ""
    span = spoken_of(question, date.fromtimestamp(time.time()))  # noqa: DTZ012 -- local dates, as people mean them
    phrases = [phrase.lower() for phrase in _QUOTED.findall(question)]

    def gain(row: sqlite3.Row) -> float:
        by_whom = row["name"].lower() in asked if row["name"] else row["role"] == teller
        said = datetime.fromtimestamp(row["at"], UTC).astimezone().date() if span else None
        in_time = span is not None and said is not None and span[0] <= said <= span[1]
        has_phrase = any(phrase in row["text"].lower() for phrase in phrases)
        return SPEAKER * by_whom + TIME * in_time + PHRASE * has_phrase

    return gain


def matching(database: Database, query: str, most: int) -> int:
    """How many messages an FTS5 query matches, counted up to `most`."""
    return int(database.read(_MATCHES, (query, most))[0]["matches"])


def _telling_words(database: Database, words: list[str]) -> list[str]:
    """The rarest of the words, as many as match MOST_MATCHES messages together, and at least one."""
    counts = {word: matching(database, match_any([word]), MOST_MATCHES) for word in words}
    kept: list[str] = []
    matches = 0
    for word in sorted((word for word in words if counts[word]), key=lambda word: counts[word]):
        matches += counts[word]
        if kept and matches > MOST_MATCHES:
            break
        kept.append(word)
    return kept


def described(
    database: Database,
    ranked: list[int],
    scores: dict[int, float],
    without_runs: Collection[str],
    limit: int = CANDIDATES,
) -> list[RecalledTurn]:
    """The first `limit` of the ranked messages that are not left out, with everything shown of them.

    What stands in a session and in its forks is one message.
    """
    shown: dict[tuple[str, str, str], RecalledTurn] = {}
    for start in range(0, len(ranked), 2 * limit):
        page = ranked[start : start + 2 * limit]
        rows = database.read(_MESSAGES.format(marks=", ".join("?" * len(page))), page)
        by_id = {row["message_id"]: row for row in rows if row["run_id"] not in without_runs}
        for message, row in ((each, by_id[each]) for each in page if each in by_id):
            shown.setdefault((row["origin"], row["role"], row["text"]), _recalled(row, scores[message]))
        if len(shown) >= limit:
            break
    return list(shown.values())[:limit]


def _recalled(row: sqlite3.Row, score: float) -> RecalledTurn:
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
