"""What `/sources` and `/open` show: the passages behind an answer, and one of them in its page. Prints nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from agentmem_cli.agent.citations import citation
from agentmem_cli.agent.events import TurnEnded
from agentmem_cli.errors import NotFound
from agentmem_cli.knowledge.documents import PageText, page_of
from agentmem_cli.knowledge.presence import absences
from agentmem_cli.records import FoundPassage, has_pages
from agentmem_cli.storage.database import Database
from agentmem_cli.terminal.safe_text import safe_line

BAR = "▌ "
"""Before each line of the passage, within its page."""


def source_lines(ended: TurnEnded) -> list[str]:
    """Every passage that was given for an answer, cited or not, and every mark that no passage stands behind."""
    lines = []
    for number, passage in enumerate(ended.evidence.passages, start=1):
        heading = f" · {passage.heading}" if passage.heading else ""
        cited = " · cited" if number in ended.cited else ""
        lines.append(safe_line(f"[{number}] {citation(passage)}{heading}{cited}"))
    return lines + [f"[{number}] stands in the answer, with no passage behind it" for number in ended.uncited_marks]


def cited_lines(ended: TurnEnded) -> list[str]:
    """What belongs below an answer: only what it cites, `[1] report.pdf, p. 12`, and marks with nothing behind them."""
    passages = ended.evidence.passages
    lines = [safe_line(f"[{number}] {citation(passages[number - 1])}") for number in sorted(ended.cited)]
    return lines + [f"[{number}] has no passage behind it" for number in ended.uncited_marks]


def opened_lines(database: Database, ended: TurnEnded | None, number: int) -> list[str]:
    """The page of passage `number` of an answer, the passage's own lines marked. Raises NotFound.

    Where the passage is not found in the page's text word for word, it follows below the page.
    """
    passages = ended.evidence.passages if ended else []
    if not 1 <= number <= len(passages):
        raise NotFound(f"There is no source [{number}].", "/sources lists those of the last answer.")
    passage = passages[number - 1]
    page = page_of(database, passage)
    looked_for = replace(passage, gone=absences([page.path]).get(page.path, ""))
    of_all = f" of {page.pages}" if has_pages(passage.document) else ""
    heading = [f"{citation(looked_for)}{of_all} · {page.path}", *filter(None, [passage.heading]), ""]
    return [safe_line(line) for line in heading] + _marked(page, passage)


def _marked(page: PageText, passage: FoundPassage) -> list[str]:
    words = passage.text.split()
    shown: list[str] = []
    for number, text in enumerate(page.texts, start=passage.page):
        lines = text.splitlines()
        inside, count = _lines_of(lines, words)
        words = words[count:]
        shown += [f"— page {number} —"] if number > passage.page else []
        shown += [(BAR if place in inside else "  ") + line for place, line in enumerate(lines)]
    if words:
        shown = [f"  {line.removeprefix(BAR).removeprefix('  ')}" for line in shown]
        shown += ["", *(BAR + line for line in passage.text.splitlines())]
    return shown


def _lines_of(lines: list[str], words: list[str]) -> tuple[range, int]:
    """Where on a page the most of a passage's first words stand, and how many; blanks and line breaks may differ."""
    of_page = [(word, place) for place, line in enumerate(lines) for word in line.split()]
    start, count = 0, 0
    for begin in range(len(of_page)):
        alike = takewhile(lambda pair: pair[0][0] == pair[1], zip(of_page[begin:], words, strict=False))
        length = sum(1 for _ in alike)
        if length > count:
            start, count = begin, length
    if not count:
        return range(0), 0
    return range(of_page[start][1], of_page[start + count - 1][1] + 1), count
