"""A session's title, made of what was asked first. Asks no model, and gives the same title for the same words."""

from __future__ import annotations

import re
import unicodedata

LENGTH = 50
"""Characters, at the most."""
SHORTEST_SENTENCE = 12
"""Characters that a first sentence must have to stand for the whole message."""
UNTITLED = "Untitled"

_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)(?:www\.)?([^\s/?#)>\]]+)[^\s)>\]]*")
_MARKS = re.compile(r"^\s*(?:#{1,6}\s+|>+\s*|[-*+]\s+|\d{1,2}[.)]\s+)|\*\*|__|`+", re.MULTILINE)
_GREETING = re.compile(
    r"(?:hi+|hello+|hey+|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|day)|dear \w+|thanks?(?: you)?"
    r"|thank you|ok(?:ay)?|sure|so|well|how are you(?: doing)?(?: today)?|how's it going|what's up|sup|test(?:ing)?"
    r"|hallo|guten (?:morgen|tag|abend)|bonjour|salut|hola|ciao|ol\u00e1|\u4f60\u597d|\u60a8\u597d"
    r"|\u3053\u3093\u306b\u3061\u306f|\uc548\ub155(?:\ud558\uc138\uc694)?)"
    r"(?: (?:there|again|all|everyone|agent|assistant|claude|chatgpt|much|so much))*"
    r"(?:\s*[,.!?;:\u2013\u2014\uff01\uff0c\u3002\uff1f]+\s*|\s+-+\s+|\s*$"
    # With no mark behind it only before the words that begin a request: "hello world in Rust" greets nobody.
    r"|\s+(?=(?:i|i'm|i'd|i've|we|my|can|could|would|please|what|what's|how|why|when|where|who|is|are|do|does)\b))",
    re.IGNORECASE,
)
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
    core = _core(plain) or plain
    title = _cut(_first_sentence(core))
    is_wish = core is not plain and not _QUESTION.match(core)  # "Can you write a poem?" asks for "Write a poem"
    return _capital(title.rstrip("?") if is_wish else title) or UNTITLED


def is_small_talk(text: str) -> bool:
    """Whether a message greets or thanks and says nothing that a conversation could be named after."""
    return not any(character.isalnum() for character in _core(_plain(text)))


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


def _core(plain: str) -> str:
    """What is left behind greetings and filler."""
    while match := _GREETING.match(plain) or _FILLER.match(plain):
        plain = plain[match.end() :]
    return plain


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
