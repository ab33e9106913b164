"""What a question needs from memory: the profile, the memories and the messages that fit it.

Gives ranked records; `block.py` makes them into the text that a model reads. Never writes.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from agentmem_cli.memories.store import profile_memories, replaced_since, search_memories
from agentmem_cli.recall.ranking import rank_messages
from agentmem_cli.records import Memory, Recall, RecalledMemory, RecalledTurn
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.fulltext import terms

DEFAULT_LIMIT = 10
PROFILE_BUDGET = 1_600
"""Characters of the profile: about 400 tokens."""

_SMALL_TALK = frozenset(
    """
    afternoon ah alright amazing appreciate awesome bye byebye cheers continue cool day dear evening excellent fine glad
    good goodbye goodnight great ha haha hello hey hi hiya hmm hm interesting kind lol lovely luck many morning much
    nice night nope noted oh ok okay perfect please pleased really right see sorry sounds super sure talk thank thanks
    thx tomorrow understood welcome well wonderful wow ya yeah yep yes yo you're
    """.split()  # noqa: SIM905 -- a list of quoted words would hide the words
)
_SMALL_PHRASES = re.compile(
    r"\b(?:a lot|doing today|go on|got it|makes sense|never mind|no problem|of course|to meet you|well done)\b",
    re.IGNORECASE,
)
"""Of words that alone may be what a question is about: "What was the problem?"."""


def question_words(question: str) -> list[str]:
    """The words to look for; none for small talk, which recalls nothing."""
    talk = terms(_SMALL_PHRASES.sub(" ", question))
    if all(word in _SMALL_TALK or re.fullmatch(r"(.)\1*", word) for word in talk):
        return []
    return terms(question)


def recall_for(
    database: Database,
    user_id: str,
    question: str,
    *,
    limit: int = DEFAULT_LIMIT,
    without_runs: Collection[str] = (),
) -> Recall:
    """What is known that fits a question, each list in rank order; what fits is listed though the profile has it.

    `without_runs` are the runs that the request carries already.
    """
    profile = [_recalled(memory, 0.0) for memory in profile_memories(database, user_id, PROFILE_BUDGET)]
    words = question_words(question)
    if not words:
        return Recall(question, profile, [], [])
    found = search_memories(database, user_id, " ".join(words), limit)
    best = max((score for _, score in found), default=1.0) or 1.0
    return Recall(
        question,
        profile,
        [_recalled(memory, score / best) for memory, score in found],
        _marked(database, user_id, rank_messages(database, user_id, question, words, limit, without_runs)),
    )


def _marked(database: Database, user_id: str, turns: list[RecalledTurn]) -> list[RecalledTurn]:
    """The messages, each of the person's with what is true now if a memory that came from it was replaced."""
    now = replaced_since(database, user_id, [turn.run_id for turn in turns])
    return [
        replace(turn, replaced_by=now[turn.run_id]) if turn.role == "user" and turn.run_id in now else turn
        for turn in turns
    ]


def _recalled(memory: Memory, score: float) -> RecalledMemory:
    return RecalledMemory(
        memory_id=memory.memory_id,
        text=memory.text,
        kind=memory.kind,
        said_at=memory.said_at,
        quote=memory.quote,
        session_id=memory.session_id,
        score=round(score, 4),
    )
