"""What the next request of a conversation carries, part by part, before its question is known."""

from __future__ import annotations

import json
from dataclasses import dataclass

from agentmem_cli.agent.conversation import Conversation
from agentmem_cli.agent.events import Evidence
from agentmem_cli.agent.history import history_within
from agentmem_cli.agent.prompt import answer_shown, system_text
from agentmem_cli.agent.tools import read_only_tools
from agentmem_cli.agent.window import history_budget
from agentmem_cli.recall.block import LEAST_BLOCK, MEMORY_BUDGET, WRAPPING, profile_text
from agentmem_cli.recall.recall import recall_for
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
    profile = profile_text(found := recall_for(database, user, "").profile)
    known = _tokens(profile)
    recalled = max(LEAST_BLOCK, MEMORY_BUDGET - WRAPPING - known)
    return [
        ContextPart("tools", count_tokens(_tools_text()), "search_knowledge, recall"),
        ContextPart("system text", count_tokens(system_text(conversation.settings.memory, ""))),
        ContextPart("instructions", _tokens(conversation.instructions), "/system"),
        ContextPart("profile", known, f"{len(found)} of what is known of you"),
        _history(conversation),
        ContextPart("recall", recalled, "what fits the question", is_limit=True),
    ]


def _tokens(text: str) -> int:
    return count_tokens(text) if text else 0


def _history(conversation: Conversation) -> ContextPart:
    settings = conversation.settings
    chosen = history_before(conversation.database, conversation.session_id, settings.history)
    carried = history_within(chosen, history_budget(conversation.window))
    tokens = sum(count_tokens(each.question) + count_tokens(answer_shown(each)) for each in carried)
    return ContextPart("history", tokens, f"exchanges of this session, the last {len(carried)}")


def _tools_text() -> str:
    """The tools as a provider is told of them."""
    tools = read_only_tools(Evidence(), lambda *_: [], lambda query: Recall(query, [], [], []))
    for tool in tools:
        tool.process_entrypoint()
    return json.dumps([tool.to_dict() for tool in tools])
