"""What `agentmem doctor` can say about the transcripts. Only looks."""

from __future__ import annotations

import json

from agentmem_cli.sessions.index import messages_of_run
from agentmem_cli.storage.checks import Finding, Verdict, check_words
from agentmem_cli.storage.database import Database


def check_transcripts(database: Database) -> Finding:
    """Whether every message of every run can be found by its words."""
    runs = database.read(
        "SELECT run_data FROM agno_runs AS run WHERE run_type = 'agent' AND user_id IS NOT NULL"
        " AND parent_run_id IS NULL AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.run_id = run.run_id)"
    )
    unfound = sum(bool(messages_of_run(json.loads(run["run_data"]))) for run in runs)
    if unfound:
        return Finding(
            Verdict.WARNING,
            f"{unfound} runs that another program wrote are not in the text index yet.",
            "Start `agentmem chat`: it adds them.",
        )
    return check_words(database, "messages", "messages")
