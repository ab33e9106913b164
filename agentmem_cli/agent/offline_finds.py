"""Which of the person's own sentences answer a question best: one small score. Reads no store.

The sentences are those of recalled and of recent messages, and of the memories. The weights are fitted by
`tests/bench/offline_answers.py --fit` on what the odd people of its two files said and ask; the even ones are the test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import mul

from agentmem_cli.agent.offline_question import has_question_mark, wanted_stems
from agentmem_cli.embedding.bundled import embed
from agentmem_cli.embedding.closeness import closeness
from agentmem_cli.language.classifier import Judgement, judge, sigmoid
from agentmem_cli.language.sentences import sentences
from agentmem_cli.language.stems import stems
from agentmem_cli.language.word_index import rarity_of
from agentmem_cli.recall.block import tells
from agentmem_cli.records import Memory, RecalledTurn

FEATURES = ("covers", "close", "means", "recalled", "kept", "recent", "topic", "assistant")
WEIGHTS = (1.76, 1.53, 2.25, 1.03, 0.81, 0.41, 0.79, -1.0)
"""The last is not fitted: what the person said goes before what a language model answered."""
CERTAINTY, UNCERTAIN = (1.02, 0.79, 4.8, 0.81), -8.0
"""Weights of the score of the best sentence, of what it covers of the question, of its meaning, and of its lead over
what another message says; and the bias."""
PIECE = 160
"""Characters: sentences that stand together are quoted together, as one often says what the next is about."""
_SHOWN = ("active", "superseded", "proposed")
"""The statuses of memories whose words are quoted: what was forgotten or rejected is not brought up again."""
LOOKS_FOR = 0.5
"""The score from which a sentence that is not kept only looks for something, and answers nothing."""
_LONGEST = 2_000
"""Characters of a message that are looked through."""


@dataclass(frozen=True, slots=True)
class Find:
    """A sentence, whose it is and when it was said. `number` orders what was said in one second."""

    text: str
    message: str
    at: int
    number: int
    speaker: str
    """"user", "assistant" or a name."""
    recalled: float
    is_kept: float
    """1 for a memory, else how likely the sentence is worth keeping, 0 to 1."""
    topics: frozenset[str] = frozenset()
    """Of the sentences; of a scored find those that the question has too."""
    memory_ids: frozenset[str] = frozenset()
    """The memories that stand on it."""
    replaced_by: str = ""
    """The memory that replaced what it says."""
    covers: float = 0.0
    """The share of the question's stems in the sentence, rare ones counting more."""
    means: float = 0.0
    """The cosine of its message and the question."""
    score: float = 0.0


def finds(question: str, messages: Sequence[RecalledTurn], memories: Sequence[Memory]) -> list[Find]:
    """Every sentence with its score, the best first; none that asks, and none that only repeats the question."""
    wanted = wanted_stems(question)
    asked = set(stems(question))
    pieces = _asked_about(_candidates(messages, memories), memories)
    candidates = [each for each in pieces if not set(stems(each.text)) <= asked]
    if not candidates or not wanted:
        return []
    scored = _with_newer(_scored(question, wanted, candidates))
    return sorted(scored, key=lambda find: (-find.score, -find.at, -find.number))


def certainty_of(ranked: Sequence[Find]) -> float:
    """The chance that the best of what `finds` gave answers, by a logistic regression over what CERTAINTY names.

    Fitted on what one author's person said and asked for (`tests/bench/lookups`). The bias was chosen on the odd people
    of `tests/bench/offline_answers.py`, of whose questions without an answer .85 are told so.
    """
    if not ranked:
        return 0.0
    best = ranked[0]
    next_best = next((find.score for find in ranked if find.message != best.message), 0.0)
    values = (best.score, best.covers, best.means, best.score - next_best)
    logit = sum(weight * value for weight, value in zip(CERTAINTY, values, strict=True)) + UNCERTAIN
    return sigmoid(logit)


def _candidates(messages: Sequence[RecalledTurn], memories: Sequence[Memory]) -> list[Find]:
    """The pieces of all messages that tell anything, marked by their memories; then the memories that none stands on.

    A memory may stand in a message that is left out as a question: "need ideas for Sam's party on the 14th".
    """
    said = [part for turn in filter(tells, messages) for find in _pieces_of(turn) for part in _marked(find, memories)]
    stood_on = {memory_id for find in said for memory_id in find.memory_ids}
    return said + [
        _as_find(memory) for memory in memories if memory.status == "active" and memory.memory_id not in stood_on
    ]


def _pieces_of(turn: RecalledTurn) -> list[Find]:
    """The message, or one after the other the runs of its sentences that make up PIECE characters."""
    text = turn.text[:_LONGEST]
    said = sentences(text)
    judged = list(zip(said, judge(said), strict=True))
    told = [(sentence, each) for sentence, each in judged if _tells(sentence, each)]
    pieces: list[Find] = []
    for sentence, judgement in told:
        find = Find(
            text=sentence,
            message=text,
            at=turn.at,
            number=turn.message_id,
            speaker=turn.name or turn.role,
            recalled=turn.score,
            is_kept=judgement.keep,
            topics=frozenset(judgement.topics),
        )
        if pieces and len(pieces[-1].text) + len(sentence) < PIECE:
            find = _joined(pieces.pop(), find)
        pieces.append(find)
    return pieces


def _tells(sentence: str, judged: Judgement) -> bool:
    """Whether a sentence may answer anything. What a question tells is found by the memory of it, if there is one."""
    return not has_question_mark(sentence) and (judged.is_kept or judged.looks_for < LOOKS_FOR)


def _joined(one: Find, other: Find) -> Find:
    return replace(
        one,
        text=f"{one.text} {other.text}",
        is_kept=max(one.is_kept, other.is_kept),
        topics=one.topics | other.topics,
    )


def _as_find(memory: Memory) -> Find:
    return Find(
        text=memory.text,
        message=memory.text,
        at=memory.said_at,
        number=0,
        speaker="user",
        recalled=0.0,
        is_kept=1.0,
        topics=frozenset(memory.topics),
        memory_ids=frozenset([memory.memory_id]),
    )


def _marked(find: Find, memories: Sequence[Memory]) -> list[Find]:
    """The piece with its memories; where one of them is over, each by itself, and nothing that was forgotten."""
    of_it = [memory for memory in memories if find.speaker == "user" and _stands_on(memory, find.text)]
    if all(memory.status == "active" for memory in of_it):
        ids = frozenset(memory.memory_id for memory in of_it)
        return [replace(find, is_kept=1.0 if ids else find.is_kept, memory_ids=ids)]
    return [_of_memory(find, memory) for memory in of_it if memory.status in _SHOWN]


def _asked_about(finds: list[Find], memories: Sequence[Memory]) -> list[Find]:
    """The pieces, each with the memory that perhaps replaces what it says, where the person has not said so yet."""
    newer = {each.replaces_perhaps: each.memory_id for each in memories if each.status == "active"}
    newer.pop(None, None)
    return [
        replace(find, replaced_by=find.replaced_by or next((newer[own] for own in find.memory_ids if own in newer), ""))
        for find in finds
    ]


def _stands_on(memory: Memory, sentence: str) -> bool:
    quote = memory.quote or memory.text
    return quote in sentence or sentence in quote


def _of_memory(find: Find, memory: Memory) -> Find:
    newer = memory.superseded_by or "" if memory.status == "superseded" else ""
    text = memory.quote or memory.text
    return replace(find, text=text, is_kept=1.0, memory_ids=frozenset([memory.memory_id]), replaced_by=newer)


def _with_newer(scored: list[Find]) -> list[Find]:
    """What replaced a statement, or perhaps did, fits as well as that does, whatever its words."""
    least: dict[str, float] = {}
    for find in sorted(scored, key=lambda find: find.at):
        of_older = [least.get(memory_id, 0.0) for memory_id in find.memory_ids]
        least[find.replaced_by] = max(find.score, least.get(find.replaced_by, 0.0), *of_older)
    least.pop("", None)
    return [
        replace(find, score=max([find.score, *(least.get(memory_id, 0.0) for memory_id in find.memory_ids)]))
        for find in scored
    ]


def _scored(question: str, wanted: list[str], candidates: list[Find]) -> list[Find]:
    shared = frozenset(judge([question])[0].topics)
    covers = _shares(wanted, [set(stems(find.text)) for find in candidates])
    means = _cosines(question, [find.message for find in candidates])
    beside = [
        replace(find, topics=find.topics & shared, covers=share, means=cosine)
        for find, share, cosine in zip(candidates, covers, means, strict=True)
    ]
    table = zip(beside, features(question, wanted, beside), strict=True)
    return [replace(find, score=sum(map(mul, WEIGHTS, values))) for find, values in table]


def features(question: str, wanted: list[str], finds: list[Find]) -> list[tuple[float, ...]]:
    """What each sentence, or the mean of it and its message, has of FEATURES."""
    texts, wholes = [find.text for find in finds], [find.message for find in finds]
    moments = sorted({(find.at, find.number) for find in finds})
    places = {moment: place for place, moment in enumerate(moments)}
    columns: tuple[list[float], ...] = (
        _mean([find.covers for find in finds], _shares(wanted, [set(stems(whole)) for whole in wholes])),
        _mean(_closeness(question, texts), _closeness(question, wholes)),
        _mean(_cosines(question, texts), [find.means for find in finds]),
        [find.recalled for find in finds],
        [find.is_kept for find in finds],
        [places[find.at, find.number] / len(places) for find in finds],
        [float(bool(find.topics)) for find in finds],
        [float(find.speaker == "assistant") for find in finds],
    )
    return list(zip(*columns, strict=True))


def _mean(ones: list[float], others: list[float]) -> list[float]:
    return [(one + other) / 2 for one, other in zip(ones, others, strict=True)]


def _shares(wanted: list[str], held: list[set[str]]) -> list[float]:
    """The share of the wanted stems in each text, a stem weighted by how few of the texts hold it, as in BM25."""
    frequency = Counter(stem for each in held for stem in each)
    rarity = {stem: rarity_of(frequency[stem], len(held)) for stem in wanted}
    whole = sum(rarity.values()) or 1.0
    return [sum(rarity[stem] for stem in wanted if stem in each) / whole for each in held]


def _closeness(question: str, texts: list[str]) -> list[float]:
    """How close each text is to the question by its tokens, 0 to 1: the question is as close to itself as can be."""
    own, *of_texts = closeness(question, [question, *texts], range(len(texts) + 1))[0].tolist()
    return [each / own for each in of_texts] if own else [0.0] * len(texts)


def _cosines(question: str, texts: list[str]) -> list[float]:
    asked, *others = embed([question, *texts])
    return [float(other @ asked) for other in others]
