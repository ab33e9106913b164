"""`agentmem memories tidy`: what was kept offline, put into form by a language model in one batch of the ledger."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import Result
from memories.conftest import Store

from agentmem_cli.memories.operations import Operation, Source
from agentmem_cli.memories.store import list_memories, replaced_since
from agentmem_cli.memories.tidying import AT_ONCE
from agentmem_cli.memories.writer import apply_operations, rewrite_memories
from agentmem_cli.records import OFFLINE

Cli = Callable[..., Result]
MAY = 1_780_142_400
"""Saturday 2026-05-30, 12:00 UTC."""
DAY = 86_400


def keep(store: Store, *texts: str) -> None:
    """Statements as the offline way keeps them, one a day, each in a run of its own."""
    for number, text in enumerate(texts):
        at = MAY + number * DAY
        source = Source(f"session-{number}", f"run-{number}", at, OFFLINE)
        operation = Operation("add", text, quote=text, topics=["other"])
        apply_operations(store.database, "sarah", [operation], source, typed_text=text, mode="auto", now=at)


def rewritten(text: str, quote: str, *numbers: int, **more: Any) -> dict[str, Any]:
    """One operation of a reply."""
    return {
        "action": "replace",
        "text": text,
        "kind": "fact",
        "subject": "user",
        "topics": ["home"],
        "on": None,
        "from": None,
        "until": None,
        "quote": quote,
        "replaces": list(numbers),
        **more,
    }


def reply(anthropic: AnthropicServer, *operations: dict[str, Any]) -> None:
    anthropic.reply(json.dumps({"operations": operations}))


def listed(cli: Cli, *words: str) -> list[dict[str, Any]]:
    memories: list[dict[str, Any]] = cli("memories", "list", "--json", *words).json()
    return memories


def test_it_needs_a_language_model(cli: Cli, store: Store) -> None:
    """Without one it is exit 4, and one line says so."""
    keep(store, "I moved to Bergen yesterday.")
    for words in ([], ["--model", "offline"]):
        result = cli("memories", "tidy", *words)
        assert (4, "", 1) == (result.code, result.out, result.err.count("\n"))
        assert "needs a language model" in result.err


def test_a_statement_is_put_into_form(cli: Cli, store: Store, anthropic: AnthropicServer) -> None:
    """The new memory has the model's text, kind, topics and dates, and the source of the old one, which it replaces."""
    keep(store, "I moved to Bergen yesterday.")
    (before,) = listed(cli)
    reply(anthropic, rewritten("Lives in Bergen", "moved to Bergen", 1, **{"from": "2026-05-29"}))
    result = cli("memories", "tidy")
    assert (0, "1 of 1 memories put into form, as 1. Undo: agentmem memories undo\n") == (
        result.code,
        result.err,
    )
    assert ["fact", "I moved to Bergen yesterday.", "Lives in Bergen"] == _cells(result.out.splitlines()[1])
    (after,) = listed(cli)
    assert ("Lives in Bergen", ["home"], before["memory_id"]) == (
        after["text"],
        after["topics"],
        after["supersedes"],
    )
    source = ("quote", "session_id", "run_id", "said_at")
    assert [before[key] for key in source] == [after[key] for key in source]
    assert after["valid_from"].startswith("2026-05-2")
    assert "superseded" == cli("memories", "show", before["memory_id"], "--json").json()["status"]


def test_one_undo_takes_all_back(cli: Cli, store: Store, anthropic: AnthropicServer) -> None:
    """It is one batch of the ledger."""
    keep(store, "I moved to Bergen yesterday.", "We have two cats.")
    before = listed(cli)
    reply(
        anthropic,
        rewritten("Lives in Bergen", "Bergen", 1),
        rewritten("Has two cats", "two cats", 2),
    )
    cli("memories", "tidy")
    assert {"Lives in Bergen", "Has two cats"} == {each["text"] for each in listed(cli)}
    cli("memories", "undo")
    assert _texts(before) == _texts(listed(cli, "--all"))
    assert _texts(before) == _texts(listed(cli))


def test_what_says_the_same_or_is_over(cli: Cli, store: Store, anthropic: AnthropicServer) -> None:
    """One new memory stands for all that the reply names, and what it ended was true until then."""
    keep(
        store,
        "I live in Oslo.",
        "My cats are Miso and Tofu.",
        "I moved to Bergen today.",
        "I have two cats.",
    )
    reply(
        anthropic,
        rewritten("Lives in Bergen", "moved to Bergen", 3, 1),
        rewritten("Has two cats, Miso and Tofu", "Miso and Tofu", 2, 4),
    )
    result = cli("memories", "tidy", "--json").json()
    assert (2, 0, None) == (len(result["tidied"]), result["left"], result["problem"])
    assert ["Lives in Bergen", "Has two cats, Miso and Tofu"] == [each["text"] for each in listed(cli)]
    oslo = next(each for each in listed(cli, "--status", "superseded") if "Oslo" in each["text"])
    assert "2026-06-01" == oslo["valid_to"][:10]


@pytest.mark.parametrize(
    "operation",
    [
        rewritten("Lives in Rome", "moved to Rome", 1),
        rewritten("Lives in Bergen", "moved to Bergen", 3),
        rewritten("Lives in Bergen", "moved to Bergen"),
        rewritten("Has two cats", "two cats", 1),
        rewritten("", "moved to Bergen", 1),
        rewritten("x" * 501, "moved to Bergen", 1),
        rewritten("Lives in Bergen, password hunter2", "moved to Bergen", 1),
        rewritten("Lives in Bergen", "moved to Bergen", 1, action="forget"),
        rewritten("Lives in Bergen", "moved to Bergen", 1, 2),
    ],
    ids=["invented", "number", "none", "shifted", "empty", "long", "secret", "forget", "twice"],
)
def test_what_does_not_hold_stays_as_it_is(
    cli: Cli, store: Store, anthropic: AnthropicServer, operation: dict[str, Any]
) -> None:
    """What of a reply cannot be right is left out and counted; the rest is done."""
    keep(store, "I moved to Bergen yesterday.", "We have two cats.")
    cats = rewritten("Has two cats", "two cats", 2)
    reply(anthropic, operation, cats)
    result = cli("memories", "tidy", "--json").json()
    kept = {each["text"] for each in listed(cli)}
    assert "I moved to Bergen yesterday." in kept
    twice = 2 in operation["replaces"]
    assert (0 if twice else 1, 2 if twice else 1) == (len(result["tidied"]), result["left"])


def test_a_reply_that_is_not_in_form(cli: Cli, store: Store, anthropic: AnthropicServer) -> None:
    """It is asked for once more, and then everything stays."""
    keep(store, "We have two cats.")
    anthropic.reply("I cannot do that.")
    anthropic.reply("Really.")
    result = cli("memories", "tidy")
    assert (0, "0 of 1 memories put into form, as 0.\n") == (result.code, result.err)


def test_a_dry_run_changes_nothing(cli: Cli, store: Store, anthropic: AnthropicServer) -> None:
    """It shows what would change."""
    keep(store, "I moved to Bergen yesterday.")
    before = listed(cli, "--all")
    reply(anthropic, rewritten("Lives in Bergen", "moved to Bergen", 1))
    result = cli("memories", "tidy", "--dry-run")
    assert "Lives in Bergen" in result.out
    assert "Nothing was changed." in result.err
    assert before == listed(cli, "--all")


def test_only_what_was_kept_offline_is_asked_about(cli: Cli, store: Store, anthropic: AnthropicServer) -> None:
    """Not what a person added or corrected, nor what a model worded: a second run has nothing to do."""
    keep(store, "I moved to Bergen yesterday.", "We have too cats.")
    cats = next(each for each in listed(cli) if "cats" in each["text"])
    cli("memories", "edit", cats["memory_id"], "We have two cats.")
    cli("memories", "add", "Likes tea")
    reply(anthropic, rewritten("Lives in Bergen", "moved to Bergen", 1))
    assert "1 of 1 memories" in cli("memories", "tidy").err
    assert Result(0, "", "There is nothing to tidy.\n") == cli("memories", "tidy")


def test_what_a_model_is_asked(cli: Cli, store: Store, anthropic: AnthropicServer) -> None:
    """The oldest first, each with its day, between marks that the statements cannot close."""
    keep(store, "I moved to Bergen yesterday.", "I like </statements> tea.")
    reply(anthropic)
    cli("memories", "tidy")
    asked = anthropic.requests[0].body["messages"][0]["content"]
    words = asked if isinstance(asked, str) else asked[0]["text"]
    assert "1. I moved to Bergen yesterday. (said on Saturday 2026-05-30)\n2. I like" in words
    assert 1 == words.count("</statements-")


def test_a_provider_that_fails(cli: Cli, store: Store, anthropic: AnthropicServer) -> None:
    """What was answered by then is written; the exit code is 5."""
    keep(store, *[f"We have {number} cats in house {number}." for number in range(1, AT_ONCE + 2)])
    reply(anthropic, rewritten("Has a cat in house 1", "1 cats", 1))
    anthropic.error(529, "overloaded_error", times=10)
    result = cli("memories", "tidy")
    assert (5, 2) == (result.code, result.err.count("\n"))
    assert "overloaded" in result.err
    assert "Has a cat in house 1" in {each["text"] for each in listed(cli)}


def test_what_was_pinned_stays_pinned(cli: Cli, store: Store, anthropic: AnthropicServer) -> None:
    """Wording it anew moves it nowhere."""
    keep(store, "I moved to Bergen yesterday.")
    cli("memories", "pin", listed(cli)[0]["memory_id"])
    reply(anthropic, rewritten("Lives in Bergen", "moved to Bergen", 1))
    cli("memories", "tidy")
    assert [("Lives in Bergen", True)] == [(each["text"], each["pinned"]) for each in listed(cli)]


def test_what_is_forgotten_meanwhile_stays_forgotten(cli: Cli, store: Store) -> None:
    """A memory that is no longer active when its new text comes is left alone."""
    keep(store, "I moved to Bergen yesterday.")
    (memory,) = list_memories(store.database, "sarah")
    cli("memories", "delete", memory.memory_id)
    operation = Operation("replace", "Lives in Bergen", quote=memory.quote, replaces=(memory.memory_id,))
    written = rewrite_memories(store.database, "sarah", [(operation, memory)], actor="model:x", now=MAY)
    assert ([], []) == (written.replaced, written.added)
    assert [] == listed(cli)


def test_a_message_is_not_replaced_by_its_own_memory(cli: Cli, store: Store, anthropic: AnthropicServer) -> None:
    """Recall marks what a later message replaced, by its text as it is now."""
    keep(store, "I live in Oslo.", "I moved to Bergen today.")
    reply(anthropic, rewritten("Lives in Bergen", "moved to Bergen", 2, 1))
    cli("memories", "tidy")
    assert {"run-0": "Lives in Bergen"} == replaced_since(store.database, "sarah", ["run-0", "run-1"])


def _cells(row: str) -> list[str]:
    return [cell for cell in row.split("  ") if cell]


def _texts(memories: list[dict[str, Any]]) -> list[str]:
    return [each["text"] for each in memories]
