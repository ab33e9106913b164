"""The shapes of standing orders: what holds for every answer, not for one. Patterns only; `rules.py` uses them."""

from __future__ import annotations

import re

from agentmem_cli.memories.rule_table import LANGUAGES, STYLE

_AVOIDED = (
    r"(?i:emojis?|emoticons|bullet\ points?|bullets|bold|markdown|jargon|exclamation\ (?:marks|points)|tables"
    r"|headings|headers|abbreviations|acronyms|slang|swear\ words|em[- ]?dashes|filler|disclaimers|passive\ voice"
    r"|buzzwords|contractions|apologi[sz]ing|apologies|analogies|metaphors|semicolons"
    r"|(?:long\ |unnecessary\ )?(?:introductions|summaries|preambles|pleasantries|caveats|follow-up\ questions))"
)
_IMPERATIVE = (
    r"(?:please\ |always\ |never\ |don't\ |do\ not\ |just\ |only\ )*(?:use|keep|answer|reply|respond|explain|give"
    r"|show|write|include|add|ask|remind|call|make|avoid|start|begin|end|finish|format|speak|talk|tell|list|cite"
    r"|quote|suggest|check|be|stick|assume|mention|provide|put|skip|stop|treat|prefer|offer|point|translate|convert"
    r"|address|sign|limit|leave|send|say|summari[sz]e|apologi[sz]e|recommend|warn|consider|refer|greet|sound|round"
    r"|spell|guess|lie|share|output|return|produce|wrap|indent|comment|document|test|run|commit|push|delete|book"
    r"|order|schedule|verify|ensure|let|take|try|think|translate|back|invent|repeat)\b"
)
_ANSWERS = (
    r"(?:answers?|replies|reply|responses?|explanations?|messages?|code\ examples?|recipes?|chats?|conversations?)"
)
_ALWAYS = (
    r"(?:from\ (?:now|here|today)\ on|from\ today|starting\ (?:today|now)|going\ forward|in\ (?:the\ )?future"
    r"|by\ default"
    r"|as\ a\ rule|in\ general|(?:in|for)\ (?:all|every|each)\ (?:of\ )?(?:your\ |my\ |our\ |future\ )*"
    + _ANSWERS
    + r"|for\ the\ rest\ of\ our\ \w+)"
)
"""What says of itself that an order holds from now on."""
ONCE = re.compile(
    r"\b(?:in|to|for|of|on|with|about)\ (?:this|these|that)\b|\bhere\b(?!\ on)|\b(?:above|below|for\ now)\b"
    r"|\bthis\ (?:time|once)\b",
    re.IGNORECASE | re.VERBOSE,
)
"""What says of an order that it is for one case."""
CONDITIONAL_ORDER = re.compile(
    rf"""
    (?:{_ALWAYS}
      |if\ you\ (?:don't\ know|(?:are\ not|aren't)\ sure|are\ unsure)\b[^,]*
      |(?:when(?:ever)?|if|every\ time|each\ time)\ (?:i
        \ (?:ask|say|mention|send|give|paste|write|use|want|share|talk|request)
        |you\ (?:answer|explain|reply|write|respond|give|summari[sz]e|suggest|quote|address|mention|recommend))\b[^,]*)
    ,?\ (?:i\ want\ you\ to\ |i'd\ like\ you\ to\ |you\ should\ )?{_IMPERATIVE}
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""A standing order for a case: "When I ask about code, show tests". "When you finish, write a poem" is for once."""
_WISH = (
    r"(?:please\s|you\s(?:should|must|can)\s|i\s(?:want|need)\syou\sto\s|i'd\slike\syou\sto\s|make\ssure\s(?:you|to)\s"
    r"|(?:can|could|will|would)\syou\s(?!mind)|just\s|would\syou\smind\s)*"
)
WISH = re.compile(_WISH, re.IGNORECASE)
"""What makes an order polite, and says nothing of it."""
ORDER = re.compile(
    rf"""
    {_WISH}
    (?: (?:always|never)\ (?!give\ up){_IMPERATIVE}.*
      | (?<=\ )(?:always|never)\ \w+.+
      | {_IMPERATIVE}.*\b{_ALWAYS}\b.*
      | {_IMPERATIVE}.*\b(?:in|of|with|for)\ (?:all\ |every\ |each\ |your\ |all\ your\ )+{_ANSWERS}\b.*
      | {_IMPERATIVE}\ (?:every|each|your)\ {_ANSWERS}\b.*
      | (?:all\ |your\ |all\ your\ )*{_ANSWERS}\ (?:should|must)\ .+
      | (?:code|you)\ (?:should|must)\ (?:always|never)\ .+
      | (?:be|don't\ be|do\ not\ be)\ .+\ (?:with|to)\ me\b.*
      | (?:talk|speak|write)\ to\ me\ (?:like|as)\ .+
      | (?:treat|address)\ me\ .+ | use\ my\ \w+\ name\b.* | call\ me\ by\ .+
      | assume\ (?:that\ )?(?:i'?m|i\ am|i\ know|i\ have|i\ live|i\ use)\b.+
      | (?:skip|spare\ me|(?:you\ )?(?:don't|do\ not)\ (?:need|have)\ to)\ .+\ (?:with|to|for)\ me\b.*
      | only\ (?:answer|reply|respond|use|write|speak|talk)\ .+
      | i\ want\ (?:\w+\ ){{1,2}}{_ANSWERS}
      | (?:don't|do\ not|stop)\ (?:ever\ )?(?:ask(?:ing)?\ me|repeat(?:ing)?\ my|giv(?:e|ing)\ me|sugar-?coat(?:ing)?
        |start(?:ing)?\ (?:with|your)|add(?:ing)?|say(?:ing)?)\ (?!the\ server).+
      | no\ more\ {_AVOIDED}\b.* | not\ using\ {_AVOIDED}\b.*
      | (?:keep|make)\ (?:all\ |the\ |your\ |my\ )*{STYLE}\ .+
      | (?:answer|reply|respond|talk|speak)(?:\ to\ me)?\ (?:only\ |just\ )?in\ {LANGUAGES}\b.*
      | (?:don't|do\ not|stop|avoid|skip|no)\ (?:ever\ )?(?:us(?:e|ing)\ |add(?:ing)?\ |writ(?:e|ing)\ |with\ )?
        (?:the\ |any\ |so\ many\ |too\ many\ )*{_AVOIDED}\b.*
      | (?:don't|do\ not|stop)\ (?:ever\ )?(?:call(?:ing)?\ me|apologi[sz](?:e|ing)|flatter(?:ing)?\ me
        |remind(?:ing)?\ me|lectur(?:e|ing)\ me|prais(?:e|ing)\ me|end(?:ing)?\ (?:with|your))\b.*
      | use\ (?:metric|imperial|celsius|fahrenheit|british|american|simple|plain|formal|informal|bullet|24-hour|iso)\b
        (?!.*\b(?:here|above|below|this|these)\b).+
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""A standing order: it holds for every answer. "Please write a poem" is for one."""
