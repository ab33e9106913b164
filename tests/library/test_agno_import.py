"""`agentmem import agno`, and a plain Agno database in the place of our own."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from agno.agent import Agent
from agno.db.base import BaseDb
from agno.db.postgres import PostgresDb
from agno.db.schemas import UserMemory
from agno.db.sqlite import SqliteDb
from agno.models.anthropic import Claude
from harness.anthropic_server import AnthropicServer
from harness.anthropic_wire import MODEL
from harness.command_line import Result
from harness.postgres import PostgresServer

Cli = Callable[..., Result]
MEMORY = "0b5e6f3a-6c0f-4a7e-9d53-1f4b2f8f7a10"
"""An id in the form that Agno gives memories."""


@pytest.fixture
def agno3(home: Path, tmp_path: Path, anthropic: AnthropicServer) -> Path:  # noqa: ARG001 -- its environment
    """A database of Agno 3: a session of Sarah's and one of nobody's, a memory of hers."""
    path = tmp_path / "plain.db"
    fill(SqliteDb(db_file=str(path)), anthropic)
    return path


def fill(db: BaseDb, anthropic: AnthropicServer) -> None:
    """Put into a plain database what another program of Agno's would."""
    agent = Agent(model=Claude(id=MODEL), db=db, id="support", telemetry=False)
    for run, user in (("r1", "sarah"), ("r2", "sarah"), ("r3", None)):
        anthropic.reply(f"Answer {run}.")
        agent.run(f"Question {run} of the boiler?", user_id=user, session_id=f"of {user}", run_id=run)
    db.upsert_user_memory(UserMemory(memory="Prefers tea", memory_id=MEMORY, user_id="sarah", topics=["drinks"]))
    db.close()


@pytest.fixture
def agno2(home: Path, tmp_path: Path) -> Path:  # noqa: ARG001 -- its environment
    """A database of Agno 2, whose runs stand in a column of their session."""
    path = tmp_path / "plain2.db"
    connection = sqlite3.connect(path)
    connection.execute(
        "CREATE TABLE agno_sessions (session_id VARCHAR NOT NULL PRIMARY KEY, session_type VARCHAR NOT NULL,"
        " agent_id VARCHAR, team_id VARCHAR, workflow_id VARCHAR, user_id VARCHAR, session_data JSON, agent_data JSON,"
        " team_data JSON, workflow_data JSON, metadata JSON, runs JSON, summary JSON, created_at BIGINT NOT NULL,"
        " updated_at BIGINT)"
    )
    connection.execute("CREATE INDEX idx_agno_sessions_session_type ON agno_sessions (session_type)")
    connection.execute(
        "CREATE TABLE agno_memories (memory_id VARCHAR NOT NULL PRIMARY KEY, memory JSON NOT NULL, input VARCHAR,"
        " agent_id VARCHAR, team_id VARCHAR, user_id VARCHAR, topics JSON, created_at BIGINT NOT NULL,"
        " updated_at BIGINT)"
    )
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Is the boiler broken?"}]
    messages.append({"role": "assistant", "content": "It is."})
    runs = [{"run_id": "r1", "agent_id": "support", "created_at": 1_780_000_000, "messages": messages}]
    about = json.dumps({"session_name": "The boiler"})
    connection.execute(
        "INSERT INTO agno_sessions (session_id, session_type, agent_id, user_id, session_data, runs, created_at,"
        " updated_at) VALUES ('s1', 'agent', 'support', 'sarah', ?, ?, 1780000000, 1780000000)",
        (about, json.dumps(json.dumps(runs))),
    )
    connection.execute(
        "INSERT INTO agno_memories (memory_id, memory, user_id, topics, created_at)"
        " VALUES (?, ?, 'sarah', ?, 1780000000)",
        (MEMORY, json.dumps("Prefers tea"), json.dumps(["drinks"])),
    )
    connection.commit()
    connection.close()
    return path


def told(cli: Cli, session: str, user: str = "sarah") -> list[tuple[str, str, str]]:
    """The messages of a session, with their runs."""
    shown = cli("sessions", "show", session, "-u", user, "--json").json()["messages"]
    return [(each["run_id"], each["role"], each["text"]) for each in shown]


def test_of_agno_3(cli: Cli, agno3: Path) -> None:
    """Sessions, runs and memories keep their ids and their user; what is nobody's is Sarah's; twice is once."""
    done = cli("import", "agno", "--db", f"sqlite:///{agno3}", "--json").json()
    assert (2, 6, 1, 0) == (done["sessions"], done["messages"], done["memories"], done["refused"])
    assert [
        ("r1", "user", "Question r1 of the boiler?"),
        ("r1", "assistant", "Answer r1."),
        ("r2", "user", "Question r2 of the boiler?"),
        ("r2", "assistant", "Answer r2."),
    ] == told(cli, "of sarah")
    assert ["r3", "r3"] == [run for run, _, _ in told(cli, "of None")]
    (memory,) = cli("memories", "list", "--json").json()
    assert (MEMORY, "Prefers tea", ["drinks"]) == (memory["memory_id"], memory["text"], memory["topics"])
    assert "add" == cli("memories", "history", "--json").json()[0]["action"]
    again = cli("import", "agno", "--db", str(agno3), "--json").json()
    assert (0, 0, 6, 0) == (again["sessions"], again["messages"], again["repeated"], again["memories"])


def test_of_agno_3_on_postgres(cli: Cli, postgres: PostgresServer, anthropic: AnthropicServer) -> None:
    """The same of a database on a server, where Agno keeps its tables in a schema of its own."""
    with postgres.database(is_made=False) as url:
        fill(PostgresDb(db_url=url.replace("postgresql://", "postgresql+psycopg://")), anthropic)
        done = cli("import", "agno", "--db", url, "--json").json()
    assert (2, 6, 1, 0) == (done["sessions"], done["messages"], done["memories"], done["refused"])
    assert "Answer r2." in cli("sessions", "show", "of sarah").out


def test_of_agno_2(cli: Cli, agno2: Path) -> None:
    """The runs of Agno 2 stand in one column of their session."""
    done = cli("import", "agno", "--db", str(agno2), "--json").json()
    assert (1, 2, 1) == (done["sessions"], done["messages"], done["memories"])
    assert [("r1", "user", "Is the boiler broken?"), ("r1", "assistant", "It is.")] == told(cli, "s1")
    assert ["The boiler"] == [each["title"] for each in cli("sessions", "list", "--json").json()]


def test_another_users_session(cli: Cli, agno3: Path) -> None:
    """A session id that is another user's here is refused, and the rest is imported."""
    line = json.dumps({"session": "of None", "role": "user", "content": "Mine."})
    cli("sessions", "import", "-", "--user", "tom", stdin=line)
    done = cli("import", "agno", "--db", str(agno3), "--json").json()
    assert (1, 1) == (done["sessions"], done["refused"])
    assert ["Mine."] == [
        each["text"] for each in cli("sessions", "show", "of None", "-u", "tom", "--json").json()["messages"]
    ]


def test_no_database_of_agnos(cli: Cli, home: Path, tmp_path: Path) -> None:
    """What is not there, or is not Agno's, is a clear line."""
    assert 3 == cli("import", "agno", "--db", str(tmp_path / "none.db")).code
    sqlite3.connect(tmp_path / "other.db").close()
    assert 1 == cli("import", "agno", "--db", str(tmp_path / "other.db")).code
    (tmp_path / "text.db").write_text("This is no database at all. " * 40)
    assert 1 == cli("import", "agno", "--db", str(tmp_path / "text.db")).code
    assert 4 == cli("import", "agno", "--db", "mysql://localhost/x").code
    assert home


@pytest.mark.sqlite
@pytest.mark.parametrize("version", ["agno3", "agno2"])
def test_taken_in(cli: Cli, home: Path, version: str, request: pytest.FixtureRequest) -> None:
    """A plain Agno database at agentmem.db is taken in: what it holds is there, and the doctor is content."""
    plain: Any = request.getfixturevalue(version)
    home.mkdir(mode=0o700)
    shutil.copy(plain, home / "agentmem.db")
    (home / "agentmem.db").chmod(0o600)
    sessions = cli("sessions", "list", "--json").json()
    assert ["s1" if version == "agno2" else "of sarah"] == [each["session_id"] for each in sessions]
    cli("chat", "-p", "--model", "offline", "--memory", "off", "hello")
    assert ["user", "assistant"] == [role for _, role, _ in told(cli, sessions[0]["session_id"])][:2]
    assert [MEMORY] == [each["memory_id"] for each in cli("memories", "list", "--json").json()]
    assert [] == [each for each in cli("doctor", "--json").json() if each["verdict"] == "failed"]
    db = SqliteDb(db_file=str(home / "agentmem.db"))
    assert sessions[0]["session_id"] in {each.session_id for each in db.get_sessions(user_id="sarah")}
    db.close()
