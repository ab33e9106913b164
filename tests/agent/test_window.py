"""How many tokens a model takes, and what of a session goes to one that takes few."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import Result

from agentmem_cli.agent.history import history_within
from agentmem_cli.agent.window import HISTORY_BUDGET, context_window, history_budget
from agentmem_cli.records import Exchange, TurnStatus
from agentmem_cli.sessions.catalog import find_session
from agentmem_cli.settings import load_settings
from agentmem_cli.storage.opening import open_database
from agentmem_cli.terminal.resuming import resumed_lines

Ask = Callable[..., Result]


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("anthropic:claude-sonnet-4-6", 200_000),
        ("openai:gpt-4o-mini", 128_000),
        ("openai-chat:gpt-4.1-nano", 1_047_576),
        ("openai:gpt-5-mini", 400_000),
        ("openai:gpt-5.1", 400_000),
        ("openai:gpt-5-chat-latest", None),
        ("openai:gpt-4", None),
        ("openai:o3-mini", 200_000),
        ("openai:o1-mini", None),
        ("google:gemini-2.5-flash", 1_048_576),
        ("ollama:qwen3", None),
        ("offline", None),
    ],
)
def test_known_windows(model: str, tokens: int | None) -> None:
    """Of models whose makers say it; a name that only looks like one of them is not guessed at."""
    assert tokens == context_window(model, 0)


def test_what_the_person_says_goes_first() -> None:
    """The setting holds for any model, and a small window leaves its history a quarter."""
    assert 8_192 == context_window("ollama:qwen3", 8_192) == context_window("openai:gpt-4o", 8_192)
    assert (2_048, HISTORY_BUDGET, HISTORY_BUDGET) == tuple(map(history_budget, (8_192, 200_000, None)))


def test_a_small_window_gets_less_of_the_past(
    ask: Ask, anthropic: AnthropicServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no longer fits is not sent word for word; recall may bring it all the same."""
    for _ in range(3):
        anthropic.reply("Noted.")
    ask("The launch code name is Bluebird. " + "word " * 300)
    ask("Nothing else for now, thank you")
    monkeypatch.setenv("AGENTMEM_CONTEXT_WINDOW", "1200")
    result = ask("What is the launch code name?")
    sent = [message["content"][0]["text"] for message in anthropic.requests[-1].body["messages"]]
    assert ["Nothing else for now, thank you", "Noted.", "What is the launch code name?"] == [
        text.rpartition("\n")[2] for text in sent
    ]
    assert "Bluebird" in result.json()["in_prompt"]


def test_a_full_history_is_cut_in_steps() -> None:
    """What does not fit is cut to half the room at once, so most turns cut nothing; what is too long is left out."""
    said = [Exchange(str(number), "x" * 396, "", TurnStatus.DONE, 0) for number in range(20)]
    starts = [history_within(said[:length], 1_020)[0].run_id for length in range(1, 21)]
    assert ["0"] * 10 + ["6"] * 6 + ["12"] * 4 == starts
    long = Exchange("long", "x" * 9_000, "", TurnStatus.DONE, 0)
    assert [said[0]] == history_within([long, said[0]], 1_020)
    assert [] == history_within([said[0], long], 1_020)


def test_resuming_says_what_a_small_window_leaves_out(cli: Ask) -> None:
    """The line that says how much the model sees of a session goes by the window, too."""
    lines = [{"session": "s1", "role": "user", "content": f"{number} " + "word " * 300} for number in range(3)]
    cli("sessions", "import", "-", stdin="\n".join(map(json.dumps, lines)))
    with closing(open_database(load_settings())) as database:
        session = find_session(database, "sarah", "s1")
        assert "The model sees" not in resumed_lines(database, session, 10)[-1]
        assert "the last 1 of 3 exchanges (500 tokens)" in resumed_lines(database, session, 10, 2_000)[-1]
