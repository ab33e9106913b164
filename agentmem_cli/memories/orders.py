"""What marks an order that holds for every answer, and what marks one for once: patterns only, of the language.

`order_features.py` asks which of them a sentence has; none decides alone.
"""

from __future__ import annotations

import re

_COMING = (
    r"\b(?:from\ (?:now|here|today|this\ (?:point|day|message))(?:\ on)?(?:\ out|wards?)?\b(?!\s+(?:to|until|till)\b)"
    r"|starting\ (?:today|now)|(?:going|moving)\ forwards?|in\ (?:all\ )?(?:the\ )?future|for\ future\ reference"
    r"|hence(?:forth|forward)|until\ further\ notice|until\ (?:i|we)\ (?:say|tell|ask)|till\ i\ (?:say|tell)"
    r"|unless\ (?:i\b|we\b|otherwise|told|asked)|at\ all\ times|in\ all\ cases|by\ default|in\ general"
    r"|as\ a\ (?:default|standard|rule|general\ rule|habit|matter)"
    r"|for\ (?:the\ (?:rest|remainder|duration)\ of|good\b|as\ long\ as)"
)
ONWARD = re.compile(_COMING + ")", re.IGNORECASE | re.VERBOSE)
"""What says of itself that an order holds from now on."""
LASTING = re.compile(
    _COMING
    + r"|(?:when|where)ever|(?:any|every|each)\ ?time|next\ time\ and|throughout|no\ matter|whatever\ (?:i|the|we)"
    r"|everywhere|always|never|ever|permanently|any\ ?more|any\ longer|again|applies\ to|(?:goes|holds?)\ for"
    r"|a\ (?:habit|rule|point)\b|as\ (?:always|we\ go)"
    r"|(?:after|before|with|for|in|at|on|of|to|per)\ (?:the\ (?:start|end|top|bottom)\ of\ )?(?:each|every|all"
    r"|any)\b"
    r"|(?:in|for)\ (?:all\ )?(?:of\ )?(?:our|these|my|your)\ (?:\w+\ )?(?:chats?|conversations?|sessions?|lessons?"
    r"|talks?|replies|answers|work|role-?play)|(?:all|most)\ (?:of\ )?(?:your|our|my|code)|(?:this|our)"
    r"\ (?:whole\ |entire\ )?(?:conversation|chat|session))\b",
    re.IGNORECASE | re.VERBOSE,
)
"""What makes an order last, wherever in it that stands."""
CASE = re.compile(
    r"\b(?:when(?:ever)?|if|unless|(?:any|every|each)\ ?time|before|after|in\ case|wherever|where|while|once)\s"
    r"(?:i|i'm|i've|we|you|you're|something|anything|someone|there's|there\ is|in\ doubt|possible|unsure|my|your"
    r"|the\ answer|a\ question|asked|suggesting|giving|answering|writing|explaining|recommending)\b",
    re.IGNORECASE | re.VERBOSE,
)
"""A case that comes again: "when I ask for code"."""
ROLE = re.compile(
    r"\b(?:act\ (?:as|like)|pretend\ (?:you're|you\ are|to\ be)|(?:be|become)\ my|you(?:'re|\ are|'ll\ be|\ will\ be)"
    r"(?:\ now)?\ (?:my|an?|the)|role\ of|role-?play|speak\ (?:to\ me\ )?as|i\ want\ you\ to\ (?:act|be))\b",
    re.IGNORECASE | re.VERBOSE,
)
"""Who the assistant is to be."""
ONCE = re.compile(
    r"\b(?:in|to|for|of|on|with|about)\ (?:this|these|that)\b|\bhere\b(?!\ on)|\b(?:above|below|attached|for\ now)\b"
    r"|\b(?:first|second|third|last|next|following)\ (?:\w+\ )?(?:line|paragraph|sentence|verse|chapter|section"
    r"|column|draft|file|reply|answer|question)s?\b|\b(?:the|this|my|our)\ (?:function|test|linter|api|server|story"
    r"|novel|game|timer|title|post|abstract|document|file|header|report|essay|article|attached|form)\b"
    r"|\b(?:chapter|page|table|figure|line|section)\ (?:\d+|one|two|three|four)\b"
    r"|\b(?:used\ to\ say|(?:he|she|they)\ said|said\ the)\b"
    r"|\bthis\ (?:time|once)\b|\bcall\ me\ (?:back|later|maybe|crazy|an?)\b",
    re.IGNORECASE | re.VERBOSE,
)
"""What says of an order that it is for one case."""
WISH = re.compile(
    r"(?:please\s|(?:also|really|kindly)\s"
    r"|you(?:\s(?:should|must|can|may|will|shall|have\sto|need\sto)|'ll|'re\sgoing\sto|\sare\sto)\s"
    r"|i(?:'d|\swould)?\s(?:want|need|like|love|prefer|expect|ask)\s(?:that\s)?you\sto\s"
    r"|(?:remember|be\ssure|don't\sforget|do\snot\sforget|try)\sto\s|make\sa\s(?:habit|point)\sof\s"
    r"|make\ssure\s(?:that\s)?(?:you|to)\s|(?:can|could|will|would)\syou\s(?!mind)|just\s|would\syou\smind\s)*",
    re.IGNORECASE,
)
"""What makes an order polite, and says nothing of it."""
GIVEN = re.compile(
    r"\b(?:below|following|memo|contract|guidelines?|poster|label|polic(?:y|ies)|style\ guide|announcement|rules?\ of"
    r"|house\ rules|manual|readme|prompt|leaflet|notice|story|scene|make\ (?:it|this)|less\ harsh"
    r"|sound\ (?:friendlier|better|nicer)|this\ (?:text|sentence|paragraph|email|message|rule)|reads?|says?|said"
    r"|writes?|wrote)\b",
    re.IGNORECASE | re.VERBOSE,
)
"""What speaks of a text that is given to be worked on, or of somebody's words."""
OTHERS = re.compile(
    r"\b(?:he|she|they|boss|teacher|manager|mother|mum|mom|dad|landlord|company|team|doctor|sister|brother|wife"
    r"|husband|coach|client|guide|sign|says?|said|told|tells|insists?|wants|asked|book|judge)\b",
    re.IGNORECASE,
)
"""Somebody else, who may be the one that orders."""
OTHERS_WORDS = re.compile(
    r"\b(?:joking|(?:just|only|as) a joke|kidding|for example|e\.g|story|role-?play|says"
    r"|(?:they|we|people|used to) say|said|told|tells|(?<!\byou )wrote|claims? (?:that|to|the)|claimed|believes"
    r"|insists|according to|lyrics|but (?:only|not)|married to (?:my|the) (?:job|work))\b|, not\W*$",
    re.IGNORECASE,
)
"""What others say, sing or believe, and what is said in play."""
NOT_MEANT = re.compile(
    r"\b(?:joking|as a joke|let's (?:say|pretend) (?:that )?(?:i|we|he|she|it)\b|lyrics|used to say"
    r"|(?:we|people) say)\b|, not\W*$",
    re.IGNORECASE,
)
"""What takes back the order that stands beside it, or makes a saying of it."""
