"""Capture without a language model: which of the person's own sentences are kept, and what each of them ends.

A statement is a sentence as typed; nothing is put into other words. The classifier of `language/` decides what is
worth keeping. An older statement is replaced only on plain evidence, and asked about on weaker evidence; otherwise
both stand, the newer one first. Pure functions: `known` is what the message may touch, and nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from agentmem_cli.language.classifier import FORGET, Judgement, judge
from agentmem_cli.language.dates import Prefer, dates_in
from agentmem_cli.language.sentences import sentences, without_lead_in
from agentmem_cli.language.vocabulary import first_person_words, joins
from agentmem_cli.memories.operations import Operation
from agentmem_cli.memories.revising import Revised, another_value, rare_stems_shared, revised_by
from agentmem_cli.memories.wording import MAX_TEXT, own_words
from agentmem_cli.records import Memory

FORGETS_SURELY, ASKS = 0.5, 0.5
"""The score from which a sentence that asks, by the second, or that tells something worth keeping, is taken for a wish
to forget what it shares a word with; any other is from FORGET on. Of what the held-out voices say .85 of such wishes
are taken for one, and .001 of all else."""
ENDS = 0.2
"""The score for keeping from which a sentence is kept that ends something: half of those that say what ends have less
than KEEP, and what stands in a role play or a translation has less than this."""
LATELY, AHEAD = 91, 0.65
"""Days: "on Tuesday" and "on 12 November" may speak of a day so long ago. And the score from which they speak of a
coming one: .44 of those that do have it, and .09 of the others."""
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_BREAK = re.compile(r"\s*[,;]\s*|\s+")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of the person's own, or a part of one that stands by itself."""

    text: str
    judgement: Judgement


def statements_of(text: str, known: Sequence[Memory], said_at: int) -> list[Operation]:
    """What is to be done after a message: what to add, what that replaces, and what to forget."""
    said = sentences(own_words(text))
    judgements = judge(said)
    forgetting = [
        operation
        for sentence, each in zip(said, judgements, strict=True)
        if asks_to_forget(each) and (operation := _forgetting(sentence, known))
    ]
    return forgetting or [_dated(each, said_at) for each in _kept(said, judgements, known)]


def statement_by_hand(text: str, known: Sequence[Memory], said_at: int) -> Operation:
    """What is to be done with a text that the person asks to remember: all of it is kept, however it is judged."""
    said = sentences(text) or [text]
    judgements = judge(said)
    whole = Statement(text, max(judgements, key=lambda each: each.keep))
    operation = _operation(whole, known, revised_by(text, known))
    return _dated(replace(operation, quote=None), said_at)


def reworded(memory: Memory, text: str) -> Memory:
    """The memory with another text, and of the kind, topics and day of that, where the old text has others."""
    before, after = (statement_by_hand(each, [], memory.said_at) for each in (memory.text, text))
    kind = memory.kind if after.kind == before.kind else after.kind
    topics = memory.topics if after.topics == before.topics else after.topics
    on_date = memory.on_date if (after.kind, after.on) == (before.kind, before.on) else after.on
    return replace(memory, text=text, kind=kind, topics=topics, on_date=on_date)


def asks_to_forget(judgement: Judgement) -> bool:
    """Whether a sentence wants something forgotten. Of a question more is needed: "Do you remember …?"."""
    may_be_else = judgement.asks >= ASKS or judgement.is_worth_keeping
    return judgement.forget >= (FORGETS_SURELY if may_be_else else FORGET)


def _kept(said: list[str], judgements: list[Judgement], known: Sequence[Memory]) -> list[Operation]:
    revised = revised_by(" ".join(said), known)
    kept = [place for place, each in enumerate(judgements) if each.is_kept]
    if not kept and revised:
        ending = max(range(len(said)), key=lambda place: judgements[place].revises)
        kept = [ending] if judgements[ending].keep >= ENDS and judgements[ending].forget < FORGET else []
    statements = [part for place in kept for part in _parts(said, place, judgements[place])]
    fitting = [each for each in statements if len(each.text) <= MAX_TEXT]
    if not fitting:
        return []
    revising = max(fitting, key=lambda each: each.judgement.revises)
    return [_operation(each, known, revised if each is revising else None) for each in fitting]


def forgettable(sentence: str, known: Sequence[Memory]) -> list[Memory]:
    """The memories that a wish to forget may mean, those that share most with it: one where it is clear."""
    shared = rare_stems_shared(sentence, known).tolist()
    most = max(shared, default=0.0)
    return [memory for memory, share in zip(known, shared, strict=True) if share == most > 0]


def _forgetting(sentence: str, known: Sequence[Memory]) -> Operation | None:
    meant = forgettable(sentence, known)
    if len(meant) != 1:
        return None
    return Operation("forget", quote=sentence, replaces=(meant[0].memory_id,))


def _parts(said: list[str], place: int, judgement: Judgement) -> list[Statement]:
    """The sentence without its lead-in, cut where each part says something that is worth keeping by itself."""
    whole = without_lead_in(said[place])
    parts = _clauses(whole)
    if len(parts) > 1:
        judged = judge([*said[:place], *parts, *said[place + 1 :]])[place : place + len(parts)]
        if all(each.is_kept for each in judged):
            return [Statement(part, each) for part, each in zip(parts, judged, strict=True)]
    return [Statement(whole, judgement)]


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


def _operation(statement: Statement, known: Sequence[Memory], revised: Revised | None) -> Operation:
    judgement = statement.judgement
    added = Operation("add", statement.text, judgement.kind, quote=statement.text, topics=judgement.topics)
    older = another_value(statement.text, judgement.topics, known)
    if older is None and revised and revised.is_sure:
        older = revised.memory
    if older is not None:
        return replace(added, action="replace", replaces=(older.memory_id,))
    return replace(added, asks_about=revised.memory.memory_id) if revised else added


def _dated(operation: Operation, said_at: int) -> Operation:
    """An event with its day, where its words name just one that is surely not past, counted from when they were said.

    A day without a week or a year is in doubt where there was one of its name lately: "I fell off my bike on Tuesday".
    """
    if operation.kind != "event":
        return operation
    today = date.fromtimestamp(said_at)  # noqa: DTZ012 -- local dates, as people mean them
    days, earlier = (_days_of(operation.text, today, prefer) for prefer in ("future", "past"))
    was_lately = days != earlier and max(earlier, default=date.min) >= today - timedelta(LATELY)
    is_in_doubt = was_lately and judge([operation.text])[0].ahead < AHEAD
    is_clear = len(days) == 1 and min(days) >= today and not is_in_doubt
    return replace(operation, on=days.pop().isoformat()) if is_clear else operation


def _days_of(text: str, today: date, prefer: Prefer) -> set[date]:
    """The first and last days of what a text speaks of."""
    return {day for span in dates_in(text, today, prefer) for day in span}
