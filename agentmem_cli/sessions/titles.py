"""A session's title, made of what was asked first. Asks no model, and gives the same title for the same words."""

from __future__ import annotations

import re
import unicodedata

from agentmem_cli.language.classifier import judge
from agentmem_cli.language.vocabulary import first_person_words, is_greeting, without_greeting

LENGTH = 50
"""Characters, at the most."""
SHORTEST_SENTENCE = 12
"""Characters that a first sentence must have to stand for the whole message."""
UNTITLED = "Untitled"
SMALL_TALK = 0.7
"""The score from which a text is small talk. At .5 a few words such as "iPhone battery" are, too."""
LEAST_STATED = 0.5
"""The score from which an opening tells something: "I'm Eoin, …"."""

_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)(?:www\.)?([^\s/?#)>\]]+)[^\s)>\]]*")
_MARKS = re.compile(r"^\s*(?:#{1,6}\s+|>+\s*|[-*+]\s+|\d{1,2}[.)]\s+)|\*\*|__|`+", re.MULTILINE)
_ENDS = ",.!?;:\u2013\u2014\uff01\uff0c\u3002\uff1f"
_OPENING = re.compile(rf"([^\s{_ENDS}]+(?: [^\s{_ENDS}]+){{0,3}})[{_ENDS}]+\s*")
"""Up to four words and a mark: "Good morning, …"."""
_QUESTION = re.compile(
    r"(?:what|how|why|when|where|who|which|whose|is|are|was|were|do|does|did|can|could|should|if|whether)\b",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"(?:please[,\s]+|(?:can|could|would|will) (?:you|u) (?:(?:please|kindly|maybe|possibly) )?"
    r"|i was (?:just )?wondering (?:if|whether) you (?:can|could|would) |would you mind "
    r"|i(?:'d| would) (?:like|love) (?:you )?to (?:know )?|i (?:want|need) (?:you )?to (?:know )?"
    r"|i (?:want|need|could use) (?:(?:some|your|a bit of) )?(?:help|assistance|advice) (?:with|on|for|to) "
    r"|(?:help|assist) me (?:with |to |in )?|(?:just )?(?:quickly )?tell me (?:about |more about )?"
    r"|explain to me |show me |do you (?:know|happen to know) )",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(.+?)(?:[.!?\u2026](?=\s)|(?<=[\u3002\uff01\uff1f]))")


def title_of(text: str) -> str:
    """A short title on one line, never empty: no greeting, no filler, no Markdown, cut between words."""
    plain = _plain(text) or _one_line(_MARKS.sub("", text[:5_000]))
    asked = _without_opening(plain)
    core = _without_filler(asked) or plain
    title = _cut(_first_sentence(core))
    is_wish = core not in (asked, plain) and not _QUESTION.match(core)  # "Can you write a poem?": "Write a poem"
    return _capital(title.rstrip("?") if is_wish else title) or UNTITLED


def is_small_talk(text: str) -> bool:
    """Whether a message greets or thanks and says nothing that a conversation could be named after."""
    plain = _plain(text).rstrip(".")
    return _says_nothing(plain) or judge([plain])[0].chat >= SMALL_TALK


def title_of_messages(texts: list[str]) -> str:
    """The title that the first message with something in it gives."""
    return title_of(next((text for text in texts if not is_small_talk(text)), texts[0] if texts else ""))


def _plain(text: str) -> str:
    """The text on one line without code blocks, Markdown's marks and the ends of web addresses."""
    without_code = _CODE.sub(" ", text[:5_000])
    return _one_line(_MARKS.sub("", _ADDRESS.sub(r"\1", _LINK.sub(r"\1", without_code))))


def _one_line(text: str) -> str:
    """Only what is seen, and the joiner that holds an emoji together."""
    return " ".join("".join(each if each.isprintable() or each == "\u200d" else " " for each in text[:5_000]).split())


def _without_opening(plain: str) -> str:
    """What is left behind small talk: "Good morning, …", "hi can you …"."""
    while (opening := _OPENING.match(plain)) and opening.end() < len(plain) and _opens(opening[1]):
        plain = plain[opening.end() :]
    asked = without_greeting(plain)
    # With no mark behind it a greeting greets before a request only: "hello world in Rust" greets nobody.
    return asked if _is_request(asked) else plain


def _is_request(plain: str) -> bool:
    """Whether a text begins by asking, or by speaking of oneself."""
    first = plain.partition(" ")[0]
    return bool(_FILLER.match(plain) or _QUESTION.match(plain) or first_person_words(first))


def _without_filler(plain: str) -> str:
    while filler := _FILLER.match(plain):
        plain = plain[filler.end() :]
    return plain


def _opens(words: str) -> bool:
    """Whether these first words of a message are small talk, and tell nothing themselves."""
    if _says_nothing(words):
        return True
    judgement = judge([words])[0]
    return judgement.chat >= SMALL_TALK and judgement.keep < LEAST_STATED


def _says_nothing(plain: str) -> bool:
    """Whether a text has no words, or no others than a greeting."""
    return not any(map(str.isalnum, plain)) or is_greeting(plain)


def _first_sentence(plain: str) -> str:
    sentence = _SENTENCE.match(plain)
    if sentence and SHORTEST_SENTENCE <= len(sentence[1]) <= LENGTH:
        plain = plain[: sentence.end()]
    return plain.removesuffix(".") if not plain.endswith("..") else plain


def _cut(text: str) -> str:
    if len(text) <= LENGTH:
        return text.rstrip(" ,;:-\u2013\u2014") if len(text) > 1 else text
    end = LENGTH - 1
    if not text[end].isspace():
        space = text.rfind(" ", 0, end)
        end = space if space >= LENGTH // 2 else _between_characters(text, end)
    return text[:end].rstrip(" ,;:.-\u2013\u2014") + "\u2026"


def _between_characters(text: str, end: int) -> int:
    """A place at or before `end` that parts no accent or joined emoji from what it belongs to."""
    while end > LENGTH // 2 and (unicodedata.combining(text[end]) or "\u200d" in (text[end], text[end - 1])):
        end -= 1
    return end


def _capital(title: str) -> str:
    """With a capital where the first word has none at all: `iPhone` stays."""
    first = title.partition(" ")[0]
    capital = title[:1].upper()
    return capital + title[1:] if first.islower() and len(capital) == 1 else title
