"""How likely a newer statement is about the same thing as an old memory, and gives it another value.

For the cases that no rule of `conflict.py` decides: what it finds likely is asked, never replaced. It compares words
and vectors, and reads no rows. Loading the embedder takes 1 s: ask `least_likelihood` first, which needs none.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from agentmem_cli.memories.claims import Claim, claim_of
from agentmem_cli.memories.sameness import plain_text
from agentmem_cli.memories.slots import KIN, WORD

if TYPE_CHECKING:
    from agentmem_cli.embedding.vectors import Vectors

Embed = Callable[[list[str]], "Vectors"]

_TURNS = re.compile(
    r"\b(?:no longer|nowadays|these days|any ?more|any longer|instead|rather|now|lately|after all|only|since (?!\d)"
    r"|mov(?:ed|ing)|relocated|switch(?:ed|ing)|chang(?:ed|ing)|replac(?:ed|ing)|transfer+ed|shifted|convert(?:ed|ing)"
    r"|quit|stopped|gave|given|give up|dropp?ed|ditched|left|closed|ended|cut|sold|lost|cancel+ed|gone|retired"
    r"|postponed|rescheduled|extended|stepped down|moved out|broke|got (?:over|into|rid|engaged|married|divorced)"
    r"|raised?|lowered|increased|decreased|reduced|grown|grew|rose|fell|up to|down to"
    r"|(?:went|gone|flew) (?:up|down|back|over|from)"
    r"|reached|passed|hit|just (?:got|reached|started|moved|became|bought|turned)|finally|finished|complet(?:ed|ing)"
    r"|decided|turned|turn(?:s|ing) into|becom\w+|became|promoted|hired|joined|made (?:me|head|lead)|put (?:me|on|up)"
    r"|upgraded|downgraded|rewr(?:o|i)t\w+|adopted|came home|healed|recovered|found|own rooms|this year|again"
    r"|used to|no more|swapped|traded|renamed|merged|expired|resigned|fired|laid off|died|passed away|broke up|divorced"
    r"|graduated|was born|bumped|pushed|delayed|brought forward|dumped|updated|correction|turns out|as of|from now on"
    r""
    r"|in charge of|sold my|had (?:her|his|their|a|the) baby|won't|until|new (?:personal )?best"
    r"|(?:my|our) new \w+(?: \w+)? (?:is|are)|have a new|earlier than|later than|longer than|more than before"
    r"|started|begun|began|starting|haven't|don't (?:need|use|want)|didn't work|have to be|has to be|not \w+)\b"
)
_NUMBER = re.compile(
    r"[$€£]?\d[\d,.:]*\w*|\d+(?:st|nd|rd|th)|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty"
    r"|fifty|hundred|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|another|once|twice|every|half"
    r"|single|alone|only|january|february|march|april|may|june|july|august|september|october|november|december"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
)
_BEGUN = re.compile(r"(?:just |recently )?(?:started|bought|began|got a|painted|moved the)\b")
"""What was done once stays done."""
_MANY = re.compile(r"(?:speak|collect|own|play|know)s?\b")
"""What one does with many things at once."""
_EMPTY = frozenset(
    """a an the is am are be was were been being i me my we us our it its this that they them their to of in on at for
    with and or but by as so if i'm i've has have had do does did her his him he she user""".split()  # noqa: SIM905 -- a row of words
)
_KIN_FIRST = re.compile(rf"^{KIN}\b")
_RELATED = re.compile(rf"\b(?i:{KIN})(?: is)?(?: called| named)? ([A-Z]\w+)")
_NAME = re.compile(r"(?<!^)\b[A-Z]\w+|^[A-Z]\w+(?= (?:is|was|moved|left|has|had|just|started|and I)\b)")
LIKELY, _DOUBTFUL, NEVER = 0.12, 0.5, 1.0
"""Likelihoods from which to ask. Asking is cheap, the newest is known either way: of the development updates among nine
others by chance .96 are found, and of the memories captured from chats 15 in 100 ask; from .25 on .88 are found."""
_NEAR, _APART = 0.4, 0.1
"""Cosine, and its distance from the next memory's, from which a memory is clearly the one that is spoken of."""
_SAME_WORD = 0.72
"""Cosine of two words from which one stands for the other: "accountant" and "accounting"."""
WEIGHTS = (-8.4, 3.8, 2.3, -0.5, 2.2, 0.7, 1.7, -0.1, -0.5, -0.6, 1.1, 2.6, 0.3, 5.4, 3.6)


@dataclass(frozen=True, slots=True)
class _Statement:
    """A text taken apart: its content words and numbers, names, relatives' names, the relative it begins with."""

    text: str
    words: list[str]
    numbers: frozenset[str]
    names: frozenset[str]
    related: frozenset[str]
    relative: str
    claim: Claim


def likelihoods(new: str, olds: Sequence[str], embed: Embed) -> list[float]:
    """For each old memory, from 0 to 1, how likely `new` makes it untrue.

    A logistic regression over the features of `features_of`, fitted on the made-up pairs of
    `tests/bench/memory_updates.txt`; the one that is clearly the nearest has _DOUBTFUL at the least.
    """
    rows = features_of(new, olds, embed)
    cosines = [row[1] for row in rows]
    best, second = sorted([*cosines, 0.0, 0.0], reverse=True)[:2]
    clearly = _DOUBTFUL if best >= _NEAR and best - second >= _APART else 0.0
    scores = [1 / (1 + math.exp(-sum(map(operator.mul, WEIGHTS, row)))) for row in rows]
    return [max(score, clearly * (cosine == best)) for score, cosine in zip(scores, cosines, strict=True)]


def least_likelihood(old: str, new: str) -> float:
    """From which likelihood to ask whether `new` makes `old` untrue: LIKELY, _DOUBTFUL where that is rare, or NEVER."""
    if not (_says_enough(old) and _says_enough(new)):
        return NEVER
    if _can_be_untrue(old, new):
        return LIKELY
    before, after = claim_of(old), claim_of(new)
    stands = _stays(before, after) or _is_detail(before, after) or _is_of_new_relative(old, new) or after.adds
    liked = before.is_open and (after.is_open or not before.objects & after.objects)
    return NEVER if stands or liked else _DOUBTFUL


def _is_of_new_relative(old: str, new: str) -> bool:
    relative = _taken_apart(new).relative
    return bool(relative) and relative not in _taken_apart(old).text


def _is_detail(old: Claim, new: Claim) -> bool:
    """Whether the new one only says more: "drives a blue Tesla", and "now loves jazz and blues" too."""
    return old.objects <= new.objects and set(_TURNS.findall(new.words)) <= {"now"}


def _can_be_untrue(old: str, new: str) -> bool:
    """Whether an update may read so. Most statements stand beside another, whatever their topic."""
    before, after = claim_of(old), claim_of(new)
    differ = bool(before.amounts and after.amounts and before.amounts != after.amounts)
    denied = before.denies != after.denies
    if _of_another(_taken_apart(old), _taken_apart(new)):
        return False
    if _stays(before, after) or (after.adds and not differ):
        return False
    if before.is_open and not denied and (before.objects <= after.objects or not _TURNS.search(new.casefold())):
        return False  # one more thing that is liked; "now loves jazz and blues" adds to "loves jazz"
    return denied or differ or bool(_TURNS.search(new.casefold())) or not _is_one_more(before, after)


def _stays(old: Claim, new: Claim) -> bool:
    """Whether nothing changes the old: it is over, or numbered, or the new one says the same or ends something else."""
    is_over = old.is_numbered or old.is_past_event or old.ends or bool(_BEGUN.match(old.words))
    ends_another = new.ends and not (old.objects - {old.verb}) & new.objects
    other_name = bool(old.named_amounts and new.named_amounts) and old.named_amounts != new.named_amounts
    return is_over or ends_another or old.words == new.words or other_name


def _is_one_more(old: Claim, new: Claim) -> bool:
    """Whether the new one is a detail more, or one more of what one does with many."""
    shared = [name for name in old.slots if name in new.slots]
    only_open = bool(shared) and shared == list(old.slots) and not _shares_slot(old, new)
    apart = all(not old.slots[name] & new.slots[name] for name in shared)
    return old.objects <= new.objects or bool(_MANY.match(old.words)) or (only_open and apart)


def _says_enough(text: str) -> bool:
    """Whether it has two words or a word and a number: a single one tells of no value that could change."""
    words = _taken_apart(text).words
    return any(len(word) > 2 for word in words) and len(words) + len(_taken_apart(text).numbers) > 1


def features_of(new: str, olds: Sequence[str], embed: Embed) -> list[list[float]]:
    """The features of each old memory beside the new statement, in the order of WEIGHTS."""
    said, kept = _taken_apart(new), [_taken_apart(old) for old in olds]
    whole = embed([new, *olds])
    near = [float(whole[0] @ vector) for vector in whole[1:]]
    words = list(dict.fromkeys(word for each in (said, *kept) for word in each.words))
    place, vectors = {word: number for number, word in enumerate(words)}, embed(words)
    aligned = [
        _aligned([place[word] for word in old.words], [place[word] for word in said.words], vectors) for old in kept
    ]
    alike = [(cosine + each.old + each.new) / 3 for cosine, each in zip(near, aligned, strict=True)]
    best, second = sorted([*alike, 0.0, 0.0], reverse=True)[:2]
    turns = bool(_TURNS.search(new.casefold()))
    return [
        [
            1.0,
            cosine,
            found.old,
            found.new,
            likeness == best,
            best - second if likeness == best else 0.0,
            turns,
            bool(old.numbers and said.numbers and old.numbers != said.numbers),
            bool(old.numbers) and old.numbers == said.numbers,
            bool(old.numbers) and not said.numbers,
            found.has_rest,
            found.rest_alike,
            turns and found.has_rest,
            _shares_slot(old.claim, said.claim),
            len(old.claim.objects & said.claim.objects) / max(1, len(old.claim.objects | said.claim.objects)),
        ]
        for old, found, cosine, likeness in zip(kept, aligned, near, alike, strict=True)
    ]


@lru_cache(maxsize=4096)
def _taken_apart(text: str) -> _Statement:
    plain = plain_text(text)
    words = [word for word in WORD.findall(plain) if word not in _EMPTY]
    numbers = frozenset(word for word in words if _NUMBER.fullmatch(word))
    relative = _KIN_FIRST.match(plain)
    return _Statement(
        text=text.casefold(),
        words=[word for word in words if word not in numbers],
        numbers=numbers,
        names=frozenset(name for name in _NAME.findall(text) if not _NUMBER.fullmatch(name.casefold())),
        related=frozenset(_RELATED.findall(text)),
        relative=relative[0].split()[-1] if relative else "",
        claim=claim_of(text),
    )


@dataclass(frozen=True, slots=True)
class _Alignment:
    """How well the words of each find a like word in the other (mean cosine), and what of the old finds none."""

    old: float = 0.0
    new: float = 0.0
    has_rest: bool = False
    rest_alike: float = 0.0


def _aligned(old: list[int], new: list[int], vectors: Vectors) -> _Alignment:
    """Of the words in these rows of `vectors`."""
    cosines = vectors[old] @ vectors[new].T
    of_old, of_new = cosines.max(axis=1), cosines.max(axis=0)
    rest = cosines[of_old < _SAME_WORD][:, of_new < _SAME_WORD]
    has_rest = bool((of_old < _SAME_WORD).any())
    return _Alignment(float(of_old.mean()), float(of_new.mean()), has_rest, float(rest.max()) if rest.size else 0.0)


def _shares_slot(old: Claim, new: Claim) -> bool:
    shared = [name for name in old.slots if name in new.slots and not name.startswith("open ")]
    return any(old.slots[name] != new.slots[name] for name in shared)


def _of_another(old: _Statement, new: _Statement) -> bool:
    """Whether one is of a relative whom the other does not name."""
    if old.relative == new.relative or old.related & new.names or new.related & old.names:
        return False
    return not (old.relative and old.relative in new.text) and not (new.relative and new.relative in old.text)
