"""A question that names several documents side by side -> a question to each of them. Reads no store.

"Compare the revenue of Boeing and Pfizer" has an answer in each of two reports, and no line that holds all its words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from agentmem_cli.knowledge.documents import title_words
from agentmem_cli.language.stems import stop_words_of, words_of

_WORD = re.compile(r"[^\W_]+")


def questions_to_each(question: str, documents: Sequence[str]) -> dict[str, str]:
    """For each document that is named beside another, the question without the names of the others; else empty.

    Each is named by capitals or figures that stand in no other document's name, and only stop words stand between.
    """
    named = _named_alone(question, documents)
    places = sorted((found.start(), found.end()) for found in _WORD.finditer(question) if found.group() in named)
    between = [question[end:start] for (_, end), (start, _) in pairwise(places)]
    if len(set(named.values())) < 2 or not all(_are_stop_words(text, question) for text in between):
        return {}
    return {document: _without_others(question, named, document) for document in dict.fromkeys(named.values())}


def _named_alone(question: str, documents: Sequence[str]) -> dict[str, str]:
    """The names in a question that stand in the name of one document only, each with that document."""
    names = [word for word in _WORD.findall(question)[1:] if word[0].isupper() or word[0].isdigit()]
    words = {document: set(words_of(title_words(document))) for document in documents}
    holding = {name: [each for each, held in words.items() if name.lower() in held] for name in names}
    return {name: found[0] for name, found in holding.items() if len(found) == 1}


def _are_stop_words(text: str, question: str) -> bool:
    return set(words_of(text)) <= stop_words_of(question)


def _without_others(question: str, named: dict[str, str], document: str) -> str:
    others = {name for name, each in named.items() if each != document}
    return _WORD.sub(lambda found: "" if found.group() in others else found.group(), question)
