"""A session's title, made of what was asked first. Asks no model, and gives the same title for the same words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from agentmem_cli.language.classifier import judge, likeliest_title
from agentmem_cli.language.vocabulary import is_greeting

LENGTH = 50
"""Characters, at the most."""
SHORTEST_SENTENCE = 12
"""Characters that a first sentence must have to stand for the whole message."""
UNTITLED = "Untitled"
SMALL_TALK = 0.7
"""The score from which a text is small talk. At .5 a few words such as "iPhone battery" are, too."""

_CODE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)(?:www\.)?([^\s/?#)>\]]+)[^\s)>\]]*")
_MARKS = re.compile(r"^\s*(?:#{1,6}\s+|>+\s*|[-*+]\s+|\d{1,2}[.)]\s+)|\*\*|__|`+", re.MULTILINE)
_DENSE_MARKS = "\u3001\u3002\uff01\uff0c\uff1f"
_WORD = re.compile(rf"[^\s{_DENSE_MARKS}]+[{_DENSE_MARKS}]*\s*|[{_DENSE_MARKS}]+\s*")
"""Chinese and Japanese have marks and no spaces between what stands before a title and the title."""
_MOST_FRAMING, _BEFORE = 14, 3
"""Words before what is asked that are looked at, and how many of them at once."""
_ENDS = (",", ".", ":", ";", "!", "?")
_SENTENCE = re.compile(r"(.+?)(?:[.!?\u2026](?=\s)|(?<=[\u3002\uff01\uff1f]))")


def title_of(text: str) -> str:
    """A short title on one line, never empty: no greeting, no filler, no Markdown, cut between words."""
    plain = _plain(text) or _one_line(_MARKS.sub("", text[:5_000]))
    framing, core = _parted(plain)
    title = _cut(_first_sentence(core))
    is_wish = framing and not is_greeting(framing) and not framing.endswith(_ENDS)  # "Can you write a poem?"
    return _capital(title.rstrip("? ") if is_wish else title) or UNTITLED


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


def _parted(plain: str) -> tuple[str, str]:
    """The greeting, politeness and the like before what is asked, and that: `("hi, can you", "explain monads")`."""
    words = words_of(plain)
    place = likeliest_title(title_places(words)) if words else 0
    return "".join(words[:place]).strip(), "".join(words[place:])


def words_of(plain: str) -> list[str]:
    """The words of a text, each with the marks and the space behind it."""
    return _WORD.findall(plain)


def title_places(words: Sequence[str]) -> list[str]:
    """Each place where a title may begin, as the classifier knows it: three words before it, and the one behind."""
    bare = [word.strip() for word in words]
    return [
        f"{'^ ' if place <= _BEFORE else ''}{' '.join(bare[max(0, place - _BEFORE) : place])} | {bare[place]}"
        for place in range(min(len(bare), _MOST_FRAMING + 1))
    ]


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
