"""A provider that misbehaves: what came is kept and marked, the words are clear, nothing is sent twice.

Each case runs through the real client, streaming and store; the far end alone is scripted.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from harness.anthropic_server import AnthropicServer, serving
from harness.anthropic_wire import Event, as_bytes, block, message
from harness.captures import CAPTURE, operation
from harness.command_line import Result

from agentmem_cli.agent import provider_calls, retrying
from agentmem_cli.errors import ConfigProblem

Ask = Callable[..., Result]
Script = Callable[[AnthropicServer], None]
SENTINEL = "sk-ant-sentinel-0123456789abcdef"
ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\x00\u202eevil\u2066\U000e0041 done"


class Case(NamedTuple):
    """What the far end does, and what becomes of it: exit code, words on stderr, the answer, how many requests."""

    script: Script
    code: int = 0
    says: str = ""
    answer: str = ""
    requests: int = 1


def text(*pieces: str) -> list[Event]:
    """A block of text; JSON writes half a surrogate pair as it is."""
    return block(0, {"type": "text", "text": ""}, *({"type": "text_delta", "text": piece} for piece in pieces))


def thinking(*thoughts: str) -> list[Event]:
    """A block of thinking."""
    deltas = [{"type": "thinking_delta", "thinking": thought} for thought in thoughts]
    return block(0, {"type": "thinking", "thinking": "", "signature": ""}, *deltas)


def tool(arguments: str, name: str = "recall") -> bytes:
    """A call of a tool, its arguments as they are written, in two pieces."""
    start = {"type": "tool_use", "id": "toolu_x", "name": name, "input": {}}
    halves = arguments[: len(arguments) // 2], arguments[len(arguments) // 2 :]
    deltas = [{"type": "input_json_delta", "partial_json": half} for half in halves]
    return message(block(0, start, *deltas), stop_reason="tool_use")


def refusing(status: int, kind: str, said: str = "scripted", times: int = 1, **headers: str) -> Script:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda server: server.error(status, kind, said, headers=sent, times=times)


def sending(*parts: bytes | float, status: int = 200, **headers: str) -> Script:
    return lambda server: server.raw(*parts, status=status, headers=headers or None)


def calling(arguments: str, name: str = "recall") -> Script:
    """A call of a tool, and an answer after it."""

    def script(server: AnthropicServer) -> None:
        server.raw(tool(arguments, name))
        server.reply("After all.")

    return script


def then_answering(script: Script, answer: str = "After all.") -> Script:
    def both(server: AnthropicServer) -> None:
        script(server)
        server.reply(answer)

    return both


HALF = as_bytes(*text("The first half")[:2])
BEGUN = message(text("x")).split(b"event: content_block_start")[0]
PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"

CASES = {
    "401": Case(refusing(401, "authentication_error"), 4, "refused the key"),
    "403": Case(refusing(403, "permission_error"), 4, "refused the key"),
    "404": Case(refusing(404, "not_found_error"), 4, "does not know this model"),
    "413": Case(refusing(413, "request_too_large"), 5, "longer than the model's context"),
    "429": Case(then_answering(refusing(429, "rate_limit_error", retry_after="1")), 0, "1 s; Ctrl-C", "After all.", 2),
    "429 for ever": Case(refusing(429, "rate_limit_error", times=3), 5, "rate limit is reached", "", 3),
    "429 for an hour": Case(refusing(429, "rate_limit_error", retry_after="3600"), 5, "wait 60 minutes"),
    "429 until a date": Case(
        refusing(429, "rate_limit_error", retry_after="Fri, 31 Dec 2100 23:59:59 GMT"), 5, "rate limit is reached"
    ),
    "500": Case(refusing(500, "api_error", "it broke"), 5, "The model failed: it broke."),
    "502 with a page": Case(sending(PAGE, status=502, **{"content-type": "text/html"}), 5, "answered 502"),
    "529": Case(then_answering(refusing(529, "overloaded_error", times=2)), 0, "", "After all.", 3),
    "an echoed key": Case(refusing(400, "invalid_request_error", f"bad {SENTINEL}"), 5, "bad [a key, left out]"),
    "too long": Case(refusing(400, "invalid_request_error", "prompt is too long: 9 > 8"), 5, "--history"),
    "a hang before headers": Case(lambda server: server.hang(), 5, "did not answer in time"),
    "a hang before the first event": Case(sending(b": hello\n\n", 2.0), 5, "did not answer in time"),
    "a hang in mid-stream": Case(sending(BEGUN + HALF, 2.0), 5, "did not answer in time", "The first half"),
    "slow bytes": Case(
        sending(*[part for byte in message(text("Slow.")).split(b"\n") for part in (byte + b"\n", 0.05)]),
        0,
        "",
        "Slow.",
    ),
    "a cut stream": Case(lambda server: server.cut("The first half"), 5, "network failed", "The first half"),
    "a stream that ends early": Case(sending(BEGUN + HALF), 5, "broke off", "The first half"),
    "no stream at all": Case(sending(b""), 5, "answered with nothing"),
    "overloaded at once": Case(
        then_answering(
            sending(as_bytes(("error", {"type": "error", "error": {"type": "overloaded_error", "message": "x"}})))
        ),
        0,
        "",
        "After all.",
        2,
    ),
    "overloaded in mid-stream": Case(
        lambda server: server.cut("The first half", error="overloaded_error"), 5, "overloaded", "The first half"
    ),
    "broken in mid-stream": Case(
        lambda server: server.cut("The first half", error="api_error"),
        5,
        "The model failed: scripted.",
        "The first half",
    ),
    "a malformed event": Case(
        sending(BEGUN + HALF + b"event: content_block_delta\ndata: {oops\n\n"), 5, "cannot be read", "The first half"
    ),
    "an event out of order": Case(sending(as_bytes(*text("x"))), 5, "cannot be read", "x"),
    "an event of a wrong shape": Case(
        sending(BEGUN + as_bytes(("content_block_delta", {"type": "content_block_delta", "index": 7, "delta": 1}))),
        5,
        "cannot be read",
    ),
    "bytes that are no text": Case(sending(BEGUN + HALF + b"data: \xff\n\n"), 5, "cannot be read", "The first half"),
    "unknown events": Case(
        sending(
            as_bytes(("news", {"type": "news"}))
            + message(text("Known.")).replace(
                b"event: message_delta", as_bytes(("other", {"type": "other"})) + b"event: message_delta"
            )
        ),
        0,
        "",
        "Known.",
    ),
    "an empty answer": Case(sending(message()), 5, "answered with nothing"),
    "a blank answer": Case(sending(message(text(" \n "))), 5, "answered with nothing", " \n "),
    "a refusal": Case(lambda server: server.stop_reason("refusal"), 5, "refused to answer"),
    "max_tokens": Case(lambda server: server.stop_reason("max_tokens", text="Once"), 5, "length limit", "Once"),
    "a full context": Case(
        lambda server: server.stop_reason("model_context_window_exceeded", text="Once"), 5, "--history", "Once"
    ),
    "thinking": Case(sending(message(thinking("hm \ud83d", "\ude00"), text("Thought."))), 0, "", "Thought."),
    "redacted thinking": Case(
        sending(message(block(0, {"type": "redacted_thinking", "data": "xyz"}), text("Thought."))), 0, "", "Thought."
    ),
    "a split emoji": Case(sending(message(text("half \ud83d", "\ude00 pair"))), 0, "", "half 😀 pair"),
    "half an emoji": Case(sending(message(text("half \ud83d", " of it \ud83d"))), 0, "", "half ? of it ?"),
    "endless tool calls": Case(
        lambda server: [server.raw(tool('{"query": "boiler"}')) for _ in range(13)] and None,
        5,
        "only calls tools",
        "",
        13,
    ),
    "arguments that are no JSON": Case(calling('{"query": oops}'), 0, "", "After all.", 2),
    "arguments that are no object": Case(calling('["boiler"]'), 0, "", "After all.", 2),
    "arguments of a wrong type": Case(calling('{"query": {"a": [1]}}'), 0, "", "After all.", 2),
    "arguments that are missing": Case(calling("{}"), 0, "", "After all.", 2),
    "arguments with half a pair": Case(calling('{"query": "half \ud83d"}'), 0, "", "After all.", 2),
    "arguments with half an escaped pair": Case(calling('{"query": "half \\ud83d"}'), 0, "", "After all.", 2),
    "a document with half a pair": Case(
        calling('{"query": "a", "document": "\\ude00"}', "search_knowledge"), 0, "", "After all.", 2
    ),
    "an unknown tool": Case(calling("{}", "rm \ud83d"), 0, "", "After all.", 2),
    "five megabytes": Case(sending(message(text(*["x" * 50_000] * 100))), 0, "", "x" * 5_000_000),
    "escapes": Case(sending(message(text(*ESCAPES))), 0, "", ESCAPES.replace("\x00", "\ufffd")),
}


@pytest.fixture(autouse=True)
def _quick(anthropic: AnthropicServer, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 -- its key is another
    monkeypatch.setenv("AGENTMEM_TIMEOUT", "0.5")
    monkeypatch.setenv("ANTHROPIC_API_KEY", SENTINEL)
    monkeypatch.setattr(retrying, "PAUSES", (0.01, 0.02))


@pytest.mark.parametrize("name", CASES)
def test_what_came_is_kept_and_nothing_is_sent_twice(
    ask: Ask, cli: Ask, anthropic: AnthropicServer, home: Path, name: str
) -> None:
    """The question is kept, the answer as far as it came, the turn is marked, and the line is clear."""
    case = CASES[name]
    case.script(anthropic)
    result = ask("Where were we?")
    anthropic.release()
    assert (case.code, case.requests) == (result.code, len(anthropic.requests)), result.err
    assert case.says in result.err
    assert len(result.err.splitlines()) <= (2 if case.requests > 1 else 1)
    assert (case.answer, "done" if case.code == 0 else "failed") == (result.json()["answer"], result.json()["status"])
    shown = cli("sessions", "show", "s1", "--json").json()["messages"]
    assert ["Where were we?", *([case.answer] if case.answer else [])] == [each["text"] for each in shown]
    assert {"done" if case.code == 0 else "failed"} == {each["status"] for each in shown}
    assert [] == [each for each in home.rglob("*") if each.is_file() and SENTINEL.encode() in each.read_bytes()]


def test_a_provider_that_asks_for_no_pause_is_asked_at_once(
    ask: Ask, anthropic: AnthropicServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`retry-after: 0` is a pause of no time, and not the usual one."""
    monkeypatch.setattr(retrying, "PAUSES", (60.0, 60.0))
    then_answering(refusing(429, "rate_limit_error", retry_after="0"))(anthropic)
    result = ask("Where were we?")
    assert (0, "After all.", "") == (result.code, result.json()["answer"], result.err)


@pytest.mark.parametrize("status", [302, 307, 308])
def test_a_redirect_is_not_followed(ask: Ask, anthropic: AnthropicServer, status: int) -> None:
    """The other host gets neither the key nor a word."""
    with serving(AnthropicServer()) as other:
        anthropic.raw(b"moved", status=status, headers={"location": f"{other.url}/v1/messages"})
        result = ask("Where were we?")
        assert (4, True, []) == (result.code, "not followed" in result.err, other.requests)


def test_nobody_listens(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused connection is said at once."""
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    result = ask("Where were we?")
    assert (5, True, "failed") == (result.code, "Nothing listens on 127.0.0.1:9" in result.err, result.json()["status"])


def test_silence_is_told(ask: Ask, anthropic: AnthropicServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits reads what for, for how long, and how to stop; on stderr, so that a pipe holds the answer alone."""
    monkeypatch.setattr(provider_calls, "SILENCE", 0.05)
    monkeypatch.setenv("AGENTMEM_TIMEOUT", "20")
    anthropic.raw(0.3, message(text("At last.")))
    result = ask("Where were we?")
    assert "Nothing comes from the provider; it is waited for 20 s. Ctrl-C stops.\n" == result.err
    assert "At last." == result.json()["answer"]


def test_a_capture_is_asked_again_too(cli: Ask, anthropic: AnthropicServer) -> None:
    """An overload while a message is captured is waited out, and half an emoji in what is kept harms nothing."""
    anthropic.error(529, "overloaded_error", times=2, when=CAPTURE)
    kept = operation("Likes \ud83d tea", "I like tea")
    anthropic.reply(json.dumps({"operations": [kept]}), when=CAPTURE)
    anthropic.reply("Noted.")
    assert 0 == cli("chat", "-p", "I like tea").code
    assert ["Likes ? tea"] == [each["text"] for each in cli("memories", "list", "--json").json()]


@pytest.mark.parametrize(
    "said",
    [
        f"key {SENTINEL}",
        "AIza" + "x" * 35,
        "Authorization: Bearer abcdefghijklmnopqrst",
        "http://joe:secret@host/",
        "mine",
    ],
)
def test_an_error_holds_no_key(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    """Neither what looks like one nor what is configured, in what is wrong and in what to do."""
    monkeypatch.setenv("OTHER_API_KEY", "my-own-made-up-value")
    error = ConfigProblem(said.replace("mine", "my-own-made-up-value"), f"Change {SENTINEL}.")
    shown = f"{error} {error.problem} {error.remedy}"
    held = [each for each in (SENTINEL, "xxxxx", "abcdef", "joe:secret", "made-up") if each in shown]
    assert [] == held
