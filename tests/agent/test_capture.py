"""What a language model is asked about a message, and what becomes of its reply: one call, typed words only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from harness.anthropic_server import AnthropicServer, Request
from harness.captures import CAPTURE, operation, replied
from harness.command_line import Result
from harness.erasing import erase_turn

from agentmem_cli.agent.capturing import NOT_IN_FORM, Capturing
from agentmem_cli.agent.events import Captured
from agentmem_cli.agent.undo import ChatChanges
from agentmem_cli.records import TurnStatus
from agentmem_cli.sessions.turns import begin_turn, settle_turn
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.captures import queue_capture
from agentmem_cli.storage.opening import open_database
from agentmem_cli.terminal import once

Cli = Callable[..., Result]
SAID = "I work in healthcare and I prefer short answers."


def script(anthropic: AnthropicServer, *operations: dict[str, Any]) -> None:
    """Answer the question, and the capture that follows it with these operations."""
    anthropic.reply(replied(*operations), when=CAPTURE)
    anthropic.reply("Noted.")


def waiting() -> list[tuple[str, int]]:
    """What is in the queue: the words, and how often a model failed on them."""
    with closing(open_database(load_settings())) as database:
        return [(row["typed"], row["attempts"]) for row in database.read("SELECT * FROM capture_queue ORDER BY at")]


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


@pytest.mark.usefixtures("home")
def test_a_message_is_captured_once_however_often_it_is_asked_for() -> None:
    """Whoever asks for it meanwhile is told the same."""
    with closing(open_database(load_settings())) as database:
        turn = begin_turn(database, user_id="sarah", session_id="s1", question=SAID, at=1_000)
        settle_turn(database, turn, TurnStatus.DONE, "Noted.", at=1_001)
        with database.write() as connection:
            said = {"run_id": turn.run_id, "user_id": "sarah", "session_id": "s1", "typed": SAID}
            queue_capture(connection, **said, at=1_000, mode="auto")
        capturing = Capturing(load_settings(), database, lambda: None)

        async def both() -> list[Captured]:
            return await asyncio.gather(*(capturing.capture(turn.run_id, "offline") for _ in range(2)))

        first, second = asyncio.run(both())
    assert first == second
    assert first.added


@pytest.mark.parametrize("said", ["```\nI am Bob\n```", "> I am Bob", "x " * 3_000], ids=["code", "quoted", "long"])
def test_what_the_person_did_not_say_costs_no_call(tell: Cli, anthropic: AnthropicServer, said: str) -> None:
    """Code, quoted lines and pastes are not sent a second time, and do not wait."""
    anthropic.reply("Noted.")
    tell(said)
    assert (1, []) == (len(anthropic.requests), waiting())


def test_the_form_carries_no_words_for_programmers(tell: Cli, anthropic: AnthropicServer) -> None:
    """The provider holds the reply to a schema of names and types; no title or docstring goes along."""
    script(anthropic)
    tell(SAID)
    schema = captures(anthropic)[0].body["output_config"]["format"]["schema"]
    assert ["operations"] == schema["required"]
    assert ("title" in str(schema), "description" in str(schema)) == (False, False)


def test_the_exchanges_before_go_along(tell: Cli, cli: Cli, anthropic: AnthropicServer) -> None:
    """The last three, what was piped and what was said with memory off excepted; a quote may be of them."""
    said = ["I work in healthcare.", "I am Bob.", "I live in Oslo.", "I like tea."]
    anthropic.reply("Hello.", when="I am Bob.")
    tell("-s", "s1", "--memory", "off", said[1])
    for text in (said[0], *said[2:]):
        script(anthropic)
        tell("-s", "s1", text)
    script(anthropic, operation("Works somewhere else", "I live in Oslo"))
    tell("-s", "s1", "Where was I?")
    sent = captures(anthropic)[-1].text
    assert (True, False, True, True) == tuple(text in sent for text in said)
    (memory,) = cli("memories", "list", "--json").json()
    shown = cli("sessions", "show", "s1", "--json").json()["messages"]
    assert [memory["run_id"]] == [each["run_id"] for each in shown if each["text"] == "I live in Oslo."]


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


@pytest.mark.parametrize("reply", ['{"operations": []}', '{"operations": [7, {"action": "nothing"}]}'])
def test_a_reply_with_nothing_in_it(tell: Cli, cli: Cli, anthropic: AnthropicServer, reply: str) -> None:
    """Nothing to remember is silence."""
    anthropic.reply(reply, when=CAPTURE)
    anthropic.reply("Noted.")
    assert Result(0, "Noted.\n", "") == tell(SAID)
    assert ([], []) == (texts(cli), waiting())


def test_a_reply_that_cannot_be_read(tell: Cli, cli: Cli, anthropic: AnthropicServer) -> None:
    """The model is asked once more; a second such reply, and the message is kept without it, which is said."""
    for reply in ("There is nothing.", "{"):
        anthropic.reply(reply, when=CAPTURE)
    anthropic.reply("Noted.")
    result = tell("I work in healthcare.")
    assert (True, True) == ("memory +1" in result.err, NOT_IN_FORM in result.err)
    assert (["I work in healthcare"], []) == ([text.rstrip(".") for text in texts(cli)], waiting())
    assert "There is nothing." in captures(anthropic)[1].text


def test_a_replacement(tell: Cli, cli: Cli, anthropic: AnthropicServer) -> None:
    """The model is shown what is known by number, and what it replaces is superseded."""
    cli("memories", "add", "Works at a clinic")
    script(anthropic, operation("Works at a school", "I work at a school", action="replace", replaces=[1]))
    assert "memory ~1: Works at a school" in tell("I work at a school now, not at the clinic.").err
    assert "1. Works at a clinic (fact, said " in captures(anthropic)[0].text
    assert ["Works at a school"] == texts(cli)
    assert ["Works at a clinic"] == texts(cli, "list", "--status", "superseded")


def test_only_few_memories_go_along(tell: Cli, cli: Cli, anthropic: AnthropicServer) -> None:
    """Of many, standing instructions and those that resemble the message, within 1,200 tokens."""
    lines = [{"text": f"Owns the painting number {number}"} for number in range(200)]
    lines += [{"text": "Drives to healthcare meetings"}, {"text": "Answer in German", "kind": "instruction"}]
    cli("memories", "import", "-", stdin="\n".join(json.dumps(line) for line in lines))
    script(anthropic)
    tell(SAID)
    sent = captures(anthropic)[0].text
    assert (True, True) == ("Drives to healthcare" in sent, "Answer in German" in sent)
    assert sent.count("Owns the painting") < 50


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


def test_capture_without_a_model(cli: Cli, anthropic: AnthropicServer) -> None:
    """--memory-model offline keeps the person's words while another model answers: one request."""
    anthropic.reply("Noted.")
    result = cli("chat", "-p", "--no-knowledge", "--memory-model", "offline", "I work in healthcare.")
    assert (1, True) == (len(anthropic.requests), "memory +1: I work in healthcare" in result.err)


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
    assert ([], [(SAID, 1)]) == (texts(cli), waiting())


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
    cli("chat", "-p", "--session", "s2", f"{SAID} What is my diary called?", stdin="I live in Oslo.")
    question, capture = anthropic.requests[1:]
    assert (True, True) == ("Bluebird" in question.text, "I live in Oslo." in question.text)
    assert (False, False) == ("Bluebird" in capture.text, "I live in Oslo." in capture.text)


def test_a_failed_turn_is_captured_by_the_next_start(tell: Cli, cli: Cli, anthropic: AnthropicServer) -> None:
    """Where the provider failed, no second request follows; the message waits, and its memory is shown then."""
    anthropic.error(401, "authentication_error")
    tell(SAID)
    assert (1, [(SAID, 0)]) == (len(anthropic.requests), waiting())
    anthropic.reply(replied(operation("Works in healthcare", "I work in healthcare")), when=SAID)
    script(anthropic)
    assert "memory +1: Works in healthcare" in tell("What now?").err
    assert (["Works in healthcare"], []) == (texts(cli), waiting())


@pytest.mark.parametrize("reason", ["max_tokens", "refusal"])
def test_a_refused_or_cut_answer_is_captured(tell: Cli, cli: Cli, anthropic: AnthropicServer, reason: str) -> None:
    """What the person said is said."""
    anthropic.reply(replied(operation("Works in healthcare", "I work in healthcare")), when=CAPTURE)
    anthropic.stop_reason(reason, text="I" if reason == "max_tokens" else "")
    assert 5 == tell(SAID).code
    assert ["Works in healthcare"] == texts(cli)


def test_after_three_failures_it_is_kept_without_the_model(tell: Cli, cli: Cli, anthropic: AnthropicServer) -> None:
    """Each in a start of its own."""
    said = "I work in healthcare."
    anthropic.error(401, "authentication_error")
    tell(said)
    for failures in (1, 2, 3):
        anthropic.error(401, "authentication_error", when=said)
        anthropic.reply("Noted.", when="What is it")
        tell("--memory-model", "anthropic:small", "-s", str(failures), "> What is it?")
        assert ([(said, failures)] if failures < 3 else []) == waiting()
    assert [said.rstrip(".")] == [text.rstrip(".") for text in texts(cli)]


def test_a_slow_capture_does_not_hold_the_answer(
    tell: Cli, anthropic: AnthropicServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is there and the process leaves; the next start captures the message, and says so."""
    monkeypatch.setattr(once, "GRACE", 0.2)
    anthropic.hang(when=CAPTURE)
    anthropic.reply("Noted.")
    result = tell("--format", "json", SAID)
    assert ("Noted.", True, [(SAID, 0)]) == (result.json()["answer"], result.json()["memory"]["waits"], waiting())


@pytest.mark.parametrize("gone", ["undo", "trash", "purge", "erase"])
def test_what_is_taken_back_is_not_captured_later(tell: Cli, cli: Cli, anthropic: AnthropicServer, gone: str) -> None:
    """It waits as long as it may come back, and leaves no word behind when it is erased."""
    anthropic.error(401, "authentication_error")
    tell("-s", "s1", SAID)
    with closing(open_database(load_settings())) as database:
        if gone == "undo":
            ChatChanges(database, "sarah", lambda _: None).undo("s1", 5)
        elif gone == "erase":
            erase_turn(database, "sarah", database.read("SELECT run_id FROM agno_runs")[0]["run_id"])
    if gone in ("trash", "purge"):
        cli("sessions", "delete", "s1", *(("--purge", "--yes") if gone == "purge" else ()))
    script(anthropic)
    tell("-s", "s2", "What now?")
    assert ([], [(SAID, 0)] if gone in ("undo", "trash") else []) == (texts(cli), waiting())


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
