"""What a question needs from memory: the profile, the memories and the messages that fit it.

Gives ranked records; `block.py` makes them into the text that a model reads. Never writes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from agentmem_cli.language.word_index import words_of
from agentmem_cli.memories.store import replaced_since, search_memories
from agentmem_cli.recall.evidence import is_evidence, is_follow_up
from agentmem_cli.recall.forgotten import without_forgotten
from agentmem_cli.recall.further import NEXT_RANKED, replies_to
from agentmem_cli.recall.known import recalled_memories
from agentmem_cli.recall.later_mentions import with_later_mentions
from agentmem_cli.recall.profile import profile_of
from agentmem_cli.recall.ranking import Asked, in_its_time, meanings, rank_messages
from agentmem_cli.recall.transcript import Transcript
from agentmem_cli.recall.user_index import UserIndex
from agentmem_cli.recall.vectors import MEMORIES, MESSAGES
from agentmem_cli.records import Memory, Recall, RecalledTurn
from agentmem_cli.storage.database import Database

DEFAULT_LIMIT = 10
RECALLED_FOR = 4_000
"""Characters of a question that recall goes by, of its beginning and its end: the 25,000 words of a pasted file
asked for everything, and took two minutes."""


def recall_for(
    database: Database,
    user_id: str,
    question: str,
    *,
    limit: int = DEFAULT_LIMIT,
    before: str = "",
    without_runs: Collection[str] = (),
    index: UserIndex | None = None,
    is_wanted: bool = False,
) -> Recall:
    """What is known that fits a question, each list in rank order; what fits is listed though the profile has it.

    Beyond the `limit` best come, as `further`, what a block with room left is filled with.

    A follow-up is searched for with the exchange `before` it. `without_runs` are the runs that the request carries
    already. What is said in other words than the question's is found once its vector is made. For small talk,
    and where nothing that is found is any evidence, there is nothing, unless it `is_wanted` in any case, as what a
    model itself looks for.
    """
    question = _ends(question, RECALLED_FOR)
    profile = profile_of(database, user_id)
    index = index or UserIndex(database, user_id)
    transcript = index.transcript(without_runs=without_runs)
    for text in _looked_for(question, before):
        asked, found, nearest = _found(database, user_id, index, transcript, text, limit)
        known = [memory.text for memory, _ in found]
        if is_wanted or is_evidence(transcript, asked, known, nearest, question=question):
            break
    else:
        return Recall(question, profile, [], [], without_vectors=index.without_vectors_beside(without_runs))
    ranked = rank_messages(database, transcript, asked, limit + NEXT_RANKED)
    ranked = with_later_mentions(database, transcript, asked, ranked, limit)
    ranked = without_forgotten(database, user_id, ranked)
    replies = without_forgotten(database, user_id, replies_to(database, transcript, ranked[:limit]))
    replied = {turn.message_id for turn in replies}
    further = replies + [turn for turn in ranked[limit:] if turn.message_id not in replied]
    best = max((score for _, score in found), default=1.0) or 1.0
    return Recall(
        question,
        profile,
        recalled_memories(database, user_id, [(memory, score / best) for memory, score in found]),
        _marked(database, user_id, ranked[:limit]),
        _marked(database, user_id, further),
        index.without_vectors_beside(without_runs),
    )


def _looked_for(question: str, before: str) -> list[str]:
    """What to look for: a follow-up with the exchange before it, and alone where that finds nothing."""
    if before and is_follow_up(question):
        return [f"{_ends(before, RECALLED_FOR)}\n{question}", question]
    return [question]


def _found(
    database: Database, user_id: str, index: UserIndex, transcript: Transcript, text: str, limit: int
) -> tuple[Asked, list[tuple[Memory, float]], float]:
    """The text as messages are ranked for it, the memories that fit, and the highest cosine of either."""
    near = index.cosines(text)
    found = search_memories(database, user_id, text, limit, near.get(MEMORIES))
    asked = in_its_time(transcript, Asked(text, words_of(text), near.get(MESSAGES)))
    nearest_message = float(meanings(transcript, asked.cosines).max(initial=0.0))
    nearest_memory = float(near[MEMORIES].values.max(initial=0.0)) if MEMORIES in near else 0.0
    return asked, found, max(nearest_message, nearest_memory)


def _ends(text: str, characters: int) -> str:
    """The text, or its beginning and its end: what is asked stands before a paste or behind it."""
    half = characters // 2
    return text if len(text) <= characters else f"{text[:half]}\n{text[-half:]}"


def _marked(database: Database, user_id: str, turns: list[RecalledTurn]) -> list[RecalledTurn]:
    """The messages, each of the person's with what is true now if a memory of it was replaced."""
    now = replaced_since(database, user_id, [turn.run_id for turn in turns])
    return [replace(turn, replaced_by=now.get(turn.run_id)) if turn.role == "user" else turn for turn in turns]
