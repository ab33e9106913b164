"""Which single-valued slots a statement fills: one home, one employer, one favourite colour. English patterns.

Data for `claims.py`. Looks at text only.
"""

from __future__ import annotations

import re

from agentmem_cli.memories.sameness import stem
from agentmem_cli.memories.software import SOFTWARE

KIN = (
    r"(?:(?:older|younger|little|big|eldest|youngest|oldest|twin) )?(?:wife|husband|partner|girlfriend|boyfriend"
    r"|fianc[eé]e?|spouse|ex|sons?|daughters?|kids?|child|children|baby|brothers?|sisters?|twins|in-laws"
    r"|mother|mom|mum|father|dad|grandmother|grandfather|grandma|grandpa|aunt|uncle|cousins?|niece|nephew"
    r"|roommates?|flatmate|best friend|friends?|boss|manager"
    r"|neighbou?rs?|colleagues?|co-?workers?|classmates?|teammates?|students?|clients?|grandparents|parents|dog|cat)"
)
IGNORED = frozenset(
    """a an the is am are be was were been being have has had do does did not no never to of in on at for with as and or
    but by from into over than their his her my our it its this that they them he she i we you who which now also
    just really very currently still longer anymore any more used instead moved switched changed new actually recently
    stopped quit gave up back again get got go goes went will would about around like love hate enjoy prefer dislike
    likes loves hates enjoys prefers dislikes since so then only called name these days user again started finally
    left sold cancelled canceled dropped ended become became works work lives live uses use cannot can't don't doesn't
    stand want wants plan plans take takes make makes time""".split()  # noqa: SIM905 -- a row of words
)
WORD = re.compile(r"\d[\d.,:/]*\d\w*|[^\W_][\w'+#.:/%-]*[\w+#%]|\w|[$€£]\d[\d.,]*k?")
_ADVERB = (
    r"(?:(?:now|currently|mostly|mainly|usually|always|recently|just|finally|actually|have|has|had|still"
    r"|be|is)\s+)*"
)
_END = r"(?=$|,|;|\s+(?:now|instead|anymore|these days|since|with|because|after|and|but|from|rather)\b)"

_NO_PLACE = (
    r"(?:(?:the |a |an |my |our |another )?(?:next|new project|part|full|\w*days?\b|january|february|march|april|may\b"
    r"|june|july|august|september|october|november|december|living|bedroom|bathroom|kitchen|garage|basement|attic|roof|yard"
    r"|desk|back|front|left|right|top|bottom|other|oat|\d))"
)
"""What "moved to" leads to that is nobody's home: days, rooms, software."""

# A slot to an entry: the table is read as a table.
# fmt: off
_SLOTS: list[tuple[str, str]] = [
    ("home", rf"^{_ADVERB}(?:live|home)s?(?: back| over)? (?:to|in|at|near|outside|on) (?:a |an |the )?"
             rf"(?P<x>.+?){_END}"),
    ("home", rf"^{_ADVERB}(?:moved|moving|relocated|settled)s?(?: back| over)? (?:from .+? )?(?:to|in|near)"
             rf" (?!{SOFTWARE}\b|on\b|{_NO_PLACE})(?:a |an |the )?(?P<x>.+?){_END}"),
    ("home", rf"^{_ADVERB}bought a house (?:in|near|on) (?P<x>.+?){_END}"),
    ("open base", r"^(?:is |am )?(?:a|an) [\w ]+? in (?P<x>\w+)$"),
    ("school", rf"^{_ADVERB}(?:goe?s?|stud(?:y|ies)|transferred|transfers?|changed|attends?)\b.*? (?:to|at) "
               rf"(?P<x>(?:the )?(?:university of \w+|[\w ]+? (?:university|college|school|state|high)))\b"),
    ("household", rf"^(?:.* and )?{_ADVERB}lives? (?P<x>(?:with (?!(?:an?|one|two|three) (?:dog|cat)).+|alone).*)"),
    ("work at", rf"^{_ADVERB}work.*? at (?!\d)(?P<x>.+?)(?= as\b|{_END[3:]}"),
    ("work at", rf"^{_ADVERB}(?:joined|started (?:working |a new job |a job |work )?at|was hired by|hired by|took a "
             rf"(?:new )?job (?:at|with)"
                rf"|got a (?:new )?job (?:at|with)|employer is|left .+ (?:for|to join)"
             rf"|moved from .+ to work at) (?P<x>.+?)(?= as\b|{_END[3:]}"),
    ("work as", rf"^{_ADVERB}work.*? as (?P<x>.+?)(?= (?:at|for|in)\b|{_END[3:]}"),
    ("work as", rf"^{_ADVERB}(?:job|title|job title|role|position|occupation|profession) (?:is|be) (?P<x>.+)"),
    ("work as", rf"^{_ADVERB}(?:got |was |been )?promoted to (?P<x>.+?){_END}"),
    ("work in", rf"^{_ADVERB}works?(?: (?!at\b|better\b|best\b)[\w'-]+)*? in (?P<x>.+?){_END}"),
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
    ("called {k}", rf"^(?P<k>{KIN})(?: is| be|'s name is)? called (?P<x>.+)"),
    ("drive", rf"^{_ADVERB}(?:drive|drives) (?:to work in )?(?:a |an |the )?(?P<x>.+?){_END}"),
    ("commute", r"^(?:commutes?|gets? to work|goes to work|travels to work)(?: to work)? (?:by|on|via"
             r"|with) (?P<x>.+)"),
    ("native", r"^(?:native language|mother tongue|first language) is (?P<x>.+)"),
    ("study", rf"^{_ADVERB}(?:study|studies|studying|majors? in|majoring in|major is) (?P<x>.+?){_END}"),
    ("use for {k}", r"^(?:use|uses|using|switched to) (?P<x>.+?) (?:for|as) (?:a |an |the |their |my )?(?:main "
             r"|primary )?(?P<k>.+)"),
    ("reading", r"^(?:is |am )?(?:currently )?reading (?!an?\b|to\b|in\b|about\b|the news)(?P<x>.+)"),
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
               r"|school|university|weight|height|commute|editor|browser|language|schedule|shift|day|time|date"
               r"|best|record|appointment|meeting|flight|wedding|exam|interview|office|desk|size|level|plan"
             r"|class"
               r"|lesson|status|dose|dosage|coach|trainer|teacher|advisor|provider|subscription|mortgage"
             r"|wake-up|bedtime"
               r"|score|balance|target|limit|hobby|drink|breakfast|lunch|dinner|lead|tutor|nurse|vet|barber"
             r"|hairdresser)) (?:is|are|be|was) "
               r"(?!(?:right )?(?:next to|near|close to|behind|opposite|across|far|an? \w+ (?:away|from))\b)"
               r"(?:now |currently |at |on |in |moved to |rescheduled to |changed to |postponed to |due )*(?P<x>.+)"),
]
# fmt: on
_TABLE = [(name, re.compile(pattern)) for name, pattern in _SLOTS]


CUES = {
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


def slots_of(plain: str) -> dict[str, frozenset[str]]:
    """The stems of the value by the name of each slot that a plain text fills (see `sameness.plain_text`)."""
    slots: dict[str, frozenset[str]] = {}
    for name, pattern in _TABLE:
        if match := pattern.match(plain):
            found = match.groupdict()
            value = found["x"] or found.get("y") or ""
            key = " ".join(map(stem, (found.get("k") or "").split()))
            both = " ".join(sorted({stem(word) for word in match[0].split()} - IGNORED))
            slots.setdefault(name.format(k=key, both=both), frozenset(map(stem, WORD.findall(value))) - IGNORED)
    if "work at" in slots or "work as" in slots:
        slots["employed"] = frozenset(["employed"])
    return slots
