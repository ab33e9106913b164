"""What the next request of a conversation carries, part by part, before its question is known."""

from __future__ import annotations

from dataclasses import dataclass

from agentmem_cli.agent.conversation import Conversation
from agentmem_cli.agent.events import Evidence
from agentmem_cli.agent.history import history_within
from agentmem_cli.agent.prompt import answer_shown, system_text
from agentmem_cli.agent.tools import read_only_tools, tools_text
from agentmem_cli.agent.window import history_budget, room_beside
from agentmem_cli.recall.block import WRAPPING, profile_text, room_for
from agentmem_cli.recall.profile import profile_of
from agentmem_cli.recall.tokens import count_tokens
from agentmem_cli.records import Recall
from agentmem_cli.sessions.turns import history_before


@dataclass(frozen=True, slots=True)
class ContextPart:
    """One part of a request. `tokens` is an estimate, and the most that the part may have where `is_limit`."""

    name: str
    tokens: int
    detail: str = ""
    is_limit: bool = False


def next_request(conversation: Conversation) -> list[ContextPart]:
    """The parts of the next request, in the order in which a model reads them."""
    database, user = conversation.database, conversation.settings.user
    fixed = [
        ContextPart("tools", count_tokens(_tools()), "search_knowledge, recall"),
        ContextPart("system text", count_tokens(system_text(conversation.settings.memory, ""))),
        ContextPart("instructions", _tokens(conversation.instructions), "/system"),
    ]
    room = room_beside(conversation.window, sum(part.tokens for part in fixed))
    profile = profile_text(found := profile_of(database, user, room=room))
    known = _tokens(profile)
    recalled = room_for(Recall("", found, [], []))
    left = recalled if room is None else max(0, min(recalled, room - known - WRAPPING))
    return [
        *fixed,
        ContextPart("profile", known, f"{len(found)} of what is known of you"),
        _history(conversation, None if room is None else room - known),
        ContextPart("recall", left, "what fits the question", is_limit=True),
    ]


def _tokens(text: str) -> int:
    return count_tokens(text) if text else 0


def _history(conversation: Conversation, room: int | None) -> ContextPart:
    settings = conversation.settings
    budget = history_budget(conversation.window)
    chosen = history_before(conversation.database, conversation.session_id, settings.history)
    carried = history_within(chosen, budget if room is None else min(budget, room))
    tokens = sum(count_tokens(each.question) + count_tokens(answer_shown(each)) for each in carried)
    return ContextPart("history", tokens, f"exchanges of this session, the last {len(carried)}")


def _tools() -> str:
    return tools_text(read_only_tools(Evidence(), lambda *_: [], lambda query: Recall(query, [], [], [])))
