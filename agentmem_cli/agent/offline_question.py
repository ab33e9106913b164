"""What a question to the offline model asks for, and the words to look for. Looks at text only."""

from __future__ import annotations

from datetime import date

from agentmem_cli.language.classifier import judge, logit_of
from agentmem_cli.language.dates import Span, dates_and_rest
from agentmem_cli.language.sentences import sentences
from agentmem_cli.language.stems import stems

_OF_A_TALK = (
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
"""Words of talking about a talk: "did we say" says nothing of what to look for."""
_ASKS = _SEEKS = 0.5
SOURCE, SOURCE_BIAS = (0.99, -1.14, 0.75), -5.85
"""Weights of the logits of three chances: that documents answer, that what was said does, and that documents would hold
what the text asks for; and the bias. `tests/bench/offline_sources.py --fit` finds them, but for .4 of the bias, which
was chosen with its even people in view: of what is asked of documents .02 more are answered from them."""
LEAST = 0.002
"""The chance that what was said answers counts as no less: where nothing was, "where do I work?" still asks
for none of the documents."""
_QUESTION_MARKS = ("?", "？", "؟")


def is_question(text: str) -> bool:
    """Whether the text ends by asking, with a question mark or without, or looks for something by a few words."""
    said = sentences(text)
    if not said or has_question_mark(text):
        return bool(said)
    last = judge(said)[-1]
    return last.asks >= _ASKS or (last.seeks >= _SEEKS and not last.is_kept)


def has_question_mark(text: str) -> bool:
    """Whether the text ends with one."""
    return text.rstrip(" \"'”’»)").endswith(_QUESTION_MARKS)


def request_of(text: str) -> str:
    """Which of the classifier's REQUESTS a text is; "" for anything else."""
    return judge([text])[0].request


def asks_documents(text: str, documents: float, said: float) -> bool:
    """Whether the text asks for what documents hold rather than for what was said.

    Each answers it with the chance given, between 0 and 1.
    """
    chances = (documents, max(said, LEAST), judge([text])[0].of_documents)
    return sum(weight * logit_of(chance) for weight, chance in zip(SOURCE, chances, strict=True)) + SOURCE_BIAS > 0


def past_days(text: str) -> tuple[list[Span], str]:
    """The days up to today that a text speaks of, and the text without them; no days where it speaks of later ones."""
    today = date.today()  # noqa: DTZ011 -- local dates, as people mean them
    days, rest = dates_and_rest(text, today)
    return ([], text) if any(last > today for _, last in days) else (days, rest)


def wanted_stems(question: str) -> list[str]:
    """The stems to look for, each once, without those of talking about a talk."""
    talk = {stem for example in _OF_A_TALK for stem in stems(example)}
    found = dict.fromkeys(stem for stem in stems(question) if len(stem) > 1 or not stem.isascii())
    return [stem for stem in found if stem not in talk]
