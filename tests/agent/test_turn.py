"""A turn against a scripted provider behind the real client: what is sent, what is stored, how it fails."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import Result

from agentmem_cli.agent import turn
from agentmem_cli.errors import StoreLocked

Ask = Callable[..., Result]


def stored_runs(home: Path) -> list[dict[str, Any]]:
    with sqlite3.connect(home / "agentmem.db") as connection:
        rows = connection.execute("SELECT status, run_data FROM agno_runs ORDER BY run_index").fetchall()
    connection.close()
    return [{**json.loads(data), "status": status} for status, data in rows]


def test_an_answer_is_printed_and_kept(ask: Ask, anthropic: AnthropicServer, home: Path) -> None:
    """The answer is on stdout with its tokens, and in the store with the question, marked as completed."""
    anthropic.reply(pieces=["Hello", " Sarah."])
    result = ask("Hello there, friend")
    assert (0, "done", "Hello Sarah.") == (result.code, result.json()["status"], result.json()["answer"])
    (run,) = stored_runs(home)
    assert "COMPLETED" == run["status"]
    assert [("user", "Hello there, friend"), ("assistant", "Hello Sarah.")] == [
        (message["role"], message["content"]) for message in run["messages"]
    ]


def test_the_question_is_committed_before_the_model_is_called(
    cli: Ask, anthropic: AnthropicServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the provider thinks, the store holds the question already."""
    seen: list[str] = []
    anthropic.reply("Yes.")
    original = anthropic.take

    def look(request: Any) -> Any:
        seen.extend(run["status"] for run in stored_runs(home))
        return original(request)

    monkeypatch.setattr(type(anthropic), "take", lambda _, request: look(request))
    cli("chat", "-p", "--memory", "off", "Are you there?")
    assert ["RUNNING"] == seen


def test_the_prompt_is_laid_out_for_the_cache(ask: Ask, anthropic: AnthropicServer) -> None:
    """System text, then history, then the question with its cache mark; the recalled block comes last."""
    for _ in range(3):
        anthropic.reply("Noted.")
    ask("The launch code name is Bluebird")
    ask("The budget is nine thousand euros")
    result = ask("--session", "s2", "What is the launch code name?")
    body = anthropic.requests[-1].body
    assert "Bluebird" not in json.dumps(body["system"])
    (message,) = body["messages"]
    question, recalled = message["content"]
    assert {"type": "text", "text": "What is the launch code name?", "cache_control": {"type": "ephemeral"}} == question
    assert "Bluebird" in recalled["text"]
    assert "Bluebird" in result.json()["in_prompt"]


def test_what_was_recalled_is_never_stored(ask: Ask, anthropic: AnthropicServer, home: Path) -> None:
    """The row of a run holds neither the system text nor the recalled block: a forgotten memory must not live on."""
    anthropic.reply("Noted.")
    anthropic.reply("It is Bluebird.")
    ask("The launch code name is Bluebird")
    ask("--session", "s2", "What is the launch name?")
    run = stored_runs(home)[-1]
    assert "code name" not in json.dumps(run)
    assert ["user", "assistant"] == [message["role"] for message in run["messages"]]
    assert {"input_content": "What is the launch name?"} == run["input"]


def test_history_goes_with_the_next_request(ask: Ask, anthropic: AnthropicServer) -> None:
    """The conversation so far is sent word for word, and is not recalled a second time."""
    anthropic.reply("Ten days in Oslo.")
    anthropic.reply("You said Oslo.")
    ask("Where do I go in May?")
    result = ask("Say that once more about Oslo")
    messages = anthropic.requests[-1].body["messages"]
    assert ["Where do I go in May?", "Ten days in Oslo.", "Say that once more about Oslo"] == [
        message["content"][0]["text"] for message in messages
    ]
    assert ["user", "assistant", "user"] == [message["role"] for message in messages]
    assert [] == result.json()["recalled"]["items"]


def test_history_is_bounded_and_moves_in_blocks(ask: Ask, anthropic: AnthropicServer) -> None:
    """With --history 4 at most four exchanges go along, and the window's start moves in steps of two."""
    starts = []
    for number in range(9):
        anthropic.reply(f"answer {number}")
        ask("--history", "4", f"question {number}")
        starts.append(anthropic.requests[-1].body["messages"][0]["content"][0]["text"])
    assert [f"question {n}" for n in (0, 0, 0, 0, 0, 2, 2, 4, 4)] == [start.rpartition("\n")[2] for start in starts]
    assert [False] * 5 + [True] * 4 == ["`recall` finds them" in start for start in starts]


@pytest.mark.parametrize(
    ("status", "kind", "code", "says"),
    [
        (401, "authentication_error", 4, "anthropic refused the key. Check ANTHROPIC_API_KEY."),
        (403, "permission_error", 4, "anthropic refused the key. Check ANTHROPIC_API_KEY."),
        (404, "not_found_error", 4, "The provider does not know this model."),
        (413, "request_too_large", 5, "The request is longer than the model's context."),
        (429, "rate_limit_error", 5, "The provider's rate limit is reached."),
        (500, "api_error", 5, "The model failed:"),
        (529, "overloaded_error", 5, "The provider is overloaded."),
    ],
)
def test_a_refused_request_is_one_line(
    ask: Ask, anthropic: AnthropicServer, home: Path, status: int, kind: str, code: int, says: str
) -> None:
    """Each way in which a provider refuses has its line and its exit code; the message is kept."""
    anthropic.error(status, kind, times=1 if status < 429 and status != 409 else 3)
    result = ask("Where were we?")
    assert (code, True, 1) == (result.code, f"agentmem: {says}" in result.err, len(result.err.splitlines()))
    (run,) = stored_runs(home)
    assert ("ERROR", "Where were we?") == (run["status"], run["messages"][0]["content"])
    assert "test-key" not in result.err + result.out


def test_a_prompt_that_is_too_long(ask: Ask, anthropic: AnthropicServer) -> None:
    """A context that overflows says how to make it smaller."""
    anthropic.error(400, "invalid_request_error", "prompt is too long: 210000 tokens > 200000 maximum")
    result = ask("Where were we?")
    assert (5, True) == (result.code, "--history" in result.err)


@pytest.mark.parametrize(("reason", "says"), [("max_tokens", "cut off"), ("refusal", "refused to answer")])
def test_an_answer_that_ends_early_says_so(ask: Ask, anthropic: AnthropicServer, reason: str, says: str) -> None:
    """What Agno takes for success is not: the text is kept, the line says what is missing."""
    anthropic.stop_reason(reason, text="Once upon")
    result = ask("Tell me a story")
    assert (5, True, "Once upon", "failed") == (
        result.code,
        says in result.err,
        result.json()["answer"],
        result.json()["status"],
    )


@pytest.mark.parametrize("cleanly", [True, False])
def test_a_stream_that_breaks_off_keeps_its_text(
    ask: Ask, anthropic: AnthropicServer, home: Path, cleanly: bool
) -> None:
    """Half an answer is half an answer: kept, marked as failed, and in the history of the next turn."""
    anthropic.cut("The first half", cleanly=cleanly)
    result = ask("Tell me a story")
    assert (5, "The first half") == (result.code, result.json()["answer"])
    assert "ERROR" == stored_runs(home)[0]["status"]
    anthropic.reply("The second half")
    ask("Go on")
    assert "The first half" in anthropic.requests[-1].body["messages"][1]["content"][0]["text"]


def test_a_provider_that_never_answers(ask: Ask, anthropic: AnthropicServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence ends after AGENTMEM_TIMEOUT seconds, with a line."""
    monkeypatch.setenv("AGENTMEM_TIMEOUT", "0.3")
    for _ in range(3):  # the client tries three times
        anthropic.hang()
    result = ask("Are you there?")
    anthropic.release()
    assert (5, True) == (result.code, "did not answer in time" in result.err)


def test_no_network(cli: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens: exit 5, and what to check."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "test-key")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    result = cli("chat", "-p", "Hello there")
    assert (5, True) == (result.code, "Nothing listens on 127.0.0.1:9" in result.err)


def test_claude_without_a_key(cli: Ask) -> None:
    """A model that cannot be used is said before anything is asked."""
    result = cli("chat", "-p", "--model", "anthropic:claude-sonnet-4-6", "Hello there")
    assert (4, True) == (result.code, "ANTHROPIC_API_KEY" in result.err)


@pytest.mark.parametrize(
    ("model", "says"),
    [("nonsense", "names no model"), ("nobody:x", "names no model"), ("cohere:x", "--with cohere")],
)
def test_a_model_that_cannot_be_used(cli: Ask, model: str, says: str) -> None:
    """An unknown provider, or one whose package is missing, is exit 4 with what to do."""
    result = cli("chat", "-p", "--model", model, "Hello there")
    assert (4, True) == (result.code, says in result.err)


def test_the_tools_only_read(ask: Ask, anthropic: AnthropicServer) -> None:
    """The model is offered two tools, both of which read."""
    anthropic.reply("Hello.")
    ask("Hello there, friend")
    assert ["recall", "search_knowledge"] == sorted(tool["name"] for tool in anthropic.requests[0].body["tools"])


def test_no_knowledge_takes_its_tool_away(ask: Ask, anthropic: AnthropicServer) -> None:
    """--no-knowledge leaves `recall` alone."""
    anthropic.reply("Hello.")
    ask("--no-knowledge", "Hello there, friend")
    assert ["recall"] == [tool["name"] for tool in anthropic.requests[0].body["tools"]]


def test_what_the_recall_tool_gave_is_not_stored(ask: Ask, anthropic: AnthropicServer, home: Path) -> None:
    """The model reads what it recalls; the run's row says only that it did."""
    anthropic.reply("Noted.")
    ask("The launch code name is Bluebird")
    anthropic.tool_use("recall", {"query": "launch code name"})
    anthropic.reply("It is a bird.")
    result = ask("--session", "s2", "Which animal did I choose?")
    assert "Bluebird" in anthropic.requests[-1].text
    assert "Bluebird" not in json.dumps(stored_runs(home)[-1])
    assert (["recall"], "It is a bird.") == (result.json()["tools"], result.json()["answer"])


def test_an_empty_message_is_a_usage_error(cli: Ask) -> None:
    """Nothing to say is exit 2, on the command line and on stdin."""
    assert 2 == cli("chat", "-p", "  ").code
    assert 2 == cli("chat", stdin="").code


def test_a_message_of_a_megabyte(cli: Ask) -> None:
    """No model's context holds it: exit 2, with the way to do it."""
    result = cli("chat", "-p", stdin="x" * 1_000_000)
    assert (2, True) == (result.code, "agentmem ingest" in result.err)


def test_recall_goes_by_the_ends_of_a_long_message(ask: Ask, anthropic: AnthropicServer) -> None:
    """A paste of many words does not ask for everything; what is asked before or behind it is looked for."""
    for _ in range(2):
        anthropic.reply("Noted.")
    ask("The launch code name is Bluebird")
    pasted = "The report covers revenue, costs and staff of the quarter. " * 1_700
    result = ask("--session", "s2", f"{pasted}What is the launch code name?").json()
    assert (True, True) == (len(result["recalled"]["question"]) < 5_000, "Bluebird" in result["in_prompt"])
    assert anthropic.requests[-1].body["messages"][0]["content"][0]["text"].startswith(pasted)


def test_stdin_that_is_no_text(cli: Ask) -> None:
    """Bytes that are not UTF-8 are refused with their place."""
    result = cli("chat", stdin=b"caf\xe9")
    assert (2, True) == (result.code, "byte 0xe9 at 3" in result.err)


def test_stream_json_is_a_line_an_event(ask: Ask, anthropic: AnthropicServer) -> None:
    """Pieces as they come, then the end with everything that --format json prints."""
    anthropic.reply(pieces=["One ", "two."])
    lines = ask("--format", "stream-json", "Count for me").json_lines()
    assert ["text", "text", "end"] == [line["type"] for line in lines]
    assert "One two." == lines[-1]["answer"]


def test_the_key_is_nowhere(ask: Ask, anthropic: AnthropicServer, home: Path) -> None:
    """A key that the environment holds reaches no file, no output and no error."""
    anthropic.reply("Hello.")
    result = ask("Hello there, friend")
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())
    assert (False, False) == (b"test-key" in kept, "test-key" in result.out + result.err)


def test_an_answer_that_cannot_be_stored_at_all_is_said(
    ask: Ask, anthropic: AnthropicServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure that nobody planned for, while the turn is settled, ends the turn with a line."""
    monkeypatch.setattr(turn, "settle_turn", lambda *_, **__: 1 / 0)
    anthropic.reply("Hello.")
    result = ask("Hello there, friend")
    assert (1, True) == (result.code, "The turn was not stored: ZeroDivisionError" in result.err)


def test_a_count_that_fails_costs_no_answer(
    ask: Ask, anthropic: AnthropicServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is stored before the memories it used are counted, and stays done when that fails."""

    def locked(*_: Any) -> None:
        raise StoreLocked("Locked.", "Wait.")

    monkeypatch.setattr(turn, "note_used", locked)
    anthropic.reply("Hello.")
    result = ask("Hello there, friend")
    assert (0, "done") == (result.code, result.json()["status"])
    assert "The use of memories was not counted" in result.err
