"""What somebody says of themselves, as said of somebody else: "I love my dog" -> "Loves their dog"."""

from __future__ import annotations

import re

_OTHER_PERSON = {
    "i": "they",
    "i'm": "they're",
    "i've": "they've",
    "me": "them",
    "my": "their",
    "mine": "theirs",
    "myself": "themselves",
    "am": "are",
    "we": "they",
    "us": "them",
    "our": "their",
}
_FIRST_PERSON = re.compile(r"\b(?:i'm|i've|i|my|me|mine|myself|we|our|us|am)\b", re.IGNORECASE)
_US = re.compile(r"\bUS\b")  # the country
_ADVERBS = frozenset(
    ["really", "absolutely", "generally", "usually", "also", "always", "much", "strongly", "now", "never", "mostly"]
)
_UNCHANGED = ("can't", "cannot")


def other_person(text: str) -> str:
    """The text with its first-person words changed: "with my wife" -> "with their wife"."""
    return _FIRST_PERSON.sub(
        lambda word: word.group() if _US.match(word.group()) else _OTHER_PERSON[word.group().lower()], text
    )


def third_person(verb: str) -> str:
    """The verb with its ending: "I really love" -> "really loves", "I don't eat" -> "doesn't eat"."""
    words = verb.lower().removeprefix("i ").removeprefix("also ").split()
    place = next((number for number, word in enumerate(words) if word not in _ADVERBS), len(words) - 1)
    if words[place] not in _UNCHANGED:
        words[place] = _with_ending(words[place])
    return " ".join(words)


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def _with_ending(verb: str) -> str:
    if verb in ("do", "don't"):
        return verb.replace("do", "does")
    return verb + ("es" if verb.endswith(("ch", "sh")) else "s")
