"""What a question to the offline model asks for, and the words to look for. Looks at text only."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agentmem_cli.language.classifier import Judgement, judge
from agentmem_cli.language.sentences import sentences
from agentmem_cli.language.stems import stems
from agentmem_cli.storage.fulltext import searchable

ABOUT_ME = (
    "What do you know about me?",
    "What have you learned about me?",
    "What do you remember of me?",
    "Who am I?",
    "Tell me about myself",
    "Was weißt du über mich?",
    "Que sais-tu de moi ?",
    "¿Qué sabes de mí?",
    "O que você sabe sobre mim?",
    "Che cosa sai di me?",
    "Wat weet je over mij?",
    "Co o mnie wiesz?",
    "Benim hakkımda ne biliyorsun?",
    "私について何を知っていますか",
    "你知道我什么",
    "나에 대해 뭘 알고 있어",
)
DOCUMENTS = (
    "List my documents",
    "Show me all the documents",
    "Which documents do you have?",
    "What files did I give you?",
    "Welche Dokumente hast du?",
    "Quels documents as-tu ?",
    "¿Qué documentos tienes?",
    "Que documentos você tem?",
    "Quali documenti hai?",
    "Welke documenten heb je?",
)
LAST_TIME = (
    "What did we talk about last time?",
    "What did we discuss in our last conversation?",
    "What did I tell you yesterday?",
    "Do you remember what I said about it the previous time?",
    "What did you say, and what did I ask or mention earlier in the session?",
    "Worüber haben wir letztes Mal gesprochen?",
    "De quoi avons-nous parlé la dernière fois ?",
    "¿De qué hablamos la última vez?",
    "Sobre o que falamos da última vez?",
    "Di cosa abbiamo parlato l'ultima volta?",
    "Waar hadden we het de vorige keer over?",
)
MORE = (
    "Tell me more",
    "Tell me more about it",
    "Go on",
    "More please",
    "Give me more details",
    "What else does it say?",
    "What does it say next?",
    "Continue reading",
    "Erzähl mir mehr davon",
    "Lies weiter",
    "Dis-m'en plus",
    "Continue à lire",
    "Cuéntame más",
    "Sigue leyendo",
    "Conte-me mais",
    "Dimmi di più",
    "Continua a leggere",
    "Vertel me meer",
    "Lees verder",
)
"""Examples of four requests. Any other words for them are recognised when every word stands in the examples."""
_WORD = re.compile(r"[^\W_]+")
_LEAST_SHARED = 0.6
"""The share of an example's words that a request of its kind holds."""
_ASKS = _SEEKS = 0.5
_QUESTION_MARKS = ("?", "？", "؟")


def is_question(text: str) -> bool:
    """Whether the text ends by asking, with a question mark or without, or looks for something by a few words."""
    said = sentences(text)
    if not said or has_question_mark(text):
        return bool(said)
    return looks_for(judge(said)[-1])


def looks_for(judged: Judgement) -> bool:
    """Whether a sentence that was judged so asks, or looks for something by a few words, rather than telling it."""
    return judged.asks >= _ASKS or (judged.seeks >= _SEEKS and not judged.is_kept)


def has_question_mark(text: str) -> bool:
    """Whether the text ends with one."""
    return text.rstrip(" \"'”’»)").endswith(_QUESTION_MARKS)


def asks_like(text: str, examples: Sequence[str]) -> bool:
    """Whether a text asks what one of the examples asks: it has most of its words, and no telling word besides."""
    asked, telling = _words(text), set(stems(text))
    known = {stem for example in examples for stem in stems(example)}
    if not asked or not telling <= known:
        return False
    return any(_shared(asked, _words(example)) >= _LEAST_SHARED for example in examples)


def wanted_stems(question: str) -> list[str]:
    """The stems to look for, each once; the words of talking about a talk ("did we say") are not looked for."""
    talk = {stem for example in LAST_TIME for stem in stems(example)}
    found = dict.fromkeys(stem for stem in stems(question) if len(stem) > 1 or not stem.isascii())
    return [stem for stem in found if stem not in talk]


def _words(text: str) -> set[str]:
    return set(_WORD.findall(searchable(text).casefold()))


def _shared(asked: set[str], example: set[str]) -> float:
    return len(asked & example) / len(asked | example)
