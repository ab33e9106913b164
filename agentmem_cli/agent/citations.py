"""The marks of an answer, which passages it cites as [n], and how a passage is named to a person."""

from __future__ import annotations

import re

from agentmem_cli.recall.block import CITATION
from agentmem_cli.records import FoundPassage


def citation(passage: FoundPassage) -> str:
    """`report.pdf, p. 12`; with another number printed on the page, `report.pdf, p. xii (page 14 of the file)`.

    A file that has gone is marked.
    """
    gone = f" ({passage.gone})" if passage.gone else ""
    if passage.page_label and passage.page_label != str(passage.page):
        return f"{passage.document}, p. {passage.page_label} (page {passage.page} of the file){gone}"
    return f"{passage.document}, p. {passage.page}{gone}"


def cited_numbers(answer: str) -> list[int]:
    """The numbers that the answer cites, each once, in order: "so it is [2], and not [1, 3]" gives 2, 1, 3."""
    found = (number for marks in CITATION.findall(answer) for number in re.findall(r"\d+", marks))
    return list(dict.fromkeys(map(int, found)))
