"""Does a new statement make an old memory untrue? Decides from the two texts alone; reads and writes nothing.

A sure answer replaces at once, an unsure one waits for the person, and what is only alike stands beside the old:
one has two allergies, but one home. No embedding is asked: it tells topics apart, not values, and loading it takes
0.5 s. `tests/bench/memory_updates.py` measures what this finds, and what it takes for an update that is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agentmem_cli.memories.claims import Claim, claim_of
from agentmem_cli.records import Memory

_SURE = 0.65
_UNSURE = 0.56


@dataclass(frozen=True, slots=True)
class Conflict:
    """The memory that is no longer true, and whether that is sure."""

    memory: Memory
    sure: bool


def find_conflict(text: str, said: str, active: Sequence[Memory]) -> Conflict | None:
    """The one of the active memories that `text` makes untrue. `said` is the sentence it was said in."""
    new = claim_of(text, said)
    judged = [(strength(claim_of(memory.text), new), memory.said_at, memory) for memory in active]
    best = max(judged, key=lambda each: each[:2], default=None)
    if best is None or best[0] < _UNSURE:
        return None
    return Conflict(best[2], sure=best[0] >= _SURE)


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
    shared = [name for name in old.slots if name in new.slots and old.slots[name] != new.slots[name]]
    if not shared:
        return 0.0
    return 0.95 if any(not name.startswith("open ") for name in shared) else 0.8 * new.changes


def _by_polarity(old: Claim, new: Claim) -> float:
    """One denies the other: "Eats meat", "Doesn't eat meat"; "Works at Acme", "No longer works at Acme"."""
    if old.denies == new.denies or not old.objects:
        return 0.0
    covered = len(old.objects & new.objects) / len(old.objects)
    if new.ends:
        return 0.9 * covered if covered > 0.5 else 0.0
    return 0.9 if old.objects == new.objects else 0.0


def _by_amount(old: Claim, new: Claim) -> float:
    """The same but for an amount, a day or a time: "Has two kids", "Has three kids"."""
    if not old.amounts or not new.amounts or old.amounts == new.amounts or old.is_open or new.adds:
        return 0.0
    if not old.objects or not new.objects:
        return 0.0
    alike = len(old.objects & new.objects) / len(old.objects | new.objects)
    return 0.3 + 0.6 * alike if alike == 1 or (alike >= 0.5 and old.verb == new.verb) else 0.0


def _by_change(old: Claim, new: Claim) -> float:
    """The words say that something changed, and name it: "switched from Vim to Emacs", "sold the Honda"."""
    if not new.changes or new.adds or not old.objects:
        return 0.0
    shared = (old.objects & new.objects) - {old.verb}
    left = (old.objects & new.left) - {old.verb}
    if left:
        return 0.65 + 0.3 * len(left) / len(old.objects - {old.verb})
    if not shared or old.denies or old.objects <= new.objects:
        return 0.0  # "now loves jazz and blues" adds to "loves jazz"
    return 0.3 + 0.5 * len(shared) / max(2, min(len(old.objects), len(new.objects)))
