"""What happens during a turn, as the terminal is told it. Plain records; nothing heavy is imported here."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from agentmem_cli.agent.citations import cited_numbers
from agentmem_cli.errors import AgentmemError
from agentmem_cli.memories.operations import in_json
from agentmem_cli.records import FoundPassage, Memory, Recall, Record, TurnStatus


@dataclass(slots=True)
class Evidence:
    """What an answer could rest on: what was recalled, and every passage and message its tools found."""

    recall: Recall | None = None
    profile: str = ""
    """The profile, as the model read it."""
    in_prompt: str = ""
    """The recalled block, as the model read it."""
    placed: frozenset[str | int] = frozenset()
    """What the block had room for: ids of memories, numbers of messages."""
    passages: list[FoundPassage] = field(default_factory=list)
    """Numbered from 1 in this order; an answer cites them as [n]."""
    tools: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolUsed:
    """The agent looks something up."""

    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The provider keeps the person waiting: why, and how to stop."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage(Record):
    """Tokens as the provider counted them; zeros when it did not. `input_tokens` are all, those of the cache too.

    `cost` is in dollars, where the provider says it: a table of prices would be out of date.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    cost: float | None = None

    @property
    def cached_share(self) -> float:
        """The share of the input that came from the provider's cache, 0 to 1."""
        return self.cache_read_tokens / self.input_tokens if self.input_tokens else 0.0


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The turn is settled. `error` says why when it failed, or what is incomplete about the answer."""

    run_id: str
    session_id: str
    status: TurnStatus
    answer: str
    error: AgentmemError | None
    evidence: Evidence
    usage: Usage
    seconds: float
    context_tokens: int = 0
    """Of the turn's last request with its answer: `usage` sums up all of them. 0 where there is no count."""

    @property
    def model_answered(self) -> bool:
        """Whether the model could be reached, whatever its answer was: cut off, refused, stopped."""
        return self.status is not TurnStatus.FAILED or self.context_tokens > 0

    @property
    def cited(self) -> list[int]:
        """The numbers of the passages that the answer cites."""
        return [number for number in cited_numbers(self.answer) if 1 <= number <= len(self.evidence.passages)]

    @property
    def uncited_marks(self) -> list[int]:
        """The marks of the answer that no passage stands behind."""
        return [number for number in cited_numbers(self.answer) if number not in self.cited]

    def as_json(self) -> dict[str, Any]:
        """What `--format json` prints."""
        recall = self.evidence.recall
        return {
            "session": self.session_id,
            "run_id": self.run_id,
            "status": str(self.status),
            "answer": self.answer,
            "error": None if self.error is None else str(self.error),
            "recalled": None if recall is None else recall.as_json(self.evidence.placed),
            "profile": self.evidence.profile,
            "in_prompt": self.evidence.in_prompt,
            "passages": [passage.as_json() for passage in self.evidence.passages],
            "cited": [{"number": number, **self.evidence.passages[number - 1].as_json()} for number in self.cited],
            "uncited_marks": self.uncited_marks,
            "tools": self.evidence.tools,
            "usage": self.usage.as_json(),
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class Captured:
    """What one message taught: memories added, replaced, ended and so on, what was left out and why."""

    added: list[Memory] = field(default_factory=list)
    replaced: list[Memory] = field(default_factory=list)
    """The new memories that replaced others."""
    ended: list[Memory] = field(default_factory=list)
    """The memories that are no longer true."""
    forgotten: list[Memory] = field(default_factory=list)
    asked: list[Memory] = field(default_factory=list)
    """The older memories that some of the added may replace: the person is asked."""
    proposed: list[Memory] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    """The kinds of secret that were left out."""
    problem: str = ""
    """Why nothing could be captured, such as a failed model call."""
    waits: bool = False
    """The message waits in the queue for the next start."""

    def as_json(self) -> dict[str, Any]:
        """What `--format json` prints under `memory`."""
        return {each.name: in_json(getattr(self, each.name)) for each in fields(self)}


TurnEvent = TextDelta | ToolUsed | Waiting | TurnEnded
