"""Which options of an Agno agent are agentmem's own here, each with the reason. Imports no Agno.

What is not named here goes to Agno as it is. A contract test holds the table to the options that Agno has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agentmem_cli.errors import UsageProblem

_HISTORY = "history goes with each request within a budget; `AGENTMEM_HISTORY` says how many exchanges"
_MEMORY = "memories are captured and recalled here; `memory=` is auto, review or off"
_KNOWLEDGE = "documents are those of `await agent.ingest(paths)`; `knowledge=False` leaves them out"
_SESSIONS = "sessions are kept here; what does not fit a request is recalled"
_PROMPT = "it would take the place of what is recalled; `instructions` and `description` stand beside it"

OWNED = {
    "model": "it is the first argument",
    "id": 'the sessions of this store are those of the agent "agentmem"; `name` is free',
    "user_id": "it is `user=`",
    "db": "it is `db=` of build_agent, a path or a URL",
    "memory_manager": _MEMORY,
    "enable_agentic_memory": _MEMORY,
    "update_memory_on_run": _MEMORY,
    "add_memories_to_context": _MEMORY,
    "learning": _MEMORY,
    "add_learnings_to_context": _MEMORY,
    "cache_session": _SESSIONS,
    "search_past_sessions": _SESSIONS,
    "num_past_sessions_to_search": _SESSIONS,
    "num_past_session_runs_in_search": _SESSIONS,
    "enable_session_summaries": _SESSIONS,
    "add_session_summary_to_context": _SESSIONS,
    "session_summary_manager": _SESSIONS,
    "overwrite_db_session_state": "a state that a run is given goes before the one that is kept",
    "checkpoint": "the question is kept before the model is asked, and what there is of the answer when it ends",
    "store_history_messages": "each run has its own row",
    "store_media": "media are sent to the model and not kept",
    "media_storage": "media are sent to the model and not kept",
    "store_events": "a run's row holds its question, its answer and its tools",
    "events_to_skip": "a run's row holds its question, its answer and its tools",
    "add_history_to_context": _HISTORY,
    "num_history_runs": _HISTORY,
    "num_history_messages": _HISTORY,
    "max_tool_calls_from_history": _HISTORY,
    "read_chat_history": _HISTORY,
    "read_tool_call_history": _HISTORY,
    "compaction": _HISTORY,
    "knowledge_filters": _KNOWLEDGE,
    "enable_agentic_knowledge_filters": _KNOWLEDGE,
    "add_knowledge_to_context": _KNOWLEDGE,
    "knowledge_retriever": _KNOWLEDGE,
    "references_format": _KNOWLEDGE,
    "search_knowledge": _KNOWLEDGE,
    "add_search_knowledge_instructions": _KNOWLEDGE,
    "update_knowledge": _KNOWLEDGE,
    "callable_knowledge_cache_key": _KNOWLEDGE,
    "offload_tool_results": "what a tool gives must not outlive it",
    "system_message": _PROMPT,
    "build_context": _PROMPT,
    "additional_input": _PROMPT,
    "introduction": "a session begins with its first question",
    "user_message_role": "the question stands with what is recalled for it in one message of the user",
    "build_user_context": "the question stands with what is recalled for it in one message of the user",
    "add_dependencies_to_context": "the question stands as it was typed; put them into `instructions`",
    "resolve_in_context": "it fills {names} in the person's own text",
    "retries": "an answer that has begun would come twice; what was not taken on is sent again anyway",
    "delay_between_retries": "see retries",
    "exponential_backoff": "see retries",
    "telemetry": "it is off",
    "callable_tools_cache_key": "tools are given as a list",
}
"""The options that build_agent refuses, and why."""
OWNED_BY_RUN = {**OWNED, "run_context": "it is made from user_id and session_id"}
"""What one run of the agent refuses."""


def refuse_owned(options: Mapping[str, Any], owned: Mapping[str, str] = OWNED) -> None:
    """Raise UsageProblem for the first option that is agentmem's own."""
    for name in options:
        if name in owned:
            raise UsageProblem(f"{name} is not yours to set here: {owned[name]}.", "Leave it out.")
    if callable(options.get("tools")):
        raise UsageProblem("tools is a function.", "Give a list: agentmem adds its two tools to it.")
