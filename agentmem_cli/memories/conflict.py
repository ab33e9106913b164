"""Does a new statement make an old memory untrue? Decides from the texts alone; reads and writes nothing.

A sure answer replaces at once, an unsure one is asked while both stand, and what is only alike stands beside the old:
one has two allergies, but one home. Only rules are sure. An embedder tells topics apart, not values: what it finds
likely is asked. `tests/bench/memory_updates.py` measures what this finds, and what it takes for an update that is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agentmem_cli.embedding import bundled
from agentmem_cli.memories.claims import Claim, claim_of
from agentmem_cli.memories.likeness import LIKELY, NEVER, Embed, least_likelihood, likelihoods
from agentmem_cli.records import Memory

_SURE = 0.65
_UNSURE = 0.56

_WISHES = frozenset(["want", "hop", "plan", "try", "lik", "lov", "enjoy"])
"""Verbs of a statement that ends nothing yet: "wants to quit smoking"."""
_STAYING = frozenset(["speak", "play", "know", "se", "see", "want", "learn"])
"""Verbs of what one does still when a thing of it is left: "speaks French", "switched from French to Italian"."""
_MEASURES = {
    "weekday": re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?$|week(?:end|day)s?$"),
    "date": re.compile(r"january|february|march|april|may$|june|july|august|september|october|november|december"),
    "clock": re.compile(r"am$|pm$|noon|midnight|o'clock|\d+:\d|\d+[ap]m$"),
    "rate": re.compile(r"every|daily|weekly|monthly|yearly|days?$|weeks?$|months?$|times?$|once|twice"),
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """The memory that is no longer true, and whether that is sure."""

    memory: Memory
    sure: bool


def find_conflict(text: str, said: str, active: Sequence[Memory], embed: Embed = bundled.embed) -> Conflict | None:
    """The one of the active memories that `text` makes untrue. `said` is the sentence it was said in.

    `embed` gives one unit vector for each text; it is called only when no rule is sure.
    """
    new = claim_of(text, said)
    claims = [(claim_of(memory.text), memory) for memory in active]
    strengths = [(strength(old, new), old, memory) for old, memory in claims]
    sure = [(_overlap(old, new), memory.said_at, memory) for found, old, memory in strengths if found >= _SURE]
    if sure:
        return Conflict(max(sure, key=lambda each: each[:2])[2], sure=True)
    asked = _most_likely([(found, memory) for found, _, memory in strengths], said or text, embed)
    return Conflict(asked, sure=False) if asked else None


def _most_likely(strengths: list[tuple[float, Memory]], said: str, embed: Embed) -> Memory | None:
    """The memory to ask about: the likeliest of those that are likely enough."""
    floors = [(least_likelihood(memory.text, said), found, memory) for found, memory in strengths]
    open_ = [(floor, found, memory) for floor, found, memory in floors if floor < NEVER]
    likely = likelihoods(said, [memory.text for _, _, memory in open_], embed) if open_ else []
    scored = [
        (max(score, found if found >= _UNSURE and floor == LIKELY else 0.0), floor, memory)
        for (floor, found, memory), score in zip(open_, likely, strict=True)
    ]
    enough = [(score, memory) for score, floor, memory in scored if score >= floor]
    return max(enough, key=lambda each: (each[0], each[1].said_at), default=(0.0, None))[1]


def _overlap(old: Claim, new: Claim) -> float:
    """The share of their words that two claims have in common: of two goals, the one that is spoken of."""
    return len(old.objects & new.objects) / max(1, len(old.objects | new.objects))


def strength(old: Claim, new: Claim) -> float:
    """How surely the new claim ends the old one, from 0 to 1."""
    if old.subject != new.subject or old.words == new.words or (old.is_past_event and not old.is_order):
        return 0.0
    if old.is_order != new.is_order:
        return 0.0
    return max(_by_slot(old, new), _by_polarity(old, new), _by_amount(old, new), _by_change(old, new))


def _by_slot(old: Claim, new: Claim) -> float:
    """One home, one employer, one favourite colour: another value of the same slot ends the first."""
    if new.adds or new.ends:
        return 0.0
    shared = [name for name in old.slots if name in new.slots and _differ(old.slots[name], new.slots[name])]
    if any(not name.startswith("open ") for name in shared):
        return 0.95
    if any(old.slots[name] & new.slots[name] for name in shared) and _comparable(old, new):
        return 0.8 * new.changes
    works_there = old.slots.get("open base", frozenset()) - new.slots.get("home", frozenset())
    is_elsewhere = bool(works_there) and "home" in new.slots  # "a nurse in Oslo", and now a home in Bergen
    return _UNSURE if is_elsewhere or (shared and new.changes) else 0.0


def _differ(old: frozenset[str], new: frozenset[str]) -> bool:
    """Whether two values exclude each other: "Oslo" and "Oslo near the harbour" do not."""
    return not (old <= new or new <= old)


def _by_polarity(old: Claim, new: Claim) -> float:
    """One denies the other: "Eats meat", "Doesn't eat meat"; "Works at Acme", "No longer works at Acme"."""
    if old.denies == new.denies or not old.objects:
        return 0.0
    covered = len(old.objects & new.objects) / len(old.objects)
    if new.ends and (new.verb in _WISHES or new.objects - old.objects - {new.verb}):
        return _UNSURE if covered > 0.5 else 0.0  # "wants to quit smoking"; "goes to the gym", "cancelled the gym pass"
    if new.ends:
        return 0.9 * covered if covered > 0.5 else 0.0
    return 0.9 if old.objects == new.objects else 0.0


def _by_amount(old: Claim, new: Claim) -> float:
    """The same but for an amount, a day or a time: "Has two kids", "Has three kids"."""
    if not old.amounts or not new.amounts or old.amounts == new.amounts or old.is_open or old.is_numbered or new.adds:
        return 0.0
    if not old.objects or not new.objects:
        return 0.0
    if not _comparable(old, new):
        return 0.0
    if old.amounts <= new.amounts or new.amounts <= old.amounts or _measure_apart(old.amounts, new.amounts):
        return 0.0  # "20 mg", "20 mg daily"; "flight is on May 2", "flight is at 2 pm"
    alike = len(old.objects & new.objects) / len(old.objects | new.objects)
    if alike == 1 and old.direction != new.direction:
        return _UNSURE  # the flight to Rome, and the one back from it
    return 0.3 + 0.6 * alike if alike == 1 or (alike >= 0.5 and old.verb == new.verb) else 0.0


def _comparable(old: Claim, new: Claim) -> bool:
    """Whether the amounts are of one kind, and none is part of the name: the best over 5K and over 10K are two."""
    counted = [any(each[:1].isdigit() or each[:1] in "$€£" for each in claim.amounts) for claim in (old, new)]
    return counted[0] == counted[1] and old.named_amounts == new.named_amounts


def _measure_apart(old: frozenset[str], new: frozenset[str]) -> bool:
    """Whether two sets of amounts are of another kind where they differ, such as a weekday and a time of day."""
    one, other = (
        {name for name, kind in _MEASURES.items() if any(map(kind.match, of))} for of in (old - new, new - old)
    )
    return bool(one and other and not one & other)


def _by_change(old: Claim, new: Claim) -> float:
    """The words say that something changed, and name it: "switched from Vim to Emacs", "sold the Honda"."""
    if not new.changes or new.adds or not old.objects:
        return 0.0
    shared = (old.objects & new.objects) - {old.verb}
    left = (old.objects & new.left) - {old.verb}
    if left:
        share = min(len(left) / len(old.objects - {old.verb}), len(left) / len(new.left))
        is_doubtful = (
            share <= 0.5 or old.denies or old.is_open or old.verb in _STAYING or old.objects - {old.verb} - new.objects
        )
        return _UNSURE if is_doubtful else 0.65 + 0.3 * share  # "wears a watch", "no longer watch the news"
    if not shared or old.denies or old.objects <= new.objects:
        return 0.0  # "now loves jazz and blues" adds to "loves jazz"
    return min(_UNSURE, 0.3 + 0.5 * len(shared) / max(2, min(len(old.objects), len(new.objects))))
