"""`build_agent`: an ordinary Agno agent, with agentmem's promises where Agno makes none."""

from __future__ import annotations

import asyncio
import base64
import json
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from agno.media import Image
from agno.models.anthropic import Claude
from agno.models.message import Message
from agno.run.agent import RunCompletedEvent, RunContentEvent, RunErrorEvent, RunOutput
from agno.run.base import RunStatus
from harness.anthropic_server import AnthropicServer
from harness.captures import CAPTURE, operation, replied
from harness.command_line import Result
from pydantic import BaseModel

from agentmem_cli import build_agent
from agentmem_cli.errors import AgentmemError, ConfigProblem, StorageProblem, UsageProblem
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.database import Database
from agentmem_cli.storage.opening import open_as_it_is

Build = Callable[..., Any]
Cli = Callable[..., Result]


def rows(sql: str) -> list[Any]:
    """What a query gives of the store, whichever it is."""
    with closing(open_as_it_is(load_settings())) as database:
        return [tuple(row) for row in database.read(sql)]


class TestAnswers:
    """The ways in which Agno's agents are asked."""

    def test_arun(self, build: Build, anthropic: AnthropicServer, cli: Cli) -> None:
        """The answer is a run of Agno's; the command line shows the exchange."""
        anthropic.reply("In Oslo.")
        run = asyncio.run(build().arun("Where do I live?", session_id="s1", user_id="sarah", run_id="r1"))
        assert isinstance(run, RunOutput)
        assert ("In Oslo.", "r1", "s1", "sarah", RunStatus.completed) == (
            run.content,
            run.run_id,
            run.session_id,
            run.user_id,
            run.status,
        )
        shown = cli("sessions", "show", "s1", "--json").json()["messages"]
        assert [("user", "Where do I live?"), ("assistant", "In Oslo.")] == [(m["role"], m["text"]) for m in shown]

    def test_run(self, build: Build, anthropic: AnthropicServer) -> None:
        """`run` waits for it, also inside an event loop."""
        anthropic.reply("One.")
        anthropic.reply("Two.")
        agent = build()

        async def inside() -> Any:
            return agent.run("Second?", session_id="s1")

        assert "One." == agent.run("First?", session_id="s1").content
        assert "Two." == asyncio.run(inside()).content
        assert "First?" in anthropic.requests[1].text

    def test_stream(self, build: Build, anthropic: AnthropicServer) -> None:
        """The pieces come as events; the last is told when the turn is stored."""
        anthropic.reply(pieces=["In ", "Oslo."])
        agent = build()

        async def streamed() -> list[Any]:
            stream = agent.arun("Where?", session_id="s1", stream=True, stream_events=True, yield_run_output=True)
            return [event async for event in stream]

        events = asyncio.run(streamed())
        assert ["In ", "Oslo."] == [
            each.content for each in events if isinstance(each, RunContentEvent) and each.content
        ]
        assert isinstance(events[-2], RunCompletedEvent)
        assert "In Oslo." == events[-1].content

    def test_sync_stream(self, build: Build, anthropic: AnthropicServer) -> None:
        """`run(stream=True)` gives the pieces one by one, and only them unless more is asked for."""
        anthropic.reply(pieces=["In ", "Oslo."])
        events = list(build().run("Where?", session_id="s1", stream=True))
        assert ["In ", "Oslo."] == [each.content for each in events if each.content]

    def test_several_loops(self, build: Build, anthropic: AnthropicServer) -> None:
        """An agent may be asked from one event loop after the other."""
        agent = build()
        for number in range(3):
            anthropic.reply(f"{number}.")
            assert f"{number}." == asyncio.run(agent.arun("Which?", session_id="s1")).content

    def test_options(self, build: Build, anthropic: AnthropicServer) -> None:
        """What is Agno's stays Agno's: instructions, tools, structured output."""

        def temperature(city: str) -> str:
            """Give the temperature of a city."""
            return f"7 degrees in {city}"

        anthropic.tool_use("temperature", {"city": "Oslo"})
        anthropic.reply("Seven.")
        agent = build(instructions="Speak like a sailor.", tools=[temperature], name="Skipper")
        assert "Seven." == agent.run("How warm?", session_id="s1").content
        assert "Speak like a sailor." in json.dumps(anthropic.requests[0].body["system"])
        assert {"temperature", "recall"} == {tool["name"] for tool in anthropic.requests[0].body["tools"]}
        assert "7 degrees in Oslo" in anthropic.requests[1].text

    def test_structured(self, build: Build, anthropic: AnthropicServer, cli: Cli) -> None:
        """An answer in a form of the caller's is its object, and is kept as its JSON."""

        class Place(BaseModel):
            city: str

        anthropic.reply('{"city": "Oslo"}')
        run = build(output_schema=Place).run("Where?", session_id="s1")
        assert Place(city="Oslo") == run.content
        assert '{"city":"Oslo"}' == cli("sessions", "show", "s1", "--json").json()["messages"][1]["text"]

    def test_messages(self, build: Build, anthropic: AnthropicServer) -> None:
        """Messages are taken too: the last is the question, and what stands before it goes with it once."""
        anthropic.reply("Green.")
        anthropic.reply("Yes.")
        agent = build()
        given = [Message(role="user", content="The gate is green."), Message(role="assistant", content="I see.")]
        agent.run([*given, Message(role="user", content="Which colour?")], session_id="s1")
        agent.run("Sure?", session_id="s1")
        assert [True, False] == ["The gate is green." in request.text for request in anthropic.requests]
        assert ["Which colour?", "Green.", "Sure?", "Yes."] == [m.content for m in agent.get_session_messages("s1")]
        with pytest.raises(AgentmemError, match="last"):
            agent.run(given, session_id="s1")

    @pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Agno's
    def test_media(self, build: Build, anthropic: AnthropicServer) -> None:
        """A picture is sent with the question, and is not kept."""
        pixel = b"\x89PNG\r\n\x1a\n" + bytes(64)
        anthropic.reply("A dot.")
        build().run("What is it?", session_id="s1", images=[Image(content=pixel, format="png", mime_type="image/png")])
        assert base64.b64encode(pixel).decode() in anthropic.requests[0].text
        assert "image" not in str(rows("SELECT run_data FROM agno_runs"))

    def test_a_real_model(self, home: Path, real_model: str) -> None:  # noqa: ARG002 -- its environment
        """A real model behind the real client, with nothing scripted."""
        agent = build_agent(Claude(id="smollm", max_tokens=16), memory="off", knowledge=False)
        run = agent.run("Say hello.", session_id="s1")
        agent.close()
        assert run.content

    def test_state(self, build: Build, anthropic: AnthropicServer) -> None:
        """What tools keep in a session's state is there in its next run, and in no other session."""

        def count(run_context: Any) -> str:
            """Count."""
            run_context.session_state["counted"] = run_context.session_state.get("counted", 0) + 1
            return f"counted {run_context.session_state['counted']}"

        agent = build(tools=[count])
        for session in ("s1", "s1", "s2"):
            anthropic.tool_use("count", {})
            anthropic.reply("Done.")
            agent.run("Count.", session_id=session)
        told = [anthropic.requests[number].text for number in (1, 3, 5)]
        assert [True, True, True] == ["counted 1" in told[0], "counted 2" in told[1], "counted 1" in told[2]]

    def test_background(self, build: Build, anthropic: AnthropicServer) -> None:
        """`background=True` gives the run as it begins; its row says how it ends."""
        anthropic.reply("Late.")
        agent = build()

        async def asked() -> tuple[Any, Any]:
            begun = await agent.arun("When?", session_id="s1", background=True)
            for _ in range(100):
                await asyncio.sleep(0.05)
                run = agent.get_run_output(begun.run_id, "s1")
                if run is not None and run.status is RunStatus.completed:
                    break
            return begun, run

        begun, run = asyncio.run(asked())
        assert (RunStatus.running, RunStatus.completed, "Late.") == (begun.status, run.status, run.content)


class TestKept:
    """Nothing said is lost, and nothing is stored that should not be."""

    def test_before_the_model(self, build: Build, anthropic: AnthropicServer) -> None:
        """The question is committed before the model is asked; a run that is cancelled is kept as that."""
        anthropic.hang(after_text="Half an")
        agent = build()

        async def cancelled() -> list[Any]:
            task = asyncio.create_task(agent.arun("Where?", session_id="s1", user_id="sarah"))
            while not anthropic.requests:
                await asyncio.sleep(0.01)
            waiting = rows("SELECT status, text FROM agno_runs JOIN messages USING (run_id)")
            await asyncio.sleep(0.3)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return waiting

        assert [("RUNNING", "Where?")] == asyncio.run(cancelled())
        assert [("CANCELLED",)] == rows("SELECT status FROM agno_runs")
        assert [("Where?",), ("Half an",)] == rows("SELECT text FROM messages ORDER BY message_id")

    def test_cancelled_at_once(self, build: Build) -> None:
        """A run that is cancelled while its question is being committed does not wait for an answer for ever."""
        agent = build()

        async def cancelled() -> None:
            task = asyncio.create_task(agent.arun("Where?", session_id="s1"))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(cancelled())
        assert rows("SELECT status FROM agno_runs") in ([], [("CANCELLED",)])

    def test_a_stream_that_is_left(self, build: Build, anthropic: AnthropicServer) -> None:
        """Who stops listening has what came of the answer."""
        anthropic.reply(pieces=["One ", "two ", "three"], delay=0.05)
        for _ in build().run("Count.", session_id="s1", stream=True):
            break
        for _ in range(100):
            if rows("SELECT status FROM agno_runs") == [("CANCELLED",)]:
                break
            asyncio.run(asyncio.sleep(0.05))
        assert [("CANCELLED",)] == rows("SELECT status FROM agno_runs")

    def test_a_failure(self, build: Build, anthropic: AnthropicServer) -> None:
        """A provider's failure is a run with its status, as in Agno, and is kept as failed."""
        anthropic.error(401, "authentication_error")
        run = build().run("Where?", session_id="s1")
        assert RunStatus.error == run.status
        assert "refused the key" in run.content
        assert [("ERROR",)] == rows("SELECT status FROM agno_runs")

    def test_a_failure_in_a_stream(self, build: Build, anthropic: AnthropicServer) -> None:
        """A stream that breaks off ends in an error event; what came is kept."""
        anthropic.cut("Half an ans")
        events = list(build().run("Where?", session_id="s1", stream=True, yield_run_output=True))
        assert [RunErrorEvent, RunOutput] == [type(each) for each in events[-2:]]
        assert "Half an ans" == events[-1].content

    def test_a_cut_answer_is_no_success(self, build: Build, anthropic: AnthropicServer) -> None:
        """Agno takes an answer at its length limit for whole."""
        anthropic.stop_reason("max_tokens", text="A long")
        run = build().run("Tell me.", session_id="s1")
        assert (RunStatus.error, "A long") == (run.status, run.content)

    def test_off_the_event_loop(
        self, build: Build, anthropic: AnthropicServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """No thread that runs an event loop of the caller's waits for the store."""
        (tmp_path / "note.txt").write_text("The garden gate is painted green.", encoding="utf-8")
        anthropic.reply(replied(), when=CAPTURE)
        anthropic.tool_use("search_knowledge", {"query": "garden gate"})
        anthropic.tool_use("recall", {"query": "garden gate"})
        anthropic.reply("Green [1].")
        agent = build(memory="auto", knowledge=True)
        using: set[threading.Thread] = set()
        begin, read = type(agent.db.store.database)._begin, Database.read

        def noted(done: Callable[..., Any]) -> Callable[..., Any]:
            def doing(*arguments: Any, **options: Any) -> Any:
                using.add(threading.current_thread())
                return done(*arguments, **options)

            return doing

        monkeypatch.setattr(Database, "read", noted(read))
        monkeypatch.setattr(type(agent.db.store.database), "_begin", noted(begin))

        async def asked() -> None:
            await agent.ingest([tmp_path])
            await agent.arun("Which colour has the gate?", session_id="s1")
            await agent.recall("gate")
            await agent.captured()

        asyncio.run(asked())
        assert len(using) > 1
        assert threading.current_thread() not in using

    def test_a_foreign_session(self, build: Build, anthropic: AnthropicServer) -> None:
        """Another user's session is refused before the model is asked, and nothing of it is stored."""
        anthropic.reply("Noted.")
        agent = build()
        agent.run("I am Sarah.", session_id="s1", user_id="sarah")
        for stream in (False, True):
            with pytest.raises(AgentmemError, match="another user"):
                list(agent.run("What did she say?", session_id="s1", user_id="tom", stream=stream))
        assert 1 == len(anthropic.requests)
        assert [("sarah", "COMPLETED")] == rows("SELECT user_id, status FROM agno_runs")
        assert [("s1", "sarah")] == rows("SELECT session_id, user_id FROM agno_sessions")

    def test_a_known_run_id(self, build: Build, anthropic: AnthropicServer) -> None:
        """A run id that is taken is refused: the run would be written over, whosever it is."""
        anthropic.reply("Noted.")
        agent = build()
        agent.run("I am Sarah.", session_id="s1", user_id="sarah", run_id="r1")
        with pytest.raises(AgentmemError, match="already"):
            agent.run("Mine now.", session_id="t1", user_id="tom", run_id="r1")
        assert [("s1",)] == rows("SELECT session_id FROM agno_sessions")

    def test_what_cannot_be_stored(
        self, build: Build, anthropic: AnthropicServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An answer that cannot be kept is no answer: Agno would say that it is complete."""
        anthropic.reply("In Oslo.")
        agent = build()

        def full(*_: Any, **__: Any) -> None:
            raise StorageProblem("The disk is full.")

        monkeypatch.setattr("agentmem_cli.agent.turn.settle_turn", full)
        with pytest.raises(StorageProblem, match="full"):
            agent.run("Where?", session_id="s1")

    def test_what_is_recalled_is_not_stored(self, build: Build, anthropic: AnthropicServer) -> None:
        """Neither system text nor recalled lines nor history stand in a run's row."""
        for answer in ("Noted.", "In Oslo.", "Yes."):
            anthropic.reply(answer)
        agent = build(instructions="Speak like a sailor.")
        agent.run("I moved to Oslo in May.", session_id="s1")
        agent.run("Where did I move in May?", session_id="s2")
        agent.run("Sure?", session_id="s2")
        assert "recalled" in anthropic.requests[1].text
        for (data,) in rows("SELECT run_data FROM agno_runs WHERE session_id = 's2'"):
            assert "sailor" not in str(data)
            assert "moved to Oslo" not in str(data)


class TestUsers:
    """One agent serves many people, and never takes one for another."""

    def test_never_mixed(self, build: Build, anthropic: AnthropicServer) -> None:
        """Eight runs of four people at once: each request holds its own person's words alone."""
        agent, people = build(), ["anna", "bert", "cora", "dirk"]
        for name in people:
            anthropic.reply(f"Noted, {name}.", when=f"My secret word is {name}-word")
            anthropic.reply(f"It is {name}-word.", when=f"What is my secret word, asks {name}?")

        async def asked() -> list[Any]:
            await asyncio.gather(*(agent.arun(f"My secret word is {each}-word.", user_id=each) for each in people))
            questions = [(f"What is my secret word, asks {each}?", each) for each in people]
            return list(await asyncio.gather(*(agent.arun(text, user_id=each) for text, each in questions)))

        runs = asyncio.run(asked())
        assert [f"It is {name}-word." for name in people] == [run.content for run in runs]
        assert 4 == len({run.session_id for run in runs})
        for request in anthropic.requests:
            assert 1 == sum(name in request.text for name in people)

    def test_no_user(self, build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
        """With no user at all a run is refused: two people must not become one."""
        monkeypatch.delenv("AGENTMEM_USER")
        with pytest.raises(UsageProblem, match="user_id"):
            asyncio.run(build().recall("Where?"))
        with pytest.raises(AgentmemError, match="user_id"):
            build().run("Where?")

    def test_concurrent_runs_of_a_session(self, build: Build, anthropic: AnthropicServer) -> None:
        """Twelve runs of one session at once: each has its place."""
        agent = build()
        for number in range(12):
            anthropic.reply(f"answer {number}")

        async def asked() -> None:
            await asyncio.gather(*(agent.arun(f"question {n}?", session_id="s1") for n in range(12)))

        asyncio.run(asked())
        found = rows("SELECT run_index, status FROM agno_runs ORDER BY run_index")
        assert [(number, "COMPLETED") for number in range(12)] == found


class TestMemory:
    """Capture with its ledger, bounded recall, documents with their pages."""

    def test_captured(self, build: Build, anthropic: AnthropicServer, cli: Cli) -> None:
        """What a message teaches is known in the next session, has its source, and can be undone."""
        learnt = replied(operation("Works in healthcare", "I work in healthcare", topics=["work"]))
        anthropic.reply(learnt, when=CAPTURE)
        anthropic.reply("Noted.", when="I work in healthcare")
        agent = build(memory="auto")

        async def told() -> None:
            await agent.arun("I work in healthcare.", session_id="s1", run_id="r1")
            await agent.captured()

        asyncio.run(told())
        (memory,) = agent.memories("sarah")
        assert ("Works in healthcare", "s1", "r1") == (memory.text, memory.session_id, memory.run_id)
        anthropic.reply(replied(), when=CAPTURE)
        anthropic.reply("In healthcare.")
        agent.run("Where do I work?", session_id="s2")
        asked = next(each for each in anthropic.requests if "Where do I work?" in each.text)
        assert "Works in healthcare" in asked.text
        assert ["Works in healthcare"] == [m.text for m in asyncio.run(agent.recall("Where do I work?")).memories]
        assert "add" == cli("memories", "history", "--json").json()[0]["action"]
        cli("memories", "undo")
        assert [] == agent.memories("sarah")

    def test_review(self, build: Build, anthropic: AnthropicServer, cli: Cli) -> None:
        """In review nothing is known before it is approved."""
        anthropic.reply(replied(operation("Works in healthcare", "I work in healthcare")), when=CAPTURE)
        anthropic.reply("Noted.", when="I work in healthcare")
        agent = build(memory="review")
        agent.run("I work in healthcare.", session_id="s1")
        asyncio.run(agent.captured())
        assert [] == agent.memories("sarah")
        assert ["Works in healthcare"] == [each["text"] for each in cli("memories", "pending", "--json").json()]

    def test_documents(self, build: Build, anthropic: AnthropicServer, tmp_path: Path) -> None:
        """What an answer cites of a document is Agno's citation, with its page."""
        (tmp_path / "note.txt").write_text("The garden gate is painted green.", encoding="utf-8")
        agent = build(knowledge=True)
        (result,) = asyncio.run(agent.ingest(tmp_path / "note.txt"))
        assert "indexed" == result.status
        anthropic.tool_use("search_knowledge", {"query": "garden gate"})
        anthropic.reply("It is green [1].")
        run = agent.run("Which colour has the gate?", session_id="s1")
        (cited,) = run.citations.documents
        assert ("note.txt, p. 1", "note.txt") == (cited.document_title, cited.file_name)
        assert "painted green" in cited.cited_text


class TestOptions:
    """What agentmem owns is refused with a reason."""

    @pytest.mark.parametrize("option", ["num_history_runs", "update_memory_on_run", "system_message", "id"])
    def test_owned(self, build: Build, option: str) -> None:
        """The error names the option and says why."""
        with pytest.raises(UsageProblem, match=f"{option} is not yours to set here: .+"):
            build(**{option: 1})

    def test_unknown(self, build: Build) -> None:
        """An option that Agno does not know is Agno's error."""
        with pytest.raises(TypeError, match="no_such"):
            build(no_such=1)

    def test_models(self, build: Build) -> None:
        """The offline model is no language model, and a name must name one."""
        with pytest.raises(UsageProblem, match="language model"):
            build("offline")
        with pytest.raises(ConfigProblem, match="names no model"):
            build("nothing")

    @pytest.mark.sqlite
    def test_stores(self, build: Build, anthropic: AnthropicServer, tmp_path: Path) -> None:
        """A store is a path, a folder or a URL, and a new one is its owner's alone."""
        for number, db in enumerate((tmp_path / "a" / "mine.db", f"sqlite:///{tmp_path}/a/mine.db")):
            anthropic.reply("Noted.")
            build(db=db).run(f"Say {number}.", session_id="s1")
        path = tmp_path / "a" / "mine.db"
        assert 0o600 == path.stat().st_mode & 0o777
        connection = sqlite3.connect(path)
        assert [(2,)] == connection.execute("SELECT count(*) FROM agno_runs").fetchall()
        connection.close()
        with pytest.raises(ConfigProblem, match="no URL"):
            build(db="mysql://localhost/x")

    def test_a_run_refuses_them_too(self, build: Build) -> None:
        """What a run is given is held to the same table."""
        with pytest.raises(AgentmemError, match="add_history_to_context"):
            build().run("Where?", add_history_to_context=True)
        with pytest.raises(AgentmemError, match="not continued"):
            build().continue_run(run_id="r1")
