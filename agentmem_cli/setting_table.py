"""What can be set: each setting's name, variable, default, and what may stand there. Reads nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from agentmem_cli.errors import ConfigProblem

MEMORY_MODES = ("auto", "review", "off")
THEMES = ("auto", "light", "dark", "mono")
"""`auto` uses the terminal's own sixteen colours, which are readable on its background whichever that is."""
KEYS = ("emacs", "vi")
_INVISIBLE = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Unicode's Default_Ignorable_Code_Point, the marks of annotations and the blank of braille: two ids that differ by
one of these look the same."""
_USER_ID = re.compile(rf"[^\s/\\\x00-\x1f\x7f-\x9f\ud800-\udfff{_INVISIBLE}]{{1,100}}")


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set: its name in the file, its environment variable, and what may stand there."""

    key: str
    variable: str
    default: Any
    check: Callable[[str, Any], Any]
    """(the name to complain about, a value from anywhere) -> the value to use. Raises ConfigProblem."""
    says: str


def setting_named(key: str) -> Setting:
    """The setting of that name. Raises ConfigProblem, with the name that was probably meant."""
    if key in SETTINGS:
        return SETTINGS[key]
    raise ConfigProblem(f'There is no setting "{key}".', suggestion(key))


def suggestion(key: str) -> str:
    """What to do about a name that is no setting."""
    from difflib import get_close_matches

    alike = get_close_matches(key, SETTINGS, n=1)
    return f'Did you mean "{alike[0]}"?' if alike else f"There are: {', '.join(SETTINGS)}."


def _user_id(name: str, value: Any) -> str:  # noqa: ARG001 -- every check has the same form
    if isinstance(value, str) and _USER_ID.fullmatch(value):
        return value
    raise ConfigProblem(
        f"{value!a} cannot be a user id.",
        "Use 1 to 100 characters that can be seen, and no spaces or slashes.",
    )


def _postgres_url(name: str, value: Any) -> str | None:
    if value is None or (isinstance(value, str) and value.startswith(("postgresql://", "postgres://"))):
        return value
    raise ConfigProblem(f"{name} is no URL of a PostgreSQL database.", "Write postgresql://USER@HOST:PORT/NAME.")


def _text(name: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise ConfigProblem(f"{name} cannot be {value!r}.", "It is text in quotes.")


def _one_of(*choices: str) -> Callable[[str, Any], str]:
    def check(name: str, value: Any) -> str:
        if value in choices:
            return str(value)
        raise ConfigProblem(f"{name} cannot be {value!r}.", f"It is one of: {', '.join(choices)}.")

    return check


def _number(name: str, value: Any) -> float:
    try:
        number = -1 if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = -1
    if 0 <= number <= 10_000_000:
        return number
    raise ConfigProblem(f"{name} cannot be {value!r}.", "It is a number, 0 or more.")


def _whole_number(name: str, value: Any) -> int:
    return int(_number(name, value))


def _addresses(name: str, value: Any) -> str | None:
    """An address, several as `provider=address`, or a table of them, as one line."""
    if isinstance(value, Mapping):
        value = " ".join(f"{provider}={address}" for provider, address in value.items())
    text = _text(name, value)
    for address in addresses_in(text or "", "").values():
        if not _is_address(address):
            raise ConfigProblem(
                f"{name} cannot be {address!r}.",
                "It is an address such as http://localhost:1234/v1, or provider=http://localhost:1234/v1.",
            )
    return text


def addresses_in(text: str, provider: str) -> dict[str, str]:
    """The address of each provider's server; one that names no provider is the given one's."""
    addresses = {}
    for word in text.split():
        named, equals, address = word.partition("=")
        is_named = bool(equals) and ":" not in named
        addresses[named if is_named else provider] = (address if is_named else word).rstrip("/")
    return addresses


def _is_address(address: str) -> bool:
    if not address.isascii() or not address.isprintable():
        return False
    try:
        parts = urlsplit(address)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:  # no port, or no IPv6 address
        return False
    return is_whole and parts.scheme in ("http", "https") and not parts.query and not parts.fragment


SETTINGS = {
    each.key: each
    for each in (
        Setting("user", "AGENTMEM_USER", None, _user_id, "whose sessions and memories; your login name"),
        Setting("db", "AGENTMEM_DB", None, _postgres_url, "postgresql://…, for many users or machines; a file here"),
        Setting("model", "AGENTMEM_MODEL", None, _text, "provider:id, or offline; Claude where there is a key"),
        Setting(
            "memory",
            "AGENTMEM_MEMORY",
            "auto",
            _one_of(*MEMORY_MODES),
            "auto saves what you tell of yourself, review asks first, off does neither",
        ),
        Setting("memory_model", "AGENTMEM_MEMORY_MODEL", None, _text, "a cheaper model for that; the one that answers"),
        Setting(
            "history",
            "AGENTMEM_HISTORY",
            20,
            _whole_number,
            "exchanges of the session that go with each request",
        ),
        Setting(
            "context_window",
            "AGENTMEM_CONTEXT_WINDOW",
            0,
            _whole_number,
            "tokens that the model takes; 0 for what is known of it",
        ),
        Setting(
            "base_url",
            "AGENTMEM_BASE_URL",
            None,
            _addresses,
            "the address of the model's server; for several, provider=address of each",
        ),
        Setting("threads", "AGENTMEM_THREADS", 0, _whole_number, "threads of a gguf model; 0 for every core"),
        Setting("theme", "AGENTMEM_THEME", "auto", _one_of(*THEMES), "auto, light, dark or mono"),
        Setting("keys", "AGENTMEM_KEYS", "emacs", _one_of(*KEYS), "how a line is edited: emacs or vi"),
        Setting("timeout", "AGENTMEM_TIMEOUT", 120.0, _number, "seconds without a byte from the provider"),
        Setting("lock_timeout", "AGENTMEM_LOCK_TIMEOUT", 30.0, _number, "seconds to wait for another agentmem"),
    )
}
