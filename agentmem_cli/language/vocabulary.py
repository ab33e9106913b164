"""The closed classes of words that code must know by name: a dozen languages, and nothing that grows with examples."""

from __future__ import annotations

import re

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
    مرحبا أهلا السلام 你好 您好 こんにちは こんばんは 안녕하세요 안녕 สวัสดี नमस्ते ok okay so well btw
    """.split()  # noqa: SIM905 -- as above
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def first_person_words(text: str) -> list[str]:
    """The words of a text by which a person speaks of themselves."""
    words = [word for word in _WORD.findall(text.lower().replace("’", "'")) if word in _FIRST_PERSON]
    return words + _FIRST_PERSON_SIGNS.findall(text)


def joins(word: str) -> bool:
    """Whether a word is an "and" or a "but"."""
    return word.lower() in _AND


def is_greeting(word: str) -> bool:
    """Whether a word greets, or only leads to what follows."""
    return word.lower().strip(",.!:;~、，！。") in _GREETINGS
