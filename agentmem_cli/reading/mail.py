"""Messages of mail -> their text and their attachments' text or names, in the child process (`pdf.py`).

Of a text and its HTML twin the text is read, unless it only says that the message is in the HTML.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from agentmem_cli.reading.encodings import decoded
from agentmem_cli.reading.html_text import html_lines
from agentmem_cli.reading.pdf_pages import Line
from agentmem_cli.reading.places import Part, part_lines, quoted

_SHOWN = ("Subject", "From", "To", "Cc", "Date")
_DEEPEST = 10
"""Messages within messages."""
_MOST_NAMED = 5


def read_eml(path: str, _wanted: Container[int], _password: str | None) -> Iterator[Line]:
    """The lines for an .eml file."""
    message = _parsed(Path(path).read_bytes())
    unread = [_name(part) or "without a name" for part in _unread(message)]
    if unread:
        named = ", ".join(unread[:_MOST_NAMED])
        more = f" and {len(unread) - _MOST_NAMED} more" if len(unread) > _MOST_NAMED else ""
        yield {"limit": f"attachments were not read: {named}{more}; save them beside it to have them read"}
    yield from part_lines(_message_parts(message))


def _unread(message: EmailMessage, depth: int = 0) -> Iterator[EmailMessage]:
    """What is attached and neither text nor a message."""
    for each in message.iter_attachments() if message.is_multipart() else ():
        if each.get_content_type() == "message/rfc822" and depth < _DEEPEST:
            yield from _unread(_inner(each), depth + 1)
        elif each.get_content_maintype() != "text":
            yield each


def _parsed(content: bytes) -> EmailMessage:
    from email import policy
    from email.parser import BytesParser

    message = BytesParser(policy=policy.default).parsebytes(content)
    assert isinstance(message, EmailMessage)  # noqa: S101 -- the policy's
    return message


def _message_parts(message: EmailMessage, depth: int = 0) -> Iterator[Part]:
    """The message with its heads, then what is attached to it."""
    heads = [f"{name}: {value}" for name in _SHOWN if (value := _head(message, name))]
    subject = _head(message, "Subject")
    attached = list(message.iter_attachments()) if message.is_multipart() else []
    names = [name for name in map(_name, attached) if name]
    files = [f"Attachments: {', '.join(names)}"] if names else []
    place = f"{'attached ' if depth else ''}message {quoted(subject)}" if subject else "the message"
    yield Part(place, [*heads, *files, "", *_body(message)], [(-1, 0, subject)])
    for each in attached:
        if each.get_content_type() == "message/rfc822" and depth < _DEEPEST:
            yield from _message_parts(_inner(each), depth + 1)
        elif each.get_content_maintype() == "text":
            yield Part(f"attachment {quoted(_name(each) or 'without a name')}", _text_lines(each), [(-1, 0, subject)])


def _head(message: EmailMessage, name: str) -> str:
    """A head as text; one that is not as the standard has it, as it stands."""
    try:
        return " ".join(str(message.get(name, "")).split())
    except Exception:  # noqa: BLE001 -- the standard library raises half a dozen types on malformed heads
        return " ".join(str(dict(message.raw_items()).get(name, "")).split())


def _name(part: EmailMessage) -> str:
    if part.get_content_type() == "message/rfc822":
        return _head(_inner(part), "Subject")
    return " ".join((part.get_filename() or "").split())


def _inner(part: EmailMessage) -> EmailMessage:
    """The message within a part of the kind message/rfc822."""
    inner = part.get_payload(0)
    return inner if isinstance(inner, EmailMessage) else EmailMessage()


def _body(message: EmailMessage) -> list[str]:
    body = message.get_body(("plain", "html")) if message.is_multipart() or _is_text(message) else None
    if body is None:
        return []
    lines = _text_lines(body)
    beside = _html_beside(message, body)
    return beside if _word_count(beside, besides=lines) > _word_count(lines) else lines


def _html_beside(message: EmailMessage, body: Any) -> list[str]:
    """The lines of the HTML that is meant to say the same as this part."""
    choices = (part for part in message.walk() if part.get_content_type() == "multipart/alternative")
    choice = next((part for part in choices if body in part.get_payload()), None)
    html = choice.get_body(("html",)) if isinstance(choice, EmailMessage) else None
    return _text_lines(html) if html is not None else []


def _word_count(lines: Sequence[str], *, besides: Sequence[str] = ()) -> int:
    """How many different words are in the lines and not in the others."""
    return len(set(" ".join(lines).split()).difference(" ".join(besides).split()))


def _is_text(message: EmailMessage) -> bool:
    return message.get_content_maintype() == "text"


def _text_lines(part: Any) -> list[str]:
    is_html = part.get_content_type() == "text/html"
    text = _text(part, is_html=is_html)
    return html_lines(text)[0] if is_html else text.splitlines()


def _text(part: Any, *, is_html: bool) -> str:
    """As the part says it is encoded; what it does not say, or says wrongly, is found as in a file."""
    content: bytes = part.get_payload(decode=True) or b""
    charset = part.get_content_charset()
    try:
        return content.decode(charset or "ascii")
    except (LookupError, UnicodeDecodeError):
        return decoded(content, is_html=is_html) or ""
