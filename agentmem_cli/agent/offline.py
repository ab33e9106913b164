"""The offline model: an Agno Model with no network and no weights. It looks things up and quotes them.

It takes part in a run as any model does: it calls `search_knowledge` as a tool, and streams its answer.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from agno.models.base import Model
from agno.models.response import ModelResponse

from agentmem_cli.agent.choice import OFFLINE
from agentmem_cli.agent.offline_answer import answer_from, needs_documents
from agentmem_cli.agent.offline_sources import Sources


@dataclass
class OfflineModel(Model):
    """Answers a question from what was recalled for it and what its knowledge search finds."""

    id: str = OFFLINE
    name: str | None = "Offline"
    provider: str | None = "agentmem"
    question: str = ""
    sources: Sources | None = None

    def begin(self, question: str, sources: Sources) -> None:
        """Take up the next question."""
        self.question, self.sources = question, sources

    def _replies(self, tools: list[dict[str, Any]] | None) -> Iterator[ModelResponse]:
        """The next reply: a search first when documents could answer, else the answer, piece by piece."""
        assert self.sources is not None  # noqa: S101 -- a turn begins with `begin`
        offered = {tool["function"]["name"] for tool in tools or [] if "function" in tool}
        untried = offered - set(self.sources.evidence.tools)
        if "search_knowledge" in untried and needs_documents(self.question, self.sources):
            yield ModelResponse(role="assistant", tool_calls=[_call("search_knowledge", query=self.question)])
            return
        answer = answer_from(self.question, self.sources)
        for piece in answer.splitlines(keepends=True):
            yield ModelResponse(role="assistant", content=piece)

    async def ainvoke_stream(
        self, *_: Any, tools: list[dict[str, Any]] | None = None, **__: Any
    ) -> AsyncIterator[ModelResponse]:
        """Stream the next reply."""
        for reply in self._replies(tools):
            yield reply

    def invoke_stream(self, *_: Any, tools: list[dict[str, Any]] | None = None, **__: Any) -> Iterator[ModelResponse]:
        """Stream the next reply."""
        yield from self._replies(tools)

    async def ainvoke(self, *_: Any, tools: list[dict[str, Any]] | None = None, **__: Any) -> ModelResponse:
        """The next reply, whole."""
        return self.invoke(tools=tools)

    def invoke(self, *_: Any, tools: list[dict[str, Any]] | None = None, **__: Any) -> ModelResponse:
        """The next reply, whole."""
        replies = list(self._replies(tools))
        if replies[0].tool_calls:
            return replies[0]
        return ModelResponse(role="assistant", content="".join(str(reply.content) for reply in replies))

    def _parse_provider_response(self, response: Any, **_: Any) -> ModelResponse:
        parsed: ModelResponse = response  # there is no provider: replies are made in Agno's form
        return parsed

    def _parse_provider_response_delta(self, response: Any) -> ModelResponse:
        parsed: ModelResponse = response
        return parsed


def _call(name: str, **arguments: str) -> dict[str, Any]:
    return {
        "id": f"call_{uuid4().hex[:12]}",
        "type": "function",
        "function": {"name": name, "arguments": json.dumps(arguments)},
    }
