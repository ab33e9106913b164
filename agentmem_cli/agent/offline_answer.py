"""Answers without a language model: what is on record, quoted, with where it stands. Pure functions.

It looks up and quotes; it never reasons, and says plainly when it has found nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from agentmem_cli.agent.citations import citation
from agentmem_cli.agent.offline_question import (
    ABOUT_CONVERSATIONS,
    ABOUT_ME,
    TALK_STEMS,
    asks_for_preferences,
    covered,
    is_looked_up,
    is_question,
    topics_of,
    wanted_stems,
)
from agentmem_cli.recall.ranking import FIRST_PERSON
from agentmem_cli.recall.recall import question_words
from agentmem_cli.records import FoundPassage, Memory, Recall, RecalledTurn, TranscriptMessage

NOTHING_FOUND = "I found nothing about that in your memories, earlier conversations or documents."
_NO_MODEL = "No language model is in use, so I can only look things up."
_OFFER = "I can look things up for you: ask about yourself, an earlier conversation or your documents."
_KNOWS_NOTHING = "I know nothing about you yet."
_EVERYTHING = "This is what I remember of you:"
_NOTED = "Noted. Without a language model I can look things up for you, not talk about them."
ENOUGH = 0.5
"""The share of a question's words that a text must hold to answer it."""
_MOST_QUOTED = 3
_LONGEST_QUOTE = 400

_OWN_ANSWER = re.compile(
    "|".join(map(re.escape, (NOTHING_FOUND, _OFFER, _KNOWS_NOTHING, _EVERYTHING, _NOTED)))
    + r"|From memory: \*\*|From .+, p\. .+ \[\d+\]:|On \d{4}-\d\d-\d\d .+:\n\n>"
)
"""How the answers of this module begin: they are never quoted as something that was said."""
_DIGIT = re.compile(r"\d")
"""A short line with a number is a row of a table, one without is a heading."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """What an answer may rest on.

    `known` gives every memory of the person, the last said first, `last_time` the conversation before this one.
    """

    recall: Recall
    passages: list[FoundPassage]
    known: Callable[[], list[Memory]]
    last_time: Callable[[], list[TranscriptMessage]]


@dataclass(frozen=True, slots=True)
class _Found:
    """An answer, and the share of the question's words that it covers; 0 for none."""

    covers: float
    text: str


_NOT_FOUND = _Found(0.0, "")


def needs_documents(question: str, lookup: Lookup) -> bool:
    """Whether to search the documents: for a question that nothing likelier answers."""
    if not is_looked_up(question) or ABOUT_ME.search(question):
        return False
    ways = _ways_to_look(question)
    return not any(look(question, lookup).covers for look in ways[: ways.index(_from_documents)])


def answer_from(question: str, lookup: Lookup) -> str:
    """The answer, in Markdown."""
    if ABOUT_ME.search(question):
        return _everything_known(lookup.known())
    if is_looked_up(question):
        best = max((look(question, lookup) for look in _ways_to_look(question)), key=lambda found: found.covers)
        if best.covers:
            return best.text
        return f"{NOTHING_FOUND} {_NO_MODEL}" if is_question(question) else _OFFER
    return _NOTED if question_words(question) and not is_question(question) else _OFFER


def _ways_to_look(question: str) -> list[Callable[[str, Lookup], _Found]]:
    """Where to look, the likeliest first: of two that cover as much of the question, it is the one quoted."""
    if ABOUT_CONVERSATIONS.search(question):
        return [_from_turns, _from_memory, _from_documents]
    if FIRST_PERSON.search(question):
        return [_from_memory, _from_turns, _from_documents]
    return [_from_documents, _from_memory, _from_turns]


def _everything_known(memories: list[Memory]) -> str:
    if not memories:
        return _KNOWS_NOTHING
    asked_about = {memory.replaces_perhaps for memory in memories}
    lines = [
        f"- {memory.text} ({_day(memory.said_at)}{', perhaps replaced' if memory.memory_id in asked_about else ''})"
        for memory in memories
    ]
    return f"{_EVERYTHING}\n\n" + "\n".join(lines)


def _from_memory(question: str, lookup: Lookup) -> _Found:
    wanted, topics, preferences = wanted_stems(question), topics_of(question), asks_for_preferences(question)
    scored = [(_memory_covers(wanted, topics, preferences, memory), memory) for memory in lookup.known()]
    best = max((covers for covers, _ in scored), default=0.0)
    if best < ENOUGH:
        return _NOT_FOUND
    least = 2.0 if best >= 2 else ENOUGH  # what is of the topic asked for leaves out what only shares a word
    fitting = sorted(((covers, memory) for covers, memory in scored if covers >= least), key=lambda each: -each[0])
    return _Found(min(best, 1.0), "\n\n".join(_memory_line(memory) for _, memory in fitting[:_MOST_QUOTED]))


def _memory_covers(wanted: set[str], topics: set[str], asks_preference: bool, memory: Memory) -> float:
    """The share of the wanted stems in a memory; 2 more for one of the topic that is asked for."""
    covers = covered(wanted, f"{memory.text} {' '.join(memory.topics)}")
    if topics & set(memory.topics):
        return 2 + covers
    return max(ENOUGH, covers) if asks_preference and memory.kind == "preference" else covers


def _memory_line(memory: Memory) -> str:
    said = (
        f"You said on {_day(memory.said_at)}: “{_cut(memory.quote)}”"
        if memory.quote
        else f"Noted {_day(memory.said_at)}"
    )
    return f"From memory: **{memory.text}**. {said}."


def _from_turns(question: str, lookup: Lookup) -> _Found:
    wanted = wanted_stems(question) - TALK_STEMS
    if not wanted:
        return _from_last_time(lookup.last_time())
    fitting = [
        turn
        for turn in lookup.recall.turns
        if not (turn.role == "user" and is_looked_up(turn.text))
        and not (turn.role == "assistant" and _OWN_ANSWER.match(turn.text))
        and covered(wanted, turn.text) >= ENOUGH
    ]
    if not fitting:
        return _NOT_FOUND
    covers = max(covered(wanted, turn.text) for turn in fitting)
    shown = sorted(fitting[:_MOST_QUOTED], key=lambda turn: turn.at)
    return _Found(covers, "\n\n".join(f"On {_day(turn.at)} {_said_by(turn)}:\n\n> {_cut(turn.text)}" for turn in shown))


def _from_last_time(messages: list[TranscriptMessage]) -> _Found:
    """What the person said in the conversation before: for "What did we talk about last time?"."""
    said = [message for message in messages if message.role == "user"]
    if not said:
        return _NOT_FOUND
    quotes = "\n\n".join(f"> {_cut(message.text)}" for message in said[:_MOST_QUOTED])
    more = f"\n\n… and {len(said) - _MOST_QUOTED} more" if len(said) > _MOST_QUOTED else ""
    return _Found(1.0, f"On {_day(said[0].at)} you said:\n\n{quotes}{more}")


def _from_documents(question: str, lookup: Lookup) -> _Found:
    wanted = wanted_stems(question)
    for number, passage in enumerate(lookup.passages, start=1):
        covers = covered(wanted, f"{passage.document} {passage.text}")
        if covers >= ENOUGH:
            quoted = "\n\n".join(f"> {sentence}" for sentence in _best_sentences(wanted, passage.text))
            return _Found(covers, f"From {citation(passage)} [{number}]:\n\n{quoted}")
    return _NOT_FOUND


def _best_sentences(wanted: set[str], text: str) -> list[str]:
    """The sentences that hold the most of the words, in the order in which they stand."""
    sentences = [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", text) if part.strip()]
    whole = [each for each in sentences if len(each.split()) > 4 or _DIGIT.search(each)] or sentences
    ranked = sorted(range(len(whole)), key=lambda place: -covered(wanted, whole[place]))
    best = covered(wanted, whole[ranked[0]])
    fitting = [place for place in ranked if covered(wanted, whole[place]) > best / 2] or ranked
    return [_cut(whole[place]) for place in sorted(fitting[:_MOST_QUOTED])]


def _said_by(turn: RecalledTurn) -> str:
    return f"{turn.name} said" if turn.name else ("you said" if turn.role == "user" else "I answered")


def _cut(text: str | None) -> str:
    line = " ".join((text or "").split())
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1] + "…"


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d")
