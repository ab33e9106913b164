"""`agentmem memories preview`: what would be kept of a message, with nothing saved."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import Result
from harness.kept import kept_rows

Cli = Callable[..., Result]
CATS = "We have two cats, Miso and Tofu."
TOM = "My brother Tom is getting married in June."


def test_what_would_be_kept(cli: Cli) -> None:
    """With its kind and its quote; no row changes and no session is made."""
    cli("memories", "add", "Likes tea")
    before = kept_rows()
    (operation,) = cli("memories", "preview", "--json", CATS).json()["operations"]
    expected = {"action": "add", "text": CATS, "kind": "fact", "quote": CATS, "replaces": []}
    assert expected == {key: operation[key] for key in expected}
    assert before == kept_rows()


def test_an_event_has_its_day(cli: Cli) -> None:
    """As it will be stored and shown to a model."""
    flight = "My flight to Toronto is on 9 May 2031."
    (operation,) = cli("memories", "preview", "--json", flight).json()["operations"]
    assert ("event", "2031-05-09") == (operation["kind"], operation["on"])
    assert f"{flight} (on 2031-05-09)" in cli("memories", "preview", flight).out


def test_for_a_person(cli: Cli) -> None:
    """A short list; or that nothing would be kept."""
    shown = cli("memories", "preview", *CATS.split())
    heading, line = shown.out.splitlines()
    assert (0, ["WHAT", "KIND", "TEXT"]) == (shown.code, heading.split())
    assert ["add", "fact", *CATS.split()] == line.split()
    assert Result(0, "", "Nothing would be kept.\n") == cli("memories", "preview", "What is the time?")


def test_one_message_a_line(cli: Cli) -> None:
    """A JSON string or plain text each; one JSON line each, in their order, an empty line too."""
    messages = [CATS, f"\n{TOM}", "", '"quoted" words', '{"content": "x"}']
    lines = [messages[0], json.dumps(messages[1]), *messages[2:]]
    shown = cli("memories", "preview", "-", stdin="\n".join(lines)).json_lines()
    assert messages == [each["message"] for each in shown]
    assert [CATS, TOM] == [shown[place]["operations"][0]["text"] for place in (0, 1)]
    assert [] == shown[2]["operations"]


def test_each_message_is_judged_by_what_is_known(cli: Cli) -> None:
    """Not by what another line would have added."""
    shown = cli("memories", "preview", "-", stdin=f"{CATS}\n" * 2).json_lines()
    assert [1, 1] == [len(each["operations"]) for each in shown]


def test_a_wish_to_forget(cli: Cli) -> None:
    """It names the memory that would go, which stays."""
    told = "My daughter Mia is 6 and allergic to peanuts."
    cli("chat", "-p", "--no-knowledge", told)
    (known,) = cli("memories", "list", "--json").json()
    wish = "Please forget about my daughter Mia."
    (operation,) = cli("memories", "preview", "--json", wish).json()["operations"]
    assert ("forget", "", [known["memory_id"]]) == tuple(operation[key] for key in ("action", "text", "replaces"))
    assert f'{known["memory_id"][:8]} "{told}"' in cli("memories", "preview", wish).out
    assert [known] == cli("memories", "list", "--json").json()


def test_what_the_writer_refuses_is_left_out(cli: Cli) -> None:
    """What is known already, what was forgotten, and a secret, which is named."""
    for said in (TOM, CATS):
        cli("chat", "-p", "--no-knowledge", said)
    cli("memories", "delete", cli("memories", "list", "--json").json()[0]["memory_id"])
    said = f"{TOM}\n{CATS}\nMy password is hunter2.\n"
    shown = cli("memories", "preview", "-", stdin=said).json_lines()
    assert [[], [], []] == [each["operations"] for each in shown]
    assert [[], [], ["a password"]] == [each["withheld"] for each in shown]
    assert "Left out: a password." in cli("memories", "preview", "My password is hunter2.").err


def test_of_another_user(cli: Cli) -> None:
    """What is known already is a matter of each user."""
    cli("chat", "-p", "--no-knowledge", CATS)
    counts = [
        len(cli("memories", "preview", "--json", "-u", user, CATS).json()["operations"]) for user in ("sarah", "bob")
    ]
    assert [0, 1] == counts


@pytest.mark.parametrize("words", [[""], ["  "], []], ids=str)
def test_no_message(cli: Cli, words: list[str]) -> None:
    """It is wrong usage."""
    assert 2 == cli("memories", "preview", *words).code


def test_with_a_language_model(cli: Cli, anthropic: AnthropicServer) -> None:
    """It is asked as in a chat; what the writer would refuse of its reply is left out."""
    cli("memories", "add", "Lives in Oslo")
    (known,) = cli("memories", "list", "--json").json()
    before = kept_rows()
    moved = {
        "action": "replace",
        "text": "Lives in Bergen",
        "kind": "fact",
        "subject": "user",
        "topics": ["home"],
        "on": None,
        "from": "2026-06-01",
        "until": None,
        "quote": "I moved to Bergen",
        "replaces": [1],
    }
    invented = {**moved, "text": "Likes fish", "quote": "I like fish", "action": "add"}
    anthropic.reply(json.dumps({"operations": [moved, invented]}))
    (operation,) = cli("memories", "preview", "--json", "I moved to Bergen, far from Oslo.").json()["operations"]
    expected = {**moved, "replaces": [known["memory_id"]], "subject": None, "asks_about": None}
    assert expected == operation
    assert before == kept_rows()
    assert "Lives in Oslo" in anthropic.requests[0].text


def test_a_model_that_answers_out_of_form(cli: Cli, anthropic: AnthropicServer) -> None:
    """Twice, and the message is kept as it is without a model."""
    for _ in range(2):
        anthropic.reply("Sure!")
    (operation,) = cli("memories", "preview", "--json", CATS).json()["operations"]
    assert CATS == operation["text"]


def test_a_provider_that_fails(cli: Cli, anthropic: AnthropicServer) -> None:
    """The line says so, the next one is asked about, and the exit code is 5."""
    anthropic.error(529, "overloaded_error", times=10, when=TOM)
    anthropic.reply('{"operations": []}', when=CATS)
    result = cli("memories", "preview", "-", stdin=f"{TOM}\n{CATS}\n")
    failed, asked = result.json_lines()
    assert (5, True, []) == (result.code, "overloaded" in failed["error"], asked["operations"])
    assert 5 == cli("memories", "preview", TOM).code


def test_a_chosen_model(cli: Cli, anthropic: AnthropicServer) -> None:
    """`--model offline` asks none."""
    result = cli("memories", "preview", "--json", "--model", "offline", CATS)
    assert 1 == len(result.json()["operations"])
    assert [] == anthropic.requests
