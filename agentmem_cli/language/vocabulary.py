"""The closed classes of words that code must know by name: a dozen languages, and nothing that grows with examples."""

from __future__ import annotations

import re
from itertools import dropwhile

_FIRST_PERSON = frozenset(
    """
    i i'm i've i'd i'll im ive me my mine myself we we're we've our us
    ich mein meine meinen meinem meiner mir mich wir unser unsere uns
    je j'ai j' m' mon ma mes moi nous notre nos
    yo mi mis me nosotros nuestro nuestra soy tengo
    eu meu minha meus minhas nós nosso nossa sou tenho
    io mio mia miei mie noi nostro nostra sono ho
    ik mijn mij wij we ons onze
    ja mój moja moje mam my nasz nasza jestem mnie mi
    ben benim bana beni biz bizim
    jag min mitt mina vi vår minä olen minun мне мой моя мои меня мы наш أنا
    """.split()  # noqa: SIM905 -- a list of quoted words would hide the words
)
_FIRST_PERSON_SIGNS = re.compile("[我私僕俺저제나내우]")
_AND = frozenset("and but und aber et mais y e pero mas ma en maar i ale ve ama och men ja и но و".split())  # noqa: SIM905 -- as above
_GREETINGS = frozenset(
    """
    hi hello hey hiya heya yo morning evening hallo hej hei moi moin servus grüezi bonjour bonsoir salut coucou hola
    buenas olá ola oi ciao salve buongiorno buonasera hoi cześć czesc hejka merhaba selam hallå привет здравствуйте
    مرحبا أهلا السلام 你好 您好 こんにちは こんばんは 안녕하세요 안녕 สวัสดี नमस्ते
    """.split()  # noqa: SIM905 -- as above
)
_LEADS = frozenset({"ok", "okay", "so", "well", "btw"})
_GREETED = re.compile(r"^[^\s,!]+[,!]\s+")
"""A word and its comma: whom a greeting is for, as in "hey there," or "hi Claude,"."""
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def first_person_words(text: str) -> list[str]:
    """The words of a text by which a person speaks of themselves."""
    words = [word for word in _WORD.findall(text.lower().replace("’", "'")) if word in _FIRST_PERSON]
    return words + _FIRST_PERSON_SIGNS.findall(text)


def joins(word: str) -> bool:
    """Whether a word is an "and" or a "but"."""
    return word.lower() in _AND


def without_greeting(sentence: str) -> str:
    """The sentence without the words of greeting that it begins with, unless it has no others, and whom they greet."""
    words = sentence.split()
    told = list(dropwhile(_greets, words))
    rest = " ".join(told)
    greeting = words[: len(words) - len(told)][-1:]
    if greeting and greeting[0].lower() in _GREETINGS:  # with no mark of its own: "hi, Lena here, …" greets nobody
        rest = _GREETED.sub("", rest)
    return rest or sentence


def is_greeting(text: str) -> bool:
    """Whether a text has no words but those of greeting."""
    return all(map(_greets, text.split()))


def _greets(word: str) -> bool:
    """Whether a word greets, or only leads to what follows."""
    bare = word.lower().strip(",.!:;~、，！。")
    return bare in _GREETINGS or bare in _LEADS


_NEGATIONS = frozenset(
    """
    not never no nobody none neither nor cannot nicht nie niemals kein keine keinen keiner niemand pas jamais aucun
    aucune nunca jamás tampoco nadie não ninguém non mai nessuno nessuna niet nooit geen inte aldrig ikke aldri nigdy
    nikt değil yok hiç asla не нет никогда ні ei eivät emme ikinä koskaan nem soha tidak bukan belum không chưa
    δεν μην ποτέ לא אין لا ليس لست لم لن نہیں नहीं मत
    """.split()  # noqa: SIM905 -- as above
)
# Without those that are another word in a neighbour language: Finnish "en" is Spanish for "in", Romanian "nu" Dutch
# for "now". So a denial may be missed, and a plain statement is not taken for one.
_LATE_NEGATIONS = frozenset("nicht nie niemals pas niet inte ikke değil yok नहीं نہیں".split())  # noqa: SIM905 -- as above
_NEGATION_SIGNS = re.compile(
    r"不|没|沒|未|非|ない|なく|なかった|ません|않|없|아니|아닙|못|ไม่|มิ|\w+n['’]t\b|\bn['’](?=\w)", re.IGNORECASE
)
_SUBJECTS = frozenset(
    "i i'm i've i'd i'll we we're we've ich wir je j'ai nous yo eu nós io noi ik wij jag vi jeg minä я мы".split()  # noqa: SIM905 -- as above
)
_THAT = frozenset("that dass daß que che dat att at że что що ki hogy että כי أن कि".split())  # noqa: SIM905 -- as above


def denies(text: str) -> bool:
    """Whether a text holds a negation."""
    return bool(_NEGATION_SIGNS.search(text)) or not _NEGATIONS.isdisjoint(_plain_words(text))


def denies_what_came_before(text: str) -> bool:
    """Whether a text holds a negation of those that may stand behind what they deny."""
    return bool(_NEGATION_SIGNS.search(text)) or not _LATE_NEGATIONS.isdisjoint(_plain_words(text))


def has_me_as_subject(text: str) -> bool:
    """Whether a text holds an "I" or a "we"."""
    return not _SUBJECTS.isdisjoint(_plain_words(text))


def begins_with_that(text: str) -> bool:
    """Whether a text goes on with what is said or thought: "that I live in Rome"."""
    return not _THAT.isdisjoint(_plain_words(text)[:1])


def _plain_words(text: str) -> list[str]:
    """The words between blanks: a pattern of letters would cut those of Hindi at every vowel sign."""
    return [word.strip(".,;:!?…\"'()[]“”\u2018’").lower().replace("’", "'") for word in text.split()]
