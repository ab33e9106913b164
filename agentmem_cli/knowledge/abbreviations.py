"""Abbreviations and their long forms, as a text introduces them. Pure: reads no store.

There is no list: "recovery point objective (RPO)", "RPO (recovery point objective)", "RPO: recovery point objective"
and "RTO and RPO stand for recovery time objective and recovery point objective" each introduce one. A long form is
words that spell the abbreviation by their first letters, stop words aside (Schwartz and Hearst, A simple algorithm for
identifying abbreviation definitions, 2003). A long word may give letters from within too, as German compounds do.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from agentmem_cli.language.stems import stop_words_of

_COMPOUND = 8
"""Letters from which a word may give more than its first."""
LONGEST_SHORT = 10
"""Characters of an abbreviation."""
_GAP = 3
"""Words that may stand between an abbreviation and its long form: "stands for"."""
_LEAST = 3
"""Letters of an abbreviation that one word spells, or that is introduced without brackets."""
_WORD = re.compile(r"[^\W_]+")
_SENTENCE_BORDER = re.compile(r"(?<=[.!?;])\s|\n")
_OPENED = re.compile(r"\((?:\w{1,3} )?[\"“”„«'*]*$")
_PHRASE_BORDER = re.compile(r"[.;:!?|()\[\]]")
_BRACKET = re.compile(r"[\"”*]*\s*\([\"“„«'*]*([^(),;]+)")
_END = re.compile(r"[\"”“'*_]*\s*(?:$|[^\w\s&/-])")


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """An abbreviation and one long form of it, both as a document writes them."""

    short: str
    long: str

    def is_short_in(self, text: str) -> bool:
        """Whether a text holds the abbreviation, or its plural."""
        return re.search(rf"(?<!\w){re.escape(self.short)}s?(?!\w)", text) is not None

    def is_long_in(self, text: str) -> bool:
        """Whether a text holds the long form, however it breaks its lines."""
        return self.long.casefold() in " ".join(text.casefold().split())


def in_both_forms(text: str, abbreviations: Sequence[Abbreviation]) -> str:
    """The text, and behind it the other form of each of the abbreviations that it holds in one form only."""
    missing = []
    for each in abbreviations:
        is_short, is_long = each.is_short_in(text), each.is_long_in(text)
        if is_short != is_long:
            missing.append(each.long if is_short else each.short)
    return " ".join([text, *missing])


def long_forms(short: str, text: str) -> list[str]:
    """The long forms that a text introduces for an abbreviation, which stands there in this case or as a plural."""
    found = []
    for match in re.finditer(rf"(?<!\w){re.escape(short)}s?(?!\w)", text):
        found.append(_before_bracket(short, text[max(0, match.start() - 200) : match.start()]))
        found.append(_in_bracket(short, text[match.end() : match.end() + 200]))
    found += [_defined(short, sentence) for sentence in _SENTENCE_BORDER.split(text) if short in sentence]
    return list(dict.fromkeys(" ".join(each.split()) for each in found if each))


def is_short(word: str) -> bool:
    """Whether a word is written as abbreviations are: in few letters, with two capitals or more."""
    return len(word) <= LONGEST_SHORT and sum(map(str.isupper, word)) > 1


def _before_bracket(short: str, before: str) -> str:
    """The long form in `recovery point objective (the "`."""
    opened = _OPENED.search(before)
    phrase = _PHRASE_BORDER.split(before[: opened.start()])[-1] if opened else ""
    words = list(_WORD.finditer(phrase))
    for first in reversed(words[-2 * len(short) :]):
        candidate = phrase[first.start() : words[-1].end()]
        if _is_spelt_by(short, candidate):
            return candidate
    return ""


def _in_bracket(short: str, after: str) -> str:
    """The long form in ` (recovery point objective, …`."""
    bracket = _BRACKET.match(after)
    phrase = bracket.group(1).strip("\"”“'* ") if bracket else ""
    return phrase if _is_spelt_by(short, phrase) else ""


def _defined(short: str, sentence: str) -> str:
    """The long form in a sentence or row that begins with the abbreviation, or with some of which it is one."""
    words = list(_WORD.finditer(sentence))
    following = _WORD.findall(sentence[sentence.index(short) + len(short) :])
    if not is_short(words[0].group()) or not any(_begins(word, short) for word in following):
        return ""
    stop_words = stop_words_of(sentence)
    shorts: list[str] = []
    last = 0
    for place, word in enumerate(words):
        if is_short(word.group()):
            shorts.append(word.group())
            last = place
        elif word.group().lower() not in stop_words:
            break
    if short not in shorts or min(map(len, shorts)) < _LEAST:
        return ""
    for start in range(last + 1, last + 2 + _GAP):
        forms = _in_turn(shorts, words[start:], stop_words)
        if forms and _END.match(sentence, forms[-1][-1].end()):
            form = forms[shorts.index(short)]
            return sentence[form[0].start() : form[-1].end()]
    return ""


def _begins(word: str, short: str) -> bool:
    """Whether a word begins as the abbreviation does: told before the language is, as that takes longer."""
    return word[0].casefold() == short[0].casefold()


def _in_turn(
    shorts: Sequence[str], words: Sequence[re.Match[str]], stop_words: Collection[str]
) -> list[Sequence[re.Match[str]]]:
    """The words that spell the abbreviations, one after the other; empty when they do not."""
    forms: list[Sequence[re.Match[str]]] = []
    for short in shorts:
        while forms and words and words[0].group().lower() in stop_words:
            words = words[1:]
        spelt = [word.group().casefold() for word in words[: 2 * len(short)]]
        ends = (end for end in range(1, len(spelt) + 1) if _spells(short.casefold(), spelt[:end], stop_words))
        end = next(ends, 0)
        if not end:
            return []
        forms.append(words[:end])
        words = words[end:]
    return forms


def _is_spelt_by(short: str, phrase: str) -> bool:
    words = [word.casefold() for word in _WORD.findall(phrase)]
    letters = "".join(_WORD.findall(short)).casefold()
    return _spells(letters, words, stop_words_of(phrase))


def _spells(letters: str, words: Sequence[str], stop_words: Collection[str]) -> bool:
    """Whether words spell the letters, the first and the last word by their first letters at least."""
    if not words or not letters or words[0] in stop_words or words[-1] in stop_words:
        return False
    if len(words) == 1 and (len(letters) < _LEAST or len(words[0]) < 2 * len(letters)):
        return False
    return _goes_on(letters, words, stop_words)


def _goes_on(letters: str, words: Sequence[str], stop_words: Collection[str]) -> bool:
    """Whether the words spell all of the letters. A figure stands for a stop word: "B2B"."""

    @functools.cache
    def goes_on(letter: int, place: int) -> bool:
        """Whether the words from this place on spell the letters from this one on."""
        if place == len(words):
            return letter == len(letters)
        word, rest = words[place], letters[letter:]
        if word in stop_words and goes_on(letter + rest[:1].isdigit(), place + 1):
            return True
        if word[0] != rest[:1]:
            return False
        return any(goes_on(letter + taken, place + 1) for taken in range(1, 1 + _most_taken(rest, word)))

    return goes_on(0, 0)


def _most_taken(letters: str, word: str) -> int:
    """How many of the letters a word gives at the most: its first, and of a compound those that follow within."""
    if len(word) < _COMPOUND:
        return 1
    taken, within = 1, word[1:]
    while taken < len(letters) and (found := within.find(letters[taken])) >= 0:
        taken, within = taken + 1, within[found + 1 :]
    return taken
