"""What a question needs from memory: the profile, the memories and the messages that fit it.

Gives ranked records; `block.py` makes them into the text that a model reads. Never writes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from agentmem_cli.memories.store import replaced_since, search_memories
from agentmem_cli.recall.excerpt import held
from agentmem_cli.recall.further import NEXT_RANKED, replies_to
from agentmem_cli.recall.known import recalled_memories
from agentmem_cli.recall.later_mentions import with_later_mentions
from agentmem_cli.recall.profile import profile_of
from agentmem_cli.recall.ranking import rank_messages
from agentmem_cli.recall.small_talk import is_remark, is_small_talk, unknown_words
from agentmem_cli.recall.vectors import MEMORIES, MESSAGES, Vectors
from agentmem_cli.records import Recall, RecalledTurn
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.fulltext import terms

DEFAULT_LIMIT = 10
RECALLED_FOR = 4_000
"""Characters of a question that recall goes by, of its beginning and its end: the 25,000 words of a pasted file
asked for everything, and took two minutes."""


def question_words(question: str) -> list[str]:
    """The words to look for; none for small talk, which recalls nothing."""
    return [] if is_small_talk(question) else terms(question)


def recall_for(
    database: Database,
    user_id: str,
    question: str,
    *,
    limit: int = DEFAULT_LIMIT,
    without_runs: Collection[str] = (),
    vectors: Vectors | None = None,
) -> Recall:
    """What is known that fits a question, each list in rank order; what fits is listed though the profile has it.

    Beyond the `limit` best come, as `further`, what a block with room left is filled with.

    `without_runs` are the runs that the request carries already. What is said in other words than the question's
    is found once the `vectors` are in memory.
    """
    question = _ends(question, RECALLED_FOR)
    profile = profile_of(database, user_id)
    words = question_words(question)
    if not words:
        return Recall(question, profile, [], [])
    near = vectors.cosines(question) if vectors and not is_remark(question) else {}
    found = search_memories(database, user_id, " ".join(words), limit, near.get(MEMORIES))
    ranked = rank_messages(database, user_id, question, words, limit + NEXT_RANKED, without_runs, near.get(MESSAGES))
    ranked = with_later_mentions(database, user_id, question, words, ranked, limit, without_runs)
    if is_remark(question):
        telling = unknown_words(question)
        found = [(memory, score) for memory, score in found if _says(memory.text, telling)]
        ranked = [turn for turn in ranked if _says(turn.text, telling)]
    replies = replies_to(database, user_id, ranked[:limit], without_runs)
    replied = {turn.message_id for turn in replies}
    further = replies + [turn for turn in ranked[limit:] if turn.message_id not in replied]
    best = max((score for _, score in found), default=1.0) or 1.0
    return Recall(
        question,
        profile,
        recalled_memories(database, user_id, [(memory, score / best) for memory, score in found]),
        _marked(database, user_id, ranked[:limit]),
        _marked(database, user_id, further),
    )


def _ends(text: str, characters: int) -> str:
    """The text, or its beginning and its end: what is asked stands before a paste or behind it."""
    half = characters // 2
    return text if len(text) <= characters else f"{text[:half]}\n{text[-half:]}"


def _says(text: str, words: list[str]) -> bool:
    """Whether a text holds two of the words: one alone is chance, where nothing is asked."""
    return len(held(text, words)) > 1


def _marked(database: Database, user_id: str, turns: list[RecalledTurn]) -> list[RecalledTurn]:
    """The messages, each of the person's with what is true now if a memory of it was replaced."""
    now = replaced_since(database, user_id, [turn.run_id for turn in turns])
    return [replace(turn, replaced_by=now.get(turn.run_id)) if turn.role == "user" else turn for turn in turns]
