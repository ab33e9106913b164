"""Capture without a model: which statements of a message are about the person, by English rules.

Rather misses a thing than remembers a wrong one: questions, hypotheticals, what others said, passing states
and pasted text teach nothing. Writes nothing: the writer decides what is stored. The rules are in `rule_table`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from agentmem_cli.memories.clauses import LEFT_OUT, clauses, spoken, stated
from agentmem_cli.memories.orders import NOT_MEANT, OTHERS_WORDS, WISH
from agentmem_cli.memories.rule_table import DATE, Rule, rules
from agentmem_cli.memories.standing import is_standing
from agentmem_cli.memories.store import text_key
from agentmem_cli.memories.third_person import capital, other_person, third_person
from agentmem_cli.memories.writer import Operation
from agentmem_cli.records import Memory

MAX_WORDS = 25
"""Of one statement: a longer clause is a story, and its rule has caught only its beginning."""

_HYPOTHETICAL = re.compile(
    r"\b(?:if|suppose|supposing|imagine|pretend|hypothetically|let's say|assume|assuming|as if|would have|might|maybe"
    r"|perhaps|probably|unless|wish|whether|translate|asked|asks|thinks?|thought|quote|sentence|used to)\b",
    re.IGNORECASE,
)
_DRIFT = re.compile(
    r",?\s+(?:which|(?-i:who)|because|but|so|since|although|though|while|when|where|and\s+(?:it|this|that|they|he|she"
    r"|there|you"
    r"|can|could|what|would|how|need|want))\b.*$",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?:,?\s+(?:too|as well|also|by the way|btw|thanks|thank you|please|now|currently|these days|nowadays"
    r"|at the moment"
    r"|right now|actually|lol|haha|instead|though|again|:\)|:-\)))+$",
    re.IGNORECASE,
)
_BROKEN_OFF = re.compile(r"\b(?:to|especially|and|or|of|the|an?|few|with|for|my|like)$", re.IGNORECASE)
_REMEMBER = re.compile(
    r"(?:please\s+|can you\s+|could you\s+)?(?:(?P<to>remember\s+to)|(?:remember|keep in mind|don't forget"
    r"|note)\s+that"
    r"|remember(?:\s+this)?\s*[:,]|remember(?=\s+(?:i|i'm|my|we|our)\b))\s+(?P<x>.{3,})$",
    re.IGNORECASE,
)
_MY = re.compile(r"my\s+", re.IGNORECASE)
_CHANGE = re.compile(
    r"\b(?:now|no longer|moved|instead|any ?more|actually|changed|switched|new job|just (?:started|joined|got))\b",
    re.IGNORECASE,
)
ONE_AT_A_TIME = ("name", "nickname", "home", "birthday", "age")
"""There is one of each at a time, whether or not the words say that something changed."""
_ABOUT = re.compile(
    r"\b(?:i|i'?m|i'?ve|my|mine|we|our|call me|remember|always|never|from now on|going forward|keep in mind|don't"
    r"|please|ich|mein\w*|je|j'ai|mon|soy|mi|mis|vivo|trabajo|eu|meu|minha|sono|lavoro|mijn|jag|jeg|\u044f"
    r"|\u043c\u043d\u0435|\u043c\u043e\u0439|\u043c\u043e\u044f)\b"
    r"|[\u6211\u79c1\u50d5\u4ffa\uc800\ub098]",  # I and my: Russian; Chinese, Japanese, Korean
    re.IGNORECASE,
)
_SMALL_TALK = re.compile(
    r"(?:(?:i'?m|i am|we're) (?:fine|good|ok|okay|great|well|sorry|done|back|here|ready|not sure|afraid|sure|tired"
    r"|happy|glad|confused|stuck|lost|bored|hungry|curious|wondering|trying|getting|looking)|i (?:see|agree|know"
    r"|think so|guess|understand|don't (?:know|think|understand|get)|need|appreciate)|never mind"
    r"|please (?!always|never|call|keep|make|remember|answer|reply|respond|speak|use|avoid|stop|don't|do not"
    r"|note))\b",
    re.IGNORECASE,
)


def is_about_the_user(text: str) -> bool:
    """Whether capture is worth its while: false for plain questions, small talk and pasted text.

    Asks only for first-person words and standing orders, so that it holds for other languages than English too.
    """
    said = list(spoken(text))
    return any(_is_order(said, place) for place in range(len(said))) or any(
        _ABOUT.search(clause) and not _SMALL_TALK.match(clause)
        for sentence in said
        for clause, _ in clauses(stated(sentence))
    )


def capture_by_rules(text: str, existing: Sequence[Memory]) -> list[Operation]:
    """What the message says of the person, each thing with its clause as the quote.

    `existing` are the active memories; a new name, home, birthday or age replaces the old one, and so does
    another statement that begins alike when its words say that something changed.
    """
    found: dict[str, Operation] = {}
    said = list(spoken(text))
    for place, sentence in enumerate(said):
        learnt = _ordered(sentence) if _is_order(said, place) else _stated(stated(sentence))
        for operation in learnt:
            whole = _with_quotations(operation, text) if LEFT_OUT in sentence else operation
            found.setdefault(operation.text, _placed(whole, sentence, existing))
    return list(found.values())


def _is_order(said: Sequence[str], place: int) -> bool:
    sentence = said[place]
    is_meant = NOT_MEANT.search(sentence) is None
    return is_meant and is_standing(sentence, said[:place], said[place + 1 :])


def _stated(sentence: str) -> list[Operation]:
    """What a sentence says that orders nothing; after "remember that" all of it, if no rule knows better."""
    if _HYPOTHETICAL.search(sentence) or OTHERS_WORDS.search(sentence):
        return []
    asked = _REMEMBER.match(sentence.rstrip("?"))
    said = asked["x"].strip().rstrip(".!") if asked else sentence
    found = [operation for clause, subject in clauses(said) if (operation := _statement(clause, subject))]
    if found or asked is None or asked["to"]:
        return found
    kind, quote = "event" if re.search(DATE, said) else "fact", asked.group().strip().rstrip(".!")
    return [Operation("add", capital(other_person(_MY.sub("", said))), kind, quote)]


def _ordered(sentence: str) -> list[Operation]:
    """What a standing instruction says: also the fact that it rests on, in "I'm vegan, so no meat in recipes"."""
    if _HYPOTHETICAL.search(sentence):
        return [_order(sentence)]
    parts = [(clause, _statement(clause, subject)) for clause, subject in clauses(stated(sentence) or sentence)]
    facts = [found for clause, found in parts if found and (found.kind == "preference" or not is_standing(clause))]
    orders = [clause for clause, found in parts if found not in facts and is_standing(clause)]
    is_preferred = any(found.kind == "preference" for found in facts)
    if (len(parts) > 1 and not facts) or not (orders or is_preferred):
        orders = [sentence]
    return [*facts, *map(_order, orders)]


def _order(clause: str) -> Operation:
    quote = clause.strip().rstrip(".!?, ")
    wish = WISH.sub("", _TRAILING.sub("", quote))
    return Operation("add", capital(other_person(wish)), "instruction", quote, ["instructions"])


def _with_quotations(operation: Operation, text: str) -> Operation:
    """The operation with the quotations that were left out of its sentence, as they stand in the text."""
    quote = operation.quote or ""
    pattern = r"[\"\u201c][^\"\u201d]*[\"\u201d]".join(map(re.escape, quote.split(LEFT_OUT)))
    found = re.search(pattern, text.replace("\u2019", "'")) if LEFT_OUT in quote else None
    if found is None:
        return operation
    return replace(operation, quote=found.group(), text=capital(other_person(WISH.sub("", found.group()))))


def _statement(clause: str, subject: str) -> Operation | None:
    """The first rule that fits the clause with its subject, or None."""
    quote = _DRIFT.sub("", clause).strip().rstrip(".!,:)")
    if len(quote.split()) > MAX_WORDS:
        return None
    value = _TRAILING.sub("", quote)
    if _BROKEN_OFF.search(value):
        return None
    for rule in rules():
        match = rule.pattern.match(subject + value)
        if match:
            end = match.end() - len(subject)
            return _operation(rule, match, quote if end >= len(value) else quote[:end])
    return None


def _operation(rule: Rule, match: re.Match[str], quote: str) -> Operation:
    words = {name: other_person(value.strip()) for name, value in match.groupdict(default="").items()}
    if "verb" in words:
        words["verb"] = third_person(match["verb"])
    words |= {name.capitalize(): capital(value) for name, value in words.items()}
    text = capital(rule.template.format(**words).strip())
    return Operation("add", text, rule.kind, quote, [rule.topic.format(**words).lower()])


def _placed(operation: Operation, sentence: str, existing: Sequence[Memory]) -> Operation:
    """The operation with what it replaces: the newest memory of its topic, where topic or words say so."""
    topic = operation.topics[0] if operation.topics else ""
    if topic not in ONE_AT_A_TIME and not _CHANGE.search(sentence):
        return operation
    alike = [memory for memory in existing if _is_replaced(operation, topic, memory)]
    if not alike or any(text_key(memory.text) == text_key(operation.text) for memory in existing):
        return operation
    newest = max(alike, key=lambda memory: memory.said_at)
    return Operation(
        "replace", operation.text, operation.kind, operation.quote, operation.topics, replaces=(newest.memory_id,)
    )


def _is_replaced(operation: Operation, topic: str, memory: Memory) -> bool:
    if operation.text.startswith("No longer "):
        said = text_key(memory.text).split()[1:]
        return bool(said) and text_key(operation.text).split()[-len(said) :] == said
    beginning = operation.text.split()[:2] == memory.text.split()[:2]
    return bool(topic) and topic in memory.topics and (topic in ONE_AT_A_TIME or beginning)
