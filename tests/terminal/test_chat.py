"""The interactive chat with a model behind it, on a pseudo-terminal: keys in, screen out."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from harness.anthropic_server import AnthropicServer
from harness.command_line import Result
from harness.terminal import Terminal
from harness.waiting import wait_until

Chat = Callable[..., AbstractContextManager[Terminal]]
Cli = Callable[..., Result]
PLAIN = ("--memory", "off", "--no-knowledge")
"""Without what a test does not ask for, each of which takes time to load."""


def leave(terminal: Terminal) -> str:
    """Ctrl-D; the id of the session that it says how to resume."""
    terminal.send("\x04")
    assert 0 == terminal.wait_for_exit()
    resumes = re.search(r"agentmem chat --user sarah --resume (\S+)", terminal.text())
    return resumes.group(1) if resumes else ""


def transcript(cli: Cli, session: str) -> list[tuple[str, str, str]]:
    """(role, status, text) of each message."""
    shown = cli("sessions", "show", session, "--json").json()
    return [(message["role"], message["status"], message["text"]) for message in shown["messages"]]


def test_it_remembers_in_the_next_session(chat: Chat, home: Path) -> None:
    """Told who one is, it says what it remembers and how to come back; another session answers from memory."""
    with chat() as terminal:
        terminal.send("I'm vegetarian and I work as a nurse at Acme.\r")
        terminal.wait_for("memory +2")
        assert leave(terminal)
    with chat() as terminal:
        terminal.send("Where do I work?\r")
        assert "I work as a nurse at Acme." in terminal.wait_for("You said on")
        terminal.send("/why\r")
        terminal.wait_for("you said “I work as a nurse at Acme.”")
        terminal.send("/model nobody:x\r")
        terminal.wait_for("names no model")
        terminal.send("/model offline\r")
        terminal.wait_for("The model is offline.")
        leave(terminal)
    (history,) = (home / "history").iterdir()
    assert 0o600 == history.stat().st_mode & 0o777
    assert "Where do I work?" in history.read_text()


def test_ctrl_c_keeps_what_there_is(chat: Chat, cli: Cli, anthropic: AnthropicServer) -> None:
    """Ctrl-C ends an answer at any time; its text is kept, marked, and goes with the next request.

    Twice in a row it does not wait for the provider, and the chat goes on.
    """
    anthropic.hang()
    anthropic.reply(pieces=["Once upon a time. ", *["more "] * 200], delay=0.1)
    anthropic.reply("All is well.")
    anthropic.hang()
    anthropic.reply("Here again.")
    with chat(*PLAIN) as terminal:
        terminal.send("Nobody answers\r")
        wait_until(lambda: len(anthropic.requests) == 1)
        terminal.send("\x03")
        terminal.wait_for("Stopped")
        terminal.send("Tell me a story\r")
        terminal.wait_for("Once upon")
        terminal.send("\x03")
        wait_until(lambda: terminal.text().count("Stopped") == 2)
        terminal.send("And then?\r")
        terminal.wait_for("All is well.")
        terminal.send("Nobody again\r")
        wait_until(lambda: len(anthropic.requests) == 4)
        terminal.send("\x03\x03")
        wait_until(lambda: terminal.text().count("Stopped") == 3 or "Ctrl-D leaves" in terminal.text())
        terminal.send("Still there?\r")
        terminal.wait_for("Here again.")
        session = leave(terminal)
    first, story, *_ = transcript(cli, session)
    assert [("user", "interrupted", "Nobody answers"), ("user", "interrupted", "Tell me a story")] == [first, story]
    _, status, text = transcript(cli, session)[2]
    assert ("interrupted", True) == (status, text.startswith("Once upon a time."))
    assert "agent (interrupted)" in cli("sessions", "show", session).out
    sent = [message["content"][0]["text"] for message in anthropic.requests[2].body["messages"]]
    assert ["(interrupted)", f"{text}\n\n(interrupted before the end)"] == [sent[1], sent[3]]


def test_what_is_sent_is_what_was_typed_and_once(chat: Chat, cli: Cli, anthropic: AnthropicServer) -> None:
    """A failure is one line, and /retry asks again without doubling the question in the transcript.

    A doubled slash sends one, a path is no command, and Alt-Enter makes a line.
    """
    anthropic.error(529, "overloaded_error", times=3)
    for number in range(4):
        anthropic.reply(f"answer-{number}")
    with chat(*PLAIN) as terminal:
        terminal.send("Who was it?\r")
        terminal.wait_for("The provider is overloaded.")
        for number, keys in enumerate(["/retry", "//help me", "/etc/hosts is a file", "one\x1b\rtwo"]):
            terminal.send(f"{keys}\r")
            terminal.wait_for(f"answer-{number}")
        session = leave(terminal)
    assert ["Who was it?", "/help me", "/etc/hosts is a file", "one\ntwo"] == [
        text for role, status, text in transcript(cli, session) if (role, status) == ("user", "done")
    ]
    assert 8 == len(transcript(cli, session))


def test_an_answer_on_the_screen(chat: Chat, anthropic: AnthropicServer) -> None:
    """An answer is whole on the screen though the window changes while it streams, and nothing in it steers.

    Escape sequences, C1 controls and characters that reorder a line come through as text, whole or in two
    pieces, as text or as Markdown's entities.
    """
    wide, leftwards = "日本語の会話がここに続きます。" * 9, "שלום עולם"
    words = [f"word{number}" for number in range(30)]
    anthropic.reply(pieces=[*(f"{word} " for word in words), "\n\nThe second paragraph."], delay=0.03)
    anthropic.reply(
        pieces=[
            "A\x1b",
            "]52;c;ZXZpbA==\x07B\x1b]0;owned\x07C\x1b[2",
            "JD\x9b31mE \u202eF &#x202E;G &#27;[2JH",
            " end.",
        ]
    )
    anthropic.reply(pieces=[wide[:50], wide[50:], f"\n\n{leftwards}\n\nDone."])
    with chat(*PLAIN) as terminal:
        terminal.send("Go\r")
        terminal.wait_for("word5")
        terminal.resize(columns=60, rows=30)
        shown = terminal.wait_for("The second paragraph.").split()
        assert words == list(dict.fromkeys(each for each in shown if each.startswith("word")))
        terminal.send("Go on\r")
        assert "A]52;c;ZXZpbA==B]0;ownedC[2JD31mE F" in terminal.wait_for("end.")
        terminal.send(f"漢字x\x7f{leftwards}\r")
        shown = terminal.wait_for("Done.")
        assert f"› 漢字{leftwards}" in shown.replace("字 ", "字").replace("漢 ", "漢")
        assert (True, True) == (wide in "".join(shown.split()), f"\n{leftwards}\n" in shown)
        leave(terminal)
    assert f"漢字{leftwards}" == anthropic.requests[-1].body["messages"][-1]["content"][0]["text"]
    steering = [b"\x1b]52", b"\x1b]0;", b"\x1b[2JD", b"\x07", "\x9b".encode(), "\u202e".encode()]
    assert [] == [each for each in steering if each in terminal.raw]


@pytest.mark.usefixtures("without_index")
def test_what_stands_below_an_answer(chat: Chat, cli: Cli, tmp_path: Path, anthropic: AnthropicServer) -> None:
    """Each passage cited, by document and page, and each mark with nothing behind it; then what it took.

    The bottom line counts the last request alone, and goes on doing so when the next answer is stopped.
    """
    (tmp_path / "refunds.txt").write_text("Customers get a full refund within thirty days.")
    cli("ingest", str(tmp_path / "refunds.txt"))
    anthropic.hang(when="Nobody answers")
    for _ in range(2):
        anthropic.tool_use("search_knowledge", {"query": "refund"}, when="refund policy")
        anthropic.reply("Within thirty days [1], or not [9].", when="tool_result")
    with chat("--memory", "off") as terminal:
        terminal.send("What is the refund policy?\r")
        shown = terminal.wait_for(re.compile(r" tokens in.*\n›[\s\S]* tokens$"))
        below = shown.partition("or not [9].")[2].split("\n")
        assert ["[1] refunds.txt, p. 1", "[9] has no passage behind it"] == below[2:4]
        ((taken, out),) = re.findall(r"([\d,]+) tokens in.*, (\d+) out", shown)
        last = int(re.findall(r"(\d+)/200k tokens$", shown)[0])
        assert 2 * last == int(taken.replace(",", "")) + int(out)  # of two requests, in this script equal ones
        terminal.send("Nobody answers\r")
        wait_until(lambda: len(anthropic.requests) == 3)
        terminal.send("\x03")
        terminal.wait_for(re.compile(rf"Stopped[\s\S]* {last}/200k tokens$"))
        leave(terminal)
    printed = cli("chat", "-p", "--memory", "off", "What is the refund policy?")
    assert "Within thirty days [1], or not [9].\n" == printed.out
    assert "[1] refunds.txt, p. 1\n[9] has no passage behind it\n" == printed.err
