"""One answer for a script: pipes, formats, locales and exit codes."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import Result, Running, started_process
from harness.environment import process_environment
from harness.starting import AGENTMEM
from harness.waiting import PATIENCE

from agentmem_cli.agent.choice import NO_MODEL_NOTICE

Cli = Callable[..., Result]
PLAIN = ("--memory", "off", "--no-knowledge")
"""Without what a test does not ask for, each of which takes time to load."""
OFFLINE = ("--model", "offline", *PLAIN)
NOTHING = b"I found nothing"
CATS = "We have two cats, Miso and Tofu."
NOTICE = f"{NO_MODEL_NOTICE}\n".encode()


def test_a_piped_question(cli: Cli, anthropic: AnthropicServer) -> None:
    """A pipe needs no option: the answer alone is on stdout, and nothing on stderr."""
    anthropic.reply("**Four.**")
    assert Result(0, "**Four.**\n", "") == cli("chat", "--memory", "off", stdin="What is two and two?\n")


@pytest.mark.parametrize("message", ["Where do I work?", "Why?", "sessions list", "私はどこで働いていますか", "où"])
def test_a_message_without_a_command(cli: Cli, anthropic: AnthropicServer, message: str) -> None:
    """`agentmem "Where do I work?"` asks: `chat` is the default. Its options may follow."""
    anthropic.reply("In healthcare.")
    assert Result(0, "In healthcare.\n", "") == cli(message, *PLAIN)
    assert message == anthropic.requests[0].body["messages"][0]["content"][0]["text"].partition("\n")[0]


def test_what_is_piped_beside_a_message_teaches_nothing(cli: Cli) -> None:
    """The words are the person's, stdin is data: only the words become memories."""
    result = cli("chat", "-p", f"{CATS} Sum this up", stdin="I'm Bob and I live in Oslo.\n")
    assert f"memory +1: {CATS.removesuffix('.')} (undo" in result.err
    assert [CATS] == [memory["text"] for memory in cli("memories", "list", "--json").json()]


def test_both_go_to_the_model(cli: Cli, anthropic: AnthropicServer) -> None:
    """The message comes first, what was piped after it."""
    anthropic.reply("A list.")
    cli("chat", "--memory", "off", "Sum this up", stdin="one\ntwo\n")
    assert "Sum this up\n\none\ntwo\n" == anthropic.requests[0].body["messages"][0]["content"][0]["text"]


def test_a_command_of_the_chat_is_no_message(cli: Cli) -> None:
    """It would be answered as one, and nothing would be done; a path is a message."""
    refused = cli("chat", "-p", *OFFLINE, "/remember I like jam")
    assert (2, "") == (refused.code, refused.out)
    assert "/remember is a command of the interactive chat." in refused.err
    assert 0 == cli("chat", "-p", *OFFLINE, "/etc/hosts is empty, why?").code


def test_formats(cli: Cli, anthropic: AnthropicServer) -> None:
    """JSON says everything of the turn; an unknown format is exit 2 before anything is asked."""
    anthropic.tool_use("recall", {"query": "boiler"})
    anthropic.reply(pieces=["Done", "."])
    shown = cli("chat", "-p", "--memory", "off", "--format", "json", "What about it?").json()
    assert ("done", "Done.", None, ["recall"]) == (shown["status"], shown["answer"], shown["error"], shown["tools"])
    assert {"input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "cost"} == set(shown["usage"])
    assert 2 == cli("chat", "-p", "--format", "xml", "Hello there").code


def test_the_model_can_recall_what_its_profile_says(cli: Cli, anthropic: AnthropicServer) -> None:
    """A search for what the profile holds too is answered with it, not with "Nothing was found."."""
    cli("memories", "add", "I live in Ghent")
    anthropic.tool_use("recall", {"query": "where we live now"})
    anthropic.reply("In Ghent.")
    cli("chat", "-p", "--memory", "off", "Where do I live?")
    assert "known: I live in Ghent" in anthropic.requests[1].text


def test_an_answer_on_the_way_to_a_terminal_is_cleaned(cli: Cli, anthropic: AnthropicServer) -> None:
    """What a model says passes the gate in every format; JSON escapes it."""
    for _ in range(2):
        anthropic.reply("A\x1b]0;owned\x07B\x9b2J")
    assert "A]0;ownedB2J\n" == cli("chat", "-p", "--memory", "off", "Go on then").out
    assert "\x1b" not in cli("chat", "-p", "--memory", "off", "--format", "json", "Go on then").out


@pytest.mark.parametrize("options", [["--resume", "zzz"], ["--resume"], ["--continue"]], ids=" ".join)
def test_a_session_that_is_not_there(cli: Cli, options: list[str]) -> None:
    """What cannot be resumed is exit 3, and nothing is asked."""
    assert 3 == cli("chat", "-p", "Hello there", *options).code
    assert [] == cli("sessions", "list", "--json").json()


def test_sessions_by_option(cli: Cli) -> None:
    """--session makes it, --continue goes on with the last one, --resume finds it by id or title; one at a time."""
    cli("chat", "-p", "--session", "s1", "The boiler is broken")
    for options in (["--continue"], ["--resume", "s"], ["--resume", "boiler"], ["-c"]):
        assert "s1" == cli("chat", "-p", "--format", "json", "Hello there", *options).json()["session"]
    assert 2 == cli("chat", "-p", "Hello there", "-c", "-s", "s1").code
    assert 2 == cli("chat", "-p", "Hello there", "-s", " ").code


def test_a_c_locale(process: Cli, anthropic: AnthropicServer) -> None:
    """A C locale neither breaks an accent on its way in nor on its way out."""
    anthropic.reply("Ça va, Zoë 東京.")
    result = process("chat", *PLAIN, stdin="Où est Zoë ?", env={"LC_ALL": "C", "PYTHONUTF8": "0"})
    assert Result(0, "Ça va, Zoë 東京.\n", "") == result
    assert "Où est Zoë ?" in anthropic.requests[0].text


def test_a_closed_pipe_ends_quietly(home: Path, cli: Cli) -> None:
    """`| head -0` gets no traceback, and the answer is kept all the same."""
    with started_process("chat", "-p", *OFFLINE, "Which boiler?", env={"AGENTMEM_HOME": str(home)}) as child:
        child.stdout.close()
        assert (0, NOTICE) == (_end(child), _stderr(child))
    (session,) = cli("sessions", "list", "--json").json()
    messages = cli("sessions", "show", session["session_id"], "--json").json()["messages"]
    assert ["done", "done"] == [message["status"] for message in messages]


def test_a_pipe_that_nobody_closes(home: Path) -> None:
    """A message beside a silent pipe is asked without it after a while, and says so; the pipe need not end."""
    with started_process("-p", *OFFLINE, "Which boiler?", env={"AGENTMEM_HOME": str(home)}) as child:
        assert child.stdout.readline().startswith(NOTHING)
        assert 0 == child.wait(PATIENCE)
        assert b"Nothing came from stdin in 3 s" in _stderr(child)


def test_a_slow_pipe_is_read_to_its_end(home: Path, cli: Cli) -> None:
    """Once something came, all of it is waited for."""
    with started_process("-p", *OFFLINE, "-s", "s1", "Which boiler?", env={"AGENTMEM_HOME": str(home)}) as child:
        for part in (b"two and ", b"two"):
            child.stdin.write(part)
            child.stdin.flush()
        assert (0, NOTICE) == (_end(child), _stderr(child))
    assert "Which boiler?\n\ntwo and two" == cli("sessions", "show", "s1", "--json").json()["messages"][0]["text"]


def test_closed_streams(home: Path) -> None:
    """A stream that is closed from the start is no traceback, and the database does not take its place."""
    command = f"exec {AGENTMEM} -p {' '.join(OFFLINE)} 'Which boiler?' <&- 2>&-"
    ended = subprocess.run(["sh", "-c", command], capture_output=True, env=process_environment(), check=False)
    assert (0, NOTHING, b"") == (ended.returncode, ended.stdout[: len(NOTHING)], ended.stderr)
    assert (home / "agentmem.db").read_bytes().startswith(b"SQLite format 3")


def test_ctrl_c_keeps_the_answer_so_far(home: Path, anthropic: AnthropicServer, cli: Cli) -> None:
    """SIGINT in mid-answer is exit 130; what there was of it is on stdout and kept, marked as interrupted."""
    anthropic.reply(pieces=["First. ", *["more "] * 500], delay=0.05)
    with started_process("chat", "-p", *PLAIN, "Go on then", env={"AGENTMEM_HOME": str(home)}) as child:
        child.stdin.close()
        assert b"First." == child.stdout.read(6)
        child.send_signal(signal.SIGINT)
        assert (130, b"") == (_end(child), _stderr(child))
    (session,) = cli("sessions", "list", "--json").json()
    _, answer = cli("sessions", "show", session["session_id"], "--json").json()["messages"]
    assert ("interrupted", True) == (answer["status"], answer["text"].startswith("First."))


def _end(child: Running) -> int:
    child.stdin.close()
    return child.wait(PATIENCE)


def _stderr(child: Running) -> bytes:
    return child.stderr.read()
