"""The table of English statements from which `rules.py` learns. Data only: a pattern and what it becomes.

A pattern is matched at the start of a clause; lower-case letters of it match either case, and `NAME` and
`PLACE` need a capital letter. A template's `{x}` is the group `x` of the match, put into the third person;
`{verb}` also gets its ending. Order matters: the first rule that fits a clause wins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from agentmem_cli.memories.software import SOFTWARE


@dataclass(frozen=True, slots=True)
class Rule:
    """What a clause says when it begins like `pattern`. `topic` may hold a group, as in "favourite {thing}"."""

    pattern: re.Pattern[str]
    template: str
    kind: str
    topic: str


_IM = r"(?i:i'?m|i am)"
_IVE = r"(?i:i'?ve|i have|i)"
NAME = r"(?P<name>[A-ZÀ-ÖØ-Þ][^\W\d_]*[a-zß-öø-ÿ'.-][^\W\d_]*(?: [A-ZÀ-ÖØ-Þ][\w'.-]*){0,3})"
PLACE = r"(?P<x>(?:(?i:the) )?[A-ZÀ-ÖØ-Þ][^\W\d_].*)"
_X = r"(?P<x>.+)"
_THING = (  # what follows a verb is remembered only when it stands by itself: "I like it" says nothing tomorrow
    r"(?P<x>(?!.*\b(?i:this|these|those|him)\b)(?!(?i:it|its|this|that|these|those|them|they|he|she|him|her|you|your"
    r"|yours|how|what|when|where|why|who|if|one|ones|both|neither|all|any|some|none|mine|me|i|the (?:idea|way|first"
    r"|second|third|last|latter|former|other|above|following|new|result|answer|one)|to (?:see|say|ask|bother|hear"
    r"|know|think|admit|interrupt|be|thank|get|have|do|go|use|make|add))\b).+)"
)
_NO_NAME = (  # "I'm Done", "I'm Fine": capital letters that make no name
    r"(?!(?i:done|good|great|fine|ok|okay|back|here|there|on|in|at|off|out|up|confused|sorry|ready|sure|happy|glad"
    r"|sad|tired|busy|late|early|lost|stuck|alone|not|no|so|very|too|just|all|also|still|well|new|free|online|offline"
    r"|home|bored|sick|hungry|excited|afraid|curious|human|right|wrong|alive|awake|now)\b)"
)
_KIN = (
    r"(?P<kin>(?i:(?:(?:older|younger|little|big|elder|eldest|youngest|oldest|twin|late|ex) ?-?)?(?:wife|husband"
    r"|partner|girlfriend|boyfriend|fianc[eé]e?|spouse|son|daughter|kid|child|baby|brother|sister|mother|mom|mum"
    r"|father|dad|grandmother|grandfather|grandma|grandpa|granddaughter|grandson|aunt|uncle|cousin|niece|nephew"
    r"|roommate|flatmate|best friend|boss|manager|supervisor|therapist|doctor)))"
)
_PET = r"(?i:dog|cat|puppy|kitten|rabbit|hamster|parrot|horse|pony|goldfish|turtle|tortoise|bird|guinea pig|snake|pet)"
_DAY = r"(?i:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_MONTH = (
    r"(?i:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun"
    r"|jul|aug|sept?|oct|nov|dec)"
)
DATE = (
    rf"(?:(?i:today|tonight|tomorrow|yesterday|(?:next|this|last|in|on the|over the) (?:coming )?(?:\d+ |two |three "
    rf"|a )?(?:days?|weeks?|weekend|months?|years?|summer|winter|spring|autumn|fall|christmas|easter))|(?i:on|next"
    rf"|this|last|in|until|from) (?:the \d{{1,2}}\w{{2}} of )?(?:{_DAY}|{_MONTH})\b|(?i:on) (?:the )?\d{{1,2}}(?:st"
    rf"|nd|rd|th|[./-]\d)|\b(?:19|20)\d\d\b)"
)
LANGUAGES = (
    r"(?:English|German|French|Spanish|Italian|Portuguese|Dutch|Swedish|Norwegian|Danish|Finnish|Icelandic|Polish"
    r"|Czech|Slovak|Hungarian|Romanian|Bulgarian|Greek|Turkish|Russian|Ukrainian|Serbian|Croatian|Arabic|Hebrew"
    r"|Persian|Farsi|Hindi|Urdu|Bengali|Tamil|Thai|Vietnamese|Indonesian|Malay|Tagalog|Chinese|Mandarin|Cantonese"
    r"|Japanese|Korean|Swahili|Latin|Catalan|Basque|Welsh|Irish|Esperanto)"
)
_PEOPLES = (
    r"(?:American|British|English|Scottish|Irish|Welsh|Canadian|Australian|German|French|Spanish|Italian|Portuguese"
    r"|Dutch|Belgian|Swiss|Austrian|Swedish|Norwegian|Danish|Finnish|Icelandic|Polish|Czech|Slovak|Hungarian|Romanian"
    r"|Bulgarian|Greek|Turkish|Russian|Ukrainian|Serbian|Croatian|Israeli|Egyptian|Nigerian|Kenyan|Ethiopian|Indian"
    r"|Pakistani|Bangladeshi|Chinese|Japanese|Korean|Vietnamese|Thai|Filipino|Indonesian|Malaysian|Mexican|Brazilian"
    r"|Argentinian|Chilean|Colombian|Peruvian|Muslim|Christian|Catholic|Jewish|Buddhist|Hindu|Sikh|Mormon)"
)
_DIET = (
    r"(?P<x>(?i:(?:a )?(?:vegan|vegetarian|pescatarian|pescetarian|coeliac|celiac|teetotal(?:l?er)?)"
    r"|lactose[ -]intolerant|gluten[ -](?:free|intolerant)|kosher|halal))"
)
_CONDITION = (
    r"(?P<x>(?i:(?:a )?diabetic|(?:type [12] )?diabetes|asthma(?:tic)?|adhd|add|autism|autistic|dyslexi[ac]"
    r"|epilep(?:sy|tic)|migraines|arthritis|depression|anxiety|insomnia|hypertension|high blood pressure"
    r"|coeliac disease|celiac disease|colou?r-?blind|deaf|blind|pregnant|left-handed|hard of hearing|tinnitus|eczema"
    r"|hay fever|hypothyroidism|crohn's(?: disease)?|(?:multiple sclerosis|ms)|bipolar(?: disorder)?|ptsd|ocd"
    r"|an? (?:\w+ )?allergy(?: to .+)?)(?: .*)?)"
)
_ENDED = r"(?P<verb>(?i:work|live|use|eat|drink|like|speak|own|drive|play|smoke|love|enjoy))"
_NOT_A_KIND = (  # "I'm a bit tired" says how someone is, not what they are
    r"(?!(?i:bit|little|tad|lot|few|couple|while|minute|day|week|mess|fool|idiot|moron|big|huge|step|fan|loss|total"
    r"|user|human|person|beginner|function|class|method|server|terminal|robot|bot|ghost|banana)\b)"
)
_EVENT_VERB = (
    r"(?i:flying|going|travell?ing|moving|visiting|meeting|seeing|starting|having|getting|giving|taking|running"
    r"|hosting|attending|speaking|presenting|leaving|driving|celebrating|interviewing|graduating|retiring|marrying)"
)
_APPOINTMENT = (
    r"(?i:appointment|exam|test|interview|meeting|flight|wedding|surgery|operation|deadline|party|concert|trip"
    r"|holiday|vacation|presentation|date|race|marathon|conference|birthday|anniversary|check-?up)"
)
STYLE = (
    r"(?i:answers?|replies|reply|responses?|explanations?|messages|sentences|paragraphs|summaries|code[ ]examples"
    r"|language|tone|english)"
)
# A rule to a line or two: the table is read as a table.
# fmt: off
_TABLE = [
    # who
    (r"(?i:my (?:full |first )?name(?: is|'s)"
     r"|name's) (?!(?i:not)\b)(?P<name>[^\W\d_][\w'.-]*(?: [A-ZÀ-Þ][\w'.-]*){0,3})$",
     "Name is {Name}", "fact", "name"),
    (rf"{_IM} (?P<x>{_PEOPLES})$", "Is {x}", "fact", "origin"),
    (rf"{_IM} (?:(?i:called|named) )?{_NO_NAME}{NAME}$", "Name is {name}", "fact", "name"),
    (rf"(?i:(?:please )?(?:just )?(?:you (?:can|may|should) )?call me|i go by|(?:my )?friends call me) {NAME}$",
     "Wants to be called {name}", "preference", "nickname"),
    (r"(?i:(?:you (?:can|may) )?call me) (?!(?i:back|later|when|tomorrow|crazy|maybe|if|at|on|an?|the|old|names"
     r"|your|by)\b)"
     r"(?P<name>[\w'-]+)$", "Wants to be called {Name}", "preference", "nickname"),
    (rf"{_IM} (?P<x>[1-9]\d)(?i: years? old| yo|)$", "Is {x} years old", "fact", "age"),
    (r"(?i:i (?:just )?turned) (?P<x>[1-9]\d)\b", "Is {x} years old", "fact", "age"),
    (rf"(?i:my birthday(?: is|'s)(?: on)?) (?P<x>(?:the )?\d.*|{_MONTH} .*)", "Birthday is {x}", "fact", "birthday"),
    (rf"(?i:i was born on) (?P<x>.*{_MONTH}.*|\d.*)", "Birthday is {x}", "fact", "birthday"),
    (r"(?i:i was born in) (?P<x>(?:19|20)\d\d)", "Was born in {x}", "fact", "birthday"),
    (r"(?i:i was born) (?P<x>(?:and raised )?in .+)", "Was born {x}", "fact", "origin"),
    (r"(?i:my pronouns are) (?P<x>\w+(?:/\w+)+)", "Pronouns are {x}", "fact", "identity"),
    # what is so no longer
    (rf"(?i:i no longer) {_ENDED} {_THING}", "No longer {verb} {x}", "fact", "changes"),
    (rf"(?i:i (?:don't|do not)) {_ENDED} {_THING} (?i:any ?more"
     rf"|any longer)", "No longer {verb} {x}", "fact", "changes"),
    (rf"{_IM} (?i:no longer) (?P<x>(?!(?i:\w+ing|sure|able|here|there|in|on|at|this"
     rf"|that)\b).+)", "No longer {x}", "fact", "changes"),
    # where
    (rf"(?:{_IM} (?i:originally )?|(?i:i (?:originally )?come ))(?i:from) (?P<x>(?!(?i:the) [a-z]|(?i:an?|my"
     rf"|your|here|there"
     r"|this|that|it|home|work)\b).+)", "Is from {x}", "fact", "origin"),
    (rf"(?i:i grew up in) {PLACE}", "Grew up in {x}", "fact", "origin"),
    (rf"{_IM} (?i:based|living) (?P<x>(?i:in|near|on|outside) .+)", "Lives {x}", "fact", "home"),
    (r"(?i:(?:i|we) (?:currently |now )?live) (?P<x>(?i:in|near|at|on|outside|by|close) (?!(?:a world|fear"
     r"|an age)\b).+)",
     "Lives {x}", "fact", "home"),
    (r"(?i:(?:i|we) (?:currently |now )?live) (?P<x>(?i:with|alone).*)", "Lives {x}", "fact", "family"),
    (rf"(?:{_IVE}|(?i:we|we've)) (?i:just |recently |finally )?(?i:moved|relocated)(?i: back)?(?i: from .+?)? (?i:to) "
     rf"(?!{SOFTWARE}\b)(?P<x>(?:(?i:the) )?[A-ZÀ-ÖØ-Þ][^\W\d_].*?)(?: {DATE}.*)?$", "Lives in {x}", "fact", "home"),
    # work
    (r"(?i:i (?:now |currently |still )?work) (?P<x>(?i:in|at|for|as|with|from|nights|part[- ]time|full[- ]time"
     r"|remotely)\b(?! (?:it|this|that|them|the following|these)\b).*)", "Works {x}", "fact", "work"),
    (rf"{_IM} (?i:working|employed) (?P<x>(?i:at|for|as) .+)", "Works {x}", "fact", "work"),
    (r"(?i:my (?:new |current )?(?:job|profession|occupation)(?: is|'s)) (?!(?i:to|not|hard|so|very|boring"
     r"|stressful)\b)"
     rf"{_X}", "Job is {x}", "fact", "work"),
    (rf"{_IVE} (?i:just |recently )?(?i:joined|started (?:working )?(?:at|for)|got a (?:new )?job (?:at|with)"
     rf"|been hired by)"
     rf" {PLACE}", "Works at {x}", "fact", "work"),
    (rf"{_IVE} (?i:just |recently )?(?i:started|got) (?i:a new job|a job|a new position) (?i:as) {_X}",
     "Works as {x}", "fact", "work"),
    (rf"{_IM} (?P<x>(?i:retired|self-employed|unemployed|a freelancer|between jobs))\b", "Is {x}", "fact", "work"),
    (r"(?i:i (?:run|own|founded)) (?P<x>(?i:my own|a|an|our) (?:\w+ )*(?i:business|company|firm|startup|shop|restaurant"
     r"|clinic|farm|studio|agency|bakery|practice|café|cafe)\b.*)", "Runs {x}", "fact", "work"),
    (r"(?i:(?:i'?m studying|i study|i'?m majoring in|i majored in)) " + _THING, "Studies {x}", "fact", "work"),
    # family and pets
    (rf"(?i:my) {_KIN}(?i:'s name is|(?: is|'s) (?:called|named)) (?P<x>[^\W\d_].*)",
     "{Kin} is called {x}", "fact", "family"),
    (rf"(?i:my) {_KIN}(?i: is|'s) {NAME}$", "{Kin} is called {name}", "fact", "family"),
    (rf"(?i:my) {_KIN} (?P<how>(?!(?i:(?:is|was) an? (?:idiot|moron|fool|jerk|mess|pain"
     rf"|saint|legend|bit))\b)(?i:is an?|was an?|works|lives|speaks|studies|is allergic|is \d+)\b.*)",
     "{Kin} {how}", "fact", "family"),
    (rf"(?i:my) (?P<pet>{_PET})(?i:'s name is|(?: is|'s) (?:called|named)) (?P<x>.+)",
     "Has a {pet} called {x}", "fact", "pets"),
    (rf"(?i:my) (?P<pet>{_PET})(?i: is|'s) {NAME}$", "Has a {pet} called {name}", "fact", "pets"),
    (rf"(?i:(?:i|we)(?: have|'ve got| have got| own)) (?P<x>(?:(?i:an?|two|three|four|five|\d+) )(?:\w+ ){{0,2}}"
     rf"{_PET}s?\b(?! (?i:picture|photo|video|question|problem|allergy)).*)", "Has {x}", "fact", "pets"),
    (r"(?i:(?:i|we)(?: have|'ve got| have got)) (?P<x>(?:(?i:an?|one|two|three|four|five|six|\d+) )(?:[\w-]+ ){0,2}"
     r"(?i:kids?|child(?:ren)?|sons?|daughters?|brothers?|sisters?|siblings|grandchildren|twins)\b.*)",
     "Has {x}", "fact", "family"),
    (rf"{_IM} (?P<x>(?i:(?:happily |recently |newly )?(?:married|engaged|divorced|widowed)(?: (?:to|with) .+)?|single"
     r"|an? (?:(?:single|proud|new|working|stay-at-home) )?(?:mother|father|mom|mum|dad|parent|grandmother|grandfather)"
     r"(?: (?:of|to) .+)?))$", "Is {x}", "fact", "family"),
    # health and food
    (rf"{_IM} (?:(?i:very|severely|highly|also) )?(?P<x>(?i:allergic to) .+)", "Is {x}", "fact", "diet"),
    (rf"{_IM} (?:(?i:a strict|strictly|also) )?{_DIET}\b", "Is {x}", "fact", "diet"),
    (rf"{_IM} {_CONDITION}", "Is {x}", "fact", "health"),
    (rf"(?i:i(?: have|'ve got|'ve been diagnosed with| was diagnosed with| suffer from)) {_CONDITION}",
     "Has {x}", "fact", "health"),
    (r"(?P<verb>(?i:i (?:don't|do not|never|can't|cannot|can not) (?:eat|drink|smoke)))(?: (?P<x>(?!(?i:it|that"
     r"|this)\b)"
     r"\w.*))?$", "{verb} {x}", "fact", "diet"),
    # languages and tools
    (rf"(?i:(?:i|we) (?:can |also |only )*speak) (?P<x>(?:\w+ )?{LANGUAGES}\b.*)", "Speaks {x}", "fact", "languages"),
    (r"(?i:my (?:native language|mother tongue|first language)(?: is|'s)) (?P<x>\w+)",
     "Native language is {x}", "fact", "languages"),
    (r"(?i:i (?:mostly |mainly |usually |always |now |only |still )?(?P<verb>use|program in|code in|write)) "
     r"(?P<x>(?!(?i:an?|the|it|this|that|these|those|them|my|your|to|for|one|two|some|you|async|here)\b)[\w.+#-]+"
     r"(?: (?!(?:here|above|below)\b)[\w.+#-]+){0,7})$", "{verb} {x}", "fact", "tools"),
    (r"(?P<verb>(?i:i (?:own|drive|ride|play|collect|practi[cs]e|teach|coach|volunteer))) " + _THING,
     "{verb} {x}", "fact", "life"),
    # likes
    (rf"(?i:my (?:all-time )?(?P<thing>favou?rite (?!(?:part|bit|thing|moment|memory|aspect"
     rf"|one)\b)(?:\w+ ){{0,2}}\w+)(?: is|'s| are)) {_THING}",
     "{Thing} is {x}", "preference", "{thing}"),
    (r"(?P<verb>(?i:i (?:really |absolutely |generally |usually |also |always |much |strongly |now )*"
     r"(?:prefer|like|love|enjoy|hate|dislike|adore|detest|loathe))) " + _THING,
     "{verb} {x}", "preference", "preferences"),
    (r"(?P<verb>(?i:i (?:really )?(?:don't|do not|can't|cannot) (?:like|enjoy|stand))) " + _THING,
     "{verb} {x}", "preference", "preferences"),
    (rf"{_IM} (?P<x>(?i:(?:a (?:big|huge) )?(?:fan of|interested in|passionate about|into)) (?!(?:it|this|that)\b).+)",
     "Is {x}", "preference", "preferences"),
    (rf"(?i:i(?:'d| would) (?:prefer|like)) (?P<x>(?!.*\bthis\b).*\b{STYLE}\b.*)",
     "Prefers {x}", "preference", "style"),
    # plans and goals
    (rf"{_IM} (?P<x>{_EVENT_VERB} .*{DATE}.*)", "Is {x}", "event", "plans"),
    (rf"(?i:i(?: have|'ve got)) (?P<x>(?:\w+(?:'s)? ){{0,4}}{_APPOINTMENT}\b.*{DATE}.*)", "Has {x}", "event", "plans"),
    (rf"(?i:my) (?P<x>(?:\w+(?:'s)? ){{0,3}}{_APPOINTMENT}(?i: is| starts|'s) .*{DATE}.*)", "{X}", "event", "plans"),
    (rf"(?i:i (?P<past>went|flew|travelled|traveled|visited|got married|graduated|retired"
     rf"|ran)) (?P<x>(?!.*\b(?i:bed|tests?|errors?|code|scripts?|builds?|bugs?|pages?|quer(?:y|ies)|commands?"
     rf"|servers?"
     rf"|through)\b).*{DATE}.*)", "{Past} {x}",
     "event", "life"),
    (rf"{_IM} (?i:currently |now )?(?P<how>(?i:learning|training for|saving (?:up )?for|preparing for"
     rf"|planning (?:an?|our|my)"
     rf"|writing (?:a|my) (?:book|novel|thesis|dissertation|memoir|phd)(?: about)?)) {_THING}", "Is {how} {x}", "fact",
     "goals"),
    (r"(?i:my (?:main |big |long-term )?(?P<x>(?:goal|dream|plan)(?: for .+?)? is .+))", "{X}", "fact", "goals"),
    (r"(?i:i (?:want|hope|plan|aim) to) (?P<x>(?i:learn|become|run a|lose weight|quit smoking|visit|travel"
     r"|retire|move to)\b.*)",
     "Wants to {x}", "fact", "goals"),
    # what someone is; last, since so much begins like it
    (rf"{_IM} (?P<x>(?i:an?) {_NOT_A_KIND}[\w-]+(?: .+)?)", "Is {x}", "fact", "identity"),
]
# fmt: on


@cache
def rules() -> list[Rule]:
    """The table's rows, compiled at the first use: it takes 30 ms, which no command need wait for."""
    return [Rule(re.compile(pattern), template, kind, topic) for pattern, template, kind, topic in _TABLE]
