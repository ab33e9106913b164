"""The nouns that rooms hand to each other. Plain frozen records; no behaviour beyond `as_json`.

Times are Unix seconds (UTC) inside; JSON shows them as ISO 8601 with a `Z`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import PurePath
from typing import Any

DEFAULT_MODEL = "anthropic:claude-sonnet-4-6"
OFFLINE = "offline"
"""The name of the model where no language model answers; what is on record is looked up."""


def iso(at: int | None) -> str | None:
    """Unix seconds -> `2026-06-01T09:30:00Z`; None stays None."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local_day(at: int) -> str:
    """Unix seconds -> `2026-06-01`, the day as people here mean it."""
    return datetime.fromtimestamp(at, UTC).astimezone().date().isoformat()


class Record:
    """What every record can do: become the dictionary that `--json` prints."""

    def as_json(self) -> dict[str, Any]:
        """Fields by name; every `*_at` and `at` as ISO 8601; None kept, so that keys are stable."""
        shown: dict[str, Any] = {}
        for each in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            value = getattr(self, each.name)
            is_time = each.name == "at" or each.name.endswith("_at")
            shown[each.name] = iso(value) if is_time else value
        return shown


class TurnStatus(StrEnum):
    """How a turn ended. Stored in Agno's run row under Agno's own words (see `sessions/rows.py`)."""

    PENDING = "pending"
    """The user's message is committed; no answer yet (or the process died)."""
    DONE = "done"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SessionSummary(Record):
    """One line of `agentmem sessions list`."""

    session_id: str
    user_id: str
    title: str
    created_at: int
    updated_at: int
    turns: int


@dataclass(frozen=True, slots=True)
class TranscriptMessage(Record):
    """One message of a conversation, verbatim. `run_id` ties a question to its answer."""

    session: str
    run_id: str
    role: str
    name: str | None
    at: int
    text: str
    status: str
    id: str | None
    """The id that an import gave it; None for messages typed here."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer, as history shows them to the model."""

    run_id: str
    question: str
    answer: str
    status: TurnStatus
    at: int


@dataclass(frozen=True, slots=True)
class Memory(Record):
    """One thing known of a person, and where it came from."""

    memory_id: str
    user_id: str
    text: str
    kind: str
    topics: list[str]
    status: str
    quote: str | None
    """The person's own words, verbatim, that it rests on."""
    session_id: str | None
    run_id: str | None
    said_at: int
    created_at: int
    updated_at: int
    pinned: bool
    supersedes: str | None
    superseded_by: str | None
    valid_from: int | None = None
    valid_to: int | None = None
    """Since when it is true, and until when: its successor was said then. None while it is not replaced."""
    replaces_perhaps: str | None = None
    """The older memory that the person is asked about: does this one replace it? Both are active until they answer."""
    seen_count: int = 1
    """How often it was said."""
    use_count: int = 0
    last_used_at: int | None = None
    """How often, and when last, it stood in a prompt."""
    subject: str | None = None
    """Who or what of theirs it is about, such as "Mia (daughter)"; None for the person."""
    on_date: str | None = None
    until_date: str | None = None
    """The day of an event, and the last day on which it is true, as `2026-06-01`."""
    also_supersedes: list[str] = field(default_factory=list)
    """The ids of what it replaces beside `supersedes`."""

    def as_json(self) -> dict[str, Any]:
        """With `valid_from` and `valid_to` as ISO 8601 too."""
        return {**Record.as_json(self), "valid_from": iso(self.valid_from), "valid_to": iso(self.valid_to)}


@dataclass(frozen=True, slots=True)
class LedgerEntry(Record):
    """One change of one memory: who, when, before and after. Entries of one `batch_id` are undone together."""

    entry_id: int
    batch_id: str
    user_id: str
    memory_id: str
    at: int
    actor: str
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    run_id: str | None = None
    """The run whose message it was captured from."""


@dataclass(frozen=True, slots=True)
class RecalledTurn(Record):
    """A message of an earlier conversation that fits a question. `score` is comparable within one answer only."""

    session: str
    title: str
    run_id: str
    role: str
    name: str | None
    at: int
    text: str
    score: float
    id: str | None
    message_id: int = 0
    """Its place in the order of everything that was said."""
    replaced_by: str | None = None
    """What is true now instead of what it says, where a memory that came from it was replaced."""
    reply_to: int | None = None
    """The number of the message that it replies to, where it fits the question only by that."""

    def as_json(self) -> dict[str, Any]:
        """With `"type": "turn"`."""
        return {"type": "turn", **Record.as_json(self)}


@dataclass(frozen=True, slots=True)
class RecalledMemory(Record):
    """A memory that fits a question, or one of the profile (score 0)."""

    memory_id: str
    text: str
    kind: str
    said_at: int
    quote: str | None
    session_id: str | None
    score: float
    perhaps_replaced_by: str | None = None
    """The newer memory's text, while the person has not answered whether that replaces this one."""
    on_date: str | None = None
    until_date: str | None = None
    """As in Memory."""

    def as_json(self) -> dict[str, Any]:
        """With `"type": "memory"`."""
        return {"type": "memory", **Record.as_json(self)}


@dataclass(frozen=True, slots=True)
class Recall(Record):
    """What recall found for one question, each list in rank order. Scores are between 0 and 1."""

    question: str
    profile: list[RecalledMemory]
    memories: list[RecalledMemory]
    turns: list[RecalledTurn]
    further: list[RecalledTurn] = field(default_factory=list)
    """What a prompt with room left is filled with: replies to the `turns` that ask, then what ranks after them."""
    without_vectors: int = 0
    """Messages and memories whose vectors are not made yet: they were looked for by their words alone."""

    def as_json(self, placed: frozenset[str | int] | None = None) -> dict[str, Any]:
        """`{"question", "without_vectors", "profile", "items"}`: memories and turns together, each with its `type`.

        They stand in rank order.
        With what a prompt had room for, ids of memories and numbers of messages, each says whether it is `in_prompt`,
        and those of `further` that it had room for are among them.
        What the profile shows is in every prompt.
        """
        items: list[tuple[float, str | int, dict[str, Any]]]
        items = [(each.score, each.memory_id, each.as_json()) for each in self.memories]
        turns = [*self.turns, *(each for each in self.further if placed and each.message_id in placed)]
        items += [(each.score, each.message_id, each.as_json()) for each in turns]
        items.sort(key=lambda item: -item[0])
        if placed is not None:
            shown = placed | {each.memory_id for each in self.profile}
            items = [(score, source, {**item, "in_prompt": source in shown}) for score, source, item in items]
        return {
            "question": self.question,
            "without_vectors": self.without_vectors,
            "profile": [each.as_json() for each in self.profile],
            "items": [item for _, _, item in items],
        }


@dataclass(frozen=True, slots=True)
class Document(Record):
    """One ingested file."""

    document_id: str
    path: str
    title: str
    sha256: str
    size: int
    """Bytes."""
    pages: int
    passages: int
    status: str
    detail: str
    ingested_at: int


WITHOUT_PAGES = frozenset({".docx", ".pptx", ".xlsx", ".csv", ".tsv", ".epub", ".eml"})
"""The ends of names of files that have no pages: their parts are stored as pages, and labelled with their place."""


def has_pages(name: str) -> bool:
    """Whether a document's places are page numbers."""
    return PurePath(name).suffix.lower() not in WITHOUT_PAGES


def unit_of(name: str) -> str:
    """What a document's length is counted in."""
    return "page" if has_pages(name) else "part"


@dataclass(frozen=True, slots=True)
class FoundPassage(Record):
    """A passage that fits a query, in rank order. `page` counts from 1, `page_index` from 0.

    Of a file without pages both count its parts, and `page_label` is the whole of the place: `sheet "Prices", row 12`.
    """

    document: str
    document_id: str
    page: int
    page_index: int
    text: str
    score: float
    passage_id: int
    heading: str = ""
    """The headings above it, the widest first, ` > ` between them."""
    page_label: str | None = None
    """What is printed on the page for its number, where the file says so."""
    last_page: int | None = None
    last_page_label: str | None = None
    """The page on which it ends, counted from 1, where that is another; and what is printed there."""
    is_scan: bool = False
    """Whether it was read off the picture of its page."""
    gone: str = ""
    """Why it is not what its file holds now, as `knowledge/presence.py` says it; empty where it is."""
