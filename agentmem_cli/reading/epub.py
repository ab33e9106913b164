"""E-books -> their chapters in reading order, in the child process (`pdf.py`), named as in its contents."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Container, Iterator
from typing import Any
from urllib.parse import unquote

from agentmem_cli.reading.encodings import decoded
from agentmem_cli.reading.html_text import html_lines
from agentmem_cli.reading.pdf_pages import Line
from agentmem_cli.reading.places import Part, Refused, part_lines, quoted, unpacked
from agentmem_cli.reading.xml_parts import parsed

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_HTML = frozenset({"application/xhtml+xml", "text/html", "application/xml", "text/xml"})


def read_epub(path: str, _wanted: Container[int], _password: str | None) -> Iterator[Line]:
    """The lines for an .epub file, a part for each file of its text."""
    yield from part_lines(_chapters(path))


def _chapters(path: str) -> Iterator[Part]:
    with unpacked(path) as archive:
        names = set(archive.namelist())
        package = _package(archive, names)
        root = parsed(archive.read(package))
        items = {each.get("id", ""): each for each in root.iter("{*}item")}
        titles = _titles(archive, names, package, items)
        locked = _locked(archive, names)
        title = ""
        for number, reference in enumerate(root.iter("{*}itemref"), start=1):
            item = items.get(reference.get("idref", ""))
            name = _inside(package, item.get("href", "")) if item is not None else ""
            if item is None or name not in names or item.get("media-type") not in _HTML:
                continue
            if name in locked:
                raise Refused("it is protected against copying")
            title = titles.get(name, title)
            yield from _chapter(archive.read(name), title, number)


def _chapter(content: bytes, title: str, number: int) -> Iterator[Part]:
    lines, headings = html_lines(decoded(content, is_html=True) or "")
    if any(lines):
        words = title or next((words for _, _, words in headings), "")
        marked = headings if any(place or level for place, level, _ in headings) else [(-1, 0, words)]
        yield Part(f"chapter {quoted(words)}" if words else f"part {number}", lines, marked)


def _package(archive: zipfile.ZipFile, names: set[str]) -> str:
    """The file that lists the others."""
    if _CONTAINER in names:
        for each in parsed(archive.read(_CONTAINER)).iter("{*}rootfile"):
            if each.get("full-path") in names:
                return str(each.get("full-path"))
    found = next((name for name in sorted(names) if name.endswith(".opf")), None)
    if found is None:
        raise Refused("it is damaged: it does not say what is in it")
    return found


def _titles(archive: zipfile.ZipFile, names: set[str], package: str, items: dict[str, Any]) -> dict[str, str]:
    """The name of a file in the archive -> the first title that the contents have for it."""
    found: dict[str, str] = {}
    for item in items.values():
        name = _inside(package, item.get("href", ""))
        is_contents = "nav" in item.get("properties", "").split() or item.get("media-type", "").endswith("dtbncx+xml")
        if is_contents and name in names:
            for target, title in _entries(parsed(archive.read(name))):
                found.setdefault(_inside(name, target), title)
    return found


def _entries(contents: Any) -> Iterator[tuple[str, str]]:
    """(where it leads, its title) for each entry: of an EPUB 3 `nav`, or of an EPUB 2 `navMap`."""
    for link in contents.iterfind(".//{*}nav//{*}a"):
        yield link.get("href", ""), " ".join("".join(link.itertext()).split())
    for point in contents.iter("{*}navPoint"):
        content, label = point.find("{*}content"), point.find("{*}navLabel")
        if content is not None and label is not None:
            yield content.get("src", ""), " ".join("".join(label.itertext()).split())


def _locked(archive: zipfile.ZipFile, names: set[str]) -> set[str]:
    if _ENCRYPTION not in names:
        return set()
    return {unquote(each.get("URI", "")) for each in parsed(archive.read(_ENCRYPTION)).iter("{*}CipherReference")}


def _inside(base: str, target: str) -> str:
    """The name in the archive of what a file there refers to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(target.partition("#")[0])))
