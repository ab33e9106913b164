"""Sessions name themselves after what was asked first; what a person calls them stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from harness.command_line import Result
from hypothesis import given
from hypothesis import strategies as st

from agentmem_cli.sessions.titles import LENGTH, is_small_talk, title_of, title_of_messages

Cli = Callable[..., Result]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("What is our refund policy?", "What is our refund policy?"),
        ("Good morning, can you please help me with the boiler?", "The boiler"),
        ("hi can you write a poem about the sea?", "Write a poem about the sea"),
        ("Thanks so much! Which bulbs do I plant in March?", "Which bulbs do I plant in March?"),
        ("Guten Morgen, wie entkalke ich den Kocher?", "Wie entkalke ich den Kocher?"),
        ("I'm Eoin, a data analyst with the bus company", "I'm Eoin, a data analyst with the bus company"),
        ("hello world program in rust", "Hello world program in rust"),
        ("Hi-fi setup for a small room", "Hi-fi setup for a small room"),
        ("Could you tell me how a transformer works?", "How a transformer works"),
        ("I was wondering if you could explain monads", "Explain monads"),
        ("The boiler is broken. It has leaked since Monday, and nobody answers.", "The boiler is broken"),
        ("why does `ls -la` show **dots**", "Why does ls -la show dots"),
        ("See https://www.github.com/foo/bar?x=1#y please", "See github.com please"),
        ("Fix [this page](https://example.org/a/b)", "Fix this page"),
        ("## Plan\n\n- one\n- two", "Plan one two"),
        ("Fix this\n```python\nprint(1)\n```", "Fix this"),
        ("iPhone battery", "iPhone battery"),
        ("straße", "Straße"),
        ("would someone be so kind as to proofread my cover letter", "Proofread my cover letter"),
        ("Bonsoir, pourriez-vous me dire quand planter l'ail ?", "Quand planter l'ail"),
        ("one more thing: which wax do I need for oak?", "Which wax do I need for oak?"),
        ("Can cats swim?", "Can cats swim?"),
        ("I need to be in Leeds by nine tomorrow", "I need to be in Leeds by nine tomorrow"),
        ("你好！东京旅行三天怎么安排", "东京旅行三天怎么安排"),
        ("Please", "Please"),
        ("```\nprint(1)\n```", "Print(1)"),
        ("\x1b[31mred\x07 light", "[31mred light"),
        ("", "Untitled"),
        ("\u200b\n", "Untitled"),
    ],
)
def test_titles(text: str, title: str) -> None:
    """Greetings, filler, Markdown and the ends of addresses go; a long text is named by its first sentence."""
    assert title == title_of(text)


def test_a_long_text_is_cut_between_words() -> None:
    """And where there are none, between characters."""
    assert "Plan a week in the north of Norway with two small…" == title_of(
        "plan a week in the north of Norway with two small children who hate walking and love trains"
    )
    assert "旅" * 49 + "…" == title_of("旅" * 80)
    assert "e\u0301" * 24 + "…" == title_of("e\u0301" * 60).replace("E", "e")


@pytest.mark.parametrize(
    "text",
    ["Hi", "hello there!", "Good evening.", "Thanks a lot", "ok", "Danke dir!", "你好！", "...", "👋"],
)
def test_small_talk(text: str) -> None:
    """A greeting, a thank-you and a mood name nothing, and neither does the title made of one."""
    assert is_small_talk(text)
    assert is_small_talk(title_of(text))


@pytest.mark.parametrize(
    "text", ["garden fence", "Birthday", "And the boiler?", "hello world program in rust", "東京旅行"]
)
def test_few_words_that_name_something(text: str) -> None:
    """Short is no small talk."""
    assert not is_small_talk(text)
    assert not is_small_talk(title_of(text))


@given(
    st.text()
    | st.lists(st.sampled_from(["hi ", "please ", "```", "# ", "**", "\n", "a", "。", ". ", "\ud800"])).map("".join)
)
def test_any_text_gives_a_title(text: str) -> None:
    """Never empty, one line, within the limit, and a title's title is no longer than it."""
    title = title_of(text)
    assert 1 <= len(title) <= LENGTH
    assert all(each.isprintable() or each == "\u200d" for each in title)
    assert title == title.strip()
    assert title_of_messages([text]) == title


def test_a_greeting_gives_way_to_what_is_asked(cli: Cli) -> None:
    """The second message names a session that began with "Hi"; the third does not."""
    titles = []
    for words in ("Hi", "How do I bleed a radiator?", "And the boiler?"):
        cli("chat", "-p", "--memory", "off", "--session", "s", words)
        titles.append(cli("sessions", "show", "s", "--json").json()["title"])
    assert ["Hi", "How do I bleed a radiator?", "How do I bleed a radiator?"] == titles


def test_a_renamed_session_keeps_its_name(cli: Cli) -> None:
    """Even if it is called as a greeting would be."""
    cli("chat", "-p", "--memory", "off", "--session", "s", "Hi")
    cli("sessions", "rename", "s", "Hello")
    cli("chat", "-p", "--memory", "off", "--session", "s", "How do I bleed a radiator?")
    assert "Hello" == cli("sessions", "show", "s", "--json").json()["title"]
