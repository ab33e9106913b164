"""A statement taken apart: who it is of, which slots it fills, what it counts, whether it ends or changes something.

Data and patterns for `conflict.py`, which compares two claims. Looks at text only. The slots are English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from agentmem_cli.memories.sameness import plain_text, stem

_KIN = (
    r"(?:(?:older|younger|little|big|eldest|youngest|oldest|twin) )?(?:wife|husband|partner|girlfriend|boyfriend"
    r"|fianc[eé]e?|spouse|son|daughter|kid|child|baby|brother|sister|mother|mom|mum|father|dad|grandmother"
    r"|grandfather"
    r"|grandma|grandpa|aunt|uncle|cousin|niece|nephew|roommate|flatmate|best friend|friend|boss|manager|neighbou?r"
    r"|colleague|parents|dog|cat)"
)
_OF_ANOTHER = re.compile(rf"^({_KIN})(?:'s)? (?!(?:is|are) (?:called|named)\b|called\b)|^(\w+)'s ")
_NAMED = re.compile(rf"^((?i:(?:my |their )?{_KIN})) is (?:now )?([A-Z]\w+(?: [A-Z]\w+)?)(?= now$|$|\.$)")
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
_OPEN = re.compile(r"^(?:really |absolutely )*(?:like|love|enjoy|hate|dislike|allergic)")
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
_IGNORED = frozenset(
    """a an the is am are be was were been being have has had do does did not no never to of in on at for with as and or
    but by from into over than their his her my our it its this that they them he she i we you who which now also
    just really very currently still longer anymore any more used instead moved switched changed new actually recently
    stopped quit gave up back again get got go goes went will would about around like love hate enjoy prefer dislike
    likes loves hates enjoys prefers dislikes since so then only called name these days user again started finally
    left sold cancelled canceled dropped ended become became works work lives live uses use cannot can't don't doesn't
    stand want wants plan plans take takes make makes time""".split()  # noqa: SIM905 -- a row of words
)
_WORD = re.compile(r"\d[\d.,:/]*\d\w*|[^\W_][\w'+#.:/%-]*[\w+#%]|\w|[$€£]\d[\d.,]*k?")
_ADVERB = (
    r"(?:(?:now|currently|mostly|mainly|usually|always|recently|just|finally|actually|have|has|had|still"
    r"|be|is)\s+)*"
)
_END = r"(?=$|,|;|\s+(?:now|instead|anymore|these days|since|with|because|after|and|but|from|rather)\b)"

# A slot to an entry: the table is read as a table.
# fmt: off
_SLOTS: list[tuple[str, str]] = [
    ("home", rf"^{_ADVERB}(?:live|live|moved|moving|relocated|settled|moved back|bought a house|home)s?(?: back"
             rf"| over)? "
             rf"(?:from .+? )?(?:to|in|at|near|outside|on) (?:a |an |the )?(?P<x>.+?){_END}"),
    ("household", rf"^(?:.* and )?{_ADVERB}lives? (?P<x>(?:with (?!(?:an?|one|two|three) (?:dog|cat)).+|alone).*)"),
    ("work at", rf"^{_ADVERB}work.*? at (?P<x>.+?)(?= as\b|{_END[3:]}"),
    ("work at", rf"^{_ADVERB}(?:joined|started (?:working |a new job |a job |work )?at|hired by|took a "
             rf"(?:new )?job (?:at|with)"
                rf"|got a (?:new )?job (?:at|with)|employer is|left .+ (?:for|to join)"
             rf"|moved from .+ to work at) (?P<x>.+?)(?= as\b|{_END[3:]}"),
    ("work as", rf"^{_ADVERB}work.*? as (?P<x>.+?)(?= (?:at|for|in)\b|{_END[3:]}"),
    ("work as", rf"^{_ADVERB}(?:job|title|job title|role|position|occupation|profession) (?:is|be) (?P<x>.+)"),
    ("work as", rf"^{_ADVERB}(?:got |was |been )?promoted to (?P<x>.+?){_END}"),
    ("work in", rf"^{_ADVERB}work.*? in (?P<x>.+?){_END}"),
    ("favourite {k}", r"^(?:all-time )?favou?rite (?P<k>.+?) (?:is|are|be|used to be) (?:now )?(?P<x>.+)"),
    ("name", r"^(?:full |first |last )?name is (?:now )?(?P<x>.+)"),
    ("nickname", r"^(?:want to be called|wants to be called|go by|goes by|prefer to be called"
             r"|prefers to be called) (?P<x>.+)"),
    ("age", r"^(?:is |age is |turned )(?:now )?(?P<x>\d+)(?: years? old)?$|^turned (?P<y>\d+)"),
    ("birthday", r"^(?:birthday is|was born on) (?P<x>.+)"),
    ("love life", r".*\b(?P<x>single|married|engaged|divorced|widowed|dating|separated|in a relationship"
             r"|broke up|remarried)\b"),
    ("diet", r"^(?:is |am |turned |went |became |eats? |follows? |on |doing )?(?:a |an |now |on )*(?:strict "
             r"|fully |mostly )?"
             r"(?P<x>vegan|vegetarian|pescatarian|pescetarian|omnivore|keto|carnivore|paleo|flexitarian)\b"),
    ("called {k}", rf"^(?P<k>{_KIN})(?: is| be|'s name is)? called (?P<x>.+)"),
    ("drive", rf"^{_ADVERB}(?:drive|drives) (?:to work in )?(?:a |an |the )?(?P<x>.+?){_END}"),
    ("commute", r"^(?:commutes?|gets? to work|goes to work|travels to work)(?: to work)? (?:by|on|via"
             r"|with) (?P<x>.+)"),
    ("native", r"^(?:native language|mother tongue|first language) is (?P<x>.+)"),
    ("study", rf"^{_ADVERB}(?:study|studies|studying|majors? in|majoring in|major is) (?P<x>.+?){_END}"),
    ("use for {k}", r"^(?:use|uses|using|switched to) (?P<x>.+?) (?:for|as) (?:a |an |the |their |my )?(?:main "
             r"|primary )?(?P<k>.+)"),
    ("reading", r"^(?:is |am )?(?:currently )?reading (?P<x>.+)"),
    ("watching", r"^(?:is |am )?(?:currently )?watching (?P<x>.+)"),
    ("bed", r"^(?:goes to bed|go to bed|sleeps?) (?:at|around|by) (?P<x>.+)"),
    ("waking", r"^(?:wakes? up|gets? up) (?:at|around|by) (?P<x>.+)"),
    ("hours", r"^(?:is |now |currently )*works? (?:now )?(?P<x>part[- ]time|full[- ]time|nights|days)"),
    ("employed", r"^(?:is |am )?(?:currently |now )?(?P<x>unemployed|between jobs|looking for a job|retired)"),
    ("language", r"^(?:from now on,? |always |please )*(?:answer|reply|respond|speak|talk)(?: to (?:me"
             r"|them))?(?: only)? in (?P<x>\w+)"),
    ("prefer {both}", r"^prefers? (?P<x>.+?) (?:over|to|than) .+"),
    ("open work from", r"^(?:now )?works? (?:mostly )?from (?P<x>.+)"),
    ("open {k}", r"^(?P<k>prefer|use|drink|eat|wear|take|play|attend|bank|shop|train|subscribe|study"
             r"|learn)s? (?P<x>.+)"),
    ("open {k}", r"^(?:is |am )(?P<k>learning|training for|saving for|studying|taking|working on|preparing for"
             r"|planning) (?P<x>.+)"),
    ("open goal", r"^(?:want|wants|hope|hopes|plan|plans|aim|aims) to (?P<x>.+)"),
    ("open is", r"^(?:is |am |are )(?:a |an )(?P<x>.+)"),
    ("{k} is", r"^(?P<k>(?:(?!is\b|are\b|not\b|with\b|who\b)[\w'-]+ ){0,4}?(?:boss|manager|supervisor|doctor"
             r"|dentist|therapist|landlord|"
               r"salary|rent|budget|address|email|phone|number|laptop|computer|car|bike|team|title|major"
             r"|deadline|gym|bank"
               r"|school|university|weight|height|commute|goal|editor|browser|language|schedule|shift|day|time|date"
               r"|best|record|appointment|meeting|flight|wedding|exam|interview|office|desk|size|level|plan"
             r"|trip|class"
               r"|lesson|status|dose|dosage|coach|trainer|teacher|advisor|provider|subscription|mortgage"
             r"|wake-up|bedtime"
               r"|score|balance|target|limit|hobby|drink|breakfast|lunch|dinner|lead|tutor|nurse|vet|barber"
             r"|hairdresser)) (?:is|are|be|was) "
               r"(?:now |currently |at |on |in |moved to |rescheduled to |changed to |postponed to |due )*(?P<x>.+)"),
]
# fmt: on
_TABLE = [(name, re.compile(pattern)) for name, pattern in _SLOTS]


_CUES = {
    "home": "live based move relocate settle",
    "household": "live",
    "work at": "work job employer join start unemployed retired",
    "work as": "work job title role position promoted unemployed retired",
    "employed": "work job unemployed retired",
    "hours": "work",
    "love life": "single married engaged divorced widowed dating separated relationship",
    "diet": "vegan vegetarian pescatarian keto omnivore carnivore paleo eats",
    "age": "years old age turned",
    "waking": "wakes gets",
    "bed": "bed sleeps",
}
"""Words under which the index finds what fills a slot, where two values of it share none."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement. `objects` are the stems it is about; `left` those that it says were left behind."""

    words: str
    subject: str
    slots: dict[str, frozenset[str]]
    verb: str
    objects: frozenset[str]
    amounts: frozenset[str]
    left: frozenset[str]
    changes: bool
    ends: bool
    adds: bool
    denies: bool
    is_open: bool
    is_order: bool
    is_past_event: bool


@lru_cache(maxsize=4096)
def claim_of(text: str, said: str = "") -> Claim:
    """The claim a memory's text makes; `said` is the sentence it comes from, which may hold the words of change."""
    plain = plain_text(_NAMED.sub(r"\1 is called \2", text))
    whole = f"{plain} {said.casefold()}"
    other = _OF_ANOTHER.match(plain)
    of_self = plain[other.end() :] if other else plain
    words = _WORD.findall(of_self)
    left = _LEFT.search(whole)
    ends = bool(_ENDS.search(plain))
    return Claim(
        words=plain,
        subject=next((name for name in other.groups() if name), "") if other else "",
        slots=_slots_of(of_self),
        verb=_root(words[0]) if words and {"is", "are"}.isdisjoint(words[1:4]) else "",
        objects=frozenset(_root(word) for word in words if word not in _IGNORED and not _AMOUNT.match(word)),
        amounts=frozenset(word for word in words if _AMOUNT.match(word)),
        left=frozenset(_root(word) for word in _WORD.findall(left[1]) if word not in _IGNORED) if left else frozenset(),
        changes=bool(_CHANGE.search(whole)),
        ends=ends,
        adds=bool(_ADDS.search(plain)),
        denies=ends or bool(_DENIES.search(plain)),
        is_open=bool(_OPEN.match(of_self) or _NUMBERED.search(of_self)),
        is_order=bool(_ORDER.match(plain)),
        is_past_event=bool(_PAST_EVENT.match(plain)),
    )


def cues_of(text: str) -> list[str]:
    """Words, besides its own, under which to look for what a statement may make untrue."""
    return [word for slot in claim_of(text).slots for word in _CUES.get(slot, "").split()]


def _slots_of(plain: str) -> dict[str, frozenset[str]]:
    slots: dict[str, frozenset[str]] = {}
    for name, pattern in _TABLE:
        if match := pattern.match(plain):
            found = match.groupdict()
            value = found["x"] or found.get("y") or ""
            key = " ".join(map(stem, (found.get("k") or "").split()))
            both = " ".join(sorted({stem(word) for word in match[0].split()} - _IGNORED))
            slots.setdefault(name.format(k=key, both=both), frozenset(map(stem, _WORD.findall(value))) - _IGNORED)
    if "work at" in slots or "work as" in slots:
        slots["employed"] = frozenset(["employed"])
    return slots


def _root(word: str) -> str:
    """The stem without -ing and -e, so that "quit smoking" ends "smokes"."""
    word = stem(word.removesuffix("'s"))
    if len(word) > 5 and word.endswith("ing"):
        word = word[:-3]
        return word[:-1] if word[-1] == word[-2] else word
    return word.removesuffix("e") if len(word) > 3 else word
