"""What a loopback server answers that speaks OpenAI's and Ollama's embedding wires. Opens no port itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from agentmem_cli.embedding.bundled import embed

DIMENSIONS = 8


@dataclass
class EmbeddingServer:
    """What was asked, and what to answer: the first status in `failures` comes instead of vectors, and goes."""

    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    body: bytes | None = None
    """Sent as it is, in place of an answer."""

    def answer(self, path: str, asked: dict[str, Any]) -> tuple[int, bytes]:
        """The status and body for a request to a path."""
        self.requests.append(asked)
        if self.failures:
            return self.failures.pop(0), b'{"error": {"message": "no such model"}}'
        if self.body is not None:
            return 200, self.body
        vectors = [[3 * float(value) for value in row[:DIMENSIONS]] for row in embed(asked["input"])]
        if path == "/api/embed":
            return 200, json.dumps({"embeddings": vectors}).encode()
        data = [{"index": place, "embedding": vector} for place, vector in enumerate(vectors)]
        return 200, json.dumps({"data": data[::-1]}).encode()  # in any order: the index counts
