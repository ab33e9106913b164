"""What `/sources` and `/open` show: the passages behind an answer, and one of them in its page. Prints nothing."""

from __future__ import annotations

from dataclasses import replace

from agentmem_cli.agent.citations import citation
from agentmem_cli.agent.events import TurnEnded
from agentmem_cli.errors import NotFound
from agentmem_cli.knowledge.documents import PageText, page_of
from agentmem_cli.knowledge.presence import absences
from agentmem_cli.records import FoundPassage
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
    heading = [f"{citation(looked_for)} of {page.pages} · {page.path}", *filter(None, [passage.heading]), ""]
    return [safe_line(line) for line in heading] + _marked(page, passage)


def _marked(page: PageText, passage: FoundPassage) -> list[str]:
    lines = page.text.splitlines()
    inside = _lines_of(lines, passage.text)
    marked = [(BAR if place in inside else "  ") + line for place, line in enumerate(lines)]
    if not inside:
        marked += ["", *(BAR + line for line in passage.text.splitlines())]
    return marked


def _lines_of(lines: list[str], passage: str) -> range:
    """Where in a page a passage stands: blanks and line breaks may differ, and its end may be on the next page."""
    words = passage.split()
    of_page = [(word, place) for place, line in enumerate(lines) for word in line.split()]
    shown = [word for word, _ in of_page]
    for start in range(len(shown)):
        length = 0
        while length < len(words) and start + length < len(shown) and shown[start + length] == words[length]:
            length += 1
        if length == len(words) or (length and start + length == len(shown)):
            return range(of_page[start][1], of_page[start + length - 1][1] + 1)
    return range(0)
