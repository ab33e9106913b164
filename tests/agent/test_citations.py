"""Which passages an answer cites."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import Result

from agentmem_cli.agent.citations import cited_numbers

Cli = Callable[..., Result]


@pytest.mark.parametrize(
    ("answer", "numbers"),
    [
        ("It is 30 days [2], or 14 [1].", [2, 1]),
        ("Both [1][3] say so, again [1].", [1, 3]),
        ("Both [1, 2; 4] say so.", [1, 2, 4]),
        ("It takes 44 hours[1]. Two shifts do it[2][3].", [1, 2, 3]),
        ("Take x[1], rows[1].size or rows[2] = 3, see [3](http://example.com) and [x].", []),
    ],
)
def test_marks(answer: str, numbers: list[int]) -> None:
    """A mark is a number in brackets of its own: no index of a list, no text of a link."""
    assert numbers == cited_numbers(answer)


@pytest.mark.usefixtures("without_index")
def test_a_document_cites_nothing(cli: Cli, anthropic: AnthropicServer, tmp_path: Path) -> None:
    """A number in brackets in its text or its name is no mark, quoted offline or given to a model."""
    for name, text in (("gerbo [2].txt", "A gerbo drinks two cups a day, as was found in [2][3]."), ("b.txt", "Beds.")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    cli("ingest", str(tmp_path))
    offline = cli("chat", "-p", "--model", "offline", "--format", "json", "How much does a gerbo drink a day?").json()
    assert "as was found in (2)(3)" in offline["answer"]
    assert ([1], []) == ([each["number"] for each in offline["cited"]], offline["uncited_marks"])
    anthropic.tool_use("search_knowledge", {"query": "gerbo"})
    anthropic.reply("Two cups[1].")
    shown = cli("chat", "-p", "--memory", "off", "--format", "json", "What does a gerbo drink?").json()
    assert ([1], []) == ([each["number"] for each in shown["cited"]], shown["uncited_marks"])
    assert "as was found in (2)(3)" in anthropic.requests[1].text


@pytest.mark.usefixtures("without_index")
def test_what_an_answer_cites(cli: Cli, anthropic: AnthropicServer, tmp_path: Path) -> None:
    """JSON says which passages are cited and which marks have none behind them, beside profile and prompt."""
    cli("chat", "-p", "--model", "offline", "I prefer tea.")
    note = tmp_path / "refunds.txt"
    note.write_text("Refunds are paid within 30 days.", encoding="utf-8")
    cli("ingest", str(note))
    anthropic.tool_use("search_knowledge", {"query": "refunds"})
    anthropic.reply("Within 30 days [1], as ever [7].")
    shown = cli("chat", "-p", "--memory", "off", "--format", "json", "When are refunds paid?").json()
    assert [(1, "refunds.txt")] == [(each["number"], each["document"]) for each in shown["cited"]]
    assert ([7], True) == (shown["uncited_marks"], shown["profile"].endswith("] I prefer tea."))
