"""Lines of documents as an answer quotes them, and how to go on with one that was quoted. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from agentmem_cli.agent.citations import citation, without_marks
from agentmem_cli.agent.offline_question import request_of
from agentmem_cli.knowledge.lines import Line, lines_of
from agentmem_cli.records import Exchange, FoundPassage

THE_END = "Nothing more stands there under that heading. `/open 1` shows the page."
SECTION = 8
"""Passages that are looked through for what follows under the same heading."""
_MOST_LINES = 5
_LONGEST_QUOTE = 400


def quoted_lines(lines: Sequence[Line], passages: Sequence[FoundPassage]) -> str:
    """The lines, with the heads of their tables, under their documents and pages."""
    parts = []
    for place, together in groupby(lines, key=lambda line: line.place):
        texts = dict.fromkeys(text for line in together for text in (line.head, line.text) if text)
        source = f"From {without_marks(citation(passages[place]))} [{place + 1}]:"
        parts += [source, *(f"> {cut(without_marks(text))}" for text in texts)]
    return "\n\n".join(parts)


def cut(text: str) -> str:
    """A text as one line of bounded length."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1] + "…"


def asked_before(question: str, history: Sequence[Exchange]) -> tuple[str, str]:
    """The question that this one asks to go on with, and all answers since; empty where it asks for something else."""
    if request_of(question) != "more":
        return "", ""
    answers: list[str] = []
    for exchange in reversed(history):
        answers.append(exchange.answer)
        if request_of(exchange.question) != "more":
            return exchange.question, "\n".join(answers)
    return "", ""


def quoted_passage(passages: Sequence[FoundPassage], answers: str) -> FoundPassage | None:
    """The passage of whose lines an answer quotes the most, the first of several; None where it quotes none."""
    counts = [len(_quoted(lines_of(0, passage), answers)) for passage in passages]
    most = max(counts, default=0)
    return passages[counts.index(most)] if most else None


def rest_of_section(section: Sequence[FoundPassage], answers: str) -> list[Line]:
    """The lines that stand behind the last one quoted, as many as one answer shows."""
    lines = [line for place, passage in enumerate(section) for line in lines_of(place, passage)]
    last = _quoted(lines, answers)[-1]
    return lines[last + 1 :][:_MOST_LINES]


def _quoted(lines: Sequence[Line], answers: str) -> list[int]:
    """The places of the lines that the answers quote."""
    shown = set(answers.splitlines())
    return [place for place, line in enumerate(lines) if f"> {cut(without_marks(line.text))}" in shown]
