"""The form of a capture's reply, for models that a provider can hold to one. Others are asked for it in words.

What a model is sent of it is names and types alone: a class's name and docstring are written for programmers.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from agentmem_cli.language.classifier import TOPICS

_Topic = Literal[TOPICS]  # type: ignore[valid-type]  # the closed list stands once, where the prompt is


def _bare(schema: dict[str, Any]) -> None:
    for part in (schema, *schema["properties"].values()):
        part.pop("title", None)
        part.pop("description", None)


class _Bare(BaseModel):
    model_config = ConfigDict(json_schema_extra=_bare, extra="forbid")


class CapturedOperation(_Bare):
    """One operation; `replaces` are the numbers of known memories."""

    action: Literal["add", "replace", "forget"]
    text: str
    kind: Literal["fact", "preference", "instruction", "event"]
    subject: str
    topics: list[_Topic]
    on: str | None
    from_: str | None = Field(alias="from")
    until: str | None
    quote: str
    replaces: list[int]


class CapturedOperations(_Bare):
    """The reply."""

    operations: list[CapturedOperation]
