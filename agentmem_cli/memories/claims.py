"""A statement taken apart: who it is of, which slots it fills, what it counts, whether it ends or changes something.

Data and patterns for `conflict.py`, which compares two claims. Looks at text only. The slots are English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from agentmem_cli.memories.sameness import plain_text, stem
from agentmem_cli.memories.slots import CUES, IGNORED, KIN, WORD, slots_of

_OF_ANOTHER = re.compile(rf"^({KIN})(?:'s)? (?!(?:is|are) (?:called|named)\b|called\b)|^(\w+)'s ")
_NAMED = re.compile(rf"^((?i:(?:my |their )?{KIN})) is (?:now )?([A-Z]\w+(?: [A-Z]\w+)?)(?= now$|$|\.$)")
_CHANGE = re.compile(
    r"\b(?:now|no longer|moved|moving|instead|any ?more|actually|changed|switched|switching|new|replaced|used to"
    r"|stopped|quit|left|sold|gave up|cancel+ed|dropped|postponed|rescheduled|pushed|broke up|upgraded|went back|back"
    r"|turned|became|started|increased|decreased|reduced|raised|lowered|cut|traded|swapped|finished|finally"
    r"|promoted|retired|recently|joined|transferred|ended|broke|got rid of|lost|grew|bumped|up to|down to|again"
    r"|these days|since then|not .* but|converted|resigned|ditched|gone|over to|shifted|another|adopted|correction)\b"
)
_ENDS = re.compile(
    r"\b(?:no longer|not .*any ?more|stopped|quit|gave up|sold|cancel+ed|dropped|ended|got rid of|broke up|ditched"
    r"|used to|resigned|over my|outgrew|lost the|lost my)\b"
)
_ADDS = re.compile(
    r"\b(?:also|too|as well|another|second|in addition|besides|on the side|part[- ]time (?:at|as|in|for)"
    r"|on weekends|sometimes"
    r"|occasionally|for a (?:week|month|few|while)|freelances?|side (?:job|project)|visiting|for christmas|both)\b"
)
_DENIES = re.compile(
    r"\b(?:not|no|never|cannot|hates?|dislikes?|detests?|loathes?|avoids?|without|no longer|stopped|quit|gave up|sold"
    r"|cancel+ed|dropped|ended|got rid of|broke up|ditched|used to|resigned)\b|\bfree\b(?= of)"
)
_PAST_EVENT = re.compile(
    r"^(?:went|flew|travelled|traveled|visited|got|graduated|ran|met|saw|attended|was born"
    r"|grew up)\b"
)
_UP_TO_NOW = re.compile(r"^(?:I|we)['\u2019]ve|^(?:I |we )?ha(?:ve|s)\b", re.IGNORECASE)
_OPEN = re.compile(r"^(?:is |am |very |really |absolutely )*(?:like|love|enjoy|hate|dislike|allergic)")
_ORDER = re.compile(
    r"^(?:please |always |never |from now on,? )*(?:answer|reply|respond|use|keep|write|give|call|show|speak|avoid"
    r"|don't|do not|not use|stop|address|explain|always|never|from now on|when they|format|start|end|include|ask)\b"
)
_NUMBERS = (
    r"(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty"
    r"|hundred|thousand|dozen|once|twice|daily|weekly|monthly|yearly|fortnightly|biweekly|every|other|per|half|first"
    r"|second|third|single|couple|few|several)"
)
_AMOUNT = re.compile(
    rf"^(?:[$€£~]?\d[\d.,:/]*(?:st|nd|rd|th|am|pm|k|km|kg|mg|g|h|m|%|lbs?|ml|cm|min)?[$€£]?|{_NUMBERS}"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekends?|weekdays?|mornings?|evenings?|afternoons?|nights?|noon"
    r"|midnight|am|pm|o'clock|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|today|tomorrow|next|old|days?|weeks?|months?|years?|hours?|minutes?|times?|spring|summer|autumn|fall|winter)$"
)
_NUMBERED = re.compile(
    r"\b(?:number|no\.?|nr\.?|item|fact|memory|note|version|room|chapter|part|test)\s*#?\d+"
    r"|#\d+|\b[a-z]+\d+\b"
)
_LEFT = re.compile(
    r"(?:\bfrom|\binstead of|\brather than|\bover|\breplac(?:ed|ing)|\bleft|\bquit|\bsold|\bditched|\bused to"
    r"|\bdropped"
    r"|\bstopped|\bgave up|\bcancel+ed|\bno longer|\bnot|\bgot rid of|\bbroke up with|\btraded|\bswapped)\s+(.+?)"
    r"(?=\s+(?:to|for|with|and|but|in favou?r|now)\b|,|$)"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement. `objects` are the stems it is about; `left` those that it says were left behind.

    `named_amounts` stand before the verb: in "5K best is 25 minutes" only the minutes are counted.
    """

    words: str
    subject: str
    slots: dict[str, frozenset[str]]
    verb: str
    objects: frozenset[str]
    amounts: frozenset[str]
    named_amounts: frozenset[str]
    direction: frozenset[str]
    left: frozenset[str]
    changes: bool
    ends: bool
    adds: bool
    denies: bool
    is_open: bool
    is_numbered: bool
    is_order: bool
    is_past_event: bool


@lru_cache(maxsize=4096)
def claim_of(text: str, said: str = "") -> Claim:
    """The claim a memory's text makes; `said` is the sentence it comes from, which may hold the words of change."""
    plain = plain_text(_NAMED.sub(r"\1 is called \2", text))
    whole = f"{plain} {said.casefold()}"
    other = _OF_ANOTHER.match(plain)
    of_self = plain[other.end() :] if other else plain
    words = WORD.findall(of_self)
    left = _LEFT.search(whole)
    ends = bool(_ENDS.search(plain))
    return Claim(
        words=plain,
        subject=next((name for name in other.groups() if name), "") if other else "",
        slots=slots_of(of_self),
        verb=_root(words[0]) if words and {"is", "are"}.isdisjoint(words[1:]) else "",
        objects=frozenset(_root(word) for word in words if word not in IGNORED and not _AMOUNT.match(word)),
        amounts=frozenset(word for word in words if _AMOUNT.match(word)),
        named_amounts=frozenset(re.findall(r"\d+\w*", of_self.partition(" is ")[0]))
        if " is " in of_self
        else frozenset(),
        direction=frozenset(words) & {"back", "from"},
        left=frozenset(_root(word) for word in WORD.findall(left[1]) if word not in IGNORED) if left else frozenset(),
        changes=bool(_CHANGE.search(whole)),
        ends=ends,
        adds=bool(_ADDS.search(plain)),
        denies=ends or bool(_DENIES.search(plain)),
        is_open=bool(_OPEN.match(of_self)),
        is_numbered=bool(_NUMBERED.search(of_self)),
        is_order=bool(_ORDER.match(plain)),
        is_past_event=bool(_PAST_EVENT.match(plain)) and not _UP_TO_NOW.match(text),
    )


def cues_of(text: str) -> list[str]:
    """Words, besides its own, under which to look for what a statement may make untrue."""
    return [word for slot in claim_of(text).slots for word in CUES.get(slot, "").split()]


def _root(word: str) -> str:
    """The stem without -ing and -e, so that "quit smoking" ends "smokes"."""
    word = stem(word.removesuffix("'s"))
    if len(word) > 5 and word.endswith("ing"):
        word = word[:-3]
        return word[:-1] if word[-1] == word[-2] else word
    return word.removesuffix("e") if len(word) > 3 else word
