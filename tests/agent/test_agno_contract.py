"""What agentmem relies on in Agno: its tables, its reading of our rows, and how its runs are told and ended."""

from __future__ import annotations

import asyncio
import inspect
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import Result
from harness.postgres import PostgresServer
from harness.waiting import PATIENCE

from agentmem_cli.storage.opening import postgres_database
from agentmem_cli.storage.postgres_shape import objects

Cli = Callable[..., Result]
TABLES = ("agno_schema_versions", "agno_sessions", "agno_runs", "agno_memories")


def shape(path: Path) -> dict[str, list[Any]]:
    """Columns, indexes and foreign keys of Agno's tables, and the versions it notes of them."""
    connection = sqlite3.connect(path)
    shown: dict[str, list[Any]] = {}
    for table in TABLES:
        indexes = connection.execute(f"PRAGMA index_list({table})").fetchall()
        shown[table] = [
            connection.execute(f"PRAGMA table_info({table})").fetchall(),
            connection.execute(f"PRAGMA foreign_key_list({table})").fetchall(),
            sorted((name, unique, _columns(connection, name)) for _, name, unique, *_ in indexes),
        ]
    versions = connection.execute("SELECT table_name, version FROM agno_schema_versions ORDER BY 1").fetchall()
    shown["versions"] = [row for row in versions if row[0] in TABLES]
    connection.close()
    return shown


def _columns(connection: sqlite3.Connection, index: str) -> list[str]:
    return [row[2] for row in connection.execute(f"PRAGMA index_info({index})")]


def plain_db(path: Path) -> Any:
    """Agno's own database class on this file, as another program would open it."""
    from agno.db.sqlite import SqliteDb

    return SqliteDb(db_file=str(path))


def test_the_tables_are_agnos(cli: Cli, home: Path, tmp_path: Path) -> None:
    """What our schema makes is column for column what Agno makes in a new file."""
    from agno.db.schemas import UserMemory
    from agno.session import AgentSession

    fresh = plain_db(tmp_path / "fresh.db")
    fresh.upsert_session(AgentSession(session_id="s", agent_id="a", user_id="u"))
    fresh.upsert_run({"run_id": "r", "agent_id": "a", "session_id": "s"}, "s", "u", 0)
    fresh.upsert_user_memory(UserMemory(memory="m", memory_id="m", user_id="u"))
    fresh.db_engine.dispose()
    cli("sessions", "list")
    ours, theirs = shape(home / "agentmem.db"), shape(tmp_path / "fresh.db")
    assert theirs == ours


def test_the_tables_are_agnos_on_postgresql(postgres: PostgresServer) -> None:
    """And what it makes there is what its PostgresDb makes, object for object, in the schema where it looks."""
    from agno.db.postgres import PostgresDb
    from agno.db.schemas import UserMemory
    from agno.session import AgentSession

    with postgres.database() as ours, postgres.database(is_made=False) as theirs:
        fresh = PostgresDb(db_url=theirs.replace("postgresql://", "postgresql+psycopg://"))
        fresh.upsert_session(AgentSession(session_id="s", agent_id="a", user_id="u", created_at=1))
        fresh.upsert_run({"run_id": "r", "agent_id": "a", "session_id": "s"}, "s", "u", 0)
        fresh.upsert_user_memory(UserMemory(memory="m", memory_id="m", user_id="u"))
        fresh.db_engine.dispose()
        assert objects_of_agno(theirs) == objects_of_agno(ours)


def objects_of_agno(url: str) -> dict[tuple[str, str, str], str]:
    """Columns, constraints and indexes of Agno's tables, but for what agentmem adds to them."""
    with closing(postgres_database(url, lock_timeout=1)) as database:
        found = objects(database.connection, "= 'ai'::regnamespace")
    of_agno = {key: definition for key, definition in found.items() if key[1] in TABLES and key[0] != "trigger"}
    return {
        (kind, table, name): definition
        for (kind, table, name), definition in of_agno.items()
        if (kind != "reference" or name.startswith("agno_")) and name != "agno_sessions_of_user"
    }


@pytest.fixture
def used(cli: Cli, anthropic: AnthropicServer, home: Path) -> Any:
    """Agno's plain SqliteDb on a store with a finished, a broken and an imported turn, and a memory."""
    cli("sessions", "import", "-", stdin='{"session": "old", "role": "user", "content": "The boiler is broken."}')
    cli("memories", "add", "Prefers tea", "--kind", "preference")
    anthropic.reply("Ten days.")
    anthropic.cut("Half an ans")
    for question in ("How long in Oslo?", "And then?"):
        cli("chat", "-p", "--memory", "off", "--no-knowledge", "--session", "s1", question)
    db = plain_db(home / "agentmem.db")
    yield db
    db.db_engine.dispose()


def test_an_agno_agent_reads_our_sessions(used: Any) -> None:
    """An Agent of the same name on the same file sees the conversation, broken answers too."""
    from agno.agent import Agent

    agent = Agent(db=used, id="agentmem", telemetry=False)
    said = [(each.role, each.content) for each in agent.get_session_messages("s1", skip_statuses=[])]
    assert [
        ("user", "How long in Oslo?"),
        ("assistant", "Ten days."),
        ("user", "And then?"),
        ("assistant", "Half an ans"),
    ] == said
    assert ["The boiler is broken."] == [each.content for each in agent.get_chat_history("old")]
    statuses = [str(run.status.value) for run in agent.get_session("s1").runs]
    assert ["COMPLETED", "ERROR"] == statuses


def test_an_agno_program_reads_our_memories(used: Any) -> None:
    """A memory is a UserMemory of its user, and of nobody else."""
    (memory,) = used.get_user_memories(user_id="sarah")
    assert ("Prefers tea", "agentmem") == (memory.memory, memory.agent_id)
    assert [] == used.get_user_memories(user_id="tom")


def test_what_another_agno_program_says_is_found(cli: Cli, used: Any, anthropic: AnthropicServer) -> None:
    """A run that an Agno agent stores in the file is searchable and recalled after the next start."""
    from agno.agent import Agent
    from agno.models.anthropic import Claude

    anthropic.reply("The garden gate is green.")
    agent = Agent(db=used, id="other", model=Claude(id="claude-sonnet-4-6"), telemetry=False)
    agent.run("Which colour has the gate?", session_id="theirs", user_id="sarah")
    anthropic.reply("Green.")
    result = cli("chat", "-p", "--memory", "off", "--no-knowledge", "--format", "json", "Is the gate green?")
    assert "theirs" in [item["session"] for item in result.json()["recalled"]["items"]]


def test_lists_show_what_another_agno_program_wrote(cli: Cli, used: Any, anthropic: AnthropicServer) -> None:
    """At once, without a chat before."""
    from agno.agent import Agent
    from agno.db.schemas import UserMemory
    from agno.models.anthropic import Claude

    anthropic.reply("The garden gate is green.")
    agent = Agent(db=used, id="other", model=Claude(id="claude-sonnet-4-6"), telemetry=False)
    agent.run("Which colour has the gate?", session_id="theirs", user_id="sarah")
    used.upsert_user_memory(UserMemory(memory="Plays chess", memory_id="m1", user_id="sarah"))
    assert "garden gate" in cli("sessions", "search", "gate").out
    assert "garden gate" in cli("sessions", "show", "theirs").out
    assert "Plays chess" in cli("memories", "list").out


def test_an_agno_agent_reads_an_offline_answer(cli: Cli, home: Path) -> None:
    """An answer that no agent gave is a completed run of ours too; it names the model `offline`."""
    from agno.agent import Agent

    answer = cli("chat", "-p", "--memory", "off", "--no-knowledge", "--session", "s1", "Hello").out.strip()
    db = plain_db(home / "agentmem.db")
    agent = Agent(db=db, id="agentmem", telemetry=False)
    (run,) = agent.get_session("s1").runs
    assert ("COMPLETED", "offline", answer) == (run.status.value, run.model, run.content)
    assert ["Hello", answer] == [each.content for each in agent.get_chat_history("s1")]
    db.db_engine.dispose()


def test_the_finished_run_ends_the_stream(anthropic: AnthropicServer) -> None:
    """With `yield_run_output` and no database the last thing that a stream gives is the whole run."""
    from agno.agent import Agent
    from agno.models.anthropic import Claude
    from agno.run.agent import RunOutput

    anthropic.reply("Noted.")
    agent = Agent(id="agentmem", model=Claude(id="claude-sonnet-4-6"), telemetry=False)

    async def last() -> Any:
        given = [each async for each in agent.arun("Go on", stream=True, stream_events=True, yield_run_output=True)]
        assert [given[-1]] == [each for each in given if isinstance(each, RunOutput)]
        return given[-1]

    run = asyncio.run(last())
    assert ("COMPLETED", "Noted.") == (run.status.value, run.messages[-1].content)


def test_the_methods_we_watch() -> None:
    """Claude still has the two methods through which the watch sees how an answer ended, and get_model knows it."""
    from agno.models.anthropic import Claude
    from agno.models.utils import get_model

    model = get_model("anthropic:claude-sonnet-4-6")
    assert isinstance(model, Claude)
    assert inspect.isasyncgenfunction(Claude.ainvoke_stream)
    assert "response" in inspect.signature(Claude._parse_provider_response_delta).parameters


def test_a_message_kept_out_of_memory_is_not_stored(tmp_path: Path, anthropic: AnthropicServer) -> None:
    """Agno marks what `add_to_agent_memory=False` says, and `stored_form` leaves it out, and the system text."""
    from agno.agent import Agent
    from agno.models.anthropic import Claude
    from agno.models.message import Message

    from agentmem_cli.agent.agno_answer import stored_form
    from agentmem_cli.sessions.turns import PendingTurn

    anthropic.reply("Noted.")
    agent = Agent(id="agentmem", model=Claude(id="claude-sonnet-4-6"), telemetry=False, build_context=False)
    run = agent.run(
        [
            Message(role="system", content="SYSTEM"),
            Message(role="user", content="BEFORE", from_history=True),
            Message(role="user", content="QUESTION"),
            Message(role="user", content="RECALLED", add_to_agent_memory=False),
        ]
    )
    turn = PendingTurn("r", "s", "sarah", "QUESTION", 0, 1_000)
    stored = json.dumps(stored_form(run, turn, "Noted.", 1_001))
    assert [True, False, False, False] == [word in stored for word in ("QUESTION", "RECALLED", "BEFORE", "SYSTEM")]
    assert str(tmp_path) not in stored


def test_a_cancelled_run_raises(anthropic: AnthropicServer) -> None:
    """Cancelling the task of a streaming `arun` raises CancelledError in it soon: a stop rests on that."""
    from agno.agent import Agent
    from agno.models.anthropic import Claude

    anthropic.hang(after_text="Half")
    agent = Agent(id="agentmem", model=Claude(id="claude-sonnet-4-6"), telemetry=False)
    pieces: list[str] = []

    async def answer() -> None:
        async for event in agent.arun("Go on", stream=True):
            pieces.append(str(event.content))  # noqa: PERF401 -- a list made at the end would show nothing before

    async def stopped() -> None:
        task = asyncio.create_task(answer())
        while not pieces:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, PATIENCE)

    asyncio.run(stopped())
    anthropic.release()
    assert ["Half"] == pieces


def test_agno_says_nothing_by_itself(process: Cli, anthropic: AnthropicServer) -> None:
    """A failing run leaves stdout empty and one line on stderr: Agno's own log is on neither, telemetry is off.

    The network is banned in this process: an attempt to send telemetry would be a second line.
    """
    anthropic.error(401, "authentication_error")
    result = process("chat", "-p", "--memory", "off", "--no-knowledge", "Hello there")
    assert (4, "", 1) == (result.code, result.out, len(result.err.splitlines()))
