"""The harness keeps its own word: what the other tests are driven with does what it says."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import run
from typing import TYPE_CHECKING, Any

import pytest
from harness.anthropic_wire import MODEL
from harness.command_line import WITHOUT_ROOT, Result, started_process
from harness.environment import process_environment
from harness.terminal import Terminal, on_terminal
from harness.waiting import wait_until

if TYPE_CHECKING:
    from anthropic import Anthropic  # half a second, that a test without it saves
    from harness.anthropic_server import AnthropicServer

Cli = Callable[..., Result]


class TestNoNetwork:
    """Nothing that a test runs reaches another machine."""

    @pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "127.example.com", "0.0.0.0"])  # noqa: S104 -- no bind
    def test_in_this_process(self, host: str) -> None:
        """A connection or a name look-up that leaves loopback is refused at once."""
        with pytest.raises(OSError, match="Tests have no network"):
            socket.create_connection((host, 80), timeout=5)

    def test_below_the_name_look_up(self) -> None:
        """So is a client that resolves names by itself."""
        with socket.socket() as client, pytest.raises(OSError, match="Tests have no network"):
            client.connect_ex(("192.0.2.1", 80))

    def test_in_a_child_process(self) -> None:
        """A Python process that a test starts is under the same ban."""
        program = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
        ended = run(
            [sys.executable, "-c", program], env=process_environment(), capture_output=True, text=True, check=False
        )
        assert "OSError: Tests have no network: socket.getaddrinfo to '192.0.2.1' is refused." in ended.stderr

    def test_loopback_stays(self) -> None:
        """Loopback and Unix sockets work: the scripted servers live there."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(("localhost", server.getsockname()[1])).close()
        for end in socket.socketpair():
            end.close()


class TestCommandLine:
    """The command line runs in this process or as its own, on the same words and streams."""

    def test_both_ways_agree(self, cli: Cli, process: Cli) -> None:
        """The same words end the same way."""
        assert process("--version") == cli("--version")
        assert cli("--version").out.startswith("agentmem ")

    def test_errors_are_results(self, cli: Cli, process: Cli) -> None:
        """A refused command line gives its exit code and its line on stderr."""
        refused = cli("sessions", "--no-such-option")
        assert (2, "") == (refused.code, refused.out)
        assert refused.err.startswith("agentmem: ")
        assert refused == process("sessions", "--no-such-option")

    def test_home_is_the_tests_own(self, home: Path, cli: Cli) -> None:
        """The data folder is below the test's temporary folder, and nobody's settings come in."""
        cli("sessions", "list")
        assert (home / "agentmem.db").exists()
        assert [] == [name for name in os.environ if name.startswith("ANTHROPIC_")]

    def test_a_started_process_is_killed(self, home: Path) -> None:
        """A process that still runs at the end of its block, here one that waits for questions, is killed."""
        with started_process("recall", "-", env={"AGENTMEM_HOME": str(home)}) as child:
            assert child.poll() is None
        assert -9 == child.returncode

    def test_without_root(self, tmp_path: Path) -> None:
        """Permissions count for a command that runs without root's power."""
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o500)
        ended = run(
            [*WITHOUT_ROOT, "touch", str(closed / "file")], capture_output=True, check=False, env=process_environment()
        )
        assert 1 == ended.returncode
        assert b"Permission denied" in ended.stderr


class TestAnthropicServer:
    """The scripted server speaks to the real client as Anthropic's does."""

    def test_a_streamed_answer(self, anthropic: AnthropicServer) -> None:
        """Pieces come one by one; the request is recorded; usage says what was read from the cache."""
        anthropic.reply(pieces=["Hel", "lo ", "Sarah."])
        with _client().messages.stream(**_ask("Hi")) as stream:
            assert ["Hel", "lo ", "Sarah."] == list(stream.text_stream)
            message = stream.get_final_message()
        assert ("end_turn", 900) == (message.stop_reason, message.usage.cache_read_input_tokens)
        (request,) = anthropic.requests
        assert "Bearer test-key" == request.headers["authorization"]
        assert [{"role": "user", "content": "Hi"}] == request.body["messages"]

    def test_a_whole_answer(self, anthropic: AnthropicServer) -> None:
        """A request that does not stream gets one message."""
        anthropic.reply("Hello.")
        assert "Hello." == _client().messages.create(**_ask("Hi")).content[0].text

    def test_async(self, anthropic: AnthropicServer) -> None:
        """The asynchronous client reads the same stream."""
        anthropic.reply(pieces=["a", "b"])

        async def read() -> list[str]:
            from anthropic import AsyncAnthropic

            async with AsyncAnthropic() as client, client.messages.stream(**_ask("Hi")) as stream:
                return [piece async for piece in stream.text_stream]

        assert ["a", "b"] == asyncio.run(read())

    def test_a_tool_call(self, anthropic: AnthropicServer) -> None:
        """A tool call streams its arguments in parts, after its text."""
        anthropic.tool_use("recall", {"question": "Où ?"}, text="I look.")
        with _client().messages.stream(**_ask("Hi")) as stream:
            message = stream.get_final_message()
        assert "tool_use" == message.stop_reason
        assert ("recall", {"question": "Où ?"}) == (message.content[1].name, message.content[1].input)

    @pytest.mark.parametrize("reason", ["max_tokens", "refusal"])
    def test_another_stop_reason(self, anthropic: AnthropicServer, reason: str) -> None:
        """An answer can end for another reason than that it is done."""
        anthropic.stop_reason(reason, text="Half an")
        assert reason == _client().messages.create(**_ask("Hi")).stop_reason

    @pytest.mark.parametrize(
        ("status", "kind", "error"),
        [
            (401, "authentication_error", "AuthenticationError"),
            (429, "rate_limit_error", "RateLimitError"),
            (529, "overloaded_error", "OverloadedError"),
        ],
    )
    def test_a_refused_request(self, anthropic: AnthropicServer, status: int, kind: str, error: str) -> None:
        """An error status becomes the client's own exception."""
        import anthropic as library

        anthropic.error(status, kind, headers={"retry-after": "7"})
        with pytest.raises(library.APIStatusError) as caught:
            _client(max_retries=0).messages.create(**_ask("Hi"))
        assert (error, status, kind) == (type(caught.value).__name__, caught.value.status_code, caught.value.type)
        assert "7" == caught.value.response.headers["retry-after"]

    def test_the_client_retries(self, anthropic: AnthropicServer) -> None:
        """With its defaults the client asks again after an overload, twice."""
        anthropic.error(529, "overloaded_error", times=2)
        anthropic.reply("Hello.")
        assert "Hello." == _client().messages.create(**_ask("Hi")).content[0].text
        assert 3 == len(anthropic.requests)

    @pytest.mark.parametrize("after_text", ["", "Half"])
    def test_a_hang(self, anthropic: AnthropicServer, after_text: str) -> None:
        """A server that takes the request and falls silent runs into the client's timeout."""
        import anthropic as library
        import httpx2

        anthropic.hang(after_text=after_text)
        client = _client(max_retries=0, timeout=0.2)
        with (
            pytest.raises((library.APITimeoutError, httpx2.ReadTimeout)),
            client.messages.stream(**_ask("Hi")) as stream,
        ):
            list(stream.text_stream)

    def test_a_dropped_connection(self, anthropic: AnthropicServer) -> None:
        """A connection that is dropped in mid-stream is an error after the text that came."""
        anthropic.cut("Half an ans")
        assert ("Half an ans", "RemoteProtocolError") == _text_and_error()

    def test_a_stream_that_ends_early(self, anthropic: AnthropicServer) -> None:
        """A stream may end in order with no message_stop: the client sees no error, only no stop reason."""
        anthropic.cut("Half an ans", cleanly=True)
        assert ("Half an ans", "") == _text_and_error()

    def test_an_error_in_mid_stream(self, anthropic: AnthropicServer) -> None:
        """An overloaded server may say so after the answer began: the error has the answer's status, 200."""
        anthropic.cut("Half an ans", error="overloaded_error")
        assert ("Half an ans", "APIStatusError") == _text_and_error()

    def test_when(self, anthropic: AnthropicServer) -> None:
        """A reply with `when` waits for a request that holds this text."""
        anthropic.reply("second", when="Remember")
        anthropic.reply("first")
        answers = [_client().messages.create(**_ask(text)).content[0].text for text in ("Hi", "Remember me")]
        assert ["first", "second"] == answers

    def test_a_request_without_a_reply(self, anthropic: AnthropicServer) -> None:
        """A request that nobody scripted is refused and kept; the fixture fails the test for it."""
        import anthropic as library

        with pytest.raises(library.InternalServerError, match="no reply for this request"):
            _client(max_retries=0).messages.create(**_ask("Hi"))
        assert 1 == len(anthropic.unscripted)
        anthropic.unscripted.clear()

    def test_a_client_that_leaves(self, anthropic: AnthropicServer) -> None:
        """A client that closes the stream early is counted."""
        anthropic.reply(pieces=["x" * 100_000] * 200)
        with _client().messages.stream(**_ask("Hi")) as stream:
            next(iter(stream.text_stream))
        wait_until(lambda: anthropic.hung_up == 1)

    def test_through_agno(self, anthropic: AnthropicServer) -> None:
        """Agno's Claude finds the server by the environment, streams, and runs a tool."""
        anthropic.tool_use("where", {"who": "Sarah"})
        anthropic.reply(pieces=["In a ", "clinic."])

        def where(who: str) -> str:
            """Say where somebody works."""
            return f"{who} works in a clinic."

        assert "In a clinic." == _agno_answer("Where does Sarah work?", tools=[where])
        assert "Sarah works in a clinic." in anthropic.requests[1].text


class TestRealModel:
    """A real model answers over the same wire."""

    def test_the_client(self, real_model: str) -> None:
        """The real client streams an answer from real weights."""
        with _client().messages.stream(**_ask("Say hello.", max_tokens=8)) as stream:
            text = "".join(stream.text_stream)
            message = stream.get_final_message()
        assert real_model.startswith("http://127.0.0.1:")
        assert "hello" in text.lower()
        assert ("max_tokens", 8) == (message.stop_reason, message.usage.output_tokens)

    @pytest.mark.usefixtures("real_model")
    def test_agno(self) -> None:
        """So does Agno."""
        assert "hello" in _agno_answer("Say hello.", max_tokens=8).lower()


ASK_NAME = """
from prompt_toolkit import PromptSession
try:
    print("Hello " + PromptSession().prompt("name> ") + ".")
except KeyboardInterrupt:
    raise SystemExit(3)
"""


class TestTerminal:
    """A program on a pseudo-terminal is typed at and its screen is read."""

    @pytest.fixture
    def asking(self) -> Iterator[Terminal]:
        """A small program that asks for a name."""
        with on_terminal(sys.executable, "-c", ASK_NAME, columns=60, rows=10) as terminal:
            terminal.wait_for("name>")
            yield terminal

    def test_typing(self, asking: Terminal) -> None:
        """Keys reach the program; the screen shows what it drew, with no warning about the cursor position."""
        asking.send("Zoë 東京\r")
        assert "name> Zoë 東京\nHello Zoë 東京." == asking.wait_for("Hello Zoë 東京.")
        assert 0 == asking.wait_for_exit()
        assert b"\x1b[6n" in asking.raw

    def test_control_keys(self, asking: Terminal) -> None:
        """Ctrl-C arrives as it does from a keyboard."""
        asking.send("\x03")
        assert 3 == asking.wait_for_exit()

    def test_size(self, asking: Terminal) -> None:
        """The window has the size that was asked for and can change it: the program draws anew."""
        asking.send("a" * 60)
        asking.wait_for("name> " + "a" * 54 + "\n" + "a" * 6)
        asking.resize(columns=30, rows=5)
        asking.wait_for("name> " + "a" * 24 + "\n" + "a" * 30 + "\n" + "a" * 6)

    def test_a_smaller_window_keeps_what_is_above_the_cursor(self) -> None:
        """Fewer lines cost the empty ones below the cursor first."""
        with on_terminal(sys.executable, "-c", "print('one'); print('two'); input('three ')", rows=10) as terminal:
            terminal.wait_for("three")
            terminal.resize(columns=80, rows=4)
            assert "one\ntwo\nthree" == terminal.text()
            terminal.resize(columns=80, rows=2)
            assert "two\nthree" == terminal.text()
            terminal.send("\r")
            assert 0 == terminal.wait_for_exit()

    def test_what_never_comes(self, asking: Terminal) -> None:
        """A text that does not appear fails the test with the screen in its message."""
        with pytest.raises(AssertionError, match="name>"):
            asking.wait_for("no such text", timeout=0.1)

    def test_the_network_is_banned_there_too(self) -> None:
        """A program on the terminal has no network either."""
        program = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
        with on_terminal(sys.executable, "-c", program) as terminal:
            terminal.wait_for("Tests have no network")
            assert 1 == terminal.wait_for_exit()


def _client(**options: Any) -> Anthropic:
    from anthropic import Anthropic

    return Anthropic(**options)


def _ask(text: str, *, max_tokens: int = 64) -> dict[str, Any]:
    return {"model": MODEL, "max_tokens": max_tokens, "messages": [{"role": "user", "content": text}]}


def _text_and_error() -> tuple[str, str]:
    """What a stream gave before it ended, and the name of the error that ended it."""
    text = ""
    try:
        with _client(max_retries=0).messages.stream(**_ask("Hi")) as stream:
            for piece in stream.text_stream:
                text += piece
    except Exception as error:  # noqa: BLE001 -- which error it is is the question
        return text, type(error).__name__
    return text, ""


def _agno_answer(question: str, *, tools: list[Any] | None = None, max_tokens: int = 64) -> str:
    from agno.agent import Agent, RunContentEvent
    from agno.models.anthropic import Claude

    agent = Agent(id="test", model=Claude(id=MODEL, max_tokens=max_tokens), tools=tools or [], telemetry=False)
    events = agent.run(question, stream=True)
    return "".join(str(event.content) for event in events if isinstance(event, RunContentEvent))
