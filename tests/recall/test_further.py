"""What fills a block beyond the best messages, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from harness.command_line import Result

Cli = Callable[..., Result]


def talk(session: str, *said: str) -> str:
    """Lines of an import, said by Ann and Bob in turn."""
    people = (("user", "Ann"), ("assistant", "Bob"))
    return "".join(
        json.dumps(
            {
                "session": session,
                "role": people[place % 2][0],
                "name": people[place % 2][1],
                "content": text,
                "id": f"{session}:{place}",
                "at": "2026-01-01T10:00:00Z",
            }
        )
        + "\n"
        for place, text in enumerate(said)
    )


@pytest.fixture
def told(cli: Cli) -> Cli:
    """Nine conversations that tell of a lighthouse, and one that asks as well."""
    many = "".join(talk(f"s{n}", f"The lighthouse number {n} stands on a lighthouse hill.", "Fine.") for n in range(9))
    asking = talk("asked", "The lighthouse on the hill was painted, the lighthouse keeper says. By whom?", "Grandpa.")
    cli("sessions", "import", "-", stdin=many + asking)
    return cli


def answered(cli: Cli, question: str, *options: str) -> list[dict[str, object]]:
    """The messages that an answer's prompt was given, from `chat --format json`."""
    ended = cli("chat", "-p", "--no-knowledge", "--format", "json", *options, question).json()
    items: list[dict[str, object]] = ended["recalled"]["items"]
    return [item for item in items if item["type"] == "turn"]


def test_the_reply_to_a_recalled_question_is_in_the_prompt(told: Cli) -> None:
    """An answer that shares no word with the question comes with what it answers, and says so."""
    turns = answered(told, "Tell me about the lighthouse.")
    reply = next(turn for turn in turns if turn["id"] == "asked:1")
    asked = next(turn for turn in turns if turn["id"] == "asked:0")
    assert (True, asked["message_id"]) == (reply["in_prompt"], reply["reply_to"])
    assert all(turn["reply_to"] is None for turn in turns if turn is not reply)


def test_what_only_fills_a_prompt_is_not_among_what_fits_a_question(told: Cli) -> None:
    """`recall` lists the best by rank, and no reply among them."""
    items = told("recall", "Tell me about the lighthouse.", "--json").json()["items"]
    assert 10 == len(items)
    assert all(item["reply_to"] is None for item in items)


def test_what_the_conversation_shows_already_is_no_reply(cli: Cli) -> None:
    """A reply that stands in the history of the request is not recalled beside it."""
    said = [("user", "Which lighthouse is the tall one?"), ("assistant", "The one at Cordouan.")]
    lines = [json.dumps({"session": "s1", "role": role, "content": text}) for role, text in said]
    cli("sessions", "import", "-", stdin="\n".join(lines))
    assert [] == answered(cli, "And the lighthouse?", "--session", "s1")
    assert {"user", "assistant"} == {turn["role"] for turn in answered(cli, "And the lighthouse?")}


def test_a_stranger_s_reply_is_never_given(told: Cli) -> None:
    """A reply belongs to the user who asks."""
    line = json.dumps({"session": "tom", "role": "user", "content": "Which lighthouse is it?"})
    told("sessions", "import", "-", "--user", "tom", stdin=line)
    assert ["tom"] == [turn["session"] for turn in answered(told, "Which lighthouse?", "--user", "tom")]
