"""Capture without a language model: which of the person's own sentences are kept, and what each of them ends.

A statement is a sentence as typed; nothing is put into other words. The classifier of `language/` decides what is
worth keeping. An older statement is replaced only on plain evidence, and asked about on weaker evidence; otherwise
both stand, the newer one first. Pure functions: `known` is what the message may touch, and nothing is written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from agentmem_cli.language.classifier import Judgement, judge
from agentmem_cli.language.sentences import sentences
from agentmem_cli.language.stems import stems
from agentmem_cli.language.vocabulary import first_person_words, is_greeting, joins
from agentmem_cli.memories.wording import MAX_TEXT, own_words
from agentmem_cli.memories.writer import Operation
from agentmem_cli.records import Memory

FORGETS = 0.5
"""The score from which a sentence is taken for a wish to forget something."""
ASKS, SURE = 0.5, 0.8
"""The scores from which a sentence that shares a rare word with an older one asks about it, and replaces it."""
SINGLE_VALUED = frozenset(("name", "age", "home", "work"))
"""Topics of which a person has one value at a time."""
_LONGEST_LEAD_IN = 4
_LONGEST_VALUE = 4
"""Words."""
_LEAD_IN = re.compile(r"^([^:.!?]{2,30}):\s+")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_BREAK = re.compile(r"\s*[,;]\s*|\s+")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of the person's own, or a part of one that stands by itself."""

    text: str
    judgement: Judgement


def statements_of(text: str, known: Sequence[Memory]) -> list[Operation]:
    """What is to be done after a message: what to add, what that replaces, and what to forget."""
    said = sentences(own_words(text))
    operations: list[Operation] = []
    for place, (sentence, judgement) in enumerate(zip(said, judge(said), strict=True)):
        if judgement.forget >= FORGETS:
            operations += _forgetting(sentence, known)
        elif judgement.is_kept:
            parts = _parts(said, place, judgement)
            operations += [_operation(each, known) for each in parts if len(each.text) <= MAX_TEXT]
    return operations


def forgettable(sentence: str, known: Sequence[Memory]) -> list[Memory]:
    """The memories that a wish to forget may mean, those that share most with it: one where it is clear."""
    shared = _shared(sentence, known)
    most = max(shared, default=0.0)
    return [memory for memory, share in zip(known, shared, strict=True) if share == most > 0]


def _forgetting(sentence: str, known: Sequence[Memory]) -> list[Operation]:
    meant = forgettable(sentence, known)
    if len(meant) != 1:
        return []
    return [Operation("forget", quote=sentence, replaces=(meant[0].memory_id,))]


def _parts(said: list[str], place: int, judgement: Judgement) -> list[Statement]:
    """The sentence without its lead-in, cut where each part says something that is worth keeping by itself."""
    whole = _without_lead_in(said[place])
    parts = _clauses(whole)
    if len(parts) > 1:
        judged = judge([*said[:place], *parts, *said[place + 1 :]])[place : place + len(parts)]
        if all(each.is_kept for each in judged):
            return [Statement(part, each) for part, each in zip(parts, judged, strict=True)]
    return [Statement(whole, judgement)]


def _without_lead_in(sentence: str) -> str:
    """Without a greeting, or a few words and a colon: "For context: …"."""
    words = sentence.split()
    greetings = len(list(takewhile(is_greeting, words)))
    rest = " ".join(words[greetings:]) or sentence
    lead_in = _LEAD_IN.match(rest)
    if lead_in and len(lead_in[1].split()) <= _LONGEST_LEAD_IN:
        return rest[lead_in.end() :]
    return rest


def _clauses(sentence: str) -> list[str]:
    """The stretches that begin with a first-person word behind a comma, a semicolon or an "and"."""
    starts = [0]
    ends = []
    breaks = list(_BREAK.finditer(sentence))
    for before, after in zip([None, *breaks], breaks, strict=False):
        word = sentence[before.end() if before else 0 : after.start()]
        follows = _WORD.match(sentence, after.end())
        is_border = joins(word) or after.group().strip()
        if before and is_border and follows and first_person_words(follows.group()):
            ends.append(before.start() if joins(word) else after.start())
            starts.append(after.end())
    return [sentence[start:end].strip(" ,;") for start, end in zip(starts, [*ends, None], strict=True)]


def _operation(statement: Statement, known: Sequence[Memory]) -> Operation:
    judgement = statement.judgement
    added = Operation(
        "add", statement.text, judgement.kind, quote=statement.text, topics=judgement.topics
    )
    older = _another_value(statement, known) or _ended(statement, known, SURE)
    if older is not None:
        return Operation(
            "replace", added.text, added.kind, added.quote, added.topics, replaces=(older.memory_id,)
        )
    asked = _ended(statement, known, ASKS)
    if asked is None:
        return added
    return Operation(
        "add", added.text, added.kind, added.quote, added.topics, asks_about=asked.memory_id
    )


def _ended(statement: Statement, known: Sequence[Memory], least: float) -> Memory | None:
    """The one memory that a statement of an end, a denial or a correction speaks of by its rare words."""
    if statement.judgement.revises < least:
        return None
    shared = _shared(statement.text, known)
    most = max(shared, default=0.0)
    meant = [memory for memory, share in zip(known, shared, strict=True) if share == most > 0]
    fitting = [each for each in meant if set(each.topics) & set(statement.judgement.topics)]
    return fitting[0] if len(fitting) == 1 else None


def _shared(text: str, known: Sequence[Memory]) -> list[float]:
    """For each memory how many stems it shares with a text, a stem that few memories hold counting more."""
    held = [set(stems(memory.text)) for memory in known]
    frequency = Counter(stem for each in held for stem in each)
    wanted = set(stems(text))
    return [sum(1 / frequency[stem] for stem in wanted & each) for each in held]


def _another_value(statement: Statement, known: Sequence[Memory]) -> Memory | None:
    """The newest memory that says the same of another value: "I live in OSLO" and "I live in BERGEN"."""
    topic = statement.judgement.topics[0]
    if topic not in SINGLE_VALUED or "people" in statement.judgement.topics:
        return None
    alike = [
        memory
        for memory in known
        if memory.topics[:1] == [topic] and _is_other_value(memory.text, statement.text)
    ]
    return max(alike, key=lambda memory: memory.said_at, default=None)


def _is_other_value(old: str, new: str) -> bool:
    """Whether two statements begin alike, in two words or more, and end in another name or number each."""
    old_words, new_words = _WORD.findall(old), _WORD.findall(new)
    pairs = zip(old_words, new_words, strict=False)
    alike = len(list(takewhile(lambda pair: pair[0].lower() == pair[1].lower(), pairs)))
    values = old_words[alike:], new_words[alike:]
    least = 1 if all(value and value[0].isdigit() for value in values) else 2
    return alike >= least and all(_is_value(words) for words in values)


def _is_value(words: list[str]) -> bool:
    """Whether the words are a name, or a number."""
    return 0 < len(words) <= _LONGEST_VALUE and not words[0][0].islower()
