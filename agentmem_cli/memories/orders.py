"""The shapes of standing orders: what holds for every answer, not for one. Patterns only; `rules.py` uses them."""

from __future__ import annotations

import re
from functools import cache

from agentmem_cli.memories.rule_table import LANGUAGES, STYLE

AVOIDED = (
    r"(?i:emojis?|emoticons|bullet\ points?|bullets|bold|markdown|jargon|exclamation\ (?:marks|points)|tables"
    r"|headings|headers|abbreviations|acronyms|slang|swear\ words|em[- ]?dashes|filler|disclaimers|passive\ voice"
    r"|buzzwords|spoilers|fluff|waffle|small\ talk|sugar-?coating|flattery|hashtags|italics|footnotes"
    r"|contractions|apologi[sz]ing|apologies|analogies|metaphors|semicolons"
    r"|(?:long\ |unnecessary\ )?(?:introductions|summaries|preambles|pleasantries|caveats|follow-up\ questions))"
)
IMPERATIVE = (
    r"(?:please\ |always\ |never\ |don't\ |do\ not\ |just\ |only\ )*(?:use|keep|answer|reply|respond|explain|give"
    r"|show|write|include|add|ask|remind|call|make|avoid|start|begin|end|finish|format|speak|talk|tell|list|cite"
    r"|quote|suggest|check|be|stick|assume|mention|provide|put|skip|stop|treat|prefer|offer|point|translate|convert"
    r"|address|sign|limit|leave|send|say|summari[sz]e|apologi[sz]e|recommend|warn|consider|refer|greet|sound|round"
    r"|spell|guess|lie|share|output|return|produce|wrap|indent|comment|document|test|run|commit|push|delete|book"
    r"|order|schedule|verify|ensure|let|take|try|think|translate|back|invent|repeat|quit|challenge|scale|rely"
    r"|label|state"
    r"|describe|adapt|rate|link|name|teach|correct|count|compare|break|split|look|pick|choose|set|capitali[sz]e"
    r"|double-check|prioriti[sz]e|highlight|structure|refrain|justify|respect|follow|match|simplify|drop|ditch"
    r"|stay|focus"
    r"|err|present|phrase|word|omit|exclude|pretend|act|behave|ignore|insert|number|underline|mark|flag|alert"
    r"|notify|tag"
    r"|sort|admit|remember|define|illustrate|switch|restrict|adopt|maintain|tailor|adjust|lead|proofread|separate|favou?r|swear|joke|praise|flatter|criticise"
    r"|criticize)\b"
)
ANSWERS = (
    r"(?:answers?|replies|reply|responses?|explanations?|messages?|(?:code\ )?(?:examples?|samples?)|recipes?|chats?"
    r"|conversations?|emails?|letters?|summar(?:y|ies)|suggestions?|recommendations?)"
)
_ALWAYS = (
    r"(?:from\ (?:now|here|today)\ on(?:\ out|wards?)?|from\ today|starting\ (?:today|now)|(?:going"
    r"|moving)\ forwards?"
    r"|in\ (?:all\ )?(?:the\ )?future(?:\ (?:conversations|chats|sessions|answers|replies|messages))?"
    r"|for\ (?!(?:this|these|that|the|now)\b)(?:\w+\ ){0,2}(?:questions|recipes|code|coding|emails"
    r"|translations),?|for\ future\ reference|(?:from|after)\ this\ point\ (?:on|forward)(?:wards?)?|henceforth"
    r"|until\ further\ notice|at\ all\ times|in\ all\ cases|as\ a\ (?:default|standard)|as\ a\ general\ rule"
    r"|by\ default"
    r"|as\ a\ rule|in\ general|(?:in|for)\ (?:all|every|each)\ (?:of\ )?(?:your\ |my\ |our\ |future\ )*"
    + ANSWERS
    + r"|for\ the\ rest\ of\ our\ \w+)"
)
"""What says of itself that an order holds from now on."""
ONWARD = re.compile(_ALWAYS, re.IGNORECASE | re.VERBOSE)

_ASKED = (
    r"(?:i\ (?:ask|say|mention|send|give|paste|write|use|want|share|talk|request|tell|type|start|need|post)"
    r"|we\ (?:talk|speak|discuss|chat)|something\ is\ unclear|i'm\ (?:asking"
    r"|wrong|talking)|you(?:'re|\ are)?\ (?:answer|explain|reply|write|respond|give|summari[sz]e|suggest|quote"
    r"|address|mention"
    r"|recommend|talk|use|tell|show|translate|list|unsure|not\ sure|can't|cannot|don't\ know)\w*"
    r"|(?:giv|writ|answer|reply|explain|suggest|talk|translat|summari[sz]|quot|recommend|format|show)ing)\b"
)
_LASTING = (
    rf"(?:{_ALWAYS}|\b(?:always|never|ever|every\ time|each\ time|any\ ?time|all\ the\ time|any\ ?more|any\ longer"
    r"|(?:whenever|wherever|where)\ possible|throughout)\b"
    r"|\ba\ (?:habit|point)\ of\b|\bunless\ (?:i\b|otherwise|told|asked|you\b)|\buntil\ i\ (?:say|tell)"
    rf"|\b(?:when(?:ever)?|if)\ {_ASKED}"
    rf"|\b(?:all|every|each|your|my)\ (?:\w+\ )?(?:{ANSWERS}|code|questions)\b|\bper\ {ANSWERS}\b"
    r"|\b(?:every|any)thing\ (?:you|i)\ (?:write|say|ask|make|send)\b)"
)
"""What makes an order last, wherever in it that stands."""
ANSWERING = re.compile(
    r"(?:always|never|not|use|keep|answer|reply|respond|explain|give me|show|include|ask me|call me|avoid"
    r"|format|speak"
    r"|cite|quote|suggest|check|be|mention|provide|translate|convert|address|sign|limit|say|summari[sz]e|warn|add|put"
    r"|write|end|start|round|spell|skip|label|state|tell me|remind me)\b",
    re.IGNORECASE,
)
"""What "remember to" asks of the one who answers. "Remember to buy milk" asks it of nobody here."""
LASTING = re.compile(_LASTING, re.IGNORECASE | re.VERBOSE)
ONCE = re.compile(
    r"\b(?:in|to|for|of|on|with|about)\ (?:this|these|that)\b|\bhere\b(?!\ on)|\b(?:above|below|attached|for\ now)\b"
    r"|\b(?:first|second|third|last|next|following)\ (?:\w+\ )?(?:line|paragraph|sentence|verse|chapter|section"
    r"|column"
    r"|draft|file|reply|answer|question)s?\b|\b(?:the|this|my|our)\ (?:function|test|linter|api|server|story"
    r"|novel|game|timer|title|post|abstract"
    r"|document|file|header|report|essay|article|attached|form)\b"
    r"|\b(?:chapter|page|table|figure|line|section)\ (?:\d+|one|two|three|four)\b"
    r"|\b(?:used\ to\ say|(?:he|she|they)\ said|said\ the)\b"
    r"|\bthis\ (?:time|once)\b|\bcall\ me\ (?:back|later|maybe|crazy|an?)\b",
    re.IGNORECASE | re.VERBOSE,
)
"""What says of an order that it is for one case."""
_WISH = (
    r"(?:please\s|(?:also|really|kindly)\s"
    r"|you(?:\s(?:should|must|can|may|will|shall|have\sto|need\sto)|'ll|'re\sgoing\sto|\sare\sto)\s"
    r"|i(?:'d|\swould)?\s(?:want|need|like|love|prefer|expect)\syou\sto\s"
    r"|(?:remember|be\ssure|don't\sforget|do\snot\sforget|try)\sto\s|make\sa\s(?:habit|point)\sof\s"
    r"|make\ssure\s(?:that\s)?(?:you|to)\s|(?:can|could|will|would)\syou\s(?!mind)|just\s|would\syou\smind\s)*"
)
WISH = re.compile(_WISH, re.IGNORECASE)
"""What makes an order polite, and says nothing of it."""
_CONDITIONAL_ORDER = rf"""
    (?:{_ALWAYS}
      |if\ you\ (?:don't\ know|(?:are\ not|aren't)\ sure|are\ unsure)\b[^,]*
      |unless\ (?:i\ (?:ask|say|tell|write|want)|otherwise|told|asked)\b[^,]*
      |(?:when(?:ever)?|if|every\ time|each\ time|any\ ?time)\ {_ASKED}[^,]*)
    (?:,?\ {_WISH}(?:to\ |not\ |going\ to\ )*(?:{IMPERATIVE}|(?:don't|do\ not|never|always)\ \w+|(?:no|only
      |at\ most)\ )
      |,?\ (?:(?:all\ )?your\ (?:\w+\ )?{ANSWERS}\ (?:should|must)\b|in\ {LANGUAGES}\b)
      |,\ (?:it|they|you|the\ \w+)\ (?:should|must)\b
      |,\ (?:i\ (?:only\ |just\ )?(?:want|mean|need|prefer)\ (?!to\b)|(?:no|only|just|\w+)\ [^,]*\bat\ most\b))
    """
"""A standing order for a case: "When I ask about code, show tests". "When you finish, write a poem" is for once."""
_ORDER = rf"""
    {_WISH}(?!(?:always|never)\ (?:give\ up|look\ on))
    (?: (?:always|never)\ {IMPERATIVE}.*
      | (?:(?<=should\ )|(?<=must\ )|(?<=to\ )|(?<=please\ )|(?<=sure\ you\ ))(?:always|never)\ \w+.+
      | (?:stop|quit|no\ more)\ (?:being|sounding)\ (?:so|too|such)\ .+
      | (?:stop|quit)\ (?:telling|asking|calling|giving|reminding|showing)\ me\ .+
      | (?:stop|quit)\ (?:us|start|add|end|ask|apologi[sz]|repeat|say|begin|giv|writ)ing\ (?!(?:the|this
        |that)\ server).+
      | (?:be|sound)\ (?:more|less)\ \w+\ (?:with|to|of|about|when|in)\ (?:me|my|your|i)\b.*
      | (?:use|write)\ (?:\w+/\w+\ )(?:pronouns)\b.* | use\ my\ (?:\w+\ )?(?:name|nickname|title|surname)\b.*
      | my\ (?:pronouns\ are|preference\ is)\ .+ | default\ to\ .+ | cite\ (?:your\ |all\ )*sources\b.*
      | (?:be|don't\ be|do\ not\ be|sound)\ (?:(?:so|too|more|less|very|brutally|always)\ )*(?:concise|brief
        |blunt|direct
        |honest|formal|informal|casual|verbose|wordy|polite|critical|friendly|terse|succinct|chatty|frank
          |precise)\b(?!:).*
      | (?:(?<=to\ )call|(?<=mind\ )calling)\ me\ (?!back|later|when|at\b|if\b|an?\b).+
      | (?:don't|do\ not|never|stop)\ (?!worry|forget|tell|talk)(?:\w+\ ){{1,2}}about\ (?:me|my)\b.*
      | (?:don't|do\ not|only)\ (?:ever\ )?(?:suggest|recommend)\ .+ | only\ (?:give|show)\ me\ (?!the\b|\w+$).+
      | (?:enough\ with|cut(?:\ out)?|ditch|drop|less|fewer)\ (?:the\ |of\ |all\ )*{AVOIDED}\b.*
      | keep\ (?:it|things)\ .+\ with\ me\b.*
      | i\ (?:want|need)\ (?:\w+\ ){{0,2}}{ANSWERS}\ in\ {LANGUAGES}\b.*
      | (?:give\ me\ )?(?:short|brief|concise|detailed|direct|straight|long|honest)(?:er)?\ (?:answers|replies
        |responses
        |explanations)(?:\ only)?(?:,?\ please)?$
      | (?:give\ me\ )?(?:\w+\ )?(?:{ANSWERS}|units)\ (?:in\ \w+\ )?only\b.* | explain\ (?:things|everything)\ \w+.*
      | i(?:'d|\ would)\ rather\ not\ (?:see|have|get|read|be)\ .+
      | refer\ to\ me\ .+ | call\ me\ \w+,\ not\ .+
      | i(?:'d|\ would)\ rather\ (?:that\ )?you\ (?:didn't|never|always|gave|asked|kept|used|wrote|answered
        |were|be|keep|not|use)\ .+
      | i(?:'d|\ would)\ (?:prefer|like|love)\ (?:it\ if|if|that|for)\ you(?:r)?\ .+
      | i\ (?:really\ )?(?:hate|dislike|don't\ like|do\ not\ like|can't\ stand)\ (?:it\ )?when\ you\ .+
      | i\ (?:don't|do\ not)\ (?:want|need|like)\ (?:any\ |the\ |long\ )*(?:{AVOIDED}|{ANSWERS})\b.+
      | i\ (?:want|need|expect)\ (?:all\ |your\ |every\ )+(?:of\ your\ )?(?:{ANSWERS}|code)\ .+
      | (?:all\ |your\ )+(?:{ANSWERS}|code|examples)\ (?:should|must|need\ to|have\ to|may|has\ to|are\ to)\ .+
      | (?:talk|speak|explain\ things)\ to\ me\ (?:like|as)\ .+
      | {IMPERATIVE}.*\b(?:in|of|with|for)\ (?:all\ |every\ |each\ |your\ |all\ your\ )+{ANSWERS}\b.*
      | {IMPERATIVE}\ (?:every|each|your)\ {ANSWERS}\b.*
      | (?:all\ |your\ |all\ your\ )*{ANSWERS}\ (?:should|must)\ .+
      | (?:code|you)\ (?:should|must)\ (?:always|never)\ .+
      | (?:be|don't\ be|do\ not\ be)\ .+\ (?:with|to)\ me\b.*
      | (?:talk|speak|write)\ to\ me\ (?:like|as)\ .+
      | (?:treat|address)\ me\ .+ | use\ my\ \w+\ name\b.* | call\ me\ by\ .+
      | assume\ (?:that\ )?(?:i'?m|i\ am|i\ know|i\ have|i\ live|i\ use)\b.+
      | (?:skip|spare\ me|(?:you\ )?(?:don't|do\ not)\ (?:need|have)\ to)\ .+\ (?:with|to|for)\ me\b.*
      | only\ (?:answer|reply|respond|use|write|speak|talk)\ .+
      | i\ want\ (?:\w+\ ){{1,2}}{ANSWERS}
      | (?:don't|do\ not|stop)\ (?:ever\ )?(?:ask(?:ing)?\ me|repeat(?:ing)?\ my|giv(?:e|ing)\ me|sugar-?coat(?:ing)?
        |start(?:ing)?\ (?:with|your)|add(?:ing)?|say(?:ing)?)\ (?!the\ server).+
      | no\ more\ {AVOIDED}\b.* | not\ using\ {AVOIDED}\b.*
      | (?:keep|make)\ (?:all\ |the\ |your\ |my\ )*{STYLE}\ .+
      | (?:answer|reply|respond|talk|speak)(?:\ to\ me)?\ (?:only\ |just\ )?in\ {LANGUAGES}\b.*
      | (?:don't|do\ not|stop|avoid|skip|no)\ (?:ever\ )?(?:us(?:e|ing)\ |add(?:ing)?\ |writ(?:e|ing)\ |with\ )?
        (?:the\ |any\ |so\ many\ |too\ many\ )*{AVOIDED}\b.*
      | (?:don't|do\ not|stop)\ (?:ever\ )?(?:call(?:ing)?\ me|apologi[sz](?:e|ing)|flatter(?:ing)?\ me
        |remind(?:ing)?\ me|lectur(?:e|ing)\ me|prais(?:e|ing)\ me|end(?:ing)?\ (?:with|your))\b.*
      | use\ (?:metric|imperial|celsius|fahrenheit|british|american|simple|plain|formal|informal|bullet|24-hour|iso)\b
        (?!.*\b(?:here|above|below|this|these)\b).+
    )
    """
"""A standing order: it holds for every answer. "Please write a poem" is for one."""


def has_order_shape(clause: str) -> bool:
    """Whether it begins like an order for every answer, or for a case that comes again."""
    return _compiled(_ORDER).match(clause) is not None or is_for_a_case(clause)


def is_for_a_case(clause: str) -> bool:
    """Whether it is an order for a case: "When I ask about code, show tests"."""
    return _compiled(_CONDITIONAL_ORDER).match(clause) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """At the first use: both take 50 ms, which no command need wait for."""
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)
