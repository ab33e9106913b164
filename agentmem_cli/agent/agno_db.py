"""Agno's database as this project uses it: a thin subclass of SqliteDb, and the form in which a run is stored.

Agno reads every run of the session before a turn and swallows its own write errors after it. Here the session
is handed over without its runs, since the prompt brings its own history, and a finished run is held, not
written: `sessions.settle_turn` commits it with everything that belongs to it, and its errors are raised.
"""

from __future__ import annotations

import copy
from typing import Any

from agno.db.sqlite import SqliteDb
from agno.run.agent import RunInput, RunOutput
from agno.session import AgentSession
from sqlalchemy import create_engine, event

from agentmem_cli.sessions.index import AGENT_ID
from agentmem_cli.sessions.turns import PendingTurn
from agentmem_cli.storage.database import Database

RECALL_TOOL = "recall"
"""What this tool gave is memory, and must not outlive it in a run's row."""


class TurnDb(SqliteDb):
    """SqliteDb on agentmem's connections; sessions come without runs, and runs are held for `settle_turn`."""

    def __init__(self, database: Database) -> None:
        engine = create_engine("sqlite://", creator=database.connect)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        super().__init__(db_engine=engine, id="agentmem")
        self.held: dict[str, RunOutput] = {}

    def get_session(self, session_id: str, *_: Any, user_id: str | None = None, **__: Any) -> AgentSession:
        """The session without its runs and without a query."""
        return AgentSession(session_id=session_id, agent_id=AGENT_ID, user_id=user_id, session_data={}, metadata={})

    def upsert_session(self, session: Any, deserialize: bool | None = True) -> Any:  # noqa: ARG002 -- Agno's signature
        """Nothing: the session row is kept by `sessions.begin_turn` and `settle_turn`."""
        return session

    def upsert_run(self, run: Any, session_id: str, user_id: str | None = None, run_index: int | None = None) -> None:  # noqa: ARG002 -- Agno's signature
        """Hold the run until the turn is settled."""
        self.held[run.run_id] = run

    def take(self, turn: PendingTurn, answer: str, at: int) -> dict[str, Any] | None:
        """The held run in the form to store, or None when Agno handed none over."""
        run = self.held.pop(turn.run_id, None)
        self.held.clear()  # what a stopped turn's late task left behind
        return None if run is None else stored_form(run, turn, answer, at)


def stored_form(run: RunOutput, turn: PendingTurn, answer: str, at: int) -> dict[str, Any]:
    """The run as a dictionary without what must not be stored in it; `at` is when its answer came.

    Out go the system text and the recalled block (a forgotten memory would live on in them), the history
    (every run has its own row), and what the recall tool gave. Question and answer stand in it as the person saw
    them, one message and one time each: what is made from this row, as when a session comes back from the trash,
    is what was indexed when the turn was settled.
    """
    kept = copy.copy(run)
    own = [m for m in run.messages or [] if m.role != "system" and not m.from_history and m.add_to_agent_memory]
    kept.messages = [copy.copy(message) for message in own]
    kept.input, kept.content = RunInput(input_content=turn.question), answer
    kept.additional_input, kept.session_state, kept.events = None, None, None
    kept.tools = [copy.copy(tool) for tool in run.tools or []] or None
    replies = [message for message in kept.messages if message.role == "assistant"]
    for message in replies:
        message.content, message.created_at = (answer if message is replies[-1] else None), at
    for message in kept.messages:
        if message.role == "user":
            message.content, message.created_at = turn.question, turn.at
        if message.role == "tool" and message.tool_name == RECALL_TOOL:
            message.content = "(not kept)"
    for tool in kept.tools or []:
        if tool.tool_name == RECALL_TOOL:
            tool.result = "(not kept)"
    return kept.to_dict()
