"""Many turns for a script in one process: a JSON object a line in, one result object a turn out."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import Result, Running, started_process
from harness.waiting import PATIENCE

from agentmem_cli.agent.conversation import MESSAGE_LIMIT
from agentmem_cli.terminal.once import GRACE

Cli = Callable[..., Result]
STREAM = (
    "chat",
    "-p",
    "--input-format",
    "stream-json",
    "--format",
    "stream-json",
    "--no-knowledge",
)


def lines(*values: Any) -> str:
    """One JSON value a line."""
    return "".join(json.dumps(value) + "\n" for value in values)


def ends(result: Result) -> list[dict[str, Any]]:
    """The result objects."""
    return [each for each in result.json_lines() if each["type"] == "end"]


def test_each_line_is_a_whole_turn(process: Cli) -> None:
    """Offline: what one line taught the next one knows, in the one session; each result says what was captured."""
    said = lines({"content": "We have two cats, Miso and Tofu."}, {"content": "Who are our cats?"})
    result = process(*STREAM, stdin=said)
    told, asked = ends(result)
    assert (0, told["session"]) == (result.code, asked["session"])
    assert ["We have two cats, Miso and Tofu."] == [each["text"] for each in told["memory"]["added"]]
    known = [each["memory_id"] for each in asked["recalled"]["items"] if each["type"] == "memory"]
    assert [each["memory_id"] for each in told["memory"]["added"]] == known
    assert ["text", "end", "text", "end"] == [each["type"] for each in result.json_lines()]


def test_a_line_may_name_its_session(cli: Cli) -> None:
    """It is made if it is new; a line that names none goes on in the last one."""
    cli("chat", "-p", "--memory", "off", "--session", "a", "Hello there")
    sessions = [None, "b", None, "a"]
    said = lines(*({"content": "Hello there", "session": each} for each in sessions))
    result = cli(*STREAM, "--resume", "a", "--memory", "off", stdin=said)
    assert ["a", "b", "b", "a"] == [each["session"] for each in ends(result)]
    shown = {each["session_id"]: each["turns"] for each in cli("sessions", "list", "--json").json()}
    assert {"a": 3, "b": 2} == shown


def test_without_options_it_is_a_new_session(cli: Cli) -> None:
    """Two runs are two sessions."""
    runs = [cli(*STREAM, "--memory", "off", stdin=lines({"content": "Hello there"})) for _ in range(2)]
    assert 2 == len({end["session"] for run in runs for end in ends(run)})


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"nope", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b'"Hello"', "not a JSON object"),
        (b"{}", 'There is no "content"'),
        (b'{"content": 7}', '"content" is not a text'),
        (b'{"content": " \\n"}', '"content" is empty'),
        (b'{"content": "Hi", "session": ""}', '"session" is not the id'),
        (b'{"content": "Hi", "session": 7}', '"session" is not the id'),
        (b'{"content": "\xff"}', "not UTF-8"),
        (json.dumps({"content": "x" * (MESSAGE_LIMIT + 1)}).encode(), "characters"),
    ],
    ids=range(10),
)
def test_a_line_that_cannot_be_used(cli: Cli, line: bytes, problem: str) -> None:
    """It is said on both streams and the next line is answered; the exit code is 2."""
    said = b"\n" + line + b'\n{"content": "Hello there"}\n'
    result = cli(*STREAM, "--memory", "off", stdin=said)
    error, *_, end = result.json_lines()
    assert ("error", 2, True) == (error["type"], error["line"], problem in error["error"])
    assert f"agentmem: line 2: {error['error']}\n" in result.err
    assert ("end", "done") == (end["type"], end["status"])
    assert 2 == result.code


def test_a_session_that_cannot_be_used(cli: Cli) -> None:
    """One in the trash is an error of its line; the next line goes on where the one before was."""
    cli("chat", "-p", "--memory", "off", "--session", "gone", "Hello there")
    cli("sessions", "delete", "gone", "--yes")
    said = lines(
        {"content": "One", "session": "a"},
        {"content": "Two", "session": "gone"},
        {"content": "Three"},
    )
    result = cli(*STREAM, "--memory", "off", stdin=said)
    assert (3, ["a", "a"]) == (result.code, [each["session"] for each in ends(result)])


@pytest.mark.parametrize(
    "words",
    [
        ["chat", "--input-format", "stream-json", "--format", "stream-json"],
        ["chat", "-p", "--input-format", "stream-json"],
        [*STREAM, "Hello"],
        ["chat", "-p", "--input-format", "xml"],
    ],
    ids=" ".join,
)
def test_wrong_usage(cli: Cli, words: list[str]) -> None:
    """Without -p or --format stream-json, or with a MESSAGE, it is exit 2 and one line."""
    result = cli(*words, stdin=lines({"content": "Hello there"}))
    assert (2, "", 1) == (result.code, result.out, result.err.count("\n"))


def test_with_a_model(process: Cli, anthropic: AnthropicServer) -> None:
    """Every turn has its answer and its capture before the next line's request goes out."""
    work = {
        "action": "add",
        "text": "Works in healthcare",
        "kind": "fact",
        "quote": "I work in healthcare",
        "topics": ["work"],
        "replaces": None,
    }
    anthropic.reply("Good to know.")
    anthropic.reply(json.dumps({"operations": [work]}))
    anthropic.reply("In healthcare.")
    anthropic.reply(json.dumps({"operations": []}))
    result = process(*STREAM, stdin=lines({"content": "I work in healthcare."}, {"content": "Where do I work?"}))
    told, asked = ends(result)
    assert (0, "Good to know.", "In healthcare.") == (result.code, told["answer"], asked["answer"])
    assert ["Works in healthcare"] == [each["text"] for each in told["memory"]["added"]]
    assert "Works in healthcare" in asked["profile"]


def test_a_slow_capture_is_waited_for(cli: Cli, anthropic: AnthropicServer) -> None:
    """Longer than one answer waits for it: the result says what was kept, and the next line knows it."""
    cats = {
        "action": "add",
        "text": "Has two cats, Miso and Tofu",
        "kind": "fact",
        "subject": "user",
        "topics": ["pets"],
        "on": None,
        "from": None,
        "until": None,
        "quote": "We have two cats, Miso and Tofu.",
        "replaces": [],
    }
    anthropic.reply("Nice.")
    anthropic.reply(json.dumps({"operations": [cats]}), delay=GRACE + 0.5)
    (end,) = ends(cli(*STREAM, stdin=lines({"content": "We have two cats, Miso and Tofu."})))
    assert ["Has two cats, Miso and Tofu"] == [each["text"] for each in end["memory"]["added"]]


def test_a_turn_that_fails(cli: Cli, anthropic: AnthropicServer) -> None:
    """The provider's refusal is in its result, the next line is answered, and the exit code is 5."""
    anthropic.error(529, "overloaded_error", times=10, when="First")
    anthropic.reply("Second answer.", when="Second")
    said = lines({"content": "First question"}, {"content": "Second wish", "session": "b"})
    result = cli(*STREAM, "--memory", "off", stdin=said)
    failed, answered = ends(result)
    assert ("failed", "done", 5) == (failed["status"], answered["status"], result.code)
    assert failed["error"]


def test_an_answer_comes_before_the_next_line(home: Path) -> None:
    """A script may ask, read the result, and then ask again; the end of stdin ends it."""
    with started_process(*STREAM, "--memory", "off", env={"AGENTMEM_HOME": str(home)}) as child:
        for question in ("Which boiler?", "Which roof?"):
            assert question in ask(child, question)["recalled"]["question"]
        child.stdin.close()
        assert 0 == child.wait(PATIENCE)


def test_ctrl_c_ends_it(home: Path, anthropic: AnthropicServer) -> None:
    """It stops the answer, which is kept and shown as interrupted; no further line is read, exit 130."""
    anthropic.reply(pieces=["First. ", *["more "] * 500], delay=0.05)
    with started_process(*STREAM, "--memory", "off", env={"AGENTMEM_HOME": str(home)}) as child:
        child.stdin.write(lines({"content": "Go on"}, {"content": "And on"}).encode())
        child.stdin.flush()
        assert "First." in json.loads(child.stdout.readline())["text"]
        child.send_signal(signal.SIGINT)
        assert 130 == child.wait(PATIENCE)
        results = [json.loads(line) for line in child.stdout]
    assert ["interrupted"] == [each["status"] for each in results if each["type"] == "end"]


def ask(child: Running, question: str) -> dict[str, Any]:
    """Write one line, and read up to its result."""
    child.stdin.write(lines({"content": question}).encode())
    child.stdin.flush()
    while True:
        value: dict[str, Any] = json.loads(child.stdout.readline())
        if value["type"] == "end":
            return value
