"""Conversations in and out, through the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from harness.command_line import Result
from hypothesis import given, settings
from hypothesis import strategies as st

Cli = Callable[..., Result]
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


def line(content: str, role: str = "user", **more: Any) -> str:
    return json.dumps({"session": "trip", "role": role, "content": content, **more}) + "\n"


TRIP = (
    line("We leave for Oslo in May.", at="2026-02-03T10:00:00Z", name="Sarah", id="D1:1")
    + line("How long will you stay?", "assistant", at="2026-02-03T10:00:05Z", name="Tom", id="D1:2")
    + line("Ten days.", at="2026-02-03T10:01:00Z", name="Sarah", id="D1:3")
)


def test_import_keeps_every_field(cli: Cli) -> None:
    """What an import says of a message is what the transcript shows: role, name, time, text and id."""
    assert "3 messages" in cli("sessions", "import", "-", stdin=TRIP).err
    messages = cli("sessions", "show", "trip", "--json").json()["messages"]
    shown = [(m["id"], m["role"], m["name"], m["at"], m["text"]) for m in messages]
    assert [
        ("D1:1", "user", "Sarah", "2026-02-03T10:00:00Z", "We leave for Oslo in May."),
        ("D1:2", "assistant", "Tom", "2026-02-03T10:00:05Z", "How long will you stay?"),
        ("D1:3", "user", "Sarah", "2026-02-03T10:01:00Z", "Ten days."),
    ] == shown


def test_the_same_file_twice_adds_nothing(cli: Cli) -> None:
    """An import is known by its content: repeating it, or a longer version of it, adds only what is new."""
    cli("sessions", "import", "-", stdin=TRIP)
    assert "Imported 0 messages in 1 sessions, 3 were here already." in cli("sessions", "import", "-", stdin=TRIP).err
    longer = TRIP + line("And then we fly home.", at="2026-02-04T10:00:00Z")
    assert "Imported 1 messages" in cli("sessions", "import", "-", stdin=longer).err
    assert 4 == len(cli("sessions", "show", "trip", "--json").json()["messages"])


def test_jsonl_export_imports_to_the_same_transcript(cli: Cli) -> None:
    """JSON lines go out and in again unchanged."""
    cli("sessions", "import", "-", stdin=TRIP)
    exported = cli("sessions", "export", "trip", "--format", "jsonl").out
    cli("sessions", "delete", "trip", "--purge", "--yes")
    cli("sessions", "import", "-", "--erased", stdin=exported)
    assert exported == cli("sessions", "export", "trip", "--format", "jsonl").out


@settings(max_examples=25)
@given(text=ANY_TEXT)
def test_any_text_comes_out_as_it_went_in(cli: Cli, text: str) -> None:
    """A transcript is verbatim, whatever the text."""
    session = f"s{abs(hash(text))}"
    cli("sessions", "import", "-", stdin=json.dumps({"session": session, "role": "user", "content": text}))
    assert [text] == [m["text"] for m in cli("sessions", "show", session, "--json").json()["messages"]]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("not json", "is not JSON"),
        ("[1]", "is not a JSON object"),
        ('{"session": "s", "role": "user", "content": " "}', 'has no text in "content"'),
        ('{"session": "s", "role": "robot", "content": "x"}', 'has a "role"'),
        ('{"session": "s", "role": "user", "content": "x", "at": "yesterday"}', "ISO 8601"),
        ('{"session": "s", "role": "user", "content": "x", "id": 3}', 'has a "id" that is not text'),
        ("[" * 100_000, "is not JSON"),
        ('{"session": "s", "role": "user", "content": "x", "n": ' + "1" * 5_000 + "}", "is not JSON"),
        ('{"session": "a\\nb", "role": "user", "content": "x"}', "has a control character"),
        ('{"session": "\\ud800", "role": "user", "content": "x"}', "has a control character"),
        ('{"session": "s", "role": "user", "content": "x", "at": "9999-12-31T23:59:59-10:00"}', "ISO 8601"),
        ('{"session": "s", "role": "user", "content": "x", "at": NaN}', "ISO 8601"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_imported(cli: Cli, bad: str, says: str) -> None:
    """One bad line, with its number, and the good ones before it are not half-imported."""
    result = cli("sessions", "import", "-", stdin=TRIP + bad)
    assert (1, True, True) == (result.code, "Line 4" in result.err, says in result.err)
    assert [] == cli("sessions", "list", "--json").json()


def test_half_a_surrogate_pair(cli: Cli) -> None:
    """JSON may carry one in any text: it becomes a question mark, and the session can be shown."""
    cli("sessions", "import", "-", stdin=line("a \ud800", name="b \ud800", id="c \ud800"))
    (message,) = cli("sessions", "show", "trip", "--json").json()["messages"]
    assert ("a ?", "b ?", "c ?") == (message["text"], message["name"], message["id"])


def test_import_of_bytes_that_are_no_text(cli: Cli) -> None:
    """Bytes that are not UTF-8 are refused, with their place."""
    result = cli("sessions", "import", "-", stdin=TRIP.encode() + b'{"content": "\xff"}')
    assert (1, True) == (result.code, "UTF-8" in result.err)
    assert [] == cli("sessions", "list", "--json").json()


def test_markdown_export_is_a_page_to_read(cli: Cli) -> None:
    """Markdown names the speakers and the times."""
    cli("sessions", "import", "-", stdin=TRIP)
    page = cli("sessions", "export", "trip").out
    assert page.startswith("# We leave for Oslo in May\n")
    assert "## Tom · 2026-02-03T10:00:05Z\n\nHow long will you stay?" in page


def test_an_unknown_format_is_a_usage_error(cli: Cli) -> None:
    """Formats are named when a wrong one is asked for."""
    cli("sessions", "import", "-", stdin=TRIP)
    result = cli("sessions", "export", "trip", "--format", "pdf")
    assert (2, "agentmem: 'pdf' is no format. It is one of: md, json, jsonl.\n") == (result.code, result.err)


def test_a_file_that_is_not_there(cli: Cli) -> None:
    """A missing file is exit 3."""
    assert 3 == cli("sessions", "import", "nowhere.jsonl").code
