"""The XML within office files and e-books: parsed with no entity resolved and nothing fetched, its text, its links."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any

from agentmem_cli.reading.pieces import Piece, Shift, joined

_NOT_HERE = frozenset(
    {"del", "moveFrom", "txbxContent", "Fallback", "instrText", "delText", "pPr", "rPh"}  # rPh: how a word is spoken
)
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_RUNS = frozenset({"r", "fld"})
SHIFTS = {"sup": Shift.RAISED, "sub": Shift.LOWERED, "superscript": Shift.RAISED, "subscript": Shift.LOWERED}
"""Of what stands in such an element of a formula, or in a run that is aligned so."""
_NOT_STRUCK = frozenset({"0", "false", "off", "noStrike"})


def parsed(content: bytes) -> Any:
    """The root element. What is damaged is mended as a browser would; an entity of the file's own gives nothing."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    root = etree.fromstring(content, parser)
    return etree.Element("empty") if root is None else root


def lines_of(element: Any) -> list[str]:
    """The paragraphs (`a:p`, `w:p`) within an element, or all of its text (`t`) as one line."""
    paragraphs = list(element.iter("{*}p")) or [element]
    return [line for line in map(text_of, paragraphs) if line.strip()]


def text_of(element: Any) -> str:
    """The text as it reads with all changes accepted, without text boxes."""
    return joined(_pieces(element, Piece("")))


def _pieces(element: Any, set_as: Piece) -> Iterator[Piece]:
    """`set_as`: how the text of the element is set."""
    for child in element:
        name = local_name(child)
        if name == "t":
            yield set_as._replace(text=child.text or "")
        elif name in _BREAKS:
            yield set_as._replace(text=_BREAKS[name])
        elif name in _RUNS:
            yield from _pieces(child, _setting_of(child, set_as))
        elif name in SHIFTS:
            yield from _pieces(child, set_as._replace(shift=SHIFTS[name]))
        elif name not in _NOT_HERE:
            yield from _pieces(child, set_as)


def _setting_of(run: Any, around: Piece) -> Piece:
    for properties in run.iterchildren("{*}rPr"):
        return Piece("", _shift(properties) or around.shift, _is_struck(properties))
    return around


def _shift(properties: Any) -> Shift | None:
    """As `vertAlign` says in Word and Excel, and `baseline` in PowerPoint: `30000`, `30%`; below 0 is lowered."""
    for align in properties.iterchildren("{*}vertAlign"):
        return SHIFTS.get("".join(align.attrib.values()))
    baseline = properties.get("baseline", "")
    if not baseline.strip("0%"):
        return None
    return Shift.LOWERED if baseline.startswith("-") else Shift.RAISED


def _is_struck(properties: Any) -> bool:
    """As elements say in Word and Excel, and an attribute in PowerPoint."""
    marks = properties.iterchildren("{*}strike", "{*}dstrike")
    values = ["".join(mark.attrib.values()) for mark in marks] + [properties.get("strike", "noStrike")]
    return any(value not in _NOT_STRUCK for value in values)


def local_name(element: Any) -> str:
    """Its name without its namespace; empty for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def related(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str]]:
    """(the last word of the relation's kind, the name of the part in the archive) for each part that a part names."""
    folder, name = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations not in archive.namelist():
        return
    for each in parsed(archive.read(relations)).iter("{*}Relationship"):
        target = posixpath.normpath(posixpath.join("/", folder, each.get("Target", ""))).lstrip("/")
        if target in archive.namelist():
            yield each.get("Type", "").rpartition("/")[2], target
