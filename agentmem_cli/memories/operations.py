"""What callers hand to the writer of memories, and what they get back. Records only: nothing here writes."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal

from agentmem_cli.records import Memory, Record

PERSON = "person"
"""The actor who needs no quote, and who alone may say again what was forgotten."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to remember, to end or to forget.

    "replace" ends the memories in `replaces`, with or without a text in their place; "forget" forgets them.
    """

    action: Literal["add", "replace", "forget"]
    text: str = ""
    kind: str = "fact"
    quote: str | None = None
    topics: list[str] = field(default_factory=list)
    subject: str | None = None
    """Who or what of theirs it is about; None for the person."""
    on: str | None = None
    from_: str | None = None
    until: str | None = None
    """The day of an event, the first and the last day on which it is true, as `2026-06-01`."""
    replaces: tuple[str, ...] = ()
    """Ids of memories."""
    asks_about: str | None = None
    """The id or the text of a memory that it may replace: both stay, and the person is asked."""
    said_at: int | None = None
    """When it was said, if not when its source was."""
    memory_id: str | None = None
    """The id that it is to have, unless that is taken."""
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where operations come from. `actor` is PERSON, OFFLINE or "model:ID"."""

    session_id: str | None
    run_id: str | None
    said_at: int
    actor: str


@dataclass(frozen=True, slots=True)
class EarlierWords:
    """What the person typed in an earlier exchange of the session, which a quote may come from."""

    run_id: str | None
    said_at: int
    text: str


@dataclass(frozen=True, slots=True)
class Written(Record):
    """What became of the operations of one batch. An operation without its quote is in none of the lists."""

    batch_id: str
    added: list[Memory] = field(default_factory=list)
    replaced: list[Memory] = field(default_factory=list)
    """The new memories; each says in `supersedes` which one it replaced."""
    ended: list[Memory] = field(default_factory=list)
    """What is no longer true, with nothing in its place."""
    forgotten: list[Memory] = field(default_factory=list)
    asked: list[Memory] = field(default_factory=list)
    """The older memories that one of the added may replace, as its `replaces_perhaps` says: the person is asked."""
    proposed: list[Memory] = field(default_factory=list)
    """What waits for the person: all in review mode, and what its quote does not support."""
    repeated: list[Memory] = field(default_factory=list)
    """What was known already, or was replaced since: it is seen once more, and nothing else changed."""
    blocked: list[Memory] = field(default_factory=list)
    """The forgotten or rejected memories that kept the same from being learnt again."""
    withheld: list[str] = field(default_factory=list)
    """The kinds of secret that were left out, in words such as "a password"."""

    def as_json(self) -> dict[str, Any]:
        """The lists by name, memories in their JSON form."""
        return {each.name: in_json(getattr(self, each.name)) for each in fields(self)}


def in_json(value: Any) -> Any:
    """A value as it is, a list of memories in their JSON form."""
    if not isinstance(value, list):
        return value
    return [each.as_json() if isinstance(each, Memory) else each for each in value]
