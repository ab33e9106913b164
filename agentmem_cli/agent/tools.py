"""The tools of the chat model: both read, neither writes, fetches or runs anything.

What they give is fenced as data inside delimiters that no document can guess. A passage has one number in a turn,
however often it is found.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate
from secrets import token_hex
from typing import Any

from agno.tools.function import Function

from agentmem_cli.agent.citations import citation, without_marks
from agentmem_cli.agent.events import Evidence
from agentmem_cli.recall.block import recall_block
from agentmem_cli.recall.evidence import is_small_talk
from agentmem_cli.recall.tokens import count_tokens
from agentmem_cli.records import FoundPassage, Recall
from agentmem_cli.storage.database import storable

SearchKnowledge = Callable[[str, str | None], list[FoundPassage]]
"""(query, document or None) -> passages in rank order."""
RecallMore = Callable[[str], Recall]
TOOL_BLOCK_BUDGET = 1_200
"""Tokens of what one call of `recall` gives, and of the passages that go with a question unasked."""
PASSAGES_SHARE = 4
"""A part of so many of a small window goes to those passages."""


def read_only_tools(evidence: Evidence, search: SearchKnowledge | None, recall: RecallMore) -> list[Function]:
    """The tools of one turn; what they find is added to its evidence. `search` None leaves knowledge out."""

    def search_knowledge(query: str, document: str | None = None) -> str:
        """Search the person's documents.

        Use it whenever the answer may stand in a document, such as a policy, a price, a manual or a report. One search
        is mostly enough; search again with other words when the passages do not answer. Cite a passage right behind
        what you take from it by its number, such as [1].

        Args:
            query: Three to eight words that the passage itself would hold: names, terms, numbers. No full question.
            document: A document's file name, to search in that one only.
        """
        assert search is not None  # noqa: S101 -- registered only when there is a search
        found = search(storable(query), document and storable(document))
        return fenced_passages(_numbered(evidence.passages, found))

    def recall_more(query: str) -> str:
        """Search earlier conversations with this person, and what is known of them.

        Use it when the question is about something said or done before and neither the conversation nor the recalled
        lines hold it. One call for each thing that is asked; one more with other words when the first finds nothing.

        Args:
            query: The names and rare words that were likely said then, and a date where one is asked for.
        """
        found = replace(recall(storable(query)), profile=[])  # what the profile says answers too
        return recall_block(found, token_hex(4), budget=TOOL_BLOCK_BUDGET) or "Nothing was found."

    tools = [Function.from_callable(recall_more, name="recall")]
    if search is not None:
        tools.append(Function.from_callable(search_knowledge))
    return tools


def passages_beside(question: str, evidence: Evidence, search: SearchKnowledge, window: int | None) -> str:
    """The passages that fit a question, for a model that calls no tools; "" for small talk, or where none is found.

    They are added to the evidence. `window` is in tokens, None for one that is not known.
    """
    if is_small_talk(question):
        return ""
    room = min(TOOL_BLOCK_BUDGET, window // PASSAGES_SHARE if window else TOOL_BLOCK_BUDGET)
    found = search(question, None)
    costs = accumulate(count_tokens(passage.text) for passage in found)
    fitting = [passage for passage, cost in zip(found, costs, strict=True) if cost <= room]
    return fenced_passages(_numbered(evidence.passages, fitting)) if fitting else ""


def tools_text(tools: Sequence[Function]) -> str:
    """The tools as a provider is told of them."""
    for tool in tools:
        tool.process_entrypoint()
    return json.dumps([tool.to_dict() for tool in tools])


def _numbered(known: list[FoundPassage], found: list[FoundPassage]) -> list[tuple[int, FoundPassage]]:
    """The passages with their numbers in the turn; those that are new to it are added to `known`."""
    places = {passage.passage_id: number for number, passage in enumerate(known, start=1)}
    for passage in found:
        if passage.passage_id not in places:
            known.append(passage)
            places[passage.passage_id] = len(known)
    return [(places[passage.passage_id], passage) for passage in found]


def fenced_passages(passages: list[tuple[int, FoundPassage]]) -> str:
    """Each passage as data in an element of its own: its number, document, page and headings stand in the tag."""
    if not passages:
        return "No passage was found."
    mark = token_hex(4)
    return "\n".join(_element(number, passage, mark) for number, passage in passages)


def _element(number: int, passage: FoundPassage, mark: str) -> str:
    source = " | ".join(filter(None, [citation(passage), " > ".join(_headings_above(passage))]))
    on_one_line = without_marks(" ".join(source.split()))
    return f"<passage-{mark} [{number}] {on_one_line}>\n{without_marks(passage.text)}\n</passage-{mark}>"


def _headings_above(passage: FoundPassage) -> list[str]:
    """The headings that the passage does not begin with itself."""
    headings = passage.heading.split(" > ") if passage.heading else []
    first = [line.strip("# ") for line in passage.text.splitlines()[: len(headings)]]
    return [heading for heading in headings if heading not in first]


def tool_query(arguments: dict[str, Any] | None) -> str:
    """What a tool was asked, for the line that says it is at work."""
    return str((arguments or {}).get("query", ""))
