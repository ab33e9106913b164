"""What a text says, whatever words it is put in: stems without the words that carry nothing. Looks at text only.

Two memories with one key are one memory seen twice: "I work in healthcare", "I'm working in healthcare" and
"My job is in healthcare". What a key leaves out must never change the meaning: negations, the order around
"than" or "over", and endings in -ing stay, since "likes run" and "likes running" are two things.
"""

from __future__ import annotations

import re

_SUBJECT = re.compile(
    r"^(?:(?:the )?user(?:'s)?|i'?m|i am|i've|i|we're|we've|we|they're|they)\b\s*(?=\S)|^(?:my|our|their|his"
    r"|her)\b\s*(?=\S)"
)
_SAID_ALIKE = [
    (re.compile(pattern), as_)
    for pattern, as_ in (
        (
            r"^(?:(?:is|am|are|was|been|have been|has been) )?(?:currently |now |presently )?(?:working"
            r"|employed)\b",
            "work",
        ),
        (r"^(?:have|has|'ve got|have got|has got|got) (?:a |the )?(?:job|position) (?=in|at|as|for|with)", "work "),
        (r"^(?:job|profession|occupation|work|career) (?:is|'s) (?=in|at|as|for|with)", "work "),
        (r"^works? (?:for|with)\b", "work at"),
        (r"^(?:(?:is|am|are) )?(?:currently |now )?(?:living|residing|based|resides?|resided)\b", "live"),
        (r"^(?:home|house|apartment) (?:is|'s) (?=in\b)", "live "),
        (r"^(?:is|am|are) (?:called|named)\b", "name is"),
        (r"\b(?:named|who is called)\b", "called"),
        (r"^(?:have|has|'ve got|have got|has got)\b(?! (?:been|to)\b)", "have"),
        (r"\b(?:do|does|did)(?:n't| not)\b", "not"),
        (r"\b(?:is|are|was|were|has|have|had)n't\b", "not"),
        (r"\bcan(?:'t|not| not)\b", "cannot"),
        (r"^not like\b|^dislikes?\b", "dislike"),
        (r"\bvery much\b|\ba lot\b", ""),
    )
]
_EMPTY = frozenset(
    "a an the is am are be my our their his her currently now really still just also very that to of".split()  # noqa: SIM905 -- a row of words
)
_ORDERED = frozenset("over than from not no never before after instead into cannot without".split())  # noqa: SIM905 -- a row of words
_EDGES = '.,;:!?"()[]\u201c\u201d\u2026'


def plain_text(text: str) -> str:
    """Lower case, straight apostrophes, single spaces, no subject, and verb phrases put one way."""
    plain = " ".join(text.casefold().replace("\u2019", "'").split()).rstrip(".! ")
    plain = _SUBJECT.sub("", plain)
    for pattern, as_ in _SAID_ALIKE:
        plain = pattern.sub(as_, plain)
    return plain.strip()


def stem(word: str) -> str:
    """The word without the ending of a plural or a third person; -ing stays."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "'s")) else word


def same_key(text: str) -> str:
    """What two texts share when they say the same. Never empty for a text that is not."""
    words = [word.strip(_EDGES) for word in plain_text(text).split()]
    kept = [stem(word) for word in words if word and word not in _EMPTY]
    if _ORDERED.isdisjoint(kept):
        kept.sort()
    return " ".join(kept) or " ".join(text.casefold().split())
