"""Reading memories: lists, ids, words, the profile, the ledger. Never changes a row.

Every query names the user. `memory_details` holds every memory in every status; Agno's own table holds
the active ones only and is not read here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from agentmem_cli.errors import Ambiguous, NotFound
from agentmem_cli.language.classifier import LIKELY_ESSENTIAL
from agentmem_cli.memories.index import Nearness, fitting, latest_change
from agentmem_cli.memories.sameness import same_key
from agentmem_cli.records import LedgerEntry, Memory
from agentmem_cli.storage.database import Database, Row

STATUSES = ("proposed", "active", "superseded", "forgotten", "rejected")
KINDS = ("fact", "preference", "instruction", "event")
WISHES = "wishes"
"""The topic of standing instructions in a profile, whatever they are about."""
ESSENTIAL = ("health", "diet", WISHES, "people", "name", "home", "work")
"""The topics of what must be known of a person whatever the question is, and their order in a profile.

A memory of several topics is of the first here."""

_COLUMNS = (
    "memory_id, user_id, text, kind, topics, status, quote, session_id, run_id, said_at, created_at, updated_at,"
    " pinned, supersedes, superseded_by, valid_from, valid_to, replaces_perhaps, seen_count,"
    " use_count, last_used_at, subject, on_date, until_date, also_supersedes"
)
_NEWEST_FIRST = " ORDER BY said_at DESC, memory_number DESC"
_PENDING = (
    "user_id = ? AND (status = 'proposed' OR (status = 'active' AND replaces_perhaps IN"
    " (SELECT memory_id FROM memory_details WHERE user_id = ? AND status = 'active')))"
)
# A question whose older memory is no longer active is over; undo, which makes that active again, asks again.
_RESEMBLING, _LATEST = 60, 100
"""Memories that a message is compared with: those that share words with it, and those said last."""
_OF_A_TOPIC = 40
"""Memories of one topic read for a profile: more than the whole of it holds."""
_TOPIC = " ".join(f"WHEN instr(topics, '\"{topic}\"') > 0 THEN '{topic}'" for topic in ESSENTIAL if topic != WISHES)
_RANK = " ".join(f"WHEN '{topic}' THEN {rank}" for rank, topic in enumerate(ESSENTIAL))
_PROFILE = f"""
WITH known AS (
    SELECT memory_number AS number, pinned AS is_pinned, kind = 'event' AS passes, subject IS NOT NULL AS of_others,
        said_at AS at, CASE WHEN kind = 'instruction' THEN 1
        WHEN essential >= {LIKELY_ESSENTIAL} THEN essential ELSE 0 END AS need,
        CASE WHEN kind = 'instruction' THEN '{WISHES}' {_TOPIC}
        ELSE coalesce(json_extract(topics, '$[0]'), 'other') END AS topic
    FROM memory_details WHERE user_id = ? AND status = 'active'
), placed AS (
    SELECT number, topic, row_number() OVER (
        PARTITION BY topic ORDER BY need > 0 DESC, is_pinned DESC, of_others, need DESC, passes, at DESC, number DESC
    ) AS place, is_pinned, need FROM known
)
SELECT memory_id, topic, need > 0 AS is_needed FROM placed JOIN memory_details ON memory_number = number
WHERE is_pinned = 1 OR place <= {_OF_A_TOPIC}
ORDER BY need > 0 DESC, place, CASE topic {_RANK} ELSE 99 END, said_at DESC, memory_number DESC
"""  # noqa: S608 -- only names of this file


def list_memories(
    database: Database, user_id: str, *, status: str | None = "active", limit: int | None = None
) -> list[Memory]:
    """A user's memories, the last said first. `status` None is all of them; `limit` None is no limit."""
    where = "" if status is None else " AND status = ?"
    cut = "" if limit is None else f" LIMIT {limit:d}"
    chosen = (user_id,) if status is None else (user_id, status)
    return _select(database, f"user_id = ?{where}{_NEWEST_FIRST}{cut}", chosen)


def memories_as_of(database: Database, user_id: str, at: int) -> list[Memory]:
    """What was true at a time, as far as is known today: said by then, and replaced later or not at all.

    What is forgotten or rejected since is left out, and so is what still waits.
    """
    where = (
        "user_id = ? AND status IN ('active', 'superseded') AND COALESCE(valid_from, said_at) <= ?"
        f" AND (valid_to IS NULL OR valid_to > ?){_NEWEST_FIRST}"
    )
    return _select(database, where, (user_id, at, at))


def find_memory(database: Database, user_id: str, prefix: str) -> Memory:
    """The one memory whose id is, or begins with, `prefix`, in any status. Raises NotFound or Ambiguous."""
    if exact := _select(database, "user_id = ? AND memory_id = ?", (user_id, prefix)):
        return exact[0]
    where = f"user_id = ? AND substr(memory_id, 1, length(?)) = ?{_NEWEST_FIRST}"
    found = _select(database, where, (user_id, prefix, prefix)) if prefix else []
    if not found:
        raise NotFound(f'No memory "{prefix}" of {user_id}.', "`agentmem memories list --all` shows them.")
    if len(found) > 1:
        raise Ambiguous("memory", prefix, [(memory.memory_id, memory.text) for memory in found])
    return found[0]


def search_memories(
    database: Database, user_id: str, words: str, limit: int, cosines: Nearness | None = None
) -> list[tuple[Memory, float]]:
    """Active memories that fit the words, each with its score (more is better), the best first.

    The score is BM25; with `cosines` what means the like is found too, and the score is a sum of both.
    """
    scores = fitting(database, user_id, words, limit, cosines)
    marks = ", ".join("?" * len(scores))
    found = _select(database, f"user_id = ? AND memory_id IN ({marks})", (user_id, *scores))
    by_id = {memory.memory_id: memory for memory in found}
    return [(by_id[memory_id], score) for memory_id, score in scores.items()]


def same_text(database: Database, user_id: str, text: str) -> list[Memory]:
    """The user's memories, in any status, that say the same (see `sameness.same_key`), the oldest first."""
    of_user = "user_id = ? AND same_hash = ? ORDER BY memory_number"
    wanted = sameness_hash(user_id, text)
    unhashed = _select(database, of_user, (user_id, ""))  # of a database that was just brought up to date
    same = [memory for memory in unhashed if sameness_hash(user_id, memory.text) == wanted]
    return same + _select(database, of_user, (user_id, wanted))


def sameness_hash(user_id: str, text: str) -> str:
    """What is stored of `same_key`: its SHA-256 with the user's id, so that an erased memory's words are not kept.

    Who has the file can test a guess against it, but cannot read it.
    """
    return hashlib.sha256(f"{user_id}\n{same_key(text)}".encode("utf-8", "replace")).hexdigest()


def touched_memories(database: Database, user_id: str, text: str) -> list[Memory]:
    """The active memories that a message may change: those that share words with it, and the latest."""
    found = search_memories(database, user_id, text, _RESEMBLING)
    touched = {memory.memory_id: memory for memory, _ in found}
    latest = list_memories(database, user_id, limit=_LATEST)
    return list((touched | {memory.memory_id: memory for memory in latest}).values())


class Candidate(NamedTuple):
    """A memory that a profile is chosen from; `is_needed` says whether it must always be known, as every wish must."""

    topic: str
    memory: Memory
    is_needed: bool


_profiles: WeakKeyDictionary[Database, dict[str, tuple[tuple[object, ...], list[tuple[str, str, bool]]]]] = (
    WeakKeyDictionary()
)
"""Of each user what was changed last when the profile was chosen, and what it is chosen from: 20 ms for 10,000."""


def profile_memories(database: Database, user_id: str) -> list[Candidate]:
    """What a profile is chosen from, first the best of each topic, then the second of each, and so on.

    What must always be known comes first: an allergy before a remark on health. Of a topic the pinned come first, then
    what the person tells of themselves, what is needed most, lasting facts, the newest. Neither the question nor the
    clock nor how often a memory was used counts, so it changes only when a memory does.
    """
    latest = latest_change(database, user_id)
    of_users = _profiles.setdefault(database, {})
    if user_id not in of_users or of_users[user_id][0] != latest:
        rows = database.read(_PROFILE, (user_id,))
        of_users[user_id] = latest, [(row["topic"], row["memory_id"], bool(row["is_needed"])) for row in rows]
    _, chosen = of_users[user_id]
    marks = ", ".join("?" * len(chosen))
    found = _select(database, f"user_id = ? AND memory_id IN ({marks})", (user_id, *(each for _, each, _ in chosen)))
    by_id = {memory.memory_id: memory for memory in found}
    return [Candidate(topic, by_id[each], is_needed) for topic, each, is_needed in chosen if each in by_id]


def history(database: Database, user_id: str, memory_id: str | None = None) -> list[LedgerEntry]:
    """Every change of one memory, or of all of the user's, in the order they were made."""
    where, chosen = ("", (user_id,)) if memory_id is None else (" AND memory_id = ?", (user_id, memory_id))
    sql = f"SELECT * FROM memory_ledger WHERE user_id = ?{where} ORDER BY entry_id"  # noqa: S608 -- no data in it
    return [entry_of(row) for row in database.read(sql, chosen)]


def list_pending(database: Database, user_id: str) -> list[Memory]:
    """What waits for the person, the last said first: proposals, and memories that may replace an older one."""
    return _select(database, f"{_PENDING}{_NEWEST_FIRST}", (user_id, user_id))


def count_pending(database: Database, user_id: str) -> int:
    """How many there are in `list_pending`."""
    sql = f"SELECT count(*) AS pending FROM memory_details WHERE {_PENDING}"  # noqa: S608 -- only SQL of this file
    return int(database.read(sql, (user_id, user_id))[0]["pending"])


def asking_about(database: Database, user_id: str, memory_ids: Sequence[str]) -> list[Memory]:
    """The active memories that perhaps replace one of these, the last said first."""
    marks = ", ".join("?" for _ in memory_ids)
    where = f"user_id = ? AND status = 'active' AND replaces_perhaps IN ({marks}){_NEWEST_FIRST}"
    return _select(database, where, (user_id, *memory_ids))


def replaced_since(database: Database, user_id: str, run_ids: Sequence[str]) -> dict[str, str]:
    """For each of the runs from which a memory came that was replaced, or copies of them: what holds now.

    Several texts stand with a semicolon between them.
    A memory that is only worded anew has still the run that it came from, and replaces nothing that was said there.
    """
    rows = database.read(
        "WITH RECURSIVE later (run_id, origin, memory_id) AS ("
        " SELECT said.value, coalesce(origin, said.value), superseded_by FROM json_each(?) AS said"
        "  LEFT JOIN forked_runs ON forked_runs.run_id = said.value"
        "  JOIN memory_details AS old ON old.run_id = coalesce(origin, said.value)"
        "  WHERE old.user_id = ? AND old.status = 'superseded'"
        " UNION SELECT later.run_id, origin, superseded_by FROM later JOIN memory_details USING (memory_id)"
        "  WHERE status = 'superseded')"
        " SELECT later.run_id, text FROM later JOIN memory_details AS new USING (memory_id)"
        " WHERE new.status = 'active' AND coalesce(new.run_id, '') <> origin"
        " ORDER BY new.said_at, new.memory_number",
        (json.dumps(run_ids), user_id),
    )
    now: dict[str, list[str]] = {}
    for row in rows:
        now.setdefault(row["run_id"], []).append(row["text"])
    return {run_id: "; ".join(dict.fromkeys(texts)) for run_id, texts in now.items()}


def session_title(database: Database, user_id: str, session_id: str) -> str | None:
    """The title of the session a memory came from; None when it is deleted or another user's."""
    rows = database.read(
        "SELECT json_extract(session_data, '$.session_name') AS title FROM agno_sessions"
        " WHERE session_id = ? AND user_id = ?",
        (session_id, user_id),
    )
    return rows[0]["title"] if rows else None


def text_key(text: str) -> str:
    """What two memories share when they say the same."""
    return " ".join(text.casefold().replace("\u2019", "'").split()).rstrip(".! ")


def entry_of(row: Row) -> LedgerEntry:
    """A row of the ledger as a record."""
    return LedgerEntry(
        entry_id=row["entry_id"],
        batch_id=row["batch_id"],
        user_id=row["user_id"],
        memory_id=row["memory_id"],
        at=row["at"],
        actor=row["actor"],
        action=row["action"],
        before=json.loads(row["before"]) if row["before"] else None,
        after=json.loads(row["after"]) if row["after"] else None,
        run_id=row["run_id"],
    )


def _select(database: Database, where: str, parameters: Sequence[str | int]) -> list[Memory]:
    rows = database.read(f"SELECT {_COLUMNS} FROM memory_details WHERE {where}", parameters)  # noqa: S608 -- only SQL of this file
    return [_memory(row) for row in rows]


def _memory(row: Row) -> Memory:
    return Memory(
        memory_id=row["memory_id"],
        user_id=row["user_id"],
        text=row["text"],
        kind=row["kind"],
        topics=json.loads(row["topics"]),
        status=row["status"],
        quote=row["quote"],
        session_id=row["session_id"],
        run_id=row["run_id"],
        said_at=row["said_at"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        pinned=bool(row["pinned"]),
        supersedes=row["supersedes"],
        superseded_by=row["superseded_by"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        replaces_perhaps=row["replaces_perhaps"],
        seen_count=row["seen_count"],
        use_count=row["use_count"],
        last_used_at=row["last_used_at"],
        subject=row["subject"],
        on_date=row["on_date"],
        until_date=row["until_date"],
        also_supersedes=json.loads(row["also_supersedes"]),
    )
