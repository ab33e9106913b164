"""The words of a text that carry meaning, and their stems: what they have in common with other forms of them.

Snowball's stemmers do the work; the language of a text is the one whose stop words it holds most of. Negations are no
stop words. Chinese, Japanese and Korean are written without spaces, and become pairs of characters.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable
from importlib.resources import files

from agentmem_cli.storage.fulltext import searchable

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ELIDED = re.compile(r"^(?:[cdjlmnstCDJLMNST]|qu|Qu)'(?=\w{3})")
"""Of French and Italian: "l'hôpital"."""
_UNKNOWN = "english"


def stems(text: str) -> list[str]:
    """The stems of the words that carry meaning, lower case, in their order, as often as they stand there."""
    words = words_of(text)
    language = _language(words)
    return [_stemmer(language)(word) for word in _telling(words, language)]


def terms(text: str) -> list[str]:
    """The words that carry meaning as they are written, lower case, each once, in order."""
    words = words_of(text)
    return list(dict.fromkeys(_telling(words, _language(words))))


def stemmed_terms(text: str) -> dict[str, str]:
    """The same, each with its stem; of several words with one stem the first."""
    words = words_of(text)
    language = _language(words)
    stem = _stemmer(language)
    once = {stem(word): word for word in reversed(_telling(words, language))}
    return {word: each for each, word in reversed(once.items())}


def stemmer_for(text: str) -> Callable[[str], str]:
    """What gives of a word, lower case, the stem that it has in the language of a text."""
    stem = _stemmer(language_of(text))
    return lambda word: stem(_bare(word) if "'" in word else word)


def words_of(text: str) -> list[str]:
    """Every word of a text, lower case; of Chinese, Japanese and Korean, pairs of characters."""
    return [word.lower().replace("’", "'") for word in _WORD.findall(searchable(text))]


def stop_words_of(text: str) -> frozenset[str]:
    """The stop words of the language that a text is in."""
    return _stop_words()[language_of(text)]


def stems_asked_for(question: str) -> list[frozenset[str]]:
    """Of each word that carries meaning its stem, each once: in every language where nothing tells which it is."""
    words = dict.fromkeys(map(_bare, words_of(question)))
    known = _stop_words()
    if any(word in each for word in words for each in known.values()):
        language = _language(list(words))
        asked = [frozenset([_stemmer(language)(word)]) for word in words if word not in known[language]]
    else:
        asked = [frozenset(_stemmer(language)(word) for language in known) for word in words]
    return list(dict.fromkeys(asked))


def language_of(text: str) -> str:
    """The English name of the language whose stop words a text holds most of."""
    return _language(words_of(text))


def likely_languages(text: str) -> list[str]:
    """The English names of the languages whose stop words a text holds most of: all where it holds none."""
    counts = _counts(words_of(text))
    most = max(counts.values())
    return [name for name, count in counts.items() if count == most]


def _telling(words: list[str], language: str) -> list[str]:
    """The words without stop words, and without the article that French and Italian write into the next word."""
    stop_words = _stop_words()[language]
    kept = [_bare(word) if "'" in word else word for word in words if word not in stop_words]
    return [word for word in kept if word not in stop_words]


def _bare(word: str) -> str:
    return _ELIDED.sub("", word).removesuffix("'s")


def _language(words: list[str]) -> str:
    """The language of most of the stop words; English where there are none."""
    counts = _counts(words)
    return max(counts, key=lambda name: (counts[name], name == _UNKNOWN))


def _counts(words: list[str]) -> Counter[str]:
    """How many of the words are stop words of each language."""
    counts = Counter(dict.fromkeys(_stop_words(), 0))
    languages = _languages_of_stop_words()
    for word in words:
        for name in languages.get(word, ()):
            counts[name] += 1
    return counts


@functools.cache
def _stop_words() -> dict[str, frozenset[str]]:
    text = files(__package__).joinpath("stop_words.txt").read_text(encoding="utf-8")
    lines = [line.partition(": ") for line in text.splitlines()]
    return {name: frozenset(words.split()) for name, _, words in lines}


@functools.cache
def _languages_of_stop_words() -> dict[str, list[str]]:
    """For each stop word the languages that it is one of: most words of a text are in none."""
    languages: dict[str, list[str]] = {}
    for name, known in _stop_words().items():
        for word in known:
            languages.setdefault(word, []).append(name)
    return languages


@functools.cache
def _stemmer(language: str) -> Callable[[str], str]:
    """The stemmer of a language, made once."""
    from Stemmer import Stemmer

    stem: Callable[[str], str] = Stemmer(language).stemWord
    return functools.lru_cache(maxsize=20_000)(stem)
