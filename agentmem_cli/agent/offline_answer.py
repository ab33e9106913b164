"""Answers without a language model: what is on record, quoted, with where it stands. Pure functions.

It looks up and quotes; it never reasons, and says plainly when it has found nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from agentmem_cli.records import FoundPassage, Memory, Recall, RecalledTurn
from agentmem_cli.storage.fulltext import terms

NOTHING_FOUND = "I found nothing about that in your memories, earlier conversations or documents."
_NO_MODEL = "No language model is in use, so I can only look things up."
ENOUGH = 0.5
"""The share of a question's words that a text must hold to answer it."""
_MOST_QUOTED = 3
_LONGEST_QUOTE = 400

_QUESTION = re.compile(
    r"\s*(?:(?:and|so|ok|okay|hey|hi|hello|please|then)[\s,]+)*(?:what|where|who|whom|whose|when|why|which|how|do|does|did|is|are|"
    r"am|was|were|can|could|should|would|will|have|has|had|tell me|show me|list|find|search|look up|remind me|"
    r"explain|summari[sz]e|describe|give me)\b",
    re.IGNORECASE,
)
_ABOUT_ME = re.compile(
    r"what\b.*\byou\b.*\b(?:know|remember|learn(?:ed|t)?)\b.*\b(?:me|myself)\b|\bwho am i\b|"
    r"\b(?:tell|show)\b.*\b(?:about|of) (?:me|myself)\b|"
    r"what have i told you|what do you remember\W*$",
    re.IGNORECASE,
)
_CONVERSATION = re.compile(
    r"\b(?:we|you|i)\b.*\b(?:talk(?:ed)?|discuss(?:ed)?|say|said|mention(?:ed)?|told|tell you|ask(?:ed)?|spoke)\b|"
    r"\b(?:last|previous|earlier|past) (?:time|session|chat|conversation|week|month)|\byesterday\b|\bconversation\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\b(?:i|i'm|i've|me|my|mine|myself)\b", re.IGNORECASE)
_TOPIC_WORDS = {
    "work": {"work", "job", "profession", "occupation", "employer", "company", "career", "living", "industry"},
    "home": {"live", "home", "city", "town", "country", "address", "place", "based"},
    "name": {"name", "call", "called"},
    "age": {"age", "old"},
    "birthday": {"birthday", "born", "birth"},
    "diet": {"eat", "diet", "food", "allergic", "allergy", "allergies"},
    "family": {"family", "wife", "husband", "partner", "children", "kids", "son", "daughter"},
    "pets": {"pet", "pets", "dog", "cat"},
}
_PREFERENCE_WORDS = {"prefer", "preference", "preferences", "like", "answers", "style"}


@dataclass(frozen=True, slots=True)
class Lookup:
    """What an answer may rest on. `known` gives every memory of the person, the last said first."""

    recall: Recall
    passages: list[FoundPassage]
    known: Callable[[], list[Memory]]


def is_question(text: str) -> bool:
    """Whether the text asks for something that could be looked up."""
    return text.rstrip().endswith("?") or bool(_QUESTION.match(text))


def needs_documents(question: str, lookup: Lookup) -> bool:
    """Whether to search the documents: for a question that nothing likelier answers."""
    if not is_question(question) or _ABOUT_ME.search(question) or not terms(question):
        return False
    ways = _ways_to_look(question)
    likelier = ways[: ways.index(_from_documents)]
    return not any(look(question, lookup) for look in likelier)


def answer_from(question: str, lookup: Lookup) -> str:
    """The answer, in Markdown."""
    if _ABOUT_ME.search(question):
        return _everything_known(lookup.known())
    if not is_question(question):
        return _acknowledged(question)
    found = (look(question, lookup) for look in _ways_to_look(question))
    return next(filter(None, found), f"{NOTHING_FOUND} {_NO_MODEL}")


def _ways_to_look(question: str) -> list[Callable[[str, Lookup], str]]:
    """Where to look, the likeliest first."""
    if _CONVERSATION.search(question):
        return [_from_turns, _from_memory, _from_documents]
    if _PERSONAL.search(question):
        return [_from_memory, _from_turns, _from_documents]
    return [_from_documents, _from_memory, _from_turns]


def _everything_known(memories: list[Memory]) -> str:
    if not memories:
        return "I know nothing about you yet. Tell me, and I will remember."
    lines = [f"- {memory.text} ({_day(memory.said_at)})" for memory in memories]
    return "This is what I remember of you:\n\n" + "\n".join(lines)


def _acknowledged(text: str) -> str:
    if not terms(text) or len(text.split()) < 3:
        return "Hello. Ask me about yourself, an earlier conversation or your documents."
    return "Noted. What I keep of it about you stands below. To talk about it I would need a language model."


def _from_memory(question: str, lookup: Lookup) -> str:
    words = set(terms(question))
    wanted = {stem(word) for word in words}
    topics = {topic for topic, signs in _TOPIC_WORDS.items() if signs & words}
    asks_preference = bool(words & _PREFERENCE_WORDS)
    fitting = [
        memory
        for memory in lookup.known()
        if topics & set(memory.topics)
        or (asks_preference and memory.kind == "preference" and _covered(wanted, memory.text) > 0)
        or _covered(wanted, f"{memory.text} {' '.join(memory.topics)}") >= ENOUGH
    ]
    if not fitting:
        return ""
    fitting.sort(key=lambda memory: (bool(topics & set(memory.topics)), _covered(wanted, memory.text)), reverse=True)
    return "\n\n".join(_memory_line(memory) for memory in fitting[:_MOST_QUOTED])


def _memory_line(memory: Memory) -> str:
    said = (
        f"You said on {_day(memory.said_at)}: “{_cut(memory.quote)}”"
        if memory.quote
        else f"Noted {_day(memory.said_at)}"
    )
    return f"From memory: **{memory.text}**. {said}."


def _from_turns(question: str, lookup: Lookup) -> str:
    wanted = {stem(word) for word in terms(question)} - _TALK_STEMS
    fitting = [
        turn
        for turn in lookup.recall.turns
        if not (turn.role == "user" and is_question(turn.text))
        and not turn.text.startswith((NOTHING_FOUND, "From memory:", "From ", "On "))
        and (not wanted or _covered(wanted, turn.text) >= ENOUGH)
    ]
    if not fitting:
        return ""
    shown = sorted(fitting[:_MOST_QUOTED], key=lambda turn: turn.at)
    return "\n\n".join(f"On {_day(turn.at)} {_said_by(turn)}:\n\n> {_cut(turn.text)}" for turn in shown)


def _from_documents(question: str, lookup: Lookup) -> str:
    wanted = {stem(word) for word in terms(question)}
    for number, passage in enumerate(lookup.passages, start=1):
        if _covered(wanted, f"{passage.document} {passage.text}") >= ENOUGH:
            quoted = "\n\n".join(f"> {sentence}" for sentence in _best_sentences(wanted, passage.text))
            return f"From {passage.document}, page {passage.page} [{number}]:\n\n{quoted}"
    return ""


def _best_sentences(wanted: set[str], text: str) -> list[str]:
    """The sentences that hold the most of the words, in the order in which they stand."""
    sentences = [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", text) if part.strip()]
    whole = [sentence for sentence in sentences if len(sentence.split()) > 4] or sentences
    ranked = sorted(range(len(whole)), key=lambda place: -_covered(wanted, whole[place]))
    return [_cut(whole[place]) for place in sorted(ranked[:_MOST_QUOTED])]


def _covered(wanted: set[str], text: str) -> float:
    """The share of the wanted stems that the text holds."""
    return len(wanted & {stem(word) for word in terms(text)}) / len(wanted) if wanted else 0.0


def stem(word: str) -> str:
    """A word without the commonest English endings, so that "works" fits "work"."""
    for ending in ("'s", "ing", "ies", "ied", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


_TALK_STEMS = frozenset(
    stem(word)
    for word in """
    talk talked discuss say said mention told tell asked ask spoke last previous earlier past time session chat
    conversation week month yesterday remember
    """.split()  # noqa: SIM905 -- a list of quoted words would hide the words
)


def _said_by(turn: RecalledTurn) -> str:
    return f"{turn.name} said" if turn.name else ("you said" if turn.role == "user" else "I answered")


def _cut(text: str | None) -> str:
    line = " ".join((text or "").split())
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1] + "…"


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%d")
