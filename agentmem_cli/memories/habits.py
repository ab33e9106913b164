"""Standing orders by what they are about: how the assistant writes and behaves, whatever else the sentence says.

`orders.py` knows the words that say of themselves that an order lasts. Here no word need say so: "Quote your sources"
or "Metric only" can only be meant for every answer. Patterns only, one for each class of construction; an order with
an object of its own ("Add comments to the parser") is for once, and is not caught.
"""

from __future__ import annotations

import re

from agentmem_cli.memories.orders import ANSWERS, AVOIDED, IMPERATIVE, LASTING, ONCE, WISH
from agentmem_cli.memories.rule_table import LANGUAGES

_MANNER = (  # what an answer is made of; plural or uncountable, since one of them is for one answer
    rf"(?:{ANSWERS}|{AVOIDED}|sources|citations|references|links|dates|times|temperatures|distances|weights"
    r"|measure(?:ment)?s|units|prices|amounts|costs|numbers|figures|percentages|quantities|currenc(?:y|ies)|names"
    r"|titles"
    r"|paragraphs|sentences|lists|words|(?:code\ |inline\ )?comments|docstrings|type\ (?:hints|annotations)"
    r"|unit\ tests"
    r"|variable\ names|(?:sample\ |example\ )?code|code\ blocks|snippets|drafts|translations|lyrics|instructions"
    r"|formulas|equations|warnings|humou?r|jokes|puns|sarcasm|irony|opinions|advice|guesses|assumptions|spelling"
    r"|grammar|punctuation|pronouns|(?:page|line|version)\ numbers|steps|options|alternatives|questions"
    r"|compliments|praise"
    r"|intros|outros|sign-?offs|greetings|commands|quotes|quotations|definitions|background|context|history|details?"
    r"|theory|reasoning|feedback|criticism|encouragement|abbreviations|technical\ terms|lectures|repetition|padding"
    r"|small\ print|sql|queries|scripts|functions|regexes|diagrams|charts|captions)"
)
_LOOK = r"(?:short|brief|long|simple|plain|clear|formal|informal|detailed|concrete|real|direct|straight|full|technical)"
_FORMAT = (
    rf"(?:metric|imperial|celsius|fahrenheit|kelvin|(?:si|metric|imperial)\ units|plain\ text|markdown|json|24-?hour"
    r"(?:\ (?:time|clock|format))?|(?:british|american|australian|canadian|us|uk|simple|plain)\ (?:english|spelling)"
    rf"|{LANGUAGES}|gender-neutral\ \w+|lower-?case|sentence\ case|dark\ humou?r|first\ names)"
)
_BAD_MANNER = (  # what nobody asks to leave out of one answer only
    r"(?:hedg|morali[sz]|preach|lectur|rambl|waffl|sugar-?coat|patroni[sz]|apologi[sz]|flatter|gush|speculat"
    r"|assum|guess"
    r"|hallucinat|pad|over-?explain|over-?think|over-?complicat|restat|nag|editoriali[sz]|tiptoe|paraphras|exaggerat"
    r"|generali[sz]|simplif|compliment|congratulat|thank|greet|prais|sound|humou?r)(?:e|y|s|ing|ying|d|ding)?"
    r"|(?:mak(?:e|ing)\ (?:things|stuff|facts|up)|dumb(?:ing)?\ (?:it|things|anything)\ down|hold(?:ing)?\ back"
    r"|talk(?:ing)?\ down"
    r"|(?:be|being)\ (?:so|too|such|afraid|vague|pushy|condescending|preachy|patronising|nice|polite|overly|shy)\b"
    r"|agree(?:ing)?\ (?:with|just)|beat(?:ing)?\ around|repeat(?:ing)?\ (?:yourself|my|what|everything)"
    r"|skip(?:ping)?\ steps"
    r"|reply(?:ing)?\ with|answer(?:ing)?\ with|respond(?:ing)?\ with|us(?:e|ing)\ (?:my\ name|words\ like|phrases)"
    r"|tell(?:ing)?\ me\ (?:to|that|how)|explain(?:ing)?\ (?:basic|obvious|things|what|every|how|your)"
    r"|ask(?:ing)?\ (?:if|whether|me)"
    r"|writ(?:e|ing)\ (?:long|whole|full|huge)|offer(?:ing)?\ (?:to|me)|add(?:ing)?\ (?:extra|unasked|your)"
    r"|try(?:ing)?\ to\ (?:be|cheer|sell)"
    r"|wast(?:e|ing)\ (?:words|my\ time)|giv(?:e|ing)\ (?:me\ )?(?:long|unasked|unsolicited|your|generic|vague|half)"
    r"|start(?:ing)?\ (?:your|with|off)|end(?:ing)?\ (?:your|with|on)|leav(?:e|ing)\ out|rush(?:ing)?\b|over-?do)"
)
_MY_WORK = (
    r"(?:me\b|my\ (?:assumptions|ideas?|mistakes|grammar|spelling|reasoning|thinking|plans|claims|logic|opinions"
    r"|views"
    rf"|arguments|pronunciation|typos|errors|{LANGUAGES}))"
)
_PRODUCED = (
    r"you\ (?:ever\ )?(?:write|give|draft|send|suggest|make|recommend|show|generate|produce|create|propose|pick"
    r"|quote|cite"
    r"|mention|share|use)(?:\ (?:for\ |to\ )?me)?"
)
_OUGHT = (
    r"(?:should(?:n't)?|must(?:n't)?|needs?\ to|ha(?:s|ve)\ to|ought\ to|can(?:'t|not)|may\ not|(?:is"
    r"|are)\ (?:to\ be|best))"
)
_CASE = (  # a case that comes again and again; "if the server is down" is there now
    r"(?:there(?:'s|\ is|\ are)\ |(?:something|anything|someone|a|an|any|several|multiple|two)\ (?!minute|moment"
    r"|chance)\w"
    r"|my\ (?:questions?|requests?|messages?|prompts?|code|english|grammar|spelling|instructions|wording)\b"
    r"|(?:in\ doubt|unsure|uncertain|unclear|needed|necessary|relevant|possible|appropriate|applicable)\b"
    r"|i(?:'m|\ am|\ seem|\ sound|\ look)?\ (?:ever\ )?(?:ask|say|mention|send|give|hand|paste|write|want|share"
    r"|talk|request|tell|type"
    r"|post|get\ \w+\ wrong|make\ (?:a\ )?(?:mistake|typo|error)s?|wrong|mistaken|misspell|upset|stressed|sad"
    r"|vague|unclear|about\ to)"
    r"|you(?:'re|\ are|\ have|\ feel|\ do)?\ (?:not\ |n't\ )?(?:ever\ )?(?:answer|explain|reply|write|respond"
    r"|give|summari[sz]e|suggest|quote"
    r"|cite|address|recommend|talk|use|tell|translate|draft|review|edit|code|proofread|plan|compare|describe"
    r"|calculate"
    r"|present|generate|refer|guess|assum|unsure|uncertain|not\ sure|sure|certain|don't\ know|can't\ answer"
    r"|disagree|make\ (?:an?\ |up)"
    r"|think\ i|notice|mention|quot|need\ (?:more|to\ (?:guess|assume|ask)))"
    r"|(?:answer|writ|explain|cod|summari[sz]|translat|review|draft|edit|suggest|recommend|respond|reply|quot"
    r"|cit)ing\b)"
)
_DO = (  # any verb with an object, when no subject stands before it
    rf"(?:{IMPERATIVE}|(?!(?:i|it|its|the|they|we|he|she|you|there|that|this|my|your|our|his|her|who|what|how|is"
    rf"|are|nobody|someone"
    r"|everyone|everything|nothing|people|one|two|a|an|some|most)\b)\w+\ (?:it|them|me|my|your|the|an?|both|only"
    r"|first|up|out|with|for|to|in)\b)"
)
_WHEN = rf"(?:(?:whenever|wherever|any\ ?time|each\ time|every\ time)\ \w|(?:if|when|where|unless)\ {_CASE})"
_LIKE = r"(?:like|as\ if|as\ though|as)\ (?:an?|my|someone|i|i'm|you|you're|we|we're)\b"

_CLASSES = (
    # what answers are made of, and how: "Give temperatures in Celsius", "Quote your sources"
    rf"(?:give|show|us(?:e|ing)|write|put|quote|cite|express|state|include|add|format|present|spell|keep|mark"
    rf"|list|leave|skip|drop"
    rf"|report|convert|avoid|name)\ (?:me\ )?(?:all\ |any\ |every\ |your\ |my\ |{_LOOK}\ |\w+er\ )*{_MANNER}"
    r"\ (?:in|as|with|using|without|only|first|last|out|where|when|if|unless|to\ (?!(?:the|my|it|our|his"
    r"|her)\b)\w|at\ the"
    r"|before|after|instead|rather|short|simple|brief|and\ \w+\ in)\b.*",
    rf"(?:us(?:e|ing)|cite|quote|avoid|skip|verify|double-?check|name|show|link|label)\ (?:your|{_LOOK}"
    rf"|\w+er)\ {_MANNER}\b.*",
    r"sign\ (?:my\ |all\ |any\ )?(?:emails|letters|messages|mails)\b.*",
    # what is left out: "Don't hedge", "Less padding"
    rf"(?:please\ )?(?:don't|do\ not|never|stop|quit|avoid|no|no\ more|enough)\ (?:ever\ |always\ |just\ "
    rf"|feel\ free\ to\ )*{_BAD_MANNER}"
    r"(?!\ (?:the|this|it)\b).*",
    rf"(?:less|fewer|no\ more|enough|no|zero|cut|cut\ out|drop|ditch|lose|spare\ me|skip|save)(?:\ (?:the|of|with"
    rf"|all|any|your|those|unnecessary))*\ "
    rf"{_MANNER}(?:$|[,.!]|\ (?:and|or|please|ever|unless|at\ the|in\ (?:your|general)|when|if|every|for\ me"
    rf"|with)\b).*",
    rf"(?:i|we)\ (?:don't|do\ not|never)\ (?:want|need|like|care\ for|care\ about)\ (?:any\ |the\ |so\ many\ "
    rf"|all\ the\ |your\ |more\ )*{_MANNER}"
    r"(?:$|[,.!]|\ (?:from\ you|every|each|unless|or|and|in\ your|at\ the)\b).*",
    # only a format: "Metric only", "Prices in pounds please"
    rf"{_FORMAT}(?:\ please)?(?:\ only|,\ always|\ always|,\ not\ \w+.*)\b.*",
    rf"(?:only|just|strictly|default\ to)\ {_FORMAT}\b.*",
    rf"(?:{_LOOK}\ |\w+er\ )?{_MANNER}\ (?:(?:in|as|with|without|on|before|after)\ (?!(?:the|this|that"
    rf"|my)\b)[^?]+|first|only|at\ the\ end)"
    r"(?:,?\ (?:please|always|only|by\ default))+$",
    # what the assistant makes: "Emails you write for me should ..."
    rf"(?!the\ (?!code)\w+\ you\b)(?:(?:any|all|every|each"
    rf"|the)\ )?(?:\w+\ ){{0,2}}\w+\ {_PRODUCED}\ (?:\w+\ ){{0,2}}?{_OUGHT}\b.*",
    rf"your\ default\ .+\ (?:is|are|should)\b.*|your\ (?:tone|style|role|job|language|spelling"
    rf"|name)\ (?:\w+\ ){{0,2}}{_OUGHT}.*",
    rf"your\ {ANSWERS}\ (?:are|tend\ to\ be|get|have\ been|were)\ (?:always\ |often\ |usually\ |way\ |far\ "
    rf"|much\ |a\ bit\ |a\ little\ )*"
    r"(?:too|so)\ .*",
    rf"{_MANNER}\ (?:is|are|isn't|aren't)\ (?:not\ |always\ |very\ |totally\ )*(?:welcome|unwelcome|fine|ok|okay"
    rf"|appreciated"
    r"|unnecessary|needed|required|off[- ]limits|banned|forbidden|distracting|annoying|a\ must|mandatory)\b.*",
    rf"(?:{_LOOK}\ |\w+er\ )?{_MANNER}\ (?:\w+\ )?(?:helps?|works?|suits?)\ (?:me|best|better|well)\b.*",
    r"i\ (?:learn|read|follow|understand|absorb|remember)\ (?:things\ )?(?:best|better|more\ easily"
    r"|faster)\ (?:with|from|when|by|in|if)\b.*",
    # complaints and praise: "It annoys me when you ..."
    r"(?:it|that)(?:'s|\ is|\ really|\ always)*\ (?:annoy|bother|irritat|bug|confus|stress|help|frustrat|distract"
    r"|annoying|helpful)\w*"
    r"\ (?:me\ )?(?:a\ lot\ )?when\ you\b.*",
    r"i\ (?:really\ |do\ )?(?:like|love|prefer|appreciate|enjoy|find\ it\ \w+)\ (?:it\ )?when\ you\ .*",
    r"you\ (?:keep|constantly|tend\ to|always)\ (?:say|apologi[sz]|repeat|us|add|ask|end|start|call|hedg)(?:e"
    r"|ing)?\ (?!the\ wrong).*"
    r"\b(?:stop|quit|don't|drop|knock|please)\b.*",
    # cases that come again: "If there are several options, rank them"
    rf"{_WHEN}[^,?]*(?:,\ |\ (?=please|always|never|just|don't))(?:(?:then|please|just|always|never|don't|do\ not"
    rf"|also)\ )*{_DO}[^?]*",
    rf"(?:{IMPERATIVE}|let\ me\ know|say\ so|push\ back)[^?]*\ {_WHEN}[^?]*",
    rf"(?:before|after|when|while)\ (?:you\ )?(?:answer|reply|respond|giv|suggest|recommend|explain|cod|writ"
    rf"|jump)(?:e|ing)?\b[^,?]*,\ "
    rf"(?:always\ |please\ |first\ )*{IMPERATIVE}[^?]*",
    rf"{IMPERATIVE}[^?]*\ (?:before|instead\ of|rather\ than|after)\ (?:you\ )?(?:answer|reply|respond|giv"
    rf"|suggest|recommend|explain|jump|guess|assum"
    r"|mak(?:e|ing)\ (?:things|stuff|it)|agree)\w*[^?]*",
    r"(?:when(?:ever)?|if)\ i\ (?:say|write|type|mention|talk\ about)\ .+\ (?:i\ mean|it\ means|that\ means"
    r"|i'm\ talking\ about)\ .+",
    # how to stand towards the person
    rf"(?:challenge|question|correct|criticise|criticize|fact-?check|double-?check|critique)\ {_MY_WORK}.*",
    r"(?:push\ back|call\ me\ out|hold\ me\ (?:accountable|to)|play\ devil's\ advocate|disagree\ with\ me"
    r"|point\ out\ (?:my|when|any|if|where))\b.*",
    r"(?:tell|warn|alert|stop)\ me\ (?:when|if|whenever|straight\ away\ if)\ (?:i'm|i\ am|i|you're|you\ are|my)\b.*",
    rf"(?:respond|reply|answer|talk|speak|sound|communicate|behave|chat|explain\ things)\ (?:to\ me\ "
    rf"|with\ me\ )?(?:more\ )?{_LIKE}.*",
    r"(?:think\ of|see|consider)\ (?:me|yourself)\ as\ .*",
    r"assume\ (?:that\ )?(?:i(?:'m|\ am|\ already|\ have|\ know|\ use|\ live|\ understand|\ don't)|no\ prior|zero"
    r"|basic|my)\b.*",
    r"refer\ to\ (?:me|us|yourself|my\ \w+(?:\ \w+)?)\ as\ .*|(?:spell|write|pronounce|use)\ my\ name\b.*",
    r"use\ [\"'\u201c].+[\"'\u201d]\ (?:when|for|instead|to\ refer|not|rather)\b.*",
    r"(?:no|only)\ (?:\w+\ ){1,3}unless\ i\ .*",
    rf"(?:recommend|suggest)\ only\ .*|stick\ (?:to|with)\ (?:the\ (?:point|facts|standard\ library)|{_MANNER}"
    rf"|{_FORMAT}|formal|informal|simple).*",
    r"(?:be|stay|remain|act|keep\ it)\ (?:\w+\ ){0,2}(?:patient|kind|gentle|blunt|direct|neutral|objective"
    r"|concise|brief|succinct|professional"
    r"|encouraging|supportive|skeptical|sceptical|harsh|strict|honest|frank|terse|literal|precise|specific"
    r"|explicit|casual"
    r"|serious|humble|practical|pragmatic|opinionated|critical|factual|upbeat|calm)(?:$|[.!]|\ (?:with|to)\ me\b"
    r"|\ (?:about|in|and|when|rather|even"
    r"|at\ all|please|if)\b|,\ (?!is|are|do|does|was|how|what)).*",
    # what says that it lasts, before or after what is asked
    rf"(?=.*{LASTING.pattern})(?:\w+\ ){{0,6}}(?:you(?:'re|\ are|\ will\ be|'ll\ be)\ (?:my|an?|to\ be)|treat\ me"
    rf"|act\ as|pretend)\b.*",
    rf"(?:next\ time|in\ every|for\ (?:all\ )?(?:our|your|the\ future|everything))\b.*\b(?:and\ every\ time"
    rf"|conversations?|chats?|future|after"
    rf"|answers?|replies|you\ \w+)\b\S*\ (?:please\ )?(?:don't|do\ not|never|always|{IMPERATIVE}).*",
)
_HABITS = re.compile("|".join(f"(?:{each})" for each in _CLASSES), re.IGNORECASE | re.VERBOSE)
_SELF_CONTAINED = re.compile(
    r"(?:\b(?:this|that|these|those)\ (?!way|point|kind|on\b)\w+|(?<!from\ )\bnow\b|\bagain\b|\b(?:to|with"
    r"|for)\ (?:him|her)\b)",
    re.IGNORECASE | re.VERBOSE,
)


def is_habit(clause: str) -> bool:
    """Whether the clause, asked politely or not, is about how to answer in general."""
    asked = WISH.sub("", clause.strip().rstrip(".!? "), count=1)
    return _HABITS.match(asked) is not None and not ONCE.search(asked) and not _SELF_CONTAINED.search(asked)
