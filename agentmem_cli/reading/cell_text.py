"""A cell's value and its number format -> what the sheet shows: `1,234.50 €`, `15.5%`, `5 Jan 2024`.

Covers what formats in use are made of. A number whose format has more to it (fractions, conditions) is shown plainly,
with the 15 digits that Excel keeps: no 0.30000000000000004.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[(?P<elapsed>h+|m+|s+)\]'
    r"|(?P<bracket>\[[^\]]*\])|(?P<noon>AM/PM|A/P)|(?P<fraction>\.0+)|(?P<time>y+|m+|d+|h+|s+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(r"[#0?][#0?,]*(?:\.[#0?]*)?,*|\.[#0?]+,*")
_PLAIN = re.compile(r"general|@|e[+-]|\?/|#/|\[[<>=]", re.IGNORECASE)
_SECTIONS = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')
_OF_THE_SYSTEM = {"mm-dd-yy": "yyyy-mm-dd", "m/d/yy h:mm": "yyyy-mm-dd hh:mm"}
"""Formats that Excel shows as each computer is set: here as ISO dates."""
_LONGEST_FORMAT = 200
_MOST_DECIMALS = 30


def shown(value: Any, number_format: str) -> str:
    """The text of a cell; empty for an empty one."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    code = number_format[:_LONGEST_FORMAT]
    if isinstance(value, (int, float)):
        return _number(value, code)
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        return _date(value, code)
    return str(value)


def _plain(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.15g}"


def _number(value: float, code: str) -> str:
    section, negative = _section(value, code)
    without_literals = re.sub(r'"[^"]*"|\\.|_.|\*.|\[\$[^\]]*\]|\[[A-Za-z]+\d*\]', "", section)
    patterns = _NUMBER.findall(without_literals)
    if len(patterns) != 1 or _PLAIN.search(without_literals) or abs(value) >= 1e15:
        return _plain(value)
    digits = _digits(Decimal(repr(value)), patterns[0], without_literals.count("%"))
    around = _NUMBER.split(_literals(section), maxsplit=1)
    sign = "-" if negative and digits.strip("0.,") else ""
    return " ".join(f"{sign}{around[0]}{digits}{around[-1]}".split())


def _section(value: float, code: str) -> tuple[str, bool]:
    """(the part of a format that is for such a number, whether it wants a minus before it)."""
    sections = _SECTIONS.split(code)
    if value < 0 and len(sections) > 1:
        return sections[1], False
    if value == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], value < 0


def _literals(section: str) -> str:
    """The section with its quoted words and its currency as they are shown; marks of width and colour are gone."""

    def text(found: re.Match[str]) -> str:
        return found["quoted"] or found["escaped"] or found["currency"] or found["other"] or ""

    return _TOKEN.sub(lambda found: found.group() if found["time"] or found["fraction"] else text(found), section)


def _digits(value: Decimal, pattern: str, percents: int) -> str:
    whole, _, decimals = pattern.rstrip(",").partition(".")
    scaled = abs(value) * 100**percents / 1000 ** (len(pattern) - len(pattern.rstrip(",")))
    places = min(len(decimals), _MOST_DECIMALS)
    rounded = scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{rounded:,f}" if "," in whole else f"{rounded:f}"
    before, _, after = text.partition(".")
    optional = len(decimals) - len(decimals.rstrip("#?"))
    kept = after[: places - optional] + after[places - optional :].rstrip("0")
    return before.zfill(whole.count("0")) + (f".{kept}" if kept else "")


def _date(value: dt.date | dt.time | dt.timedelta, code: str) -> str:
    code = _OF_THE_SYSTEM.get(code, _SECTIONS.split(code)[0])
    if isinstance(value, dt.timedelta) and "[" not in code:
        value = (dt.datetime(1, 1, 1) + value % dt.timedelta(days=1)).time()  # noqa: DTZ001 -- a time of day has no zone here
    tokens = [found for found in _TOKEN.finditer(code) if not (found["bracket"])]
    parts = [each["time"] for each in tokens if each["time"]]
    if not parts and not any(each["elapsed"] for each in tokens):
        return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else str(value)
    noon = any(each["noon"] for each in tokens)
    minutes = _minutes(tokens)
    return "".join(_shown_token(value, each, noon, place in minutes) for place, each in enumerate(tokens)).strip()


def _minutes(tokens: list[re.Match[str]]) -> set[int]:
    """Which tokens of `m` are minutes: those next to hours or seconds."""
    timed = [(place, (each["time"] or each["elapsed"]).lower()) for place, each in enumerate(tokens) if _is_timed(each)]
    found = set()
    for number, (place, token) in enumerate(timed):
        before = timed[number - 1][1] if number else ""
        after = timed[number + 1][1] if number + 1 < len(timed) else ""
        if token[0] == "m" and (before[:1] == "h" or after[:1] == "s"):
            found.add(place)
    return found


def _is_timed(token: re.Match[str]) -> bool:
    return bool(token["time"] or token["elapsed"])


def _shown_token(value: dt.date | dt.time | dt.timedelta, token: re.Match[str], noon: bool, is_minute: bool) -> str:
    if token["elapsed"] and isinstance(value, dt.timedelta):
        unit = {"h": 3600, "m": 60, "s": 1}[token["elapsed"][0].lower()]
        return str(int(value.total_seconds() // unit)).zfill(len(token["elapsed"]))
    if token["noon"]:
        return "PM" if getattr(value, "hour", 0) >= 12 else "AM"
    if token["time"]:
        return _shown_part(value, token["time"].lower(), noon, is_minute)
    if token["fraction"]:
        return f".{getattr(value, 'microsecond', 0):06}"[: len(token["fraction"])]
    return token["quoted"] or token["escaped"] or token["currency"] or token["other"] or ""


def _shown_part(value: Any, part: str, noon: bool, is_minute: bool) -> str:
    """One of `yyyy`, `mmm`, `dd`, `h` and so on."""
    if isinstance(value, dt.timedelta):
        seconds = int(value.total_seconds())
        number = {"h": seconds // 3600, "m": seconds // 60 % 60, "s": seconds % 60}.get(part[0], 0)
        return str(number).zfill(min(len(part), 2))
    if part[0] in "md" and not is_minute and len(part) > 2 and hasattr(value, "month"):
        return _name(value, part)
    name = {"y": "year", "m": "minute" if is_minute else "month", "d": "day", "h": "hour", "s": "second"}[part[0]]
    number = getattr(value, name, 0)
    if part[0] == "y":
        return f"{number:04}" if len(part) > 2 else f"{number % 100:02}"
    if part[0] == "h" and noon:
        number = (number - 1) % 12 + 1
    return str(number).zfill(min(len(part), 2))


def _name(value: dt.date, part: str) -> str:
    if part[0] == "m":
        names = calendar.month_name if len(part) == 4 else calendar.month_abbr
        return names[value.month][:1] if len(part) == 5 else names[value.month]
    return (calendar.day_name if len(part) > 3 else calendar.day_abbr)[value.weekday()]
