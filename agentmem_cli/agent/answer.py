"""An answer as it grows: what was said of it, what it could rest on, and how it will be stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from agentmem_cli.agent.events import Evidence, TextDelta, ToolUsed, TurnEvent, Usage
from agentmem_cli.errors import AgentmemError


@dataclass(slots=True)
class Answer:
    """What an answerer fills in; `tell` is told of each piece and each tool."""

    tell: Callable[[TurnEvent], None]
    evidence: Evidence = field(default_factory=Evidence)
    parts: list[str] = field(default_factory=list)
    is_interrupted: bool = False
    """A tool was called since the last piece."""
    error: AgentmemError | None = None
    usage: Usage = field(default_factory=Usage)
    context_tokens: int = 0
    requests: int = 0
    run_data: Callable[[int], dict[str, Any]] | None = None
    """The finished run in Agno's form, given when it ended; None for question and answer alone."""

    @property
    def text(self) -> str:
        """All of it so far."""
        return "".join(self.parts)

    def add(self, text: str) -> None:
        """Take in a piece; what follows a tool's call begins a paragraph."""
        if self.is_interrupted and self.parts and not self.parts[-1].endswith("\n"):
            text = f"\n\n{text}"
        self.is_interrupted = False
        self.parts.append(text)
        self.tell(TextDelta(text))

    def use_tool(self, name: str, query: str) -> None:
        """Note that a tool is called."""
        self.is_interrupted = True
        self.evidence.tools.append(name)
        self.tell(ToolUsed(name, query))
