"""What a run of an agent is asked, whatever form Agno takes it in: the question, and what stands before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from agno.models.message import Message
from agno.run.agent import RunInput

from agentmem_cli.errors import UsageProblem
from agentmem_cli.storage.database import storable


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, messages that the caller puts before it, and what is sent beside its text."""

    question: str
    given: list[Message] = field(default_factory=list)
    media: dict[str, Sequence[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the agent: what is asked, by whom and where, and the id that its caller gave the run."""

    asked: Asked
    user_id: str
    session_id: str
    run_id: str | None


def asked_of(given: Any, **media: Sequence[Any] | None) -> Asked:
    """The question in the input of a run. Raises UsageProblem where there is none."""
    messages = _messages(given)
    if messages and messages[-1].role != "user":
        raise UsageProblem("The last message is not the user's.", "Let the question come last.")
    last = messages[-1] if messages else None
    text = last.get_content_string() if last else RunInput(input_content=given).input_content_string()
    sent = {kind: getattr(last, kind, None) or each for kind, each in media.items()}
    given_before = [each.model_copy(update={"from_history": True}) for each in messages[:-1]]  # no part of this run
    asked = Asked(storable(text), given_before, {kind: each for kind, each in sent.items() if each})
    if not asked.question.strip():
        raise UsageProblem("The message is empty.", "Ask something.")
    return asked


def _messages(given: Any) -> list[Message]:
    """The messages of an input that is made of them; none of any other."""
    listed = given if isinstance(given, list) else [given]
    if not all(isinstance(each, Message) or (isinstance(each, dict) and "role" in each) for each in listed):
        return []
    return [each if isinstance(each, Message) else Message.model_validate(each) for each in listed]
