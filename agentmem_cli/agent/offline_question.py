"""What a question asks for, told by its words alone: for answers without a language model. Pure functions, English."""

from __future__ import annotations

import re

from agentmem_cli.recall.ranking import FIRST_PERSON
from agentmem_cli.recall.recall import question_words
from agentmem_cli.storage.fulltext import terms

_KEYWORDS = 3
"""So few words that are no statement about the person are looked up like a question: "refund policy"."""
_QUESTION = re.compile(
    r"\s*(?:(?:and|so|ok|okay|hey|hi|hello|please|then)[\s,]+)*(?:what|where|who|whom|whose|when|why|which|how|do|does|did|is|are|"
    r"am|was|were|can|could|should|would|will|have|has|had|tell me|show me|list|find|search|look up|remind me|"
    r"explain|summari[sz]e|describe|give me)\b",
    re.IGNORECASE,
)
ABOUT_ME = re.compile(
    r"what\b.*\byou\b.*\b(?:know|remember|learn(?:ed|t)?)\b.*\b(?:me|myself)\b|\bwho am i\b|"
    r"\b(?:tell|show)\b.*\b(?:about|of) (?:me|myself)\b|"
    r"what have i told you|what do you remember\W*$",
    re.IGNORECASE,
)
ABOUT_CONVERSATIONS = re.compile(
    r"\b(?:we|you|i)\b.*\b(?:talk(?:ed)?|discuss(?:ed)?|say|said|mention(?:ed)?|told|tell you|ask(?:ed)?|spoke)\b|"
    r"\b(?:last|previous|earlier|past) (?:time|session|chat|conversation|week|month)|\byesterday\b|\bconversation\b",
    re.IGNORECASE,
)
_TOPIC_WORDS = {
    "work": {"work", "job", "profession", "occupation", "employer", "company", "career", "living", "industry"},
    "home": {"live", "home", "city", "town", "country", "address", "place", "based"},
    "name": {"name", "call", "called"},
    "age": {"age", "old"},
    "birthday": {"birthday", "born", "birth", "age", "old"},
    "diet": {"eat", "diet", "food", "allergic", "allergy", "allergies"},
    "family": {"family", "wife", "husband", "partner", "children", "kids", "son", "daughter"},
    "pets": {"pet", "pets", "dog", "cat"},
}
_PREFERENCE_WORDS = {"prefer", "preference", "preferences", "like", "answers", "style"}


def is_question(text: str) -> bool:
    """Whether the text asks for something."""
    return text.rstrip().endswith("?") or bool(_QUESTION.match(text))


def is_looked_up(text: str) -> bool:
    """Whether the text asks for something that could be looked up."""
    keywords = len(text.split()) <= _KEYWORDS and not text.rstrip().endswith(".") and not FIRST_PERSON.search(text)
    return bool(question_words(text)) and (is_question(text) or keywords)


def topics_of(question: str) -> set[str]:
    """The topics of memories that it asks for."""
    words = {word.removesuffix("'s") for word in terms(question)}
    topics = {topic for topic, signs in _TOPIC_WORDS.items() if signs & words}
    return topics - {"name"} if len(topics) > 1 else topics  # "my dog's name" asks for the dog


def asks_for_preferences(question: str) -> bool:
    """Whether it asks what the person likes."""
    return bool(_PREFERENCE_WORDS & set(terms(question)))


def wanted_stems(question: str) -> set[str]:
    """The stems to look for; a single letter or digit, as in "2+2", says too little."""
    return {stem(word) for word in terms(question) if len(word) > 1 or not word.isascii()}


def covered(wanted: set[str], text: str) -> float:
    """The share of the wanted stems that the text holds."""
    return len(wanted & {stem(word) for word in terms(text)}) / len(wanted) if wanted else 0.0


def stem(word: str) -> str:
    """A word without the commonest English endings, so that "works" fits "work"."""
    for ending in ("'s", "ing", "ies", "ied", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


TALK_STEMS = frozenset(
    stem(word)
    for word in """
    talk talked discuss say said mention told tell asked ask spoke last previous earlier past time session chat
    conversation week month yesterday remember
    """.split()  # noqa: SIM905 -- a list of quoted words would hide the words
)
"""What a question about earlier conversations says of them, and they do not."""
