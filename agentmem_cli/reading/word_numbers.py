"""The numbers that Word shows before numbered paragraphs, "4.2" or "b)", of which the text itself says nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_MOST = 3999


class Numbering:
    """Counts the numbered paragraphs of a document as they come."""

    def __init__(self, document: Any) -> None:
        self._levels: dict[tuple[str, int], tuple[str, str, int]] = {}
        self._list_of: dict[str, str] = {}
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self._styles: dict[str, Any] = {style.style_id: style.element for style in document.styles}
        for relation in document.part.rels.values():
            if not relation.is_external and relation.reltype.endswith("/numbering"):
                self._learn(relation.target_part.element)

    def _learn(self, root: Any) -> None:
        for abstract in root.iterfind("./{*}abstractNum"):
            identifier = _value(abstract, "abstractNumId")
            for level in abstract.iterfind("./{*}lvl"):
                kind, text, start = (_child(level, name) for name in ("numFmt", "lvlText", "start"))
                self._levels[identifier, _number(_value(level, "ilvl"))] = (kind, text, _number(start, 1))
        for each in root.iterfind("./{*}num"):
            self._list_of[_value(each, "numId")] = _child(each, "abstractNumId")

    def of(self, paragraph: Any) -> str:
        """What stands before this paragraph; empty for one without a number. Counts it."""
        properties = next(paragraph.iterfind("./{*}pPr/{*}numPr"), None)
        if properties is None:
            properties = self._of_style(paragraph)
        if properties is None:
            return ""
        abstract, level = self._list_of.get(_child(properties, "numId"), ""), _number(_child(properties, "ilvl"))
        if (abstract, level) not in self._levels:
            return ""
        counts = self._counts[abstract]
        counts[level] = counts.get(level, self._levels[abstract, level][2] - 1) + 1
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]
        return self._shown(abstract, level)

    def _of_style(self, paragraph: Any) -> Any:
        style = next((_value(each, "val") for each in paragraph.iterfind("./{*}pPr/{*}pStyle")), "")
        element = self._styles.get(style)
        return None if element is None else next(element.iterfind("./{*}pPr/{*}numPr"), None)

    def _shown(self, abstract: str, level: int) -> str:
        kind, text, _ = self._levels[abstract, level]
        if kind == "bullet":
            return "•"

        def number(found: re.Match[str]) -> str:
            of_level = int(found[1]) - 1
            its_kind, _, start = self._levels.get((abstract, of_level), ("decimal", "", 1))
            return in_kind(self._counts[abstract].get(of_level, start), its_kind)

        return re.sub(r"%(\d)", number, text).strip()


def in_kind(number: int, kind: str) -> str:
    """The number as Word's kinds of numbers show it; a kind that is not known is `decimal`."""
    if kind in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter.upper() if kind == "upperLetter" else letter
    if kind in ("lowerRoman", "upperRoman") and 0 < number <= _MOST:
        roman = _roman(number)
        return roman.upper() if kind == "upperRoman" else roman
    return "" if kind == "none" else str(number)


def _roman(number: int) -> str:
    found = ""
    for value, letters in _ROMAN:
        found += letters * (number // value)
        number %= value
    return found


def _value(element: Any, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _child(element: Any, name: str) -> str:
    return next((_value(each, "val") for each in element.iterfind(f"./{{*}}{name}")), "")


def _number(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isdigit() else otherwise
