"""A message taken apart: the person's own sentences, and the clauses of each. Knows no rule and learns nothing.

What cannot be a statement of theirs is left out here: greetings, questions, quotations, and text that is
only there to be worked on ("translate this: ...").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentmem_cli.memories.wording import own_words

_SENTENCE_END = re.compile(
    r"(?<=[.!?…])(?<!\bSt\.)(?<!\bDr\.)(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\be\.g\.)(?<!\bi\.e\.)"
    r"(?:\s+|[\"')\]]+\s+(?![a-z\u2013\u2014-]))|\n+"
    r"|;\s+"
)
_LONG_QUOTATION = re.compile(r"(?<![^\s(])\"(?:[^\"\s]+\s+){2,}[^\"]*\"|\u201c(?:[^\u201d\s]+\s+){2,}[^\u201d]*\u201d")
LEFT_OUT = '"\u2026"'
"""Stands for a quotation of three words or more."""
_PASTE_FOLLOWS = re.compile(r"^(?!.*\b(?:me|remember|myself|know)\b).*:\s*$|^dear\s+\w+", re.IGNORECASE)
_FILLER = re.compile(
    r"^(?:(?:hi|hello|hey|well|so|also|and|but|oh|ok|okay|yes|yeah|yep|no(?=\s*[,.!])|nope|sure|right|btw|by the way"
    r"|fyi|anyway|thanks|thank you|great|cool|sorry|just so you know|for the record|for context|for reference|note"
    r"|again|since|because|as(?! an? \w+ ?rule| a rule| always)|good (?:morning|evening|afternoon)|there|everyone"
    r"|nice to meet you"
    r"|(?:as )?i (?:already )?(?:said|told you|mentioned)(?: that)?|you should know that|just to let you know"
    r"|about me|to be clear)"
    r"(?:\s*[,:.!]+\s*|\s+))+",
    re.IGNORECASE,
)
_REQUEST = re.compile(r"(?:can|could|will|would) you (?:please )?(?:remember|keep in mind|note)\b", re.IGNORECASE)
_QUESTION = re.compile(
    r"(?:who|what|where|why|how|which|whose|is|are|am|was|were|do(?! not\b)|does|did|can|could|will|would"
    r"|should|shall|may)\b"
    r"|(?:when|have|has|had)\b.*\?$",
    re.IGNORECASE,
)
_TAG_QUESTION = re.compile(
    r"\b(?:right|correct|yes|no|isn't it|aren't i|am i|don't i|do i|huh|eh|ok)\s*\?$", re.IGNORECASE
)
_CANDOUR = re.compile(r"be\s+\w+,", re.IGNORECASE)  # "Be honest, is it good?" wants one honest answer
_SUBJECT = (
    r"(?:i|i'm|im|i've|i'd|my|we|we've|please|call me|you can call me|from now on|in (?:the )?future|going forward"
    r"|next time|remember)\b"
)
_CLAUSE_BORDER = re.compile(
    rf"\s*,?\s+(?:and|but|so|also|because|since|although|though|while|plus|then)\s+(?:also\s+)?(?={_SUBJECT})"
    r"|,\s+so\s+(?!that\b)|\s+so\s+(?=(?:always|never|don't|do not|no|only|just|keep|use|give|skip|stick)\b)"
    r"|,\s+(?=no need to\b)"
    rf"|,\s+(?={_SUBJECT})|\s+(?:[\u2014\u2013-]+|\()\s*",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"(?:i|i'm|im|i've|we|my)\b", re.IGNORECASE)
_VERB_ALONE = re.compile(
    r"\s*,?\s+(?:and|but)\s+(?=(?:also\s+|now\s+)?(?:live|work|prefer|like|love|hate|enjoy|speak|use|have|own|drive"
    r"|play"
    r"|study|moved|was born|am|don't)\b)|,\s+(?=(?:an?|from|\d\d(?:\s+years\s+old)?$)\b)",
    re.IGNORECASE,
)
_ACTUALLY = re.compile(r"actually,?\s+", re.IGNORECASE)  # stays in its sentence: it says that something changed
_NOUN_ALONE = re.compile(r"(?:an?|from|\d)", re.IGNORECASE)


def sentences(text: str) -> Iterator[str]:
    """What the person states, without greeting words and questions; apostrophes are straight."""
    return filter(None, map(stated, spoken(text)))


def spoken(text: str) -> Iterator[str]:
    """The person's own sentences, also those that ask; a long quotation is "…" in them."""
    plain = _LONG_QUOTATION.sub(LEFT_OUT, own_words(text).replace("\u2019", "'"))
    for line in plain.splitlines():
        if _PASTE_FOLLOWS.match(line.strip()):
            return
        for whole in _SENTENCE_END.split(line):
            if sentence := _FILLER.sub("", whole.strip()):
                yield sentence


def clauses(sentence: str) -> Iterator[tuple[str, str]]:
    """Each clause with the subject it borrows: "I live in Oslo and work at Acme" gives "work at Acme" and "I "."""
    for part in _CLAUSE_BORDER.split(sentence):
        clause = _ACTUALLY.sub("", _FILLER.sub("", part.strip()))
        if not _FIRST_PERSON.match(clause):
            yield clause, ""
            continue
        first, *others = _VERB_ALONE.split(clause)
        yield first, ""
        for other in others:
            yield other, "I'm " if _NOUN_ALONE.match(other) else "I "


def stated(sentence: str) -> str:
    """What a sentence states before it asks: "I'm vegan, what can I eat?" does, "I'm Sarah, right?" does not."""
    is_request = _REQUEST.match(sentence)
    if _QUESTION.match(sentence) and not is_request:
        return ""
    if not sentence.endswith("?") or is_request:
        return sentence
    return "" if _TAG_QUESTION.search(sentence) or _CANDOUR.match(sentence) else sentence.rpartition(",")[0]
