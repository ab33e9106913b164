"""Whether a clause is a standing instruction, by a score: how the assistant is to answer, whatever is asked.

For the orders in which no word says that they last: "Quote your sources" or "Metric only" can only be meant for every
answer, "Add comments to the parser" for one. It scores single clauses, keeps nothing and reads no rows.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from itertools import pairwise

from agentmem_cli.memories.order_words import (
    AMOUNTS,
    ANSWERS,
    CASES,
    DOING,
    GENERIC,
    IDLE,
    MANNER,
    ONCE_WORDS,
    PASSED_OVER,
    POINTED,
    REFUSALS,
    SAYING,
    STYLE,
    SUBJECTS,
    TASKS,
    TOLD,
    WISHES,
    WORKS,
)
from agentmem_cli.memories.orders import LASTING, ONCE, ONWARD, WISH, has_order_shape

_NOT_PAST = STYLE | {"need", "feed", "speed", "indeed"}
_LONG = 15
"""Words: a clause of more says no more of what it asks."""
_WORD = re.compile(r"[\w'/-]+|[:;,?!\"]")
_LESS = ("no", "less", "fewer", "more", "enough", "zero", "only", "just", "nothing")
_TO_ME = [(word, "me") for word in ("to", "with", "for", "at", "on")]
_WISHERS = ("i", "i'd", "i'm", "we", "it", "it's", "it'd", "that's")
_IDLE_WISH = re.compile(
    r"(?:i|we)(?:'d)? (?:really )?(?:\w+ to\b|(?:like|love|enjoy|appreciate) your\b)", re.IGNORECASE
)
"""Of one's own doing, or praise: "I want to travel", "I like your answer"."""
_NAMED = re.compile(
    r"call me (?!when|at\b|if\b)|(?:refer to|address) me\b|i go by\b|.*\bpronouns\b|(?:sign|spell)\b", re.IGNORECASE
)
UNLIKELY, THRESHOLD = 0.1, 0.7
"""From which likelihoods on it is kept, with the shape of an order and without: of lines left out of the fit
THRESHOLD alone catches .72, and .07 of the others."""
WEIGHTS = {
    "bias": -1.5,
    "saying": 0.9,
    "doing": 0.6,
    "task": -0.4,
    "refused": 0.2,
    "saying refused": 0.8,
    "idle refusal": -1.5,
    "on a subject": -1.2,
    "order of manner": 0.8,
    "refused manner": 1.0,
    "less of manner": 0.9,
    "wish about answers": 1.3,
    "other wish": -0.7,
    "subject": -1.5,
    "manner as subject": 1.4,
    "what you do": -1.1,
    "case told": -0.6,
    "case": 0.5,
    "lasting order": 1.1,
    "onward order": 1.4,
    "order for any": 1.3,
    "named": 1.6,
    "to me": 1.0,
    "me": 0.4,
    "answers": 1.1,
    "manner": 0.9,
    "manner twice": 0.8,
    "the manner": 1.1,
    "manner of a thing": -1.0,
    "place in the answer": 1.2,
    "once": -2.7,
    "once word": -2.0,
    "pointed": -1.7,
    "the": -1.6,
    "work": -1.7,
    "mine": -0.4,
    "number": -1.9,
    "told": -0.7,
    "colon": -1.0,
    "length": 2.1,
}


def is_standing(clause: str) -> bool:
    """Whether the clause holds for every answer: it says so, or its words make it likely."""
    return says_it_lasts(clause) or likelihood(clause.strip().rstrip(".!? ")) > THRESHOLD


def says_it_lasts(clause: str) -> bool:
    """Whether it has the shape of a standing order, and nothing says that it is for once."""
    return has_order_shape(clause) and not ONCE.search(clause) and likelihood(clause.strip().rstrip(".!? ")) > UNLIKELY


@lru_cache(maxsize=256)
def likelihood(text: str) -> float:
    """From 0 to 1: a logistic regression over `features_of`, fitted by `tests/bench/standing_instructions.py --fit`."""
    return 1 / (1 + math.exp(-sum(WEIGHTS.get(name, 0.0) * value for name, value in features_of(text).items())))


def features_of(text: str) -> dict[str, float]:
    """The features of a clause without its final stop, in the order of WEIGHTS: 0 or 1, `length` in tens of words."""
    onward = ONWARD.match(text)
    asked = WISH.sub("", text[onward.end() :].lstrip(", ") if onward else text, count=1) or text
    words = [word.lower() for word in _WORD.findall(asked)] or [""]
    is_case, main = _main_part(words)
    found = set(words)
    verb = main[_verb_place(main)]
    manner = [place for place, word in enumerate(words) if word != verb and _is_among(word, MANNER)]
    is_about_answers = not found.isdisjoint(ANSWERS | STYLE) or any(_is_open(words, place) for place in manner)
    order = _order_features(main)
    is_order = bool(order["saying"] or order["doing"] or order["task"] or order["refused"])
    wishes = main[0] in _WISHERS and not WISHES.isdisjoint(main[1:5]) and not _IDLE_WISH.match(asked)
    has_subject = main[0] in SUBJECTS and not wishes
    you = not found.isdisjoint(("you", "you're", "your"))
    lasting, is_onward = LASTING.search(text) is not None, ONWARD.search(text) is not None
    facts: dict[str, bool] = {
        "bias": True,
        **order,
        "order of manner": is_order and is_about_answers,
        "refused manner": order["refused"] and is_about_answers,
        "less of manner": main[0] in _LESS and is_about_answers,
        "wish about answers": wishes and (is_about_answers or you) and len(words) > 3,
        "other wish": wishes and not is_about_answers and not you,
        "subject": has_subject,
        "manner as subject": has_subject and is_about_answers,
        "what you do": main[0] == "you" and not is_onward and found.isdisjoint(("too", "keep", "so", "can", "could")),
        "case told": is_case and has_subject,
        "case": is_case or not found.isdisjoint(CASES),
        "lasting order": lasting and is_order,
        "onward order": is_onward and is_order,
        "order for any": is_order and not found.isdisjoint(GENERIC),
        "named": _NAMED.match(asked) is not None,
        "to me": any(pair in pairwise(words) for pair in _TO_ME),
        "me": not found.isdisjoint(("me", "my")),
        "answers": any(word in ANSWERS and _is_open(words, place) for place, word in enumerate(words)),
        **_manner_features(words, manner),
        **_single_case_features(words, text),
    }
    return {name: float(value) for name, value in facts.items()} | {"length": min(len(words), _LONG) / 10}


def _main_part(words: list[str]) -> tuple[bool, list[str]]:
    """Whether a case comes first, and what is said for it: "when I ask for code, skip the intro"."""
    is_case = words[0] in CASES or words[:2] in (["each", "time"], ["every", "time"], ["any", "time"])
    is_case = is_case or (words[0] in ("in", "for", "with", "on", "as") and "," in words)
    comma = words.index(",") if is_case and "," in words else 0
    return is_case, words[comma + 1 :] if 0 < comma < len(words) - 1 else words


def _verb_place(main: list[str]) -> int:
    if main[:3] == ["no", "need", "to"] and len(main) > 3:
        return 3
    return next((place for place, word in enumerate(main[:-1]) if word not in PASSED_OVER), len(main) - 1)


def _order_features(main: list[str]) -> dict[str, bool]:
    """What the verb asks for, and whether it is refused: "don't hedge", "stop hedging", "no need to hedge"."""
    start = _verb_place(main)
    verb, before = main[start], main[:start]
    free = main[0] not in SUBJECTS
    refused = main[0] in REFUSALS or main[:2] in (["do", "not"], ["no", "need"]) or before[-3:-1] == ["don't", "have"]
    forms = _forms(verb) if before and before[-1] in ("stop", "quit", "avoid", "mind") else [verb]
    says, does, task = (free and not words.isdisjoint(forms) for words in (SAYING, DOING, TASKS))
    about = main[start + 1 : start + 4]
    return {
        "saying": says,
        "doing": does and not says,
        "task": task and not refused,
        "refused": free and refused,
        "saying refused": refused and says,
        "idle refusal": refused and verb in IDLE,
        "on a subject": "about" in about or "on" in about[:2],
    }


def _manner_features(words: list[str], manner: list[int]) -> dict[str, bool]:
    """What is said of the words at the places `manner`: "tables" is any, "the tables" many, "a table of …" one."""
    after = [words[place + 1] for place in manner if place + 1 < len(words)]
    end = words[-1] in ("first", "last") or words[-2:] == ["the", "end"]
    return {
        "manner": any(_is_open(words, place) for place in manner),
        "manner twice": sum(_is_open(words, place) for place in manner) > 1,
        "the manner": any("the" in words[max(0, place - 2) : place] and words[place] not in WORKS for place in manner),
        "manner of a thing": any(word in ("of", "about", "from", "on", "that", "which") for word in after),
        "place in the answer": end,
    }


def _single_case_features(words: list[str], text: str) -> dict[str, bool]:
    """What says that one case is meant: a thing pointed at, a date, a number, something told."""
    marked = POINTED | {"the", "my", "a", "an"}
    pairs = list(zip(words, [*words[1:], ""], strict=True))
    return {
        "once": ONCE.search(text) is not None,
        "once word": not ONCE_WORDS.isdisjoint(words) and "now on" not in text.lower(),
        "pointed": any(word in POINTED and not (word == "that" and _goes_on(after)) for word, after in pairs),
        "the": any(word == "the" and not _is_among(after, MANNER) for word, after in pairs),
        "work": any(
            _is_among(word, WORKS) and not marked.isdisjoint(words[max(0, place - 2) : place])
            for place, word in enumerate(words)
        ),
        "mine": any(word == "my" and not _is_among(after, MANNER) for word, after in pairs),
        "number": any(letter.isdigit() for letter in text) or not AMOUNTS.isdisjoint(words),
        "told": not TOLD.isdisjoint(words) or any(word.endswith("ed") and word not in _NOT_PAST for word in words),
        "colon": ":" in words,
    }


def _goes_on(word: str) -> bool:
    return word in ("i", "i'm", "you", "my", "your", "is", "are", "it")


def _is_open(words: list[str], place: int) -> bool:
    """Whether no word before says which one is meant: "tables", not "this long table" or "a table"."""
    before = words[max(0, place - 2) : place]
    return POINTED.isdisjoint(before) and before[-1:] not in (["a"], ["an"], ["the"], ["one"])


def _is_among(word: str, words: frozenset[str]) -> bool:
    return not words.isdisjoint(_forms(word))


def _forms(word: str) -> list[str]:
    """The word and what it may be a form of: "replies" of "reply", "quoting" of "quot", "quote" and "quo"."""
    if word.endswith("s"):
        return [word, word[:-1], word[:-2], word[:-3] + "y"]
    if word.endswith("ing"):
        return [word, word[:-3], word[:-3] + "e", word[:-4]]
    return [word, word[:-2], word[:-1]] if word.endswith("ed") else [word]
