"""The tools of the chat model: both read, neither writes, fetches or runs anything.

What they give is fenced as data inside a delimiter that no document can guess.
"""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_hex
from typing import Any

from agno.tools.function import Function

from agentmem_cli.agent.citations import citation
from agentmem_cli.agent.events import Evidence
from agentmem_cli.recall.block import recall_block
from agentmem_cli.records import FoundPassage, Recall

SearchKnowledge = Callable[[str, str | None], list[FoundPassage]]
"""(query, document or None) -> passages in rank order."""
RecallMore = Callable[[str], Recall]
TOOL_BLOCK_BUDGET = 1_200
"""Tokens of what one call of `recall` gives."""


def read_only_tools(evidence: Evidence, search: SearchKnowledge | None, recall: RecallMore) -> list[Function]:
    """The tools of one turn; what they find is added to its evidence. `search` None leaves knowledge out."""

    def search_knowledge(query: str, document: str | None = None) -> str:
        """Search the person's documents. Gives numbered passages; cite those you use as [n].

        Args:
            query: What to look for, in the words a document would use.
            document: A document's name, to search in that one only.
        """
        assert search is not None  # noqa: S101 -- registered only when there is a search
        found = search(query, document)
        first = len(evidence.passages) + 1
        evidence.passages.extend(found)
        return fenced_passages(found, first)

    def recall_more(query: str) -> str:
        """Look further back in what was said in earlier conversations and in what is known of the person.

        Args:
            query: What to look for.
        """
        return recall_block(recall(query), token_hex(4), budget=TOOL_BLOCK_BUDGET) or "Nothing was found."

    tools = [Function.from_callable(recall_more, name="recall")]
    if search is not None:
        tools.append(Function.from_callable(search_knowledge))
    return tools


def fenced_passages(passages: list[FoundPassage], first: int) -> str:
    """Numbered passages with document, page and headings, fenced as data."""
    if not passages:
        return "No passage was found."
    mark = token_hex(4)
    parts = [
        "\n".join(filter(None, (f"[{number}] {citation(passage)}", passage.heading, passage.text)))
        for number, passage in enumerate(passages, start=first)
    ]
    return f"<passages-{mark}>\n" + "\n\n".join(parts) + f"\n</passages-{mark}>"


def tool_query(arguments: dict[str, Any] | None) -> str:
    """What a tool was asked, for the line that says it is at work."""
    return str((arguments or {}).get("query", ""))
