"""What is recalled since it says more of what was found, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from harness.command_line import Result

Cli = Callable[..., Result]
QUESTION = "How much do I pay for guitar lessons?"
OLD = {
    "session": "old",
    "role": "user",
    "content": "I pay Rhys 28 for my guitar lessons.",
    "at": "2021-02-01T10:00:00Z",
}
NEW = {"session": "new", "role": "user", "content": "Rhys wants 34 an hour since May.", "at": "2021-05-01T10:00:00Z"}
OTHERS = [
    {"session": f"s{n}", "role": "user", "content": f"Guitar lessons are on day {n}.", "at": "2021-03-01T10:00:00Z"}
    for n in range(12)
]
"""So many that the newest does not come among the ten best by what it says itself."""


def told(cli: Cli, *lines: dict[str, str], user: str = "sarah") -> None:
    """Import what was said."""
    cli("sessions", "import", "-", "--user", user, stdin="\n".join(map(json.dumps, lines)))


def recalled(cli: Cli, question: str = QUESTION, *options: str) -> list[dict[str, Any]]:
    """What `recall` lists."""
    items: list[dict[str, Any]] = cli("recall", question, "--json", "--user", "sarah", *options).json()["items"]
    return items


def test_a_fact_is_followed_to_its_later_mention(cli: Cli) -> None:
    """What shares no word with the question, but a rare one with the answer to it, is listed behind the best two."""
    told(cli, OLD, *OTHERS, NEW)
    items = recalled(cli)
    assert "old" in [item["session"] for item in items[:2]]
    assert "new" == items[2]["session"]
    scores = [item["score"] for item in items]
    assert sorted(scores, reverse=True) == scores


@pytest.mark.parametrize(
    "change",
    [
        {"at": "2021-01-01T10:00:00Z"},
        {"role": "assistant"},
        {"name": "Rhys"},
        {"content": "Somebody wants 34 an hour since May."},
    ],
    ids=["said before", "said by the assistant", "said among people", "about another"],
)
def test_nothing_else_is_taken_for_a_later_mention(cli: Cli, change: dict[str, str]) -> None:
    """A mention is the person's own, to an assistant, later, and shares a rare word."""
    told(cli, OLD, *OTHERS, NEW | change)
    assert NEW["content"] not in [item["text"] for item in recalled(cli)]
    assert change.get("content") not in [item["text"] for item in recalled(cli)]


def test_a_question_of_what_the_assistant_said_is_not_followed(cli: Cli) -> None:
    """Such a question is answered by what was said then, whatever the person says later."""
    told(cli, OLD, *OTHERS, NEW)
    assert "new" not in [item["session"] for item in recalled(cli, "What did you tell me about guitar lessons?")]


def test_a_stranger_s_mention_is_never_given(cli: Cli) -> None:
    """What another user says of the same is not found."""
    told(cli, OLD, *OTHERS)
    told(cli, NEW, OLD | {"session": "copied"}, user="tom")
    assert not {"new", "copied"} & {item["session"] for item in recalled(cli)}


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 20])
def test_nothing_is_listed_twice(cli: Cli, limit: int) -> None:
    """However few are asked for, each message is listed once, and not more of them than that."""
    told(cli, OLD, *OTHERS, NEW)
    listed = [item["session"] for item in recalled(cli, QUESTION, "-k", str(limit))]
    assert len(set(listed)) == len(listed) <= limit


def test_what_the_conversation_shows_already_is_no_mention(cli: Cli) -> None:
    """A later mention that stands in the history of the request is not recalled beside it."""
    told(cli, OLD, *OTHERS)
    said = cli("chat", "-p", "--user", "sarah", "--no-knowledge", "--format", "json", NEW["content"]).json()
    options = ("chat", "-p", "--user", "sarah", "--no-knowledge", "--format", "json")

    def texts(*more: str) -> list[str]:
        return [item["text"] for item in cli(*options, *more, QUESTION).json()["recalled"]["items"]]

    assert NEW["content"] not in texts("--session", said["session"])
    assert NEW["content"] in texts()
