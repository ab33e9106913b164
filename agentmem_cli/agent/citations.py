"""The marks of an answer, which passages it cites as [n], and how a passage is named to a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from agentmem_cli.knowledge.presence import absences
from agentmem_cli.recall.block import CITATION
from agentmem_cli.records import Document, FoundPassage, has_pages, unit_of

_MARK = re.compile(r"\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]")


def citation(passage: FoundPassage) -> str:
    """`report.pdf, p. 12`; with another number printed on the page, `report.pdf, p. xii (page 14 of the file)`.

    `pp. 3–4` where it runs over a page border. A file without pages has other places: `prices.xlsx, sheet "Prices",
    row 12`. A scan and a file that has gone are marked.
    """
    marks = ", ".join(filter(None, ["scan" if passage.is_scan else "", passage.gone]))
    return f"{passage.document}, {_place(passage)}{marks and f' ({marks})'}"


def _place(passage: FoundPassage) -> str:
    if not has_pages(passage.document):
        return passage.page_label or ""
    numbers = _span(str(passage.page), str(passage.last_page or passage.page))
    first = passage.page_label or str(passage.page)
    printed = _span(first, passage.last_page_label or str(passage.last_page or first))
    pages, page = ("pp.", "pages") if passage.last_page else ("p.", "page")
    of_file = f" ({page} {numbers} of the file)" if printed != numbers else ""
    return f"{pages} {printed}{of_file}"


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first}–{last}"


def document_lines(documents: Sequence[Document]) -> list[str]:
    """Each document with its length, where it is and whether it has gone: `report.pdf · 12 pages · /home/sarah`."""
    gone = absences(each.path for each in documents)
    return [_document_line(each, gone.get(each.path, "")) for each in documents]


def _document_line(document: Document, gone: str) -> str:
    unit = unit_of(document.path)
    length = f"{document.pages} {unit}{'' if document.pages == 1 else 's'}"
    status = "" if document.status == "indexed" else document.status
    parts = [document.title, length, status, str(Path(document.path).parent), gone]
    return " · ".join(filter(None, parts))


def without_marks(text: str) -> str:
    """A text of a document with `(2)` for `[2]`: in an answer that would cite another passage."""
    return _MARK.sub(r"(\1)", text)


def cited_numbers(answer: str) -> list[int]:
    """The numbers that the answer cites, each once, in order: "so it is [2], and not [1, 3]" gives 2, 1, 3."""
    found = (number for marks in CITATION.findall(answer) for number in re.findall(r"\d+", marks))
    return list(dict.fromkeys(map(int, found)))
