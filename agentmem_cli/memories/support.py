"""Whether the words around a quote allow what a model takes from it. Looks at text only.

"allergic to nuts" stands in "I am not allergic to nuts" and in "My wife is allergic to nuts", and supports neither of
the memories that it seems to. A quote that is a whole clause leaves nothing out and is always good. Of what it leaves
out only two things count: a negation that the memory does not have, and a subject that it does not name. The words
below are closed classes, which no language adds to; ones that mean something else in a neighbour language are left
out, so a denial may be missed and a plain statement is not doubted.
"""

from __future__ import annotations

import re

from agentmem_cli.storage.fulltext import CJK, terms

_BEFORE = frozenset(
    """
    not never no nobody none neither nor cannot nicht nie niemals kein keine keinen keiner niemand pas jamais aucun
    aucune nunca jamás tampoco nadie não ninguém non mai nessuno nessuna niet nooit geen niemand inte aldrig ikke aldri
    nie nigdy nikt değil yok hiç asla не нет никогда ні ніколи niciodată nem soha ei eivät emme ikinä koskaan tidak
    bukan belum không chưa δεν μην ποτέ לא אין אף لا ليس لست لم لن نہیں नहीं मत
    """.split()  # noqa: SIM905 -- 90 quoted words would hide the words
)
"""Negations, looked for before a quote in its clause."""
_AFTER = frozenset("nicht nie niemals pas niet inte ikke değil yok नहीं نہیں".split())  # noqa: SIM905 -- as above
"""Those that stand behind what they deny."""
_IN_A_RUN = re.compile("不|没|沒|未|非|ない|なく|なかった|ません|않|없|아니|아닙|못|ไม่|มิ")
"""Negations of scripts without spaces, or written into the word before."""
_CONTRACTED = re.compile(r"\w+n['\u2019]t\b|\bn['\u2019](?=\w)", re.IGNORECASE)
_I = frozenset(
    """
    i i'm i've i'd i'll we we're we've ich wir je j'ai nous yo nosotros eu nós io noi ik wij jag vi jeg
    """.split()  # noqa: SIM905 -- as above
)
"""The person as a subject."""
_JOINS = "and|but|or|und|aber|oder|sondern|et|mais|ou|y|pero|e|mas|ma|però|maar|och|men|og|i|ale|ve|ama|и|но|dan|और|لكن"
_THAT = r"that|dass|daß|que|qu['\u2019]|che|dat|att|at|że|что|що|ki|hogy|että|כי|أن|कि"
_BORDER = re.compile(
    rf"[.!?。！？\n;:,،、，；—–(){{}}\[\]\"“”«»](?!\s*(?:{_THAT})\b)|(?<=\s)(?:{_JOINS})(?=\s)", re.IGNORECASE
)
"""Where a clause begins; a comma before "that" is none."""
_EDGES = ".,;:!?\u2026\"'()[]\u201c\u201d\u2018\u2019"
_WIDE = re.compile(f"[{CJK}\u0e00-\u0e7f]")
_THE_PERSON = frozenset({"user", "person", "they"})
_ROOT = 4
"""Letters by which two forms of a word are taken for the same."""


def is_supported(text: str, quote: str, said: str) -> bool:
    """Whether a quote of `said` supports a memory's text, at one of the places where it stands; `text` may be ""."""
    places = re.finditer(re.escape(quote), said)
    return any(_is_supported_at(text, quote, said, place.start()) for place in places)


def _is_supported_at(text: str, quote: str, said: str, start: int) -> bool:
    before = _last_clause(said[:start])
    after = _first_clause(said[start + len(quote) :])
    if (_denies(before, _BEFORE) or _denies(after, _AFTER)) and not _denies(text, _BEFORE):
        return False
    return not _loses_its_subject(text, quote, before)


def _last_clause(text: str) -> str:
    borders = list(_BORDER.finditer(text))
    return text[borders[-1].end() :] if borders else text


def _first_clause(text: str) -> str:
    border = _BORDER.search(text)
    return text[: border.start()] if border else text


def _denies(text: str, negations: frozenset[str]) -> bool:
    if _IN_A_RUN.search(text):
        return True
    return bool(_CONTRACTED.search(text)) or not negations.isdisjoint(_words(text))


def _loses_its_subject(text: str, quote: str, before: str) -> bool:
    """Whether the clause begins with somebody else, and the memory repeats the quote without them."""
    if not text or _WIDE.search(before) or not _I.isdisjoint([*_words(before), *_words(quote)]):
        return False
    left_out, said_of_it = terms(before), terms(text)
    if not left_out or any(_holds(said_of_it, word) for word in left_out):
        return False
    beyond = [word for word in said_of_it if word not in _THE_PERSON and not _holds(terms(quote), word)]
    return not beyond


def _holds(words: list[str], word: str) -> bool:
    return any(each[:_ROOT] == word[:_ROOT] for each in words)


def _words(text: str) -> list[str]:
    """The words between blanks: a pattern of letters would cut those of Hindi at every vowel sign."""
    return [word.strip(_EDGES).casefold().replace("\u2019", "'") for word in text.split()]
