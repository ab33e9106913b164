"""The shapes of standing orders: what holds for every answer, not for one. Patterns only; `rules.py` uses them."""

from __future__ import annotations

import re

from agentmem_cli.memories.rule_table import LANGUAGES, STYLE

_AVOIDED = (
    r"(?i:emojis?|emoticons|bullet\ points?|bullets|bold|markdown|jargon|exclamation\ (?:marks|points)|tables"
    r"|headings|headers|abbreviations|acronyms|slang|swear\ words|em[- ]?dashes|filler|disclaimers|passive\ voice"
    r"|buzzwords|contractions|apologi[sz]ing|apologies|analogies|metaphors|semicolons)"
)
_IMPERATIVE = (
    r"(?:please\ |always\ |never\ |don't\ |do\ not\ |just\ |only\ )*(?:use|keep|answer|reply|respond|explain|give"
    r"|show|write|include|add|ask|remind|call|make|avoid|start|begin|end|finish|format|speak|talk|tell|list|cite"
    r"|quote|suggest|check|be|stick|assume|mention|provide|put|skip|stop|treat|prefer|offer|point|translate|convert"
    r"|address|sign|limit|leave|send|say|summari[sz]e|apologi[sz]e|recommend|warn|consider|refer|greet|sound|round"
    r"|spell|guess|lie|share|output|return|produce|wrap|indent|comment|document|test|run|commit|push|delete|book"
    r"|order|schedule|verify|ensure|let|take|try|think|translate|back|invent|repeat)\b"
)
CONDITIONAL_ORDER = re.compile(
    rf"""
    (?:(?:from\ now\ on|going\ forward|in\ (?:the\ )?future|by\ default)
      |(?:when(?:ever)?|if|every\ time|each\ time)\ (?:i
        \ (?:ask|say|mention|send|give|paste|write|use|want|share|talk|request)
        |you\ (?:answer|explain|reply|write|respond|give|summari[sz]e|suggest|quote|address|mention|recommend))\b[^,]*)
    ,?\ (?:i\ want\ you\ to\ |i'd\ like\ you\ to\ |you\ should\ )?{_IMPERATIVE}
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""A standing order for a case: "When I ask about code, show tests". "When you finish, write a poem" is for once."""
_WISH = r"(?:please\s|you\s(?:should|must)\s|i\swant\syou\sto\s|i'd\slike\syou\sto\s|make\ssure\s(?:you|to)\s)*"
WISH = re.compile(_WISH, re.IGNORECASE)
"""What makes an order polite, and says nothing of it."""
ORDER = re.compile(
    rf"""
    {_WISH}
    (?: (?:always|never)\ (?!give\ up){_IMPERATIVE}.+
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
