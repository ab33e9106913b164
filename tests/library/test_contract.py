"""What an agent with these memories relies on in Agno; each test fails where another Agno is another in this."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields

from agno.agent import Agent
from agno.db.base import BaseDb
from agno.db.postgres import PostgresDb
from agno.db.sqlite import SqliteDb
from agno.exceptions import InputCheckError
from agno.run.agent import RunOutput

from agentmem_cli.library.agent_run import RunRefused
from agentmem_cli.library.agno_db import KeptDb
from agentmem_cli.library.options import OWNED

PASSED_ON = """
add_datetime_to_context add_location_to_context add_name_to_context add_session_state_to_context additional_context
cache_callables compress_tool_results compression_manager datetime_format debug_level debug_mode dependencies
description enable_agentic_state expected_output fallback_config fallback_models filesystem followup_model followups
input_schema instructions markdown metadata name num_followups output_model output_model_prompt output_schema
parse_response parser_model parser_model_prompt post_hooks pre_hooks reasoning_agent reasoning_model role
save_response_to_file send_media_to_model session_id session_state skills store_tool_messages stream stream_events
structured_outputs system_message_role timezone_identifier tool_call_limit tool_choice tool_hooks tools
use_instruction_tags use_json_mode sandbox
"""
"""Options that go to Agno as they are."""


def test_every_option_is_decided() -> None:
    """An option that is new in Agno must be passed on or owned: it may bring a memory of its own."""
    known = set(inspect.signature(Agent.__init__).parameters) - {"self", "knowledge"}
    assert set() == known - set(OWNED) - set(PASSED_ON.split())
    assert set() == (set(OWNED) | set(PASSED_ON.split())) - known
    assert set() == set(OWNED) & set(PASSED_ON.split())


def test_an_agent_is_copied_with_its_store() -> None:
    """AgentOS runs a copy of an agent for each request; `db` is what its copies share."""
    from agno.agent._utils import SHARED_BY_REFERENCE_FIELDS

    assert {"db", "model"} <= set(SHARED_BY_REFERENCE_FIELDS)
    assert "db" in {field.name for field in fields(Agent)}


def test_the_runs_of_an_agent() -> None:
    """Every way to begin a run is known here."""
    runs = {name for name in vars(Agent) if "run" in name and callable(getattr(Agent, name))}
    assert {
        *("run", "arun", "continue_run", "acontinue_run", "cancel_run", "acancel_run"),
        *("get_run_output", "aget_run_output", "get_last_run_output", "aget_last_run_output"),
        *("save_run_response_to_file", "scrub_run_output_for_storage"),
    } == runs


def test_a_refusal_stops_a_run() -> None:
    """AgentOS answers 400 to this exception alone."""
    assert issubclass(RunRefused, InputCheckError)
    assert {"input", "citations", "status", "content", "session_state"} <= {each.name for each in fields(RunOutput)}


def test_every_write_is_decided() -> None:
    """What changes sessions, runs and memories in Agno's database is ours to do, or reads only."""
    about = re.compile("(upsert|delete|rename|clear|reassign|cancel|create|update)_.*(session|run|memor)")
    writes = {
        name for name in vars(SqliteDb) | vars(PostgresDb) | vars(BaseDb) if about.match(name) and "eval" not in name
    }
    of_other_tables = {"delete_schedule_runs", "create_schedule_run", "update_schedule_run"}
    of_other_tables |= {"update_approval_run_status", "delete_compactions_for_session"}
    asked_for_by_no_route = {"upsert_run", "delete_run", "delete_runs", "cancel_pending_run", "update_run_in_session"}
    assert of_other_tables | asked_for_by_no_route == writes - set(vars(KeptDb))
