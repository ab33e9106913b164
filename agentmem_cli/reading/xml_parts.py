"""The XML within office files and e-books: parsed with no entity resolved and nothing fetched, its text, its links."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any


def parsed(content: bytes) -> Any:
    """The root element. What is damaged is mended as a browser would; an entity of the file's own gives nothing."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    root = etree.fromstring(content, parser)
    return etree.Element("empty") if root is None else root


def lines_of(element: Any) -> list[str]:
    """The paragraphs (`a:p`, `w:p`) within an element, or all of its text (`t`) as one line."""
    paragraphs = list(element.iter("{*}p")) or [element]
    lines = ("".join(text.text or "" for text in each.iter("{*}t")) for each in paragraphs)
    return [line for line in lines if line.strip()]


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
