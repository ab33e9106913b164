"""A question -> the abbreviations it holds in one form, which the documents introduce. Reads the text index."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from agentmem_cli.knowledge.abbreviations import Abbreviation, is_short, long_forms
from agentmem_cli.knowledge.words import WordIndex
from agentmem_cli.language.stems import stems, stop_words_of

MOST_FORMS = 2
"""How many long forms of one abbreviation count: those that most passages introduce."""
LOOKED_THROUGH = 100
"""How many passages that hold a word are read for what introduces it."""
_LONGEST_LOWER = 6
"""Characters of an abbreviation that the question writes in lower case."""
_ASKED = 400
"""Characters of a question that are looked through: each of its words takes up to twelve reads."""
_MOST_WORDS = 7
"""Words of a long form, stop words among them."""
_COMPOUND = 10
"""Letters from which one word of the question may be a long form."""
_TOKEN = re.compile(r"[^\W_]+(?:[&-][^\W_]+)*")
_WORD = re.compile(r"[^\W_]+")


def abbreviations_in(question: str, index: WordIndex) -> list[Abbreviation]:
    """In the order found, each once; a question that holds both forms needs no other, nor does what comes late."""
    question = question[:_ASKED]
    found = [
        *(each for short in _shorts(question) for each in _introduced(short, [short], index)),
        *_spelt_out(question, index),
        *_compounds(question, index),
    ]
    return [each for each in dict.fromkeys(found) if each.is_short_in(question) + each.is_long_in(question) < 2]


def other_forms(question: str, abbreviations: Sequence[Abbreviation]) -> list[str]:
    """What the question could say instead, to be looked for as well."""
    shorts = _shorts(question)
    return [each.long if each.short in shorts else each.short for each in abbreviations]


def _shorts(question: str) -> list[str]:
    """The words of the question that may be abbreviations, in capitals where it writes them small."""
    stop_words = stop_words_of(question)
    found = []
    for word in _TOKEN.findall(question):
        if is_short(word):
            found.append(word[:-1] if word[-1] == "s" and word[:-1].isupper() else word)
        elif 1 < len(word) <= _LONGEST_LOWER and word.lower() not in stop_words:
            found.append(word.upper())
    return list(dict.fromkeys(found))


def _spelt_out(question: str, index: WordIndex) -> Iterator[Abbreviation]:
    """Those whose long form is among the words of the question."""
    stop_words = stop_words_of(question)
    words = [word.lower() for word in _WORD.findall(question)]
    for start, first in enumerate(words):
        for end in range(start + 2, min(start + _MOST_WORDS, len(words)) + 1):
            if not stop_words.isdisjoint((first, words[end - 1])):
                continue
            spelt = words[start:end]
            telling = [word for word in spelt if word not in stop_words]
            for letters in {_initials(spelt), _initials(telling)} - stop_words:
                same = _introduced(letters, [*telling, letters], index)
                yield from (each for each in same if stems(each.long) == stems(" ".join(spelt)))


def _initials(words: Sequence[str]) -> str:
    return "".join(word[0] for word in words).upper()


def _compounds(question: str, index: WordIndex) -> Iterator[Abbreviation]:
    """Those whose long form is one word of the question, and stands before them in brackets."""
    for word in dict.fromkeys(_TOKEN.findall(question)):
        if len(word) < _COMPOUND:
            continue
        bracketed = re.compile(rf"{re.escape(word[1:])} \(({_TOKEN.pattern})")
        for text in index.texts_with([word], f"{word[1:]} (", LOOKED_THROUGH):
            for short in filter(is_short, bracketed.findall(text)):
                yield from (Abbreviation(short, long) for long in long_forms(short, text) if _is_same(long, word))


def _is_same(long: str, word: str) -> bool:
    return long.casefold() == word.casefold()


def _introduced(short: str, words: list[str], index: WordIndex) -> list[Abbreviation]:
    """The long forms of an abbreviation in the passages that hold all of the words, those of most passages first."""
    texts = index.texts_with(words, short, LOOKED_THROUGH)
    spellings: dict[tuple[str, ...], str] = {}
    counts: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        for long in long_forms(short, text):
            key = tuple(stems(long))
            spellings.setdefault(key, long)
            counts[key] += 1
    return [Abbreviation(short, spellings[key]) for key, _ in counts.most_common(MOST_FORMS)]
