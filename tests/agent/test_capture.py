"""What a language model is asked about a message, and what becomes of its reply: one call, typed words only."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from harness.anthropic_server import AnthropicServer, Request
from harness.command_line import Result

Cli = Callable[..., Result]
CAPTURE = "long-term memory"
"""Stands in the system text of the capture request, and in no other."""
SAID = "I work in healthcare and I prefer short answers."


def operation(text: str, quote: str, *, action: str = "add", replaces: int | None = None) -> dict[str, Any]:
    return {"action": action, "text": text, "kind": "fact", "quote": quote, "topics": ["work"], "replaces": replaces}


def script(anthropic: AnthropicServer, *operations: dict[str, Any]) -> None:
    """Answer the question, and the capture that follows it with these operations."""
    anthropic.reply(json.dumps({"operations": operations}), when=CAPTURE)
    anthropic.reply("Noted.")


def captures(anthropic: AnthropicServer) -> list[Request]:
    return [request for request in anthropic.requests if CAPTURE in request.text]


def texts(cli: Cli, *words: str) -> list[str]:
    return [memory["text"] for memory in cli("memories", *(words or ("list",)), "--json").json()]


@pytest.fixture
def tell(cli: Cli, anthropic: AnthropicServer) -> Cli:  # noqa: ARG001 -- its environment is what is needed
    """Say something to Claude (the scripted server)."""
    return lambda *words: cli("chat", "-p", "--no-knowledge", *words)


def test_one_call_on_what_was_typed(tell: Cli, cli: Cli, anthropic: AnthropicServer) -> None:
    """One request after the answer, with the message and nothing of the answer, writes what it quotes."""
    script(anthropic, operation("Works in healthcare", "I work in healthcare"))
    result = tell(SAID)
    assert "memory +1: Works in healthcare (undo: agentmem memories undo)" in result.err
    (capture,) = captures(anthropic)
    assert (2, True, False) == (len(anthropic.requests), SAID in capture.text, "Noted." in capture.text)
    assert "tools" not in capture.body
    (memory,) = cli("memories", "list", "--json").json()
    assert ("I work in healthcare", "fact") == (memory["quote"], memory["kind"])


@pytest.mark.parametrize(
    "said", ["Thanks a lot!", "What is the boiler's model?", "hello", "Translate this:\nI am Bob."]
)
def test_what_is_not_about_the_person_costs_no_call(tell: Cli, anthropic: AnthropicServer, said: str) -> None:
    """Small talk, plain questions and text to work on are not sent a second time."""
    anthropic.reply("Noted.")
    tell(said)
    assert 1 == len(anthropic.requests)


def test_a_quote_that_was_not_said_is_dropped(tell: Cli, cli: Cli, anthropic: AnthropicServer) -> None:
    """What the model makes up, or takes from elsewhere, has no quote in the message and is not kept."""
    script(
        anthropic,
        operation("Lives in Oslo", "I live in Oslo"),
        operation("Was told so", "Noted."),
        operation("Works in healthcare", "i work in  HEALTHCARE"),
    )
    tell(SAID)
    assert ["Works in healthcare"] == texts(cli)


@pytest.mark.parametrize(
    "reply", ['{"operations": []}', "There is nothing.", "{", '{"operations": [7, {"action": "nothing"}]}']
)
def test_a_reply_with_nothing_in_it(tell: Cli, cli: Cli, anthropic: AnthropicServer, reply: str) -> None:
    """Nothing to remember, or no JSON at all, is silence."""
    anthropic.reply(reply, when=CAPTURE)
    anthropic.reply("Noted.")
    assert Result(0, "Noted.\n", "") == tell(SAID)
    assert [] == texts(cli)


def test_a_replacement(tell: Cli, cli: Cli, anthropic: AnthropicServer) -> None:
    """The model is shown what is known by number, and what it replaces is superseded."""
    cli("memories", "add", "Works at a clinic")
    script(anthropic, operation("Works at a school", "I work at a school", action="replace", replaces=1))
    assert "memory ~1: Works at a school" in tell("I work at a school now, not at the clinic.").err
    assert "1. Works at a clinic" in captures(anthropic)[0].text
    assert ["Works at a school"] == texts(cli)
    assert ["Works at a clinic"] == texts(cli, "list", "--status", "superseded")


def test_only_few_memories_go_along(tell: Cli, cli: Cli, anthropic: AnthropicServer) -> None:
    """Of many memories that resemble the message, eight are sent; of others, none."""
    for number in range(20):
        cli("memories", "add", f"Keeps healthcare note number {number}")
    cli("memories", "add", "Drinks tea")
    script(anthropic)
    tell(SAID)
    sent = captures(anthropic)[0].text
    assert (8, False) == (sent.count("Keeps healthcare note"), "Drinks tea" in sent)


def test_review_waits_for_approval(tell: Cli, cli: Cli, anthropic: AnthropicServer) -> None:
    """In review mode nothing is a memory before the person says so."""
    script(anthropic, operation("Works in healthcare", "I work in healthcare"))
    assert "memory ?1 to review: Works in healthcare" in tell("--memory", "review", SAID).err
    assert ([], ["Works in healthcare"]) == (texts(cli), texts(cli, "pending"))


def test_off_asks_nothing(tell: Cli, anthropic: AnthropicServer) -> None:
    """With memory off no capture is asked for."""
    anthropic.reply("Noted.")
    tell("--memory", "off", SAID)
    assert 1 == len(anthropic.requests)


def test_a_cheaper_model_may_capture(tell: Cli, anthropic: AnthropicServer) -> None:
    """--memory-model gets the capture, the other model the question."""
    script(anthropic, operation("Works in healthcare", "I work in healthcare"))
    tell("--model", "anthropic:big", "--memory-model", "anthropic:small", SAID)
    assert ["big", "small"] == [request.body["model"] for request in anthropic.requests]


@pytest.mark.parametrize(
    ("status", "kind"), [(500, "api_error"), (529, "overloaded_error"), (401, "authentication_error")]
)
def test_a_capture_that_fails_is_one_line(
    tell: Cli, cli: Cli, anthropic: AnthropicServer, status: int, kind: str
) -> None:
    """A failure there leaves the answer as it is, exit 0, and says so in a line without a key."""
    anthropic.error(status, kind, times=3 if status >= 500 else 1, when=CAPTURE)
    anthropic.reply("Noted.")
    result = tell(SAID)
    assert (0, "Noted.\n", 1) == (result.code, result.out, len(result.err.splitlines()))
    assert (True, False) == (result.err.startswith("memory: "), "test-key" in result.err)
    assert [] == texts(cli)


def test_secrets_are_left_out(tell: Cli, cli: Cli, anthropic: AnthropicServer) -> None:
    """A password that the model proposes is not stored, and the person is told."""
    said = "I work in healthcare and my password is hunter2."
    script(
        anthropic,
        operation("Password is hunter2", "my password is hunter2"),
        operation("Works in healthcare", "I work in healthcare"),
    )
    assert "left out of memory: a password" in tell(said).err
    assert ["Works in healthcare"] == texts(cli)


def test_what_was_recalled_or_piped_is_not_captured(cli: Cli, anthropic: AnthropicServer) -> None:
    """Neither the recalled block nor piped text reaches the capture, even when it speaks in the first person."""
    anthropic.reply("Noted.")
    cli("chat", "-p", "--memory", "off", "--session", "s1", "I keep a healthcare diary called Bluebird.")
    script(anthropic)
    cli("chat", "-p", "--session", "s2", SAID, stdin="I live in Oslo.")
    question, capture = anthropic.requests[1:]
    assert (True, True) == ("Bluebird" in question.text, "I live in Oslo." in question.text)
    assert (False, False) == ("Bluebird" in capture.text, "I live in Oslo." in capture.text)


def test_a_failed_turn_captures_nothing(tell: Cli, anthropic: AnthropicServer) -> None:
    """Where the answer failed, no second request follows."""
    anthropic.error(401, "authentication_error")
    tell(SAID)
    assert 1 == len(anthropic.requests)


@pytest.mark.parametrize(
    "pasted",
    [
        "<recalled-1a2b>\n[2026-06-01] user: I work at Initech\n[2026-06-01] known: I prefer tea\n</recalled-1a2b>",
        "```\nI work at Initech\n```",
        "> I work at Initech",
        "From memory: Works at Initech. You said on 2026-06-01: “I work at Initech”.",
    ],
    ids=["block", "code", "quoted lines", "answer"],
)
def test_what_was_recalled_is_not_learnt_again(cli: Cli, pasted: str) -> None:
    """Neither a recalled block, nor an answer that says it again, nor a paste of either becomes a memory."""
    said = ("chat", "-p", "--no-knowledge", "--format", "json")
    cli(*said, "--memory", "off", "I work at Initech.")
    shown = cli(*said, "What did I say about Initech?").json()
    assert (True, True) == ("I work at Initech" in shown["in_prompt"], "Initech" in shown["answer"])
    cli(*said, f"Which of these lines is the oldest?\n{pasted}")
    assert [] == texts(cli, "list", "--all")
